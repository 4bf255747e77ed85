"""Whether conditions can meet: exact wherever it says yes or no, as trying every ticket shows."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from app.language.account import PLAIN_ACCOUNT
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.sight import Sight
from app.language.verdict import ReadyConditions
from app.rules.lint.atoms import parts_of
from app.rules.lint.meeting import Sat, implies, meet

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("", "low", "normal", "high", "urgent")
GROUPS = ("", "1", "2", "3")
TAGS = ("a", "b", "c")
TICKETS = [
    Sight(
        TicketFacts(status=status, priority=priority, group_id=group, tags=frozenset(tags), replies=replies),
        NOW,
        PLAIN_ACCOUNT,
    )
    for status, priority, group, replies in product(STATUSES, PRIORITIES, GROUPS, range(5))
    for tags in [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), TAGS]
]


def conditions(*rows: tuple[str, str, Any], any_of: list[tuple[str, str, Any]] | None = None) -> Conditions:
    return Conditions(
        tuple(Condition(field, operator, value) for field, operator, value in rows),
        tuple(Condition(field, operator, value) for field, operator, value in any_of or []),
    )


def some_conditions(dice: random.Random) -> Conditions:
    def row() -> tuple[str, str, Any]:
        field = dice.choice(["status", "priority", "group_id", "current_tags", "replies"])
        if field == "status":
            return field, dice.choice(["is", "is_not", "less_than", "greater_than"]), dice.choice(STATUSES)
        if field == "priority":
            return field, dice.choice(["is", "is_not", "less_than", "greater_than"]), dice.choice(PRIORITIES[1:])
        if field == "group_id":
            return field, dice.choice(["is", "is_not"]), dice.choice(GROUPS)
        if field == "current_tags":
            return (
                field,
                dice.choice(["includes", "not_includes"]),
                " ".join(dice.sample(TAGS, dice.randint(1, 2))),
            )
        return field, dice.choice(["is", "less_than", "greater_than"]), str(dice.randint(0, 3))

    return conditions(
        *(row() for _ in range(dice.randint(1, 4))), any_of=[row() for _ in range(dice.choice([0, 0, 2]))]
    )


def met_by(one: Conditions) -> frozenset[int]:
    ready = ReadyConditions(one)
    return frozenset(index for index, sight in enumerate(TICKETS) if ready.met(sight))


def test_it_says_just_what_trying_every_ticket_says() -> None:
    dice = random.Random(7)
    told = {Sat.yes: 0, Sat.no: 0}
    for _ in range(120):
        one, other = some_conditions(dice), some_conditions(dice)
        here, there = met_by(one), met_by(other)
        both = meet([parts_of(one), parts_of(other)])
        assert both is (Sat.yes if here & there else Sat.no), (one, other)
        told[both] += 1
        if here:
            assert implies(parts_of(one), parts_of(other)) is (here <= there), (one, other)
    assert min(told.values()) > 20


@pytest.mark.parametrize(
    ("rows", "sat"),
    [
        ([("status", "value", "solved"), ("status", "is", "open")], Sat.no),
        ([("status", "value", "solved"), ("status", "is", "solved")], Sat.yes),
        ([("status", "changed", ""), ("status", "not_changed", "")], Sat.no),
        ([("status", "value", "open"), ("status", "value_previous", "open")], Sat.no),
        ([("status", "value_previous", "open"), ("status", "not_value", "solved"), ("status", "is", "solved")], Sat.no),
        ([("status", "not_value", "solved"), ("status", "is", "solved")], Sat.yes),
        ([("OPEN", "greater_than", "3"), ("status", "is", "pending")], Sat.no),
        ([("OPEN", "greater_than", "3"), ("OPEN", "less_than", "4")], Sat.no),
        ([("OPEN", "greater_than", "3"), ("OPEN", "less_than", "5")], Sat.yes),
        ([("NEW", "less_than", "0")], Sat.no),
        ([("type", "is", ""), ("type", "is_not", "")], Sat.no),
        ([("type", "is_not", one) for one in ("question", "incident", "problem", "task", "")], Sat.no),
        ([("type", "is_not", one) for one in ("question", "incident", "problem", "task")], Sat.yes),
        ([("subject_includes_word", "includes", "환불")], Sat.may),
        (
            [("subject_includes_word", "includes", "환불"), ("subject_includes_word", "not_includes", "환불 취소")],
            Sat.no,
        ),
        (
            [("subject_includes_word", "includes", "환불요청"), ("subject_includes_word", "not_includes", "환불")],
            Sat.no,
        ),
        (
            [("subject_includes_word", "includes", "환불 취소"), ("subject_includes_word", "not_includes", "환불")],
            Sat.may,
        ),
        ([("assignee_id", "is", "current_user"), ("assignee_id", "is", "7")], Sat.may),
        ([("custom_fields_5", "is", "x"), ("custom_fields_5", "is_not", "x")], Sat.no),
        ([("custom_fields_5", "is", "x"), ("custom_fields_5", "is", "y")], Sat.may),
        ([("custom_fields_5", "present", ""), ("custom_fields_5", "not_present", "")], Sat.no),
        ([("custom_fields_5", "greater_than", "3.2"), ("custom_fields_5", "less_than", "3.3")], Sat.yes),
        ([("custom_fields_5", "greater_than", "2026-01-01"), ("custom_fields_5", "less_than", "2026-01-02")], Sat.no),
        ([("booking.price", "greater_than", "3"), ("booking.price", "less_than", "3.5")], Sat.yes),
        ([("booking.nights", "greater_than", "3"), ("booking.nights", "less_than", "4")], Sat.no),
        ([("booking.product", "not_present", ""), ("booking.product", "is", "home_cleaning")], Sat.no),
    ],
)
def test_special_cases(rows: list[tuple[str, str, Any]], sat: Sat) -> None:
    assert meet([parts_of(conditions(*rows))]) is sat
