"""How a request reaches Zendesk and how its answer, or the lack of one, becomes ours.

Every request of the session goes through here, Zenpy's too: to one host only, sent once, within a time limit, without
waiting on a rate limit. An answer that is no success leaves as one of integrations.errors.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from integrations.errors import Conflict, Refused, Unavailable, Unknown

log = logging.getLogger(__name__)

_LARGEST_ANSWER = 64 * 1024 * 1024
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_TRY_AGAIN = frozenset({408, 423, 425})
_LIMIT = ("x-rate-limit", "ratelimit-limit", "rate-limit")
_REMAINING = ("x-rate-limit-remaining", "ratelimit-remaining", "rate-limit-remaining")
_RESET = ("ratelimit-reset", "rate-limit-reset")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_DROPPED = re.compile(r":unpermitted_keys=>\[([^\]]{1,500})\]")


@dataclass(frozen=True, slots=True)
class Rate:
    """What Zendesk last said of its limit: requests a minute, how many are left, seconds until it starts anew."""

    limit: int | None
    remaining: int | None
    reset_seconds: int | None


def base_of(url: str) -> SplitResult:
    """Raises ValueError unless `url` is scheme://host[:port] and keeps the token off the open net."""
    base = urlsplit(url.rstrip("/"))
    if base.scheme not in {"http", "https"} or not base.hostname or base.path or base.query or base.username:
        raise ValueError("The address of Zendesk must look like https://account.zendesk.com")
    if base.scheme == "http" and base.hostname.endswith(".zendesk.com"):
        raise ValueError("A Zendesk account is reached by https:// only")
    return base


class OneHost(HTTPAdapter):
    """Sends each request to `base`, whatever host its address names, so that the token goes nowhere else.

    Zenpy can only say https://, and Zendesk's links to a next page name the account's own host.
    """

    def __init__(self, base: SplitResult, timeout: tuple[float, float]) -> None:
        super().__init__(max_retries=0)
        self.rate: Rate | None = None
        self._base = base
        self._timeout = timeout
        self._heard: list[bytes] | None = None
        self._before_each: Callable[[], None] | None = None

    @contextmanager
    def listening(self) -> Iterator[list[bytes]]:
        """The bodies of the answers that come in meanwhile, in their order."""
        heard: list[bytes] = []
        self._heard = heard
        try:
            yield heard
        finally:
            self._heard = None

    @contextmanager
    def announcing(self, before_each: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `before_each` is called before every request; what it raises keeps that request from being sent."""
        self._before_each = before_each
        try:
            yield
        finally:
            self._before_each = None

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - requests' own signature
        timeout: Any = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - as above
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        if self._before_each is not None:
            self._before_each()
        asked = urlsplit(request.url or "")
        what = f"{request.method} {asked.path}"
        sent = request.copy()
        sent.url = asked._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        sent.headers.pop("Host", None)
        through = {} if _is_loopback(self._base) else proxies
        deadline = time.monotonic() + sum(self._timeout)
        try:
            response = super().send(sent, stream=True, timeout=self._timeout, verify=verify, cert=cert, proxies=through)
            body = _whole_body(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as failure:
            raise _no_answer(what, failure, is_write=request.method not in _READS) from None
        self.rate = _rate(response.headers) or self.rate
        _check(what, response, body, is_write=request.method not in _READS)
        if self._heard is not None:
            self._heard.append(body)
        # Zenpy picks its reader by the address it asked for, and reads the body again.
        response.raw, response.request, response.url = BytesIO(body), request, request.url or ""
        return response


def session_over(wire: OneHost, email: str, token: str, user_agent: str) -> requests.Session:
    session = requests.Session()
    session.auth = (f"{email}/token", token)
    session.headers["User-Agent"] = user_agent
    session.headers["Accept"] = "application/json"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", wire)
    session.mount("http://", wire)
    return session


def _whole_body(response: requests.Response, deadline: float) -> bytes:
    """A time limit of requests counts from one byte to the next; this one counts for the whole answer."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or size > _LARGEST_ANSWER:
            response.close()
            raise requests.exceptions.ReadTimeout
        connection = getattr(response.raw.connection, "sock", None)
        if connection is not None:
            connection.settimeout(left)
        part = response.raw.read1(256 * 1024, decode_content=True)
        if not part:
            return _without_nul(b"".join(parts))
        parts.append(part)
        size += len(part)


def _without_nul(body: bytes) -> bytes:
    """JSON may hold the character NUL, PostgreSQL keeps none: one in one comment would stop a whole page."""
    return _NUL.sub(rb"\1", body) if b"\\u0000" in body else body


def _no_answer(what: str, failure: Exception, *, is_write: bool) -> Unavailable:
    text = f"{what}: no answer from Zendesk ({type(failure).__name__})"
    if is_write and not _was_never_sent(failure):
        return Unknown(text)
    return Unavailable(text)


def _was_never_sent(failure: Exception) -> bool:
    """Only a connection that was never made is sure to have carried nothing."""
    if isinstance(failure, requests.exceptions.ConnectTimeout):
        return True
    cause = failure.args[0] if failure.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return True
    inner = reason.args[0] if isinstance(reason, urllib3.exceptions.SSLError) and reason.args else None
    return isinstance(inner, ssl.SSLCertVerificationError)


def _check(what: str, response: requests.Response, body: bytes, *, is_write: bool) -> None:
    status = response.status_code
    if 200 <= status < 300:
        _tell_of_dropped_keys(what, response.headers)
        return
    error, words, details = _words(body)
    text = f"{what}: Zendesk answered {status} {error}".rstrip()
    if status >= 500:
        raise (Unknown if is_write else Unavailable)(text, retry_after=_retry_after(response.headers))
    if status == 429:
        wait, reset = _retry_after(response.headers), _first_number(response.headers, _RESET)
        raise Unavailable(text, retry_after=reset if wait is None else wait)
    if status in _TRY_AGAIN or (status == 409 and error == "DatabaseConflict"):
        raise Unavailable(text, retry_after=_retry_after(response.headers))
    raise (Conflict if status == 409 else Refused)(text, status=status, words=words, details=details)


def _words(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """Zendesk's name of the error (safe to log), its sentence, and its details by field. Any body will do."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", body[:500].decode("utf-8", "replace").strip(), {}
    if not isinstance(told, dict):
        return "", "", {}
    error: Any = told.get("error")
    description, details = told.get("description"), told.get("details")
    if isinstance(error, dict):
        error, description = "", error.get("message")
    name = error if isinstance(error, str) and _NAME.fullmatch(error) else ""
    words = next((text for text in (description, error) if isinstance(text, str)), "")
    return name, words, details if isinstance(details, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; Zendesk writes a number, a gateway before it may write a fraction or a date."""
    told = headers.get("retry-after")
    if told is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", told.strip(), re.ASCII):
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _rate(headers: Mapping[str, str]) -> Rate | None:
    rate = Rate(*(_first_number(headers, names) for names in (_LIMIT, _REMAINING, _RESET)))
    return None if rate == Rate(None, None, None) else rate


def _first_number(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    told = (headers.get(name, "").strip() for name in names)
    return next((int(text) for text in told if re.fullmatch(r"\d{1,9}", text, re.ASCII)), None)


def _tell_of_dropped_keys(what: str, headers: Mapping[str, str]) -> None:
    """Zendesk drops keys it does not know and answers 200: without this, nobody would see that nothing changed."""
    dropped = _DROPPED.search(headers.get("x-zendesk-api-warn", ""))
    if dropped:
        log.warning("zendesk_dropped_keys call=%s keys=%s", what, dropped[1])


def _is_loopback(base: SplitResult) -> bool:
    try:
        return base.hostname == "localhost" or ipaddress.ip_address(base.hostname or "").is_loopback
    except ValueError:
        return False
