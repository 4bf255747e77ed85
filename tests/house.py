"""The whole house as real processes: Valkey, the sandbox, the web, workers and the schedule, for as long as a block
lasts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from flask import Flask

from app.db import db
from app.factory import create_app
from app.link.link import the_link
from app.settings import Settings
from app.valkey import running
from automations import connect

EMAIL, TOKEN = "admin@demo.example", "a-token-for-tests-only"
ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
OF_ANOTHER_HOUSE = ("ZENDESK_", "OPSROOM_", "STRIPE_", "TOSS_")


def a_free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class House:
    """`app` is an office of the test's own on the same database."""

    app: Flask
    settings: Settings
    env: dict[str, str]
    logs: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    api: requests.Session = field(default_factory=requests.Session)
    workers: int = 0

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.settings.sandbox_port}"

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def start(self, name: str, *argv: str) -> None:
        log = (self.logs / f"{name}.log").open("ab")
        self.children[name] = subprocess.Popen(
            [sys.executable, *argv], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def kill(self, name: str) -> None:
        """SIGKILL to the process and everything it has started."""
        child = self.children.pop(name)
        for one in [*psutil.Process(child.pid).children(recursive=True), psutil.Process(child.pid)]:
            one.kill()
        child.wait(10)

    def start_worker(self) -> None:
        self.start(f"worker{self.workers}", "-m", "automations.worker", "events")
        self.workers += 1

    def kill_workers(self) -> None:
        for name in [name for name in self.children if name.startswith("worker")]:
            self.kill(name)

    def stop(self) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)
        for name in list(self.children):
            try:
                self.children[name].wait(15)
            except subprocess.TimeoutExpired:
                self.kill(name)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.api.request(method, f"{self.sandbox}{path}", json=body, timeout=15)
        assert reply.ok, f"{reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def write(self, subject: str, body: str, requester: int) -> int:
        ticket = {"subject": subject, "comment": {"body": body}, "requester_id": requester, "submitter_id": requester}
        return int(self.call("POST", "/api/v2/tickets.json", {"ticket": ticket})["ticket"]["id"])

    def comments(self, ticket_id: int) -> list[str]:
        rows = self.call("GET", f"/api/v2/tickets/{ticket_id}/comments.json")["comments"]
        return [row["body"] for row in rows]

    def ticket(self, ticket_id: int) -> Any:
        return self.call("GET", f"/api/v2/tickets/{ticket_id}.json")["ticket"]

    def told(self) -> str:
        """The last lines of every log, for a test that fails."""
        return "\n".join(f"== {log.name}\n{log.read_text()[-1500:]}" for log in sorted(self.logs.glob("*.log")))

    def until(self, seen: Callable[[], bool], seconds: float) -> float:
        """Gives how long it took."""
        started = time.monotonic()
        while not seen():
            assert time.monotonic() < started + seconds, f"it did not come within {seconds} s\n{self.told()}"
            time.sleep(0.05)
        return time.monotonic() - started


@contextmanager
def a_house(settings: Settings, world: Any, furnish: Callable[[], None], *, workers: int = 2) -> Iterator[House]:
    """`settings` name the home and the database (migrated); `furnish` fills it, inside the app's context."""
    with ExitStack() as stack:
        url = stack.enter_context(running(settings.home))
        app = create_app(settings)
        logs = settings.home / "logs"
        logs.mkdir(exist_ok=True)
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(OF_ANOTHER_HOUSE)},
            "OPSROOM_HOME": str(settings.home),
            "OPSROOM_DEMO": "1",
            "SECRET_KEY": settings.secret_key,
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": url,
            "ZENDESK_URL": settings.zendesk_url or "",
            "ZENDESK_EMAIL": EMAIL,
            "ZENDESK_TOKEN": TOKEN,
            "PORT": str(settings.port),
            "SANDBOX_PORT": str(settings.sandbox_port),
        }
        house = House(app, settings, env, logs)
        stack.callback(house.api.close)
        stack.callback(house.stop)
        house.api.auth = (f"{EMAIL}/token", TOKEN)
        house.start(
            "sandbox",
            *("-m", "integrations.zendesk.sandbox", "--port", str(settings.sandbox_port), "--withhold-seconds", "1"),
            *("--data", str(settings.home / "box"), "--email", EMAIL, "--token", TOKEN),
        )
        house.until(lambda: _answers(f"{house.sandbox}/_sandbox/health"), START_SECONDS)
        house.call("POST", "/_sandbox/seed", world)
        stack.enter_context(app.app_context())
        stack.callback(db.session.remove)
        connect.join(db.session(), f"{house.web}/webhooks/zendesk")
        the_link(db.session()).pushing = True
        db.session.commit()
        furnish()
        house.start(
            "web",
            *("-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(settings.port)),
            *("--workers", "2", "--blocking-threads", "8", "--no-access-log", "wsgi:create_app"),
        )
        for _ in range(workers):
            house.start_worker()
        house.start("slow", "-m", "automations.worker", "slow")
        house.start("schedule", "-m", "automations.schedule")
        house.until(lambda: _answers(f"{house.web}/health"), START_SECONDS)
        yield house
        db.session.remove()
        db.engine.dispose()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
