"""A glance rules out looks that meet no rule, and nothing else: with and without it a rehearsal tells the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db
from app.language.account import PLAIN_ACCOUNT
from app.language.conditions import Conditions
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.rules.definition import RuleDefinition
from app.rules.facts_of import facts_at, glance_at, is_glanced, read_records
from app.rules.rehearsal.chunk import Chunk, read_chunk
from app.rules.rehearsal.looks import Watch
from app.rules.rehearsal.moments import at_a_glance
from app.rules.rehearsal.sets import Sets, Version
from app.rules.then import values_after_each, values_then
from app.tickets.model import Ticket
from tests.marketplace import a_booking
from tests.past import AGENT, CUSTOMER, Was, a_past_ticket, people

TICKETS = 200
WORDS = ("환불해 주세요", "시간을 바꾸고 싶어요", "please cancel it", "고마워요", "언제 오시나요", "")
CONDITIONS: tuple[tuple[str, str, object], ...] = (
    ("status", "is", "open"),
    ("status", "changed", None),
    ("status", "value_previous", "pending"),
    ("priority", "less_than", "high"),
    ("priority", "value", "urgent"),
    ("current_tags", "includes", "vip late"),
    ("current_tags", "not_includes", "seen"),
    ("assignee_id", "is", "current_user"),
    ("update_type", "is", "Change"),
    ("role", "is", "end_user"),
    ("comment_is_public", "is", "true"),
    ("comment_includes_word", "includes", "환불 cancel"),
    ("subject_includes_word", "not_includes", "시간"),
    ("custom_fields_77", "is", "busan"),
    ("custom_fields_77", "changed", None),
    ("text.topic", "includes", "refund"),
    ("replies", "greater_than", "0"),
    ("reopens", "less_than", "1"),
    ("agent_stations", "greater_than", "0"),
    ("ticket_is_public", "is", "public"),
    ("booking.city", "is", "부산"),
    ("booking.hours_until_start", "less_than", "400"),
    ("customer.contacts_30d", "greater_than", "0"),
)
TIMED = [
    one for one in CONDITIONS if one[1:] in {("is", "open"), ("less_than", "high"), ("is", "busan"), ("is", "부산")}
]
HOURS: tuple[tuple[str, str, object], ...] = (
    ("NEW", "greater_than", "30"),
    ("PENDING", "greater_than", "23"),
    ("requester_updated_at", "greater_than", "11"),
    ("assigned_at", "less_than", "9"),
)


@pytest.fixture(autouse=True)
def here(lone_office: Flask) -> None:
    people()


def varied(dice: random.Random) -> Ticket:
    later = []
    for hours in sorted(dice.sample(range(1, 200), dice.randrange(6))):
        changes: dict[str, Any] = {}
        for name, some in (
            ("status", ("open", "pending", "hold", "solved", "new")),
            ("priority", ("low", "normal", "high", "urgent", None)),
            ("tags", ([], ["vip"], ["late", "seen"], ["seen"])),
            ("assignee_id", (AGENT, None)),
            ("77", ("busan", "seoul", None)),
        ):
            if dice.random() < 0.4:
                changes[name] = dice.choice(some)
        by = dice.choice((CUSTOMER, AGENT))
        later.append(Was(hours, changes, by=by, says=dice.choice(WORDS), public=dice.random() < 0.8))
    first: dict[str, Any] = {"tags": dice.choice(([], ["vip"])), "priority": dice.choice((None, "low"))}
    booking = a_booking(city=dice.choice(("부산", "서울"))) if dice.random() < 0.3 else None
    return a_past_ticket(later, subject=dice.choice(WORDS), booking=booking, **first)


def some_rules(dice: random.Random) -> Iterator[RuleDefinition]:
    for number in range(1, 25):
        kind = Use.automation if number % 4 == 0 else Use.trigger
        known = CONDITIONS if kind is Use.trigger else TIMED
        every = dice.sample(known, dice.randrange(1, 3)) + ([dice.choice(HOURS)] if kind is Use.automation else [])
        either = dice.sample(known, 2) if dice.random() < 0.4 else []
        raw = {
            "title": f"규칙 {number}",
            "position": number,
            "conditions": {name: list(map(_row, some)) for name, some in (("all", every), ("any", either))},
            "actions": [
                {"field": "current_tags", "value": dice.choice(("seen", "late", f"rule{number}"))},
                {"field": "priority", "value": dice.choice(("high", "low"))},
            ],
        }
        yield RuleDefinition.parse(raw, kind, str(number))


def _row(one: tuple[str, str, object]) -> dict[str, object]:
    return {"field": one[0], "operator": one[1], "value": one[2]}


def a_watch(dice: random.Random) -> Watch:
    rules = [Version(one, 1) for one in some_rules(dice)]
    now = clock.now()
    return Watch.of(Sets.of(rules[::2], rules[1:], {}), now - timedelta(days=90), now)


def looked_at(watch: Watch, glance: Callable[[RuleDefinition], RuleDefinition] | None = None) -> Chunk:
    """`glance`: what of each rule a glance asks instead."""
    if glance is not None:
        triggers = watch.sets.casts[Use.trigger].everyone
        kinds = {Use.trigger: triggers, Use.automation: watch.timed}
        glanced = {kind: RuleSet.compile([glance(one) for one in some.rules]) for kind, some in kinds.items()}
        watch = replace(watch, glanced=glanced)
    try:
        return read_chunk(db.session(), watch, 0, TICKETS)
    finally:
        db.session.rollback()


def unasked(rule: RuleDefinition) -> RuleDefinition:
    return replace(rule, conditions=Conditions((), ()))


def test_with_and_without_a_glance_a_rehearsal_tells_the_same(lone_office: Flask) -> None:
    dice = random.Random(11)
    for _ in range(TICKETS):
        varied(dice)
    watch = a_watch(dice)
    found, whole = looked_at(watch), looked_at(watch, unasked)
    assert found.tallies.to_json() == whole.tallies.to_json()
    assert found.differing == whole.differing
    assert len(found.differing) > TICKETS / 10
    # The control: a glance that asks what it cannot know rules out looks that count.
    blind = looked_at(watch, lambda rule: rule)
    assert blind.tallies.to_json() != whole.tallies.to_json()


def test_a_glance_tells_what_it_tells_as_whole_facts_do(lone_office: Flask) -> None:
    dice = random.Random(12)
    tickets = [varied(dice) for _ in range(40)]
    told, left_out = 0, 0
    asked = [one for one in CONDITIONS if is_glanced(one[0])]
    assert len(asked) < len(CONDITIONS)
    for record in read_records(db.session(), list(db.session.scalars(select(Ticket)))):
        values = values_after_each(record.ticket, record.events)
        for place, event in enumerate(record.events):
            assert values[place] == values_then(record.ticket, record.events[place + 1 :])
            facts, glance = facts_at(record, event), glance_at(record, place, values[place])
            left_out += any(getattr(facts, one.name) != getattr(glance, one.name) for one in fields(facts))
            for rules in single(asked):
                sights = [Sight(one, event.created_at, PLAIN_ACCOUNT) for one in (facts, glance)]
                first, second = (list(rules.met(one)) for one in sights)
                assert first == second
                told += len(first)
    assert len(tickets) == 40
    assert told > 0
    assert left_out > 0


def single(conditions: Sequence[tuple[str, str, object]]) -> list[RuleSet[RuleDefinition]]:
    action = {"field": "current_tags", "value": "x"}
    raw = [{"title": "x", "conditions": {"all": [_row(one)]}, "actions": [action]} for one in conditions]
    return [RuleSet.compile([RuleDefinition.parse(one, "trigger", "1") for one in raw])]


def test_an_any_with_something_that_no_glance_tells_is_left_to_the_whole_facts() -> None:
    rows = [("status", "is", "open"), ("replies", "greater_than", "0")]
    raw = {
        "title": "x",
        "conditions": {"all": [_row(("priority", "is", "low"))], "any": list(map(_row, rows))},
        "actions": [{"field": "current_tags", "value": "x"}],
    }
    found = at_a_glance(RuleDefinition.parse(raw, "trigger", "1")).conditions
    assert ([one.field for one in found.all], found.any) == (["priority"], ())
