"""How a value is shown: money, times in Seoul, states as chips, JSON as lines; and as plain text, for files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from app import clock
from app import money as amounts
from app.desk.states import Named, named, named_as
from app.words import Words, language, say

NOTHING = "–"
LONG_TEXT = 2000
YES, NO = say("예", "Yes"), say("아니요", "No")


def money(minor: int | None, currency: str = "KRW") -> str:
    """`minor` units as people write them; a currency that is not known here stands before the plain number."""
    if minor is None:
        return NOTHING
    return amounts.shown(minor, currency) if currency in amounts.EXPONENTS else f"{currency} {minor:,}"


def major(minor: int, currency: str) -> int | Decimal:
    """`minor` units as a number for a file."""
    places = amounts.EXPONENTS.get(currency, 0)
    return Decimal(minor).scaleb(-places) if places else minor


def when(at: datetime | None) -> str:
    """A time in Seoul; the year only where it is not this one."""
    if at is None:
        return NOTHING
    here, this_year = clock.in_seoul(at), clock.in_seoul(clock.now()).year
    if language() == "ko":
        return f"{f'{here.year}년 ' if here.year != this_year else ''}{here.month}월 {here.day}일 {here:%H:%M}"
    return f"{here.day} {here:%b}{f' {here.year}' if here.year != this_year else ''}, {here:%H:%M}"


def day(on: date | None) -> str:
    if on is None:
        return NOTHING
    return f"{on.year}. {on.month}. {on.day}." if language() == "ko" else f"{on.day} {on:%b} {on.year}"


def ago(at: datetime | None) -> str:
    """How long since (or until) `at`, in its largest unit."""
    if at is None:
        return NOTHING
    gap = clock.now() - at
    if gap < timedelta(0):
        return str(say(f"{_span(-gap).ko} 뒤", f"in {_span(-gap).en}"))
    return str(say(f"{_span(gap).ko} 전", f"{_span(gap).en} ago"))


def _span(gap: timedelta) -> Words:
    seconds = int(gap.total_seconds())
    for size, ko, en in ((86_400, "일", "day"), (3_600, "시간", "hour"), (60, "분", "minute")):
        if seconds >= size:
            count = seconds // size
            return say(f"{count}{ko}", f"{count} {en}{'' if count == 1 else 's'}")
    return say(f"{seconds}초", f"{seconds} s")


def chip(choice: StrEnum | str | None, kind: str | None = None) -> Markup | str:
    """A state as a chip. For a value that is kept as text, `kind` tells whose it is: `chip("open", "TicketStatus")`."""
    if choice is None or choice == "":
        return NOTHING
    name = named(choice) if isinstance(choice, StrEnum) else named_as(kind or "", choice)
    return chip_as(name, str(choice))


def chip_as(name: Named, state: str = "") -> Markup:
    return Markup('<span class="chip {}" data-state="{}">{}</span>').format(name.tone, state, str(name.words))


def lines(value: Any) -> Markup | str:
    """JSON as readable lines, escaped."""
    if value in (None, {}, [], ""):
        return NOTHING
    return Markup('<ul class="lines-of">{}</ul>').format(Markup("").join(_items(value)))


def _items(value: Any) -> Iterable[Markup]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield Markup("<li><b>{}</b> {}</li>").format(key, _inner(inner))
        return
    for inner in value if isinstance(value, list | tuple) else [value]:
        yield Markup("<li>{}</li>").format(_inner(inner))


def _inner(value: Any) -> Markup | str:
    if isinstance(value, dict | list | tuple) and value:
        return Markup("<ul>{}</ul>").format(Markup("").join(_items(value)))
    return plain(value)


def shown(value: Any, *, name: str = "", currency: str = "KRW") -> Any:
    """A value of a record as a screen shows it: everything that is not ours already is escaped by the template."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Markup):
        return value
    if isinstance(value, StrEnum):
        return chip(value)
    if isinstance(value, dict | list | tuple):
        return lines(value)
    if isinstance(value, str) and "\n" in value:
        return Markup('<span class="text">{}</span>').format(value)
    return plain(value, name=name, currency=currency)


def plain(value: Any, *, name: str = "", currency: str = "KRW") -> str:
    """A value as plain text."""
    if value is None or value == "":
        return NOTHING
    writers: tuple[tuple[Any, Callable[[Any], str]], ...] = (
        (bool, lambda yes: str(YES if yes else NO)),
        (StrEnum, lambda choice: str(named(choice).words)),
        (datetime, when),
        (date, day),
        (bytes, lambda raw: raw[:LONG_TEXT].decode("utf-8", "replace")),
        (list | tuple, lambda many: ", ".join(plain(one) for one in many)),
        (dict, lambda pairs: "; ".join(f"{key}: {plain(one)}" for key, one in pairs.items())),
    )
    for kind, write in writers:
        if isinstance(value, kind):
            return write(value)
    if isinstance(value, int) and name.endswith("_minor"):
        return money(value, currency)
    return str(value)


def cell(value: Any, *, name: str = "", currency: str = "KRW") -> str | int | float | Decimal:
    """A value for a file: numbers stay numbers, times are told to the second in Seoul."""
    if value is None:
        return ""
    if isinstance(value, bool | StrEnum):
        return plain(value)
    if isinstance(value, int):
        return major(value, currency) if name.endswith("_minor") else value
    if isinstance(value, float | Decimal):
        return value
    if isinstance(value, datetime):
        return f"{clock.in_seoul(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return plain(value.striptags() if isinstance(value, Markup) else value)
