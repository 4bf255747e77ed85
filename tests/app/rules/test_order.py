"""Rules put in order by one act: few places written, a stale order refused, only by whoever may publish."""

from __future__ import annotations

import pytest
from flask import Flask

from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.errors import Forbidden
from app.people.model import Role
from app.rules.model import Rule, RuleKind, RuleState
from app.rules.order import OrderStale, place
from tests.marketplace import PAID_AT, a_user, kept
from tests.seat import Seat

DEFINITION = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}


def rules_at(*positions: int, **change: object) -> list[Rule]:
    return [
        kept(
            Rule(
                **{
                    "title": f"규칙 {number}",
                    "kind": RuleKind.trigger,
                    "definition": DEFINITION,
                    "position": position,
                    "created_at": PAID_AT,
                    "updated_at": PAID_AT,
                    **change,
                }
            )
        )
        for number, position in enumerate(positions)
    ]


def ids(rules: list[Rule]) -> list[int]:
    return [one.id for one in rules]


def test_a_rule_goes_past_many_and_only_those_between_get_another_place(office: Flask) -> None:
    rules = rules_at(1, 2, 3, 4, 5)
    changed = place(db.session(), rules[3], rules[1].id, ids(rules))
    assert [one.position for one in rules] == [1, 3, 4, 2, 5]
    assert set(changed) == {rules[1].id, rules[2].id, rules[3].id}


def test_where_there_is_room_one_place_is_written(office: Flask) -> None:
    rules = rules_at(10, 20, 30)
    assert place(db.session(), rules[2], rules[1].id, ids(rules)) == {rules[2].id: 11}


def test_places_that_were_the_same_are_told_apart(office: Flask) -> None:
    rules = rules_at(0, 0, 0)
    place(db.session(), rules[0], None, ids(rules))
    assert [one.position for one in (rules[1], rules[2], rules[0])] == [0, 1, 2]


def test_what_the_list_did_not_show_keeps_its_place(office: Flask) -> None:
    rules = rules_at(1, 2, 3)
    shown = [rules[0].id, rules[2].id]
    place(db.session(), rules[0], None, shown)
    assert sorted(rules, key=lambda one: one.position) == [rules[1], rules[2], rules[0]]


@pytest.mark.parametrize("seen", [[1, 0], [0], [0, 1, 1]], ids=str)
def test_an_order_that_is_not_the_order_any_more_moves_nothing(office: Flask, seen: list[int]) -> None:
    rules = rules_at(1, 2)
    with pytest.raises(OrderStale):
        place(db.session(), rules[1], rules[0].id, [rules[at].id for at in seen])
    assert [one.position for one in rules] == [1, 2]


def test_a_retired_rule_has_no_place(office: Flask) -> None:
    rules = rules_at(1, 2, state=RuleState.retired)
    with pytest.raises(OrderStale):
        place(db.session(), rules[1], rules[0].id, ids(rules))


def test_order_decides_what_happens_so_it_needs_the_right_to_publish(lone_office: Flask) -> None:
    rules = rules_at(1, 2)
    somebody = Actor(ActorKind.person, "이서준", rights=frozenset({"rules.view", "rules.edit"}))
    with acting_as(somebody), pytest.raises(Forbidden):
        place(db.session(), rules[1], rules[0].id, ids(rules))


def test_the_list_is_put_in_order_by_one_request_and_a_second_page_is_told(office: Flask) -> None:
    seat, rules = Seat(office, a_user(Role.ops_manager)), rules_at(1, 2, 3)
    seen = ",".join(map(str, ids(rules)))
    first, last = str(rules[0].id), str(rules[2].id)
    page = seat.read("/admin/rules/", tab="all")
    assert page.count('class="grip"') == 3
    assert 'class="grip"' not in seat.read("/admin/rules/", tab="all", sort="1")
    answer = seat.send("/admin/rules/order/", {"moved": last, "before": first, "seen": seen})
    assert (answer.status_code, answer.get_json()["places"][last]) == (200, 1)
    late = seat.send("/admin/rules/order/", {"moved": first, "before": "", "seen": seen})
    assert late.status_code == 409
    assert "다른 사람이 순서를 바꾸었습니다" in late.get_json()["error"]
    assert [one.position for one in rules] == [2, 3, 1]
