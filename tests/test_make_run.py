"""`make run`, for real: all processes on a home of their own, and none of them left."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.marked import MarkedRun

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc"),
]
START_SECONDS = 180.0


class House(MarkedRun):
    """`make run` on a home; its ports are picked free."""

    def __init__(self, home: Path, ports: tuple[int, ...]) -> None:
        web, sandbox, mailbox, smtp, payments = ports
        self.home = home
        self.web, self.sandbox, self.mailbox = (f"http://127.0.0.1:{port}" for port in (web, sandbox, mailbox))
        ours = {"OPSROOM_HOME": str(home), "PORT": str(web), "SANDBOX_PORT": str(sandbox)}
        ours |= {"MAILBOX_PORT": str(mailbox), "MAILBOX_SMTP_PORT": str(smtp), "PAYMENTS_PORT": str(payments)}
        self.payments = f"http://127.0.0.1:{payments}"
        super().__init__(
            [sys.executable, "-m", "app.supervisor"], home.with_suffix(".out"), ours, deadline=START_SECONDS
        )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.told()
        return "Opsroom is ready" in self.told()

    def processes(self, word: str) -> set[int]:
        return {pid for pid in self.alive() if word in self.argv_of(pid)}

    def ask(self, url: str) -> Any:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return json.load(reply)
        except (urllib.error.URLError, ConnectionError):
            return None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house") / "home"


@pytest.fixture
def open_house(home: Path, ports: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], House]]:
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    houses: list[House] = []

    def start() -> House:
        houses.append(House(home, ports))
        houses[-1].until(houses[-1].is_ready)
        return houses[-1]

    yield start
    for house in houses:
        house.clear_up()


@pytest.fixture(scope="module")
def ports() -> tuple[int, ...]:
    """Five that are free now, for every start of the home."""
    with ExitStack() as stack:
        probes = [stack.enter_context(closing(socket.socket())) for _ in range(5)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(probe.getsockname()[1] for probe in probes)


def kept(home: Path) -> dict[str, str]:
    """What a second start must not make anew: the keys, and who may sign in."""
    files = (path for path in home.iterdir() if path.is_file() and "sqlite" not in path.name and path.name != "running")
    return {path.name: path.read_text() for path in files}


def test_it_comes_up_whole_mends_itself_and_leaves_nothing(open_house: Callable[[], House], home: Path) -> None:
    house = open_house()
    assert house.web in house.told()
    assert house.sandbox in house.told()
    assert house.mailbox in house.told()
    assert house.ask(f"{house.mailbox}/letters.json") == []
    assert house.payments in house.told()
    assert house.ask(f"{house.payments}/stripe/_double/health") == {"status": "ok"}
    assert house.ask(f"{house.payments}/toss/_double/refunds")["refunds"], "the demo's refunds stand in their books"
    assert "@" in house.told(), "the sign-ins of the demo are told"
    assert house.ask(f"{house.web}/health") == {"status": "up"}
    house.until(lambda: (house.ask(f"{house.web}/ready") or {}).get("status") == "ready")
    assert house.ask(f"{house.sandbox}/_sandbox/health") is not None
    assert len(house.processes("automations.worker events")) >= 2
    assert len(house.processes("automations.worker slow")) >= 1
    assert len(house.processes("automations.worker long")) >= 1
    assert len(house.processes("automations.schedule")) == 1
    assert len(house.processes("valkey")) >= 1

    old = house.processes("granian")
    os.kill(min(old), signal.SIGKILL)
    house.until(lambda: "web died (signal SIGKILL)" in house.told())
    house.until(lambda: not old & house.alive() and house.ask(f"{house.web}/health") is not None)

    assert house.end(signal.SIGINT) == 0
    assert house.alive() == set()


def test_a_second_start_keeps_what_there_is_and_a_killed_one_leaves_nothing(
    open_house: Callable[[], House], home: Path
) -> None:
    before = kept(home)
    house = open_house()
    assert kept(home) == before
    assert {"secret_key", "sandbox_token", "valkey_password"} <= before.keys()
    house.end(signal.SIGKILL)
    house.until(lambda: house.alive() == set())
