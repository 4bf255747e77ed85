"""Clients that send slowly, stop in the middle, or would send too much: nobody else waits for them."""

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from integrations.zendesk.sandbox import box as served
from integrations.zendesk.sandbox.attachments import BIGGEST
from integrations.zendesk.sandbox.call import BIGGEST_BODY
from tests.integrations.sandbox.client import Client, until


@contextmanager
def begun(box: Client, path: str, length: int, start: bytes) -> Iterator[socket.socket]:
    """A request of which `start` has been sent and the rest of its `length` bytes has not."""
    place = urlsplit(box.url)
    basic = base64.b64encode(f"{box.email}/token:{box.token}".encode()).decode()
    head = (f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Basic {basic}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n")  # fmt: skip
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as line:
        line.sendall(head.encode() + start)
        yield line


def status(line: socket.socket) -> int:
    with line.makefile("rb") as reply:
        return int(reply.readline().split()[1])


@pytest.mark.parametrize(
    ("path", "start", "rest", "answer"),
    [
        ("/api/v2/uploads.json?filename=a.txt", b"slow", b"ness", 201),
        ("/api/v2/webhooks", b'{"webhook":{"name":"x",', b'"endpoint":1}}', 400),
        ("/start/clear-faults", b"se", b"at", 404),
    ],
)
def test_a_body_that_comes_slowly_holds_nobody_up(
    box: Client, path: str, start: bytes, rest: bytes, answer: int
) -> None:
    with begun(box, path, len(start + rest), start) as line:
        until(lambda: box.door("GET", "/health")["requests_under_way"] or not path.startswith("/api"))
        assert box.ticket()["id"] == 1, "written while the other one is still being read"
        line.sendall(rest)
        assert status(line) == answer


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/v2/uploads?filename=a.txt", BIGGEST), ("/api/v2/tickets", BIGGEST_BODY), ("/api/v2/users", BIGGEST_BODY)],
)
def test_too_much_is_refused_by_its_length_before_it_is_sent(box: Client, path: str, most: int) -> None:
    with begun(box, path, most + 1, b"") as line:
        assert status(line) == 413


def test_the_doors_refuse_by_length_too(box: Client) -> None:
    with begun(box, "/_sandbox/import", 512 * 1024 * 1024 + 1, b"") as line:
        assert status(line) == 422


def test_who_falls_silent_is_let_go(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served._Requests, "timeout", 2.0)
    with begun(box, "/api/v2/uploads?filename=a.txt", 8, b"slow") as line:
        assert status(line) == 408
    assert until(lambda: box.door("GET", "/health")["requests_under_way"] == 0)


def test_who_sends_no_request_at_all_is_let_go(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < served._Requests.timeout <= 60, "without being told"
    monkeypatch.setattr(served._Requests, "timeout", 2.0)
    place = urlsplit(box.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as line:
        assert line.recv(1) == b""
