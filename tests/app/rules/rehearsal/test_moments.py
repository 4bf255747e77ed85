"""The moments at which an automation turns true are worked out; walking minute by minute finds none that is earlier."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.language.account import PLAIN_ACCOUNT
from app.language.facts_of_ticket import BookingFacts, TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.rules.definition import RuleDefinition
from app.rules.rehearsal.moments import moments, still

START = datetime(2026, 11, 2, 1, 17, tzinfo=UTC)  # a Monday, 10:17 in Seoul
STRETCH = timedelta(days=6)
STEP = timedelta(minutes=5)
SINCE = ("NEW", "PENDING", "assigned_at", "updated_at", "requester_updated_at")
HOURS = (
    "is",
    "less_than",
    "greater_than",
    "is_business_hours",
    "less_than_business_hours",
    "greater_than_business_hours",
)
BOOKING = (
    "booking.hours_until_start",
    "booking.hours_since_start",
    "booking.hours_until_end",
    "booking.hours_since_end",
)
ORDER = ("is", "less_than", "greater_than", "less_than_equal", "greater_than_equal")


def a_rule(field: str, operator: str, hours: int) -> RuleDefinition:
    rows = [{"field": "status", "operator": "is", "value": "pending"}]
    rows.append({"field": field, "operator": operator, "value": str(hours)})
    actions = [{"field": "current_tags", "value": "x"}]
    return RuleDefinition.parse({"title": "x", "conditions": {"all": rows}, "actions": actions}, "automation", "1")


def some_facts(dice: random.Random) -> TicketFacts:
    def around(days: int) -> datetime:
        return START + timedelta(minutes=dice.randrange(-days * 1440, 1440 * 4))

    before = [START - timedelta(minutes=dice.randrange(1, 4000)) for _ in range(5)]
    return TicketFacts(
        id="1",
        status="pending",
        created_at=min(before),
        status_since=before[1],
        assigned_at=before[2],
        updated_at=START,
        requester_updated_at=before[3],
        due_at=around(2),
        booking=BookingFacts(starts_at=around(3), ends_at=around(1)),
    )


def cases() -> Iterator[tuple[str, str]]:
    yield from ((field, operator) for field in (*SINCE, "due_at", "until_due_date") for operator in HOURS)
    yield from ((field, operator) for field in BOOKING for operator in ORDER)


def first_met(rules: RuleSet[RuleDefinition], facts: TicketFacts, times: Iterator[datetime]) -> datetime | None:
    return next((at for at in times if next(rules.met(Sight(facts, at, PLAIN_ACCOUNT)), None) is not None), None)


def walked(start: datetime, end: datetime) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += STEP


@pytest.mark.parametrize(("field", "operator"), list(cases()))
def test_no_walk_finds_it_earlier(field: str, operator: str) -> None:
    dice = random.Random(f"{field} {operator}")
    for _ in range(3):
        rule, facts = a_rule(field, operator, dice.randrange(0, 70)), some_facts(dice)
        rules, end = RuleSet.compile([rule]), START + STRETCH
        found = first_met(rules, facts, iter(sorted(moments(rule, Sight(facts, START, PLAIN_ACCOUNT), end))))
        seen = first_met(rules, facts, walked(START, end))
        if seen is None:
            continue
        assert found is not None, (rule, facts)
        assert seen - STEP <= found <= seen + timedelta(seconds=2)


def test_without_the_hours_a_rule_is_met_by_the_ticket_alone() -> None:
    facts = some_facts(random.Random(1))
    alone = still(a_rule("PENDING", "greater_than", 10_000))
    assert first_met(RuleSet.compile([alone]), facts, iter([START])) == START
    assert [one.field for one in alone.conditions.all] == ["status"]
