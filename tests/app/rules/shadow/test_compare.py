"""What a shadow wanted beside what people did: agreed, differed, or nobody could tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.rules.shadow.compare import Compared, Step, Work, compare, outcome_of, until
from app.rules.shadow.model import Outcome

NINE = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
AGREED, DIFFERED, UNCLEAR = Outcome.agreed, Outcome.differed, Outcome.unclear
SOLVED: dict[str, Any] = {"status": ("open", "solved")}


def step(hours: int = 1, *, person: bool = True, comment: bool | None = None, **changes: Any) -> Step:
    return Step(NINE + timedelta(hours=hours), person, changes, comment)


def of_field(pair: tuple[Any, Any]) -> dict[str, Any]:
    return {"31": pair}


def told(wanted: dict[str, Any], steps: list[Step], final: dict[str, Any], **more: Any) -> Outcome:
    (row,) = compare([wanted], Work.of(steps, {"tags": [], **final}, **more))
    return row.outcome


def test_nobody_worked_on_it_so_nobody_can_tell() -> None:
    machine = step(person=False, group_id=(None, 7), **SOLVED)
    wanted = {"field": "group_id", "value": "7"}
    assert told(wanted, [machine], {"group_id": 7, "status": "solved"}) is UNCLEAR
    assert told(wanted, [], {"group_id": None}) is UNCLEAR


@pytest.mark.parametrize(
    ("steps", "final", "expected"),
    [
        ([step(group_id=(None, 7))], 7, AGREED),
        ([step(group_id=(None, 8))], 8, DIFFERED),
        ([step(group_id=(None, 8)), step(2, group_id=(8, 7))], 7, AGREED),
        # a machine set it, and the person who worked on the ticket left it so
        ([step(person=False, group_id=(None, 7)), step(2, comment=True)], 7, AGREED),
        ([step(person=False, group_id=(None, 8)), step(2, comment=True)], 8, UNCLEAR),
        ([step(comment=True)], None, UNCLEAR),
        ([step(comment=True), step(2, **SOLVED)], None, DIFFERED),
    ],
    ids=["as wanted", "otherwise", "as wanted in the end", "left so", "left otherwise", "untouched", "solved without"],
)
def test_a_field_tells_by_what_stands_once_people_have_worked(steps: list[Step], final: Any, expected: Outcome) -> None:
    assert told({"field": "group_id", "value": "7"}, steps, {"group_id": final}) is expected


def test_a_status_moves_on_so_it_agrees_when_a_person_ever_set_it() -> None:
    steps = [step(status=("new", "pending")), step(2, status=("pending", "solved"))]
    assert told({"field": "status", "value": "pending"}, steps, {"status": "solved"}) is AGREED
    assert told({"field": "status", "value": "hold"}, steps, {"status": "solved"}) is DIFFERED
    assert told({"field": "status", "value": "open"}, [step(comment=False)], {"status": "new"}) is UNCLEAR


def test_custom_fields_go_by_their_id() -> None:
    wanted = {"field": "custom_fields_31", "value": "refund"}
    assert told(wanted, [step(**of_field((None, "refund")))], {"31": "refund"}) is AGREED
    assert told(wanted, [step(**of_field((None, "noise")))], {"31": "noise"}) is DIFFERED


@pytest.mark.parametrize(
    ("field", "before", "after", "expected"),
    [
        ("current_tags", "", "vip", AGREED),
        ("current_tags", "vip", "", DIFFERED),
        ("current_tags", "", "other", UNCLEAR),
        ("remove_tags", "vip", "", AGREED),
        ("remove_tags", "", "vip", DIFFERED),
    ],
)
def test_a_tag_tells_by_itself_and_not_by_its_neighbours(
    field: str, before: str, after: str, expected: Outcome
) -> None:
    steps = [step(tags=(before, after))]
    assert told({"field": field, "value": "vip"}, steps, {"tags": after.split()}) is expected


def test_a_reply_agrees_when_somebody_replied_and_differs_when_it_was_solved_without() -> None:
    wanted = {"field": "comment", "value": "안녕하세요", "public": True}
    assert told(wanted, [step(comment=True)], {}) is AGREED
    assert told(wanted, [step(comment=False)], {}) is UNCLEAR
    assert told(wanted, [step(comment=False), step(2, **SOLVED)], {}) is DIFFERED
    assert told({**wanted, "public": False}, [step(comment=False)], {}) is AGREED


def test_a_refund_agrees_when_a_person_asked_for_one() -> None:
    wanted = {"field": "request_refund", "value": "customer_cancelled"}
    assert told(wanted, [], {}, refund=True) is AGREED
    assert told(wanted, [step(**SOLVED)], {}) is DIFFERED


def test_what_an_update_does_not_show_is_left_out() -> None:
    rows: list[dict[str, Any]] = [
        {"field": "cc", "value": "9"},
        {"field": "notification_user", "value": ["9"], "held": True},
    ]
    assert compare(rows, Work.of([step(**SOLVED)], {})) == []
    assert outcome_of([]) is UNCLEAR


def test_one_field_that_differs_makes_the_decision_differ() -> None:
    rows = [Compared("x", 1, 1, one) for one in (AGREED, DIFFERED, UNCLEAR)]
    assert outcome_of(rows) is DIFFERED
    assert outcome_of([rows[0], rows[2]]) is AGREED
    assert outcome_of([rows[2]]) is UNCLEAR


def test_it_is_compared_when_a_person_solves_it_and_at_the_latest_when_due() -> None:
    due = NINE + timedelta(hours=24)
    assert until([step(3, comment=True)], due) == due
    assert until([step(5, **SOLVED), step(9, **SOLVED)], due) == NINE + timedelta(hours=5)
    assert until([step(5, person=False, **SOLVED)], due) == due
    assert until([step(30, **SOLVED)], due) == due
