"""Dates and times as Koreans write them, in Seoul. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from app import clock

_DAY = r"(?P<y>\d{4}|\d{2})\s*(?:년|[-./])\s*(?P<mo>\d{1,2})\s*(?:월|[-./])\s*(?P<d>\d{1,2})\s*(?:일|\.)?"
_NOON = r"(?P<{name}>오전|오후|am|pm|a\.m\.|p\.m\.)?"
_CLOCK = r"(?P<h>\d{1,2})\s*(?::|시)\s*(?:(?P<mi>\d{1,2})\s*(?:분)?)?\s*(?::?\s*(?P<s>\d{1,2})\s*(?:초)?)?"
_WEEKDAY = r"\s*(?:\(\s*[월화수목금토일]\s*\)|[월화수목금토일]요일)?"
_TYPED = re.compile(
    rf"{_DAY}{_WEEKDAY}[\s,T]*{_NOON.format(name='before')}\s*{_CLOCK}\s*{_NOON.format(name='after')}", re.IGNORECASE
)
_AFTERNOON, _MORNING = ("오후", "pm", "p.m."), ("오전", "am", "a.m.")
_OFFSET = re.compile(r".*[T ]\d{2}:?\d{2}.*(?:Z|[+-]\d{2}:?\d{2})\Z")


def read_time(text: str) -> datetime:
    """`2026-11-22 15:00`, `2026. 11. 22. 오후 3:00`, `26.11.22 15시`, `2026년 11월 22일(일) 15시 30분`, or ISO with an
    offset. ValueError for anything else, and for a day without its time.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if _OFFSET.fullmatch(typed):
        return clock.telling(datetime.fromisoformat(typed).astimezone(UTC))
    found = _TYPED.fullmatch(typed)
    if found is None:
        raise ValueError(text)
    year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    hour = _hour(int(found["h"]), (found["before"] or found["after"] or "").lower())
    minute, second = int(found["mi"] or 0), int(found["s"] or 0)
    at = datetime(year, int(found["mo"]), int(found["d"]), hour, minute, second, tzinfo=clock.SEOUL)
    return clock.telling(at.astimezone(UTC))


def _hour(hour: int, half: str) -> int:
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    if half in _MORNING and hour == 12:
        return 0
    if half and hour > 12 and half in _MORNING:
        raise ValueError(hour)
    return hour
