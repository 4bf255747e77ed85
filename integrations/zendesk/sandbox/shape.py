"""The few words the whole sandbox shares: JSON rows, times as Zendesk writes them, ids as it reads them."""

import html
import re
import secrets
from datetime import UTC, datetime
from typing import Any

import msgspec

Json = dict[str, Any]

BIGGEST_ID = 2**63 - 1
_MOST_DIGITS = 18
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def stamp(at: datetime) -> str:
    """A time in Zendesk's whole seconds: 2026-11-22T09:00:00Z."""
    return f"{at.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def fine_stamp(at: datetime) -> str:
    """A time in the nanoseconds of webhooks. Python knows microseconds only, so the last three digits are noughts."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def moment(text: object) -> datetime | None:
    """What a stamp says, or None where it is no time at all. A time without a zone is UTC, as Zendesk reads it."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def ident(value: object) -> int | None:
    """An id from a path or a body: a number or its digits. None where it cannot be one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:20])
    if isinstance(value, int) and 0 < value <= BIGGEST_ID:
        return value
    return None


def whole(text: str) -> int | None:
    """A number from 0 on in its digits; where they are too many, one beyond all counts here. None: no number."""
    if not text.isdecimal():
        return None
    return int(text) if len(text) <= _MOST_DIGITS else 10**_MOST_DIGITS


def ulid(at: datetime) -> str:
    number = (int(at.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def encode(body: object) -> bytes:
    return msgspec.json.encode(body)


def text_of(body: object) -> str:
    return msgspec.json.encode(body).decode()


def decode(body: str | bytes) -> Any:
    return msgspec.json.decode(body)


def html_of(text: str) -> str:
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip("\n")) if part] or [""]
    texts = [html.escape(part, quote=False).replace("\n", "<br>") for part in paragraphs]
    lines = "\n".join(f'<p dir="auto">{text}</p>' for text in texts)
    return f'<div class="zd-comment" dir="auto">{lines}</div>'


def plain_of(markup: str) -> str:
    with_breaks = re.sub(r"<br\s*/?>|</p>|</div>|</li>", "\n", markup, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", "", with_breaks)).strip()
