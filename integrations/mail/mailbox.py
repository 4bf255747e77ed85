"""The demo's mail server: takes every e-mail by real SMTP, and every webhook, keeps them in a folder and shows them.

Nothing leaves it. It listens on this machine only.
"""

from __future__ import annotations

import asyncio
import email
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import make_server

from integrations.mail.mailbox_page import page

HOST = "127.0.0.1"
KEPT = 500
LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrived:
    """`kind`: "email" or "webhook". `headers` of a webhook are those whose names begin with x-opsroom."""

    number: int
    kind: str
    at: str
    sender: str
    to: str
    subject: str
    body: str
    message_id: str
    headers: dict[str, str]


class Mailbox:
    """One file an arrival, in `folder`; the oldest go when there are more than KEPT."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, **row: Any) -> None:
        with self._lock:
            files = self._files()
            number = int(files[-1].stem) + 1 if files else 1
            arrived = Arrived(number=number, at=datetime.now(UTC).isoformat(timespec="seconds"), **row)
            draft = self._folder / f".{number:08d}"
            draft.write_text(json.dumps(asdict(arrived), ensure_ascii=False))
            draft.replace(self._folder / f"{number:08d}.json")
            for old in files[: max(0, len(files) + 1 - KEPT)]:
                old.unlink()

    def arrived(self) -> list[Arrived]:
        """The newest first."""
        return [Arrived(**json.loads(one.read_text())) for one in reversed(self._files())]

    def empty(self) -> None:
        with self._lock:
            for one in self._files():
                one.unlink()

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.json"))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  what this policy makes
        part = message.get_body(("plain", "html"))
        self.keep(
            kind="email",
            sender=envelope.mail_from or "",
            to=", ".join(envelope.rcpt_tos),
            subject=str(message["Subject"] or ""),
            body=part.get_content() if part is not None else "",
            message_id=str(message["Message-ID"] or ""),
            headers={},
        )
        return "250 OK"


@contextmanager
def serving(folder: Path, *, port: int = 0, smtp_port: int = 0) -> Iterator[tuple[str, str, Mailbox]]:
    """Gives the page's address, the SMTP address and the box. A port of 0 is a free one. Raises OSError when taken."""
    box = Mailbox(folder)
    with _speaking_smtp(box, smtp_port) as smtp:
        server = make_server(HOST, port, page(box), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}", f"smtp://{HOST}:{smtp}", box
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@contextmanager
def _speaking_smtp(box: Mailbox, port: int) -> Iterator[int]:
    """An SMTP server in a thread of its own; gives its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: _line(box, loop), HOST, port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _line(box: Mailbox, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(box, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="mailbox.invalid", loop=loop)


async def _hang_up(server: asyncio.Server) -> None:
    """No line is left open, so that nothing is said of a task that was forgotten."""
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
