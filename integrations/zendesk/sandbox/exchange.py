"""One request to somewhere else and its answer, within one deadline over all of it, however slowly bytes come."""

import codecs
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MOST_READ = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


class TooSlow(Exception):
    """The deadline came before the answer's end."""


def ask(method: str, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    """Raises TooSlow, or what requests raises. Follows no redirect; reads 64 KB of an answer at most."""
    deadline = _Deadline(seconds)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", _Adapter(deadline))
        session.mount("https://", _Adapter(deadline))
        try:
            reply = session.request(
                method, address, data=body, headers=dict(headers), timeout=seconds, allow_redirects=False, stream=True
            )
            text = _beginning(reply).decode(_encoding(reply), "replace")
        except requests.Timeout as slow:
            raise TooSlow from slow
        except requests.RequestException as wrong:
            if deadline.over:
                raise TooSlow from wrong
            raise
        finally:
            deadline.stop()
    if deadline.over:
        raise TooSlow
    return Answer(reply.status_code, dict(reply.headers), text)


def _beginning(reply: requests.Response) -> bytes:
    found = b""
    for piece in reply.iter_content(MOST_READ):
        found += piece
        if len(found) >= MOST_READ:
            break
    return found


def _encoding(reply: requests.Response) -> str:
    """What the answer says it is written in, where there is such a thing."""
    try:
        return codecs.lookup(reply.encoding or "utf-8").name
    except LookupError:
        return "utf-8"


class _Deadline:
    """Shuts the connections made under it when its time is up."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, line: socket.socket) -> None:
        with self._lock:
            self._lines.append(line)
            if self.over:
                _shut(line)

    def stop(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            for line in self._lines:
                _shut(line)


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Tells the deadline of each connection that it makes."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        watch = self._deadline.watch

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                watch(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                watch(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
