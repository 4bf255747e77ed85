"""A server that answers whatever a test tells it to, byte by byte: for what a well-behaved Zendesk never does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Heard, socket.socket], None]


def reply(status: int = 200, body: Any = None, headers: Headers | None = None) -> Answer:
    """A whole answer; a body that is not bytes is sent as JSON."""

    def send(heard: Heard, connection: socket.socket) -> None:
        payload = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        kind = "text/plain" if isinstance(body, bytes) else "application/json; charset=utf-8"
        told = {"Content-Type": kind, "Content-Length": str(len(payload)), **(headers or {})}
        connection.sendall(head(status, told) + payload)

    return send


def head(status: int, headers: Headers) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def cut(heard: Heard, connection: socket.socket) -> None:
    """No answer: the connection ends."""
    connection.shutdown(socket.SHUT_RDWR)


@dataclass
class StandIn:
    url: str
    answers: list[Answer] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def then(self, *answers: Answer) -> None:
        """Answers in this order; the last one again and again."""
        self.answers = list(answers)


@contextmanager
def standing_in() -> Iterator[StandIn]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    stand_in = StandIn(f"http://127.0.0.1:{listener.getsockname()[1]}")
    accepting = threading.Thread(target=_accept, args=(listener, stand_in))
    accepting.start()
    try:
        yield stand_in
    finally:
        stand_in.stopped.set()
        accepting.join()
        listener.close()


def _accept(listener: socket.socket, stand_in: StandIn) -> None:
    serving: list[threading.Thread] = []
    while not stand_in.stopped.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        serving.append(threading.Thread(target=_serve, args=(connection, stand_in)))
        serving[-1].start()
    for thread in serving:
        thread.join()


def _serve(connection: socket.socket, stand_in: StandIn) -> None:
    connection.settimeout(0.05)
    with connection:
        while not stand_in.stopped.is_set():
            try:
                heard = _request(connection, stand_in)
                if heard is None:
                    return
                stand_in.heard.append(heard)
                answer = stand_in.answers.pop(0) if len(stand_in.answers) > 1 else stand_in.answers[0]
                answer(heard, connection)
            except OSError:
                return


def _request(connection: socket.socket, stand_in: StandIn) -> Heard | None:
    received = b""
    while b"\r\n\r\n" not in received:
        if (part := _part(connection, stand_in)) is None:
            return None
        received += part
    raw_head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = raw_head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        if (part := _part(connection, stand_in)) is None:
            return None
        body += part
    method, path, _ = first.split(" ")
    return Heard(method, path, headers, body)


def _part(connection: socket.socket, stand_in: StandIn) -> bytes | None:
    while not stand_in.stopped.is_set():
        try:
            return connection.recv(65536) or None
        except TimeoutError:
            continue
    return None
