"""When a tier begins: whole days, months and hours before the start, in Seoul, to the second. Pure."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from app.clock import SEOUL
from app.policies.terms import Terms, Tier, Unit


def start_of(terms: Terms, starts_at: datetime) -> datetime:
    """The moment that tiers count back from: the terms' clock on the day of the start in Seoul, or the start itself."""
    there = starts_at.astimezone(SEOUL)
    if terms.clock is None:
        return there
    hour, minute = terms.clock.split(":")
    return there.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def before(start: datetime, count: int, unit: Unit) -> datetime:
    """`count` units before `start` (aware, in Seoul). A month back from the 31st is the last day of a shorter month."""
    if unit is Unit.hours:
        return start - timedelta(hours=count)
    if unit is Unit.days:
        return start - timedelta(days=count)
    months = start.year * 12 + start.month - 1 - count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def tier_at(terms: Terms, starts_at: datetime, at: datetime) -> Tier | None:
    """The tier that `at` falls into, None after the start. The very second of a boundary belongs to the farther tier;
    parts of a second are not counted.
    """
    start = start_of(terms, starts_at)
    second = at.astimezone(SEOUL).replace(microsecond=0)
    for tier in terms.tiers:
        if second <= before(start, tier.at_least, terms.unit):
            return tier
    return None


def edges(terms: Terms, starts_at: datetime) -> list[tuple[Tier, datetime]]:
    """Each tier with its last second, in Seoul, from far to near."""
    start = start_of(terms, starts_at)
    return [(tier, before(start, tier.at_least, terms.unit)) for tier in terms.tiers]


def is_nearer(terms: Terms, starts_at: datetime, at: datetime, below: int | None) -> bool:
    """Whether `at` is less than `below` units before the start; always where `below` is None."""
    if below is None:
        return True
    edge = before(start_of(terms, starts_at), below, terms.unit)
    return at.astimezone(SEOUL).replace(microsecond=0) > edge


def returns_fee(terms: Terms, starts_at: datetime, at: datetime) -> bool:
    """Whether the service fee goes back when the customer cancels at `at`."""
    if terms.service_fee_at_least is None:
        return False
    until = before(start_of(terms, starts_at), terms.service_fee_at_least, terms.unit)
    return at.astimezone(SEOUL).replace(microsecond=0) <= until
