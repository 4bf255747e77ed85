"""What making up for things has cost, by month, reason, city and kind. `costs` asks the database, `tables` is pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.bookings.model import Booking
from app.clock import in_seoul
from app.desk.states import named
from app.refunds.goodwill.giving import counts
from app.refunds.goodwill.model import Goodwill, GoodwillKind
from app.refunds.model import Refund
from app.refunds.reasons import Reason
from app.words import Words, say

Key = TypeVar("Key", bound=str)


@dataclass(frozen=True, slots=True)
class Cost:
    at: datetime
    city: str
    reason: Reason
    kind: GoodwillKind
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """`share`: of the largest line of its table, in percent."""

    words: Words
    count: int
    minor: int
    share: int


@dataclass(frozen=True, slots=True)
class Tables:
    """Of one currency."""

    currency: str
    count: int
    minor: int
    by_month: Sequence[Line]
    by_reason: Sequence[Line]
    by_city: Sequence[Line]
    by_kind: Sequence[Line]


def costs(session: Session, since: datetime, within: Iterable[ColumnElement[bool]]) -> list[Cost]:
    """What was given or waits to be since then, of the bookings that `within` leaves."""
    rows = session.execute(
        select(Goodwill.given_at, Booking.city, Goodwill.reason, Goodwill.kind, Goodwill.currency, Goodwill.cost_minor)
        .join(Goodwill.booking)
        .outerjoin(Refund, Refund.id == Goodwill.refund_id)
        .where(counts(), Goodwill.given_at >= since, *within)
        .order_by(Goodwill.given_at)
    )
    return [Cost(*row) for row in rows]


def tables(found: Sequence[Cost]) -> list[Tables]:
    """One for each currency, the dearest first; months newest first, all else by what it cost."""
    by_currency: Mapping[str, list[Cost]] = defaultdict(list)
    for one in found:
        by_currency[one.currency].append(one)
    made = [_of_currency(currency, some) for currency, some in by_currency.items()]
    return sorted(made, key=lambda one: -one.count)


def _of_currency(currency: str, found: Sequence[Cost]) -> Tables:
    months = _lines(found, lambda one: f"{in_seoul(one.at):%Y-%m}", _month)
    return Tables(
        currency,
        len(found),
        sum(one.minor for one in found),
        sorted(months, key=lambda line: line.words.en, reverse=True),
        _dearest(_lines(found, lambda one: one.reason, lambda reason: named(reason).words)),
        _dearest(_lines(found, lambda one: one.city, lambda city: say(city, city))),
        _dearest(_lines(found, lambda one: one.kind, lambda kind: named(kind).words)),
    )


def _lines(found: Sequence[Cost], key: Callable[[Cost], Key], words: Callable[[Key], Words]) -> list[Line]:
    sums: dict[Key, list[int]] = defaultdict(list)
    for one in found:
        sums[key(one)].append(one.minor)
    most = max((sum(some) for some in sums.values()), default=0)
    return [
        Line(words(name), len(some), sum(some), sum(some) * 100 // most if most else 0) for name, some in sums.items()
    ]


def _dearest(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.minor, line.words.ko))


def _month(text: str) -> Words:
    year, month = text.split("-")
    return say(f"{year}년 {int(month)}월", text)
