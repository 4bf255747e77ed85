"""Posting JSON to an address that somebody typed: never into our own network, never along a redirect.

The name is resolved once, every address it has must be a public one, and the connection goes to the address that was
looked at: a name that changes its mind in between leads nowhere.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import SplitResult, quote, urlsplit

from integrations.errors import Refused, Unavailable, Unknown
from integrations.zendesk.signature import signed

SECONDS = 8.0
LARGEST_BODY = 256 * 1024
LARGEST_ANSWER = 4096
_PORTS = {"https": 443, "http": 80}
_LATER = frozenset({408, 423, 425, 429})
# What is given to the internet of IPv6; everything else is local, or leads on to an IPv4 address that nobody looked at.
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# May stand in a path as they are.
_PATH = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class Call:
    """`key` is the same however often it is sent: the receiver may know a second copy by it. With `secret` it is signed
    as Zendesk signs its webhooks."""

    url: str
    body: bytes
    key: str
    secret: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def checked(url: str, *, private: bool = False) -> SplitResult:
    """Raises Refused unless the address may be called. `private`: our own network may be (the demo's mailbox)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("not an address") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password or port == 0:
        raise Refused("not an address such as https://hooks.example.com/…")
    if parts.scheme == "http" and not private:
        raise Refused("an address outside is called by https:// only")
    return parts


def post(call: Call, *, private: bool = False, seconds: float = SECONDS) -> None:
    """Raises Refused when it will never be taken, Unavailable when it was not taken, Unknown when no answer came. It
    takes `seconds` to connect and `seconds` from then on at most, however slowly it is answered."""
    parts = checked(call.url, private=private)
    if len(call.body) > LARGEST_BODY:
        raise Refused("the letter is larger than a webhook may be")
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    address = _resolved(host, port, private=private)
    line = _Pinned(host, port, address, tls=parts.scheme == "https", seconds=seconds)
    try:
        line.connect()
    except (OSError, http.client.HTTPException) as failure:
        line.close()
        raise Unavailable(f"the webhook cannot be reached ({type(failure).__name__})") from None
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_PATH)
    try:
        with line.no_longer_than(seconds):
            line.request("POST", path, call.body, _headers(call))
            answer = line.getresponse()
            words = answer.read(LARGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as lost:
        raise Unknown(f"the webhook did not answer ({type(lost).__name__})") from None
    finally:
        line.close()
    _check(answer, words)


def _headers(call: Call) -> dict[str, str]:
    headers = {"Content-Type": call.content_type, "User-Agent": "Opsroom", "X-Opsroom-Letter": call.key, **call.headers}
    if call.secret:
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers["X-Opsroom-Signature-Timestamp"] = stamp
        headers["X-Opsroom-Signature"] = signed(call.secret, stamp, call.body)
    return headers


def _check(answer: http.client.HTTPResponse, words: str) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _LATER or status >= 500:
        after = answer.headers.get("Retry-After", "")
        raise Unavailable(f"the webhook answered {status}", retry_after=float(after) if after.isdecimal() else None)
    if 300 <= status < 400:
        raise Refused(f"the webhook answered {status}; redirects are not followed", status=status)
    raise Refused(f"the webhook refused it ({status})", status=status, words=words[:300])


def _resolved(host: str, port: int, *, private: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable("the webhook's name leads nowhere") from None
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(_is_public(one) for one in addresses):
        raise Refused("the webhook's address is in a private network")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address not in _PUBLIC_IPV6:
            return False
        address = inner or address
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was looked at, and asks it for a certificate of the name."""

    def __init__(self, host: str, port: int, address: str, *, tls: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address
        self._tls = tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    @contextmanager
    def no_longer_than(self, seconds: float) -> Iterator[None]:
        """Hangs up then: the time limit of a socket begins anew with every byte that comes."""
        taken = self.sock
        watch = threading.Timer(seconds, _hang_up, [taken])
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()


def _hang_up(taken: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(taken, socket.SHUT_RDWR)  # not TLS's own, which another thread is at
