"""E-mails by real SMTP, webhooks by real HTTP: taken once, told apart when they fail, never into our own network."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from integrations.errors import Refused, Unavailable, Unknown
from integrations.mail import hook, smtp
from integrations.mail.hook import Call, post
from integrations.mail.letter import Mail, written
from integrations.mail.mailbox import serving
from integrations.mail.smtp import MailServer, send
from integrations.zendesk.signature import verify

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MAIL = Mail("lead@example.com", "규칙이 멈췄습니다", "첫 줄\n.점으로 시작하는 줄\n끝", "<a1@opsroom.invalid>", AT)
SENDER = "Opsroom <opsroom@example.com>"


def test_what_is_sent_arrives_whole_and_is_read_as_json_and_on_the_page(tmp_path: Path) -> None:
    with serving(tmp_path / "box") as (url, address, box):
        send(MailServer.of(address), MAIL, SENDER)
        [row] = requests.get(f"{url}/letters.json", timeout=5).json()
        assert (row["to"], row["subject"], row["message_id"]) == (MAIL.to, MAIL.subject, MAIL.message_id)
        assert row["body"].replace("\r\n", "\n").rstrip("\n") == MAIL.body
        assert row["sender"] == "opsroom@example.com"
        shown = requests.get(url, timeout=5)
        assert "규칙이 멈췄습니다" in shown.text
        assert requests.delete(url, timeout=5).status_code == 204
        assert box.arrived() == []


def test_what_somebody_types_cannot_become_a_header_or_markup(tmp_path: Path) -> None:
    sly = replace(MAIL, subject="a\r\nBcc: everybody@example.com", body="<script>alert(1)</script>")
    with serving(tmp_path / "box") as (url, address, box):
        send(MailServer.of(address), sly, SENDER)
        assert (box.arrived()[0].subject, box.arrived()[0].to) == ("a Bcc: everybody@example.com", MAIL.to)
        assert "<script>" not in requests.get(url, timeout=5).text
        with pytest.raises(Refused, match="address"):
            send(MailServer.of(address), replace(MAIL, to="a@example.com\r\nDATA"), SENDER)


def test_an_address_in_a_letter_can_be_clicked_and_its_time_is_seouls(tmp_path: Path) -> None:
    with serving(tmp_path / "box") as (url, address, _box):
        body = "보기: http://127.0.0.1:8000/admin/alarms/details/?id=1&x=<b>"
        send(MailServer.of(address), replace(MAIL, body=body), SENDER)
        shown = requests.get(url, timeout=5).text
    assert "<a href='http://127.0.0.1:8000/admin/alarms/details/?id=1&amp;x='>" in shown
    assert ("<b>" in shown, " KST</time>" in shown) == (False, True)


def test_it_is_marked_as_made_by_a_machine() -> None:
    assert written(MAIL, SENDER)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "url", ["http://mail", "smtp://", "smtp://me@host", "smtp://host:99999", "smtp://host/path", "smtp://h?tls=no"]
)
def test_a_wrong_address_of_a_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        MailServer.of(url)


def test_an_address_with_a_password_is_read() -> None:
    server = MailServer.of("smtps://me%40example.com:p%2Fw@mail.example.com")
    assert (server.user, server.password, server.port, server.tls_at_once) == ("me@example.com", "p/w", 465, True)


def test_nothing_is_said_in_the_clear_to_a_server_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that offers no TLS gets neither the password nor the letter."""
    with serving(tmp_path / "box") as (_url, address, box):
        server = replace(MailServer.of(address), user="me", password="secret")
        monkeypatch.setattr(MailServer, "is_here", property(lambda _self: False))
        with pytest.raises(Unavailable):
            send(server, MAIL, SENDER)
        assert box.arrived() == []


@contextmanager
def a_server(script: list[bytes | None]) -> Iterator[str]:
    """A mail server that answers line by line what the script says; None: it hangs up there."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        line, _ = listening.accept()
        with line, line.makefile("rb") as heard:
            line.sendall(b"220 hello\r\n")
            for answer in script:
                said = heard.readline()
                if said.upper().startswith(b"FROM:"):
                    while heard.readline() not in (b".\r\n", b""):
                        pass
                if answer is None:
                    return
                line.sendall(answer)
            heard.read()

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()
        thread.join(timeout=5)


TAKEN = [b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"]


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ([b"250 ok\r\n", b"451 later\r\n"], Unavailable),
        ([b"250 ok\r\n", b"250 ok\r\n", b"550 no such user\r\n"], Refused),
        ([b"250 ok\r\n", b"250 ok\r\n", None], Unavailable),
        ([*TAKEN, b"552 too large\r\n"], Refused),
        ([*TAKEN, b"451 later\r\n"], Unavailable),
        ([*TAKEN, None], Unknown),
    ],
)
def test_what_went_wrong_is_told_by_what_may_have_been_taken(
    script: list[bytes | None], wrong: type[Exception]
) -> None:
    with a_server(script) as address, pytest.raises(Unavailable if wrong is not Refused else Refused) as caught:
        send(MailServer.of(address), MAIL, SENDER, seconds=3)
    assert type(caught.value) is wrong


def test_where_nobody_listens_it_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="reached"):
        send(MailServer("127.0.0.1", port), MAIL, SENDER)


class Receiver(http.server.BaseHTTPRequestHandler):
    status, seen = 200, list[tuple[dict[str, str], bytes]]()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        if self.status == 0:
            self.connection.close()
            return
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[type[Receiver], str]]:
    kind = type("OwnReceiver", (Receiver,), {"status": 200, "seen": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}/in?x=1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_posted_with_a_signature_that_holds(receiver: tuple[type[Receiver], str]) -> None:
    kind, url = receiver
    post(Call(url, b'{"a": 1}', "letter-1", secret="s3cret"), private=True)
    [(headers, body)] = kind.seen
    assert (json.loads(body), headers["X-Opsroom-Letter"]) == ({"a": 1}, "letter-1")
    stamp, signature = headers["X-Opsroom-Signature-Timestamp"], headers["X-Opsroom-Signature"]
    verify(["s3cret"], stamp, signature, body, datetime.now(UTC))


@pytest.mark.parametrize(
    ("status", "wrong"), [(302, Refused), (404, Refused), (500, Unavailable), (429, Unavailable), (0, Unknown)]
)
def test_what_a_webhook_answers_says_whether_to_try_again(
    receiver: tuple[type[Receiver], str], status: int, wrong: type[Exception]
) -> None:
    kind, url = receiver
    kind.status = status
    with pytest.raises(wrong) as caught:
        post(Call(url, b"{}", "k"), private=True)
    assert type(caught.value) is wrong
    assert len(kind.seen) == 1
    if status == 429:
        assert isinstance(caught.value, Unavailable)
        assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "localhost",
            "10.1.2.3",
            "169.254.169.254",
            "192.168.0.1",
            "172.16.0.1",
            "100.64.0.1",
            "0.0.0.0",
        ),
        *("[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]", "[::ffff:0:7f00:1]", "[::7f00:1]", "[fec0::1]", "[5f00::1]"),
        *("[::1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[2002:7f00:1::]", "2130706433", "0x7f.1"),
    ],
)
def test_our_own_network_is_never_called(host: str) -> None:
    with pytest.raises(Refused, match="private network"):
        post(Call(f"https://{host}/x", b"{}", "k"))


def test_public_addresses_are_called() -> None:
    assert all(map(hook._is_public, ("8.8.8.8", "2606:4700::1111", "2002:808:808::")))


def test_an_answer_that_trickles_in_for_ever_holds_nobody() -> None:
    """A byte every tenth of a second never meets the time limit of a socket."""
    over = threading.Event()

    def trickle(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            while not over.wait(0.1):
                line.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server:
        listening = threading.Thread(target=lambda: trickle(server.accept()[0]), daemon=True)
        listening.start()
        began = time.monotonic()
        with pytest.raises(Unknown):
            post(Call(f"http://127.0.0.1:{server.getsockname()[1]}/방 1", b"{}", "k"), private=True, seconds=0.5)
        assert time.monotonic() - began < 3
        over.set()
        listening.join()


def test_without_the_guard_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(hook, "_is_public", lambda _address: True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable):
        post(Call(f"https://127.0.0.1:{port}/x", b"{}", "k"))


@pytest.mark.parametrize(
    "url", ["ftp://a.example.com", "https://", "https://me:pw@a.example.com", "http://a.example.com"]
)
def test_what_is_no_address_outside_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        post(Call(url, b"{}", "k"))


def test_a_letter_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="larger"):
        post(Call("https://a.example.com", b"x" * (hook.LARGEST_BODY + 1), "k"))


def test_the_time_for_a_mail_server_is_shorter_than_a_lease() -> None:
    assert smtp.SECONDS < 25
    assert 2 * hook.SECONDS < 25
