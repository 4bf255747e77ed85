"""Text, words, numbers, days and business hours for the plain interpreter, each as the documentation words it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from app.language.account import Calendar

SEOUL = timezone(timedelta(hours=9))
RANKS = {
    "status": ("new", "open", "pending", "hold", "solved", "closed"),
    "priority": ("", "low", "normal", "high", "urgent"),
    "satisfaction_score": ("true", "false", "bad", "bad_with_comment", "good", "good_with_comment"),
}


def text(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def tags(value: Any) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [text(one).lower() for one in value if text(one) != ""]
    return [one for one in re.split(r"[\s,]+", text(value).lower()) if one]


@lru_cache(maxsize=20_000)
def folded(raw: str) -> str:
    return unicodedata.normalize("NFC", raw).casefold()


def _written_joined(character: str) -> bool:
    """Hangul, kana and Chinese characters, onto which particles are written."""
    code = ord(character)
    spans = ((0x3131, 0x318E), (0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x3040, 0x30FF), (0x3400, 0x9FFF))
    return any(first <= code <= last for first, last in spans)


def _letter(character: str) -> bool:
    return (character.isalnum() or character == "_") and not _written_joined(character)


@lru_cache(maxsize=200_000)
def has_word(searched: str, word: str) -> bool:
    """A word in an alphabet counts as a whole word, one in Hangul wherever it stands."""
    if any(_written_joined(one) for one in word):
        return word in searched
    at = searched.find(word)
    while at >= 0:
        before, after = searched[at - 1 : at] if at else "", searched[at + len(word) :][:1]
        if not (before and _letter(before)) and not (after and _letter(after)):
            return True
        at = searched.find(word, at + 1)
    return False


def number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or len(text(value).strip()) > 40:
        return None
    try:
        found = Decimal(text(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(value: Any) -> datetime | None:
    said = text(value).strip()
    if not re.match(r"\d{4}-\d{2}-\d{2}", said) or len(said) > 40:
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=SEOUL)


def day(at: datetime) -> date:
    return at.astimezone(SEOUL).date()


def day_said(value: Any) -> date | None:
    if isinstance(value, datetime):
        return day(value)
    if isinstance(value, date):
        return value
    at = moment(value)
    return day(at) if at else None


def rank(field: str, value: str) -> int | None:
    order = RANKS.get(field, ())
    return order.index(value) if value in order else None


def hours_between(start: datetime, end: datetime) -> int:
    seconds = (end - start).total_seconds()
    return int(seconds // 3600)


def is_open(calendar: Calendar, at: datetime) -> bool:
    return open_time(calendar, at, at + timedelta(microseconds=1)) > timedelta()


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How long the doors are open between two moments: day after day, span after span."""
    whole = timedelta()
    on = start.astimezone(calendar.zone).date()
    while on <= end.astimezone(calendar.zone).date():
        for opens, shuts in [] if on in calendar.holidays else calendar.hours[on.weekday()]:
            first = datetime.combine(on, opens, calendar.zone)
            until = on + timedelta(days=1) if shuts == time(0) else on
            last = datetime.combine(until, shuts, calendar.zone)
            if min(last, end) > max(first, start):
                whole += min(last, end) - max(first, start)
        on += timedelta(days=1)
    return whole
