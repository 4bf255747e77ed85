"""Zendesk's webhook signature: base64(HMAC-SHA256(signing secret as text, timestamp header + raw body)).

The secret looks like base64 and is not decoded. A request with no body is signed over the timestamp alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_LONGEST_TIMESTAMP = 64
_LONGEST_SIGNATURE = 256
# Zendesk writes 2021-03-25T05:09:27Z; its event times have nine digits of a second, which fromisoformat() cuts to six.
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-]\d\d:\d\d))", re.ASCII)


class Flaw(StrEnum):
    """Why a signature was not accepted: for our log, not for the sender."""

    missing = "missing"
    unreadable_time = "unreadable_time"
    outside_window = "outside_window"
    mismatch = "mismatch"


class BadSignature(Exception):
    """Not from Zendesk, or too old or too new to be believed."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(f"webhook signature: {flaw}")
        self.flaw = flaw


def signed(secret: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), _bytes(timestamp) + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def verify(
    secrets: Sequence[str],
    timestamp: str | None,
    signature: str | None,
    body: bytes,
    now: datetime,
    window_seconds: int = 300,
) -> None:
    """Raises BadSignature unless one of the secrets signed exactly these bytes within `window_seconds` of `now`.

    Two secrets are for a rotation. Every secret is tried and compared in constant time, so the time taken does not
    tell which one fits. No secret, or an empty one, accepts nothing. `now` must be aware.
    """
    if not timestamp or not signature:
        raise BadSignature(Flaw.missing)
    if len(timestamp) > _LONGEST_TIMESTAMP or len(signature) > _LONGEST_SIGNATURE:
        raise BadSignature(Flaw.mismatch)
    claimed = _bytes(signature)
    fits = 0
    for secret in secrets:
        fits |= bool(secret) & hmac.compare_digest(_bytes(signed(secret, timestamp, body)), claimed)
    if not fits:
        raise BadSignature(Flaw.mismatch)
    if abs(now - _moment(timestamp)) > timedelta(seconds=window_seconds):
        raise BadSignature(Flaw.outside_window)


def _moment(timestamp: str) -> datetime:
    found = _RFC3339.fullmatch(timestamp.strip())
    if not found:
        raise BadSignature(Flaw.unreadable_time)
    day, clock, fraction, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0'):0<6.6}{offset or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadSignature(Flaw.unreadable_time) from None


def _bytes(text: str) -> bytes:
    """A header may hold any character; compare_digest() takes ASCII text or bytes only."""
    return text.encode("utf-8", "backslashreplace")
