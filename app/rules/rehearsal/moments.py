"""When an automation first becomes true: the moments that matter between two updates of a ticket, worked out, not
walked hour by hour. Pure.

Between two updates a ticket stands still, and only time goes by. A condition on hours can turn only where its whole
number of hours is reached or left: N hours and N + 1 hours after (or before) the time that it counts from, in calendar
or business hours. Those are the moments; the live engine, which looks every five minutes, finds the same ones a little
later. What our own records do meanwhile (a booking begins, a refund is paid) is asked anew at each moment, and at
Seoul's midnights for a rule that asks about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from app.language.account import SEOUL, Calendar
from app.language.conditions import Condition, Conditions
from app.language.kinds import ValueKind
from app.language.readers import SPANS
from app.language.sight import Sight, Unknown
from app.language.values import number_of
from app.language.vocabulary import field_of
from app.rules.definition import RuleDefinition
from app.rules.facts_of import is_glanced

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
OWN = ("booking.", "partner.", "customer.", "refund.")
TEXT = "text."  # of an update it reads the comment, else the whole ticket
# Our own hours: which time of the booking they count from, and whether they grow.
BOOKING_HOURS: Mapping[str, tuple[str, bool]] = MappingProxyType({
    "booking.hours_until_start": ("starts_at", False),
    "booking.hours_until_end": ("ends_at", False),
    "booking.hours_since_start": ("starts_at", True),
    "booking.hours_since_end": ("ends_at", True),
})  # fmt: skip
MOST_DAYS = 732
MOST_HOURS = 24 * MOST_DAYS


def still(rule: RuleDefinition) -> RuleDefinition:
    """The rule without what time, or a record of ours, can change while the ticket stands still: met by the ticket at
    any time of the stretch unless this is not."""
    kept = tuple(one for one in rule.conditions.all if not _moves(one))
    any_of = () if any(_moves(one) for one in rule.conditions.any) else rule.conditions.any
    return replace(rule, conditions=Conditions(kept, any_of))


def at_a_glance(rule: RuleDefinition) -> RuleDefinition:
    """The rule with only what a glance tells: whatever meets the rule meets this one, too."""
    kept = tuple(one for one in rule.conditions.all if is_glanced(one.field))
    any_of = rule.conditions.any if all(is_glanced(one.field) for one in rule.conditions.any) else ()
    return replace(rule, conditions=Conditions(kept, any_of))


def asks_own(rule: RuleDefinition) -> bool:
    """Whether it asks about a record of ours, which may change while the ticket stands still."""
    return any(one.field.startswith(OWN) for one in (*rule.conditions.all, *rule.conditions.any))


def moments(rule: RuleDefinition, sight: Sight, end: datetime) -> Iterator[datetime]:
    """When the rule may turn true from `sight.now`, which is one of them, to `end`: unsorted, some twice."""
    start = sight.now
    yield start
    for condition in (*rule.conditions.all, *rule.conditions.any):
        if _moves(condition):
            yield from (one for one in _turns(condition, sight, end) if start < one <= end)


def _turns(condition: Condition, sight: Sight, end: datetime) -> Iterator[datetime]:
    if not _counts_hours(condition):
        yield from _midnights(sight.now, end)
        return
    base, forward = _base(condition.field, sight)
    if base is None:
        return
    hours = number_of(condition.value)
    if hours is None or abs(hours) > MOST_HOURS:
        return
    business = condition.operator.endswith("_business_hours")
    for whole in (int(hours), int(hours) + 1):
        turn = _shifted(base, whole, sight.calendar if business else None, forward=forward)
        yield turn
        yield turn + SECOND
    yield base
    yield base + SECOND


def _base(field: str, sight: Sight) -> tuple[datetime | None, bool]:
    """The time that the hours count from, and whether they grow; None when the ticket has no such time."""
    if field in BOOKING_HOURS:
        name, forward = BOOKING_HOURS[field]
        return (getattr(sight.facts.booking, name) if sight.facts.booking else None), forward
    for now in (sight.now, _EARLIEST, _LATEST):
        found = SPANS[field](Sight(sight.facts, now, sight.account))
        if not isinstance(found, Unknown):
            first, second = found
            return (first, True) if second == now else (second, False)
    return None, True


_EARLIEST = datetime.fromisoformat("1970-01-02T00:00:00+00:00")
_LATEST = datetime.fromisoformat("2200-01-01T00:00:00+00:00")


def _shifted(base: datetime, hours: int, calendar: Calendar | None, *, forward: bool) -> datetime:
    span = timedelta(hours=hours)
    if calendar is None:
        return base + span if forward else base - span
    return after_business(calendar, base, span) if forward else before_business(calendar, base, span)


def after_business(calendar: Calendar, base: datetime, span: timedelta) -> datetime:
    """The first moment, to the second, at which `span` of business time has gone by since `base`; one far away when it
    never has."""
    left, at = span, base
    for _ in range(MOST_DAYS):
        gone_by = calendar.open_between(at, at + DAY)
        if gone_by >= left:
            return _halved(calendar, at, at + DAY, left)
        left, at = left - gone_by, at + DAY
    return at


def before_business(calendar: Calendar, base: datetime, span: timedelta) -> datetime:
    """The last moment, to the second, from which `span` of business time is left until `base`."""
    left, at = span, base
    for _ in range(MOST_DAYS):
        gone_by = calendar.open_between(at - DAY, at)
        if gone_by >= left:
            return _halved(calendar, at, at - DAY, left)
        left, at = left - gone_by, at - DAY
    return at


def _halved(calendar: Calendar, base: datetime, far: datetime, left: timedelta) -> datetime:
    """From `far`, which is too far from `base` or just far enough, as near as `left` of business time lies between."""
    near = base
    while abs(far - near) > SECOND:
        middle = near + (far - near) / 2
        enough = calendar.open_between(min(base, middle), max(base, middle)) >= left
        near, far = (near, middle) if enough else (middle, far)
    return far


def _midnights(start: datetime, end: datetime) -> Iterator[datetime]:
    """Seoul's, at which a day of ours begins."""
    day = start.astimezone(SEOUL).date()
    while True:
        day += DAY
        at = datetime.combine(day, time(0), SEOUL).astimezone(UTC)
        if at > end:
            return
        yield at


def _moves(condition: Condition) -> bool:
    return _counts_hours(condition) or condition.field.startswith((*OWN, TEXT)) or _is_timed(condition)


def _counts_hours(condition: Condition) -> bool:
    field = field_of(condition.field)
    if field is None:
        return False
    return condition.field in BOOKING_HOURS or (condition.field in SPANS and field.value_kind is ValueKind.hours)


def _is_timed(condition: Condition) -> bool:
    field = field_of(condition.field)
    return field is not None and field.time
