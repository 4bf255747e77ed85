"""Handing an e-mail to a mail server, once, within a time limit.

`smtp://user:password@host:587` asks for TLS (STARTTLS) whenever the server is not this very machine, `smtps://host:465`
speaks TLS from its first byte. Nothing is retried here.
"""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
import time
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from integrations.errors import Refused, Unavailable, Unknown
from integrations.mail.letter import Mail, written

SECONDS = 17.0
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str = ""
    password: str = ""
    tls_at_once: bool = False

    @classmethod
    def of(cls, url: str) -> MailServer:
        """Raises ValueError, which never tells the password."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port of SMTP_URL is no port") from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("SMTP_URL must look like smtp://user:password@mail.example.com:587, or smtps://…:465")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise ValueError("SMTP_URL names a user without a password, or the other way round")
        return cls(parts.hostname, port or _PORTS[parts.scheme], user, password, parts.scheme == "smtps")

    @property
    def is_here(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def send(server: MailServer, mail: Mail, sender: str, *, seconds: float = SECONDS) -> None:
    """Raises Refused when it will never be taken, Unavailable when it was not taken, and Unknown when the whole letter
    went out and no answer came: it may have been taken."""
    message = written(mail, sender)
    deadline = time.monotonic() + seconds
    line = _open(server, seconds)
    try:
        _greet(line, server, deadline)
        _left(line, deadline)
        _step("MAIL", *line.mail(message["From"].addresses[0].addr_spec))
        _left(line, deadline)
        _step("RCPT", *line.rcpt(message["To"].addresses[0].addr_spec))
        _left(line, deadline)
        _hand_over(line, message.as_bytes())
    except smtplib.SMTPServerDisconnected as lost:
        raise Unavailable(f"the mail server hung up ({type(lost).__name__})") from None
    except smtplib.SMTPAuthenticationError as denied:
        raise Unavailable(f"the mail server does not know this user and password ({denied.smtp_code})") from None
    except (smtplib.SMTPException, OSError) as failure:
        raise Unavailable(f"the mail server does not answer ({type(failure).__name__})") from None
    finally:
        line.close()


def _open(server: MailServer, seconds: float) -> smtplib.SMTP:
    try:
        if server.tls_at_once:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=seconds)
    except (smtplib.SMTPException, OSError) as failure:
        raise Unavailable(f"the mail server cannot be reached ({type(failure).__name__})") from None


def _greet(line: smtplib.SMTP, server: MailServer, deadline: float) -> None:
    _left(line, deadline)
    line.ehlo()
    if not server.tls_at_once and not server.is_here:
        _left(line, deadline)
        line.starttls(context=ssl.create_default_context())
        line.ehlo()
    if server.user:
        _left(line, deadline)
        line.login(server.user, server.password)


def _hand_over(line: smtplib.SMTP, message: bytes) -> None:
    """After the last dot is written, nobody but the server knows whether it has the letter."""
    code, answer = line.docmd("DATA")
    if code != 354:
        _step("DATA", code, answer)
        raise Unavailable("the mail server answered out of turn")
    try:
        line.send(_dotted(message))
        code, answer = line.getreply()
    except (smtplib.SMTPException, OSError) as lost:
        raise Unknown(f"the mail server did not say whether it took the letter ({type(lost).__name__})") from None
    _step("the letter", code, answer)


def _dotted(message: bytes) -> bytes:
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\r\n".join(b"." + one if one.startswith(b".") else one for one in lines) + b"\r\n.\r\n"


def _step(what: str, code: int, answer: bytes) -> None:
    if 200 <= code < 300:
        return
    words = answer.decode("utf-8", "replace")[:300]
    if 500 <= code < 600:
        raise Refused(f"the mail server refused {what} ({code})", status=code, words=words)
    raise Unavailable(f"the mail server put {what} off ({code})")


def _left(line: smtplib.SMTP, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unavailable("the mail server is too slow")
    if line.sock is not None:
        line.sock.settimeout(left)
