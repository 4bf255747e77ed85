"""`make run`: the whole house on this machine, one process that starts all others and takes them along when it goes."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import redis
from rq import Queue, Worker

from app.bell import EVENTS, LONG, SLOW
from app.children import Child, Crew
from app.cli import terminal_language
from app.demo.sign_ins import KEPT_IN
from app.errors import SettingsError
from app.gateways import Gateway
from app.settings import SANDBOX_EMAIL, Settings
from app.valkey import NoValkey, answers, command, home_redis_url
from app.words import Words, say, speak

HOST = "127.0.0.1"
WEB_WORKERS, WEB_THREADS = 2, 8
WORKERS = {EVENTS: 2, SLOW: 1, LONG: 1}
FILL_SECONDS = 600.0
JOB_GRACE_SECONDS = 15.0


class CannotRun(Exception):
    """Nothing was started; the text says why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    speak(terminal_language())
    asked = argparse.ArgumentParser(prog="make run", description="Runs Opsroom until Ctrl-C.")
    asked.add_argument("--verbose", action="store_true", help="show what every process writes to its log")
    options = asked.parse_args(argv)
    try:
        settings = Settings.from_env()
        settings.home.mkdir(parents=True, exist_ok=True)
        with _held(settings.home):
            _check_ports(settings)
            crew = Crew(stages(settings), logs=settings.home / "logs", tell=_tell, verbose=options.verbose)
            return crew.work(lambda: _tell(welcome(settings)))
    except SettingsError as half_set:
        _tell("\n".join(["Opsroom cannot start:", *(f"- {line}" for line in half_set.problems)]))
    except (CannotRun, NoValkey) as refused:
        _tell(f"✗ {refused}")
    return 1


def stages(settings: Settings) -> list[list[Child]]:
    """Who is started after whom. What the settings say runs elsewhere is not started here. Raises CannotRun and
    NoValkey."""
    python = sys.executable
    env = _environment(settings)

    def child(name: str, *argv: str, ready: Callable[[], bool] | None = None, grace: float = 10.0) -> Child:
        return Child(name, (python, *argv), env, ready, grace=grace)

    def step(name: str, *words: str) -> Child:
        return Child(name, (python, "-m", "flask", *words), env, once=True, patience=FILL_SECONDS)

    table = [[step("demo", "demo") if settings.demo else step("migrate", "db", "upgrade")]]
    if settings.redis_url is None:
        server = command(settings.home)
        url = home_redis_url(settings.home)
        table.insert(0, [Child("valkey", server, ready=lambda: answers(url))])
    elif not answers(url := settings.redis_url):
        raise CannotRun(
            say(
                "REDIS_URL의 Redis가 응답하지 않습니다. 실행 중인지, 암호가 맞는지 확인해 주세요.",
                "The Redis of REDIS_URL does not answer. Is it running, and is its password right?",
            )
        )
    if _has_sandbox(settings):
        table.append([child("sandbox", *_sandbox(settings), ready=_health(settings.sandbox_port, "/_sandbox/health"))])
        table.append([step("connect", "zendesk", "connect")])
    if _has_mailbox(settings):
        table.append([child("mailbox", *_mailbox(settings), ready=_health(settings.mailbox_port, "/health"))])
    if doubled := _doubled(settings):
        secrets = {
            f"{name.upper()}_{kind}": value for name, of in doubled.items() for kind, value in of.secrets.items()
        }
        ready = _health(settings.payments_port, "/health")
        table.append([Child("payments", (python, *_payments(settings)), {**env, **secrets}, ready)])
    table.append([child("web", *_web(settings), ready=_health(settings.port, "/health"))])
    table.append(
        [
            child(
                f"{queue}-{n}", "-m", "automations.worker", queue, ready=_watched(url, queue), grace=JOB_GRACE_SECONDS
            )
            for queue, workers in WORKERS.items()
            for n in range(1, workers + 1)
        ]
    )
    table.append([child("schedule", "-m", "automations.schedule")])
    return table


def welcome(settings: Settings) -> Words:
    """The addresses, and who may sign in to the demo."""
    lines = [
        say("", ""),
        say("Opsroom이 준비되었습니다. Ctrl-C를 누르면 모두 멈춥니다.", "Opsroom is ready. Ctrl-C stops everything."),
        say("  업무 화면       {url}", "  The office           {url}").fill(url=settings.public_url),
    ]
    if _has_sandbox(settings):
        url = settings.zendesk_url
        lines.append(say("  Zendesk 연습장  {url}", "  A Zendesk in a box   {url}").fill(url=url))
    if _has_mailbox(settings):
        url = f"http://{HOST}:{settings.mailbox_port}"
        lines.append(say("  데모 편지함     {url}", "  The demo's mailbox   {url}").fill(url=url))
    if _doubled(settings):
        url = f"http://{HOST}:{settings.payments_port}"
        lines.append(say("  결제사 연습장   {url}", "  Payment doubles      {url}").fill(url=url))
    lines += [
        say("  자료와 기록     {home}", "  Its files and logs   {home}").fill(home=settings.home),
        *_sign_ins(settings.home / KEPT_IN),
    ]
    ko, en = ("\n".join(line.in_language(language) for line in lines) for language in ("ko", "en"))
    return say(ko, en)


def _sign_ins(kept: Path) -> list[Words]:
    """What the demo wrote down: a list of {role, email, password}. Nothing where there is no demo."""
    if not kept.exists():
        return []
    rows = json.loads(kept.read_text())
    head = say("\n  데모 계정 (이 폴더에서만 쓰입니다)", "\n  Demo sign-ins (of this folder alone)")
    return [head, *(Words(line, line) for line in map("    {role:<14}{email:<30}{password}".format_map, rows))]


def _environment(settings: Settings) -> Mapping[str, str]:
    """What children must agree on with us, whatever they would read from their own surroundings."""
    return {
        "OPSROOM_HOME": str(settings.home),
        "OPSROOM_DEMO": str(int(settings.demo)),
        "FLASK_APP": "wsgi",
        "PYTHONUNBUFFERED": "1",
    }


def _web(settings: Settings) -> tuple[str, ...]:
    return (
        *("-m", "granian", "--interface", "wsgi", "--factory", "wsgi:create_app"),
        *("--host", HOST, "--port", str(settings.port), "--workers", str(WEB_WORKERS)),
        *("--blocking-threads", str(WEB_THREADS), "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5"),
    )


def _has_sandbox(settings: Settings) -> bool:
    return settings.demo and settings.zendesk_url == f"http://{HOST}:{settings.sandbox_port}"


def _has_mailbox(settings: Settings) -> bool:
    return settings.demo and settings.smtp_url == f"smtp://{HOST}:{settings.mailbox_smtp_port}"


def _doubled(settings: Settings) -> Mapping[str, Gateway]:
    """The providers that the demo pays through here."""
    here = f"http://{HOST}:{settings.payments_port}/"
    return {name: of for name, of in settings.gateways.items() if settings.demo and of.api_url.startswith(here)}


def _payments(settings: Settings) -> tuple[str, ...]:
    return (
        *("-m", "integrations.payments.doubles", "--data", str(settings.home / "payments")),
        *("--port", str(settings.payments_port), "--webhooks", f"http://{HOST}:{settings.port}/webhooks"),
    )


def _mailbox(settings: Settings) -> tuple[str, ...]:
    return (
        *("-m", "integrations.mail", "--data", str(settings.home / "mailbox")),
        *("--port", str(settings.mailbox_port), "--smtp-port", str(settings.mailbox_smtp_port)),
    )


def _sandbox(settings: Settings) -> tuple[str, ...]:
    return (
        *("-m", "automations.sandbox", "--host", HOST, "--port", str(settings.sandbox_port)),
        *("--data", str(settings.home / "sandbox")),
        *("--email", SANDBOX_EMAIL, f"--token={settings.zendesk_token or ''}"),  # a token may begin with a dash
    )


def _health(port: int, path: str) -> Callable[[], bool]:
    def healthy() -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=1) as reply:
                return bool(reply.status == 200)
        except urllib.error.HTTPError:
            return False

    return healthy


def _watched(redis_url: str, queue: str) -> Callable[[], bool]:
    """Whether as many workers as there should be have told Redis that they watch the queue."""

    def watched() -> bool:
        with closing(redis.Redis.from_url(redis_url, socket_timeout=1)) as client:
            try:
                return Worker.count(queue=Queue(queue, connection=client)) >= WORKERS[queue]
            except redis.RedisError:
                return False

    return watched


def _check_ports(settings: Settings) -> None:
    wanted = {"PORT": settings.port}
    if _has_sandbox(settings):
        wanted["SANDBOX_PORT"] = settings.sandbox_port
    if _has_mailbox(settings):
        wanted |= {"MAILBOX_PORT": settings.mailbox_port, "MAILBOX_SMTP_PORT": settings.mailbox_smtp_port}
    if _doubled(settings):
        wanted["PAYMENTS_PORT"] = settings.payments_port
    if len(set(wanted.values())) < len(wanted):
        names = ", ".join(wanted)
        words = say("{names}는 서로 달라야 합니다.", "{names} must be different ports.")
        raise CannotRun(words.fill(names=names))
    for name, port in wanted.items():
        if _is_taken(port):
            raise CannotRun(
                say(
                    "{port}번 포트를 다른 프로그램이 쓰고 있습니다. 다른 포트로 시작해 주세요: {name}={other} make run",
                    "Port {port} is taken by another program. Start on another one: {name}={other} make run",
                ).fill(port=port, name=name, other=port + 1)
            )


def _is_taken(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


@contextmanager
def _held(home: Path) -> Iterator[None]:
    """Holds the home for this run alone. Raises CannotRun when another run has it."""
    with (home / "running").open("a+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mark.seek(0)
            raise CannotRun(
                say(
                    "Opsroom이 이 폴더에서 이미 실행 중입니다(프로세스 {pid}, {home}). 먼저 멈추거나, "
                    "다른 폴더로 시작해 주세요: OPSROOM_HOME=… make run",
                    "Opsroom already runs on this folder (process {pid}, {home}). Stop that one first, or start on "
                    "another folder: OPSROOM_HOME=… make run",
                ).fill(pid=mark.read().strip() or "?", home=home)
            ) from None
        mark.truncate(0)
        mark.write(str(os.getpid()))
        mark.flush()
        yield


def _tell(line: object) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
