"""A rule is saved in versions, goes live only when it can answer for itself, and moves by its table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.actor import acting_as
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.rules.definition import RuleRefused
from app.rules.form import RuleForm
from app.rules.model import Rule, RuleKind, RuleState, TwinState
from app.rules.publishing import publish, switch_off
from app.rules.rule import copied, save, shift
from app.rules.twins import accept, ask_off
from app.tickets.model import ZendeskGroup
from tests.marketplace import a_user
from tests.rules_in_force import as_person, publish_for_test, rehearsed_for_test

TO_HIGH = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}


@pytest.fixture
def manager(office: Flask) -> Iterator[None]:
    with acting_as(as_person(a_user(name="김하늘"))):
        yield


def publish_rehearsed(rule: Rule, why: str = "") -> None:
    rehearsed_for_test(rule)
    publish(db.session(), rule, why=why)


def a_rule(**more: Any) -> Rule:
    rule = save(db.session(), None, title="새 문의 → 높음", kind=RuleKind.trigger, definition=TO_HIGH)
    for name, value in more.items():
        setattr(rule, name, value)
    db.session.commit()
    return rule


def changed(rule: Rule, value: str) -> dict[str, Any]:
    return {**rule.definition, "actions": [{"field": "priority", "value": value}]}


def test_each_save_makes_a_version_and_edits_none(office: Flask, manager: None) -> None:
    rule = a_rule()
    save(db.session(), rule, title=rule.title, kind=rule.kind, definition=changed(rule, "urgent"))
    db.session.commit()
    assert (rule.number, rule.state) == (2, RuleState.draft)
    assert [(one.number, one.definition["actions"][0]["value"]) for one in rule.versions] == [
        (1, "high"),
        (2, "urgent"),
    ]
    assert {one.by for one in rule.versions} == {"김하늘"}


def test_saving_what_is_there_already_makes_no_version(office: Flask) -> None:
    rule = a_rule()
    form = RuleForm.of(rule)
    save(db.session(), rule, title=form.title, kind=form.kind, definition=form.definition(rule.definition))
    db.session.commit()
    assert rule.number == 1


def test_a_copy_of_an_earlier_version_is_a_new_one(office: Flask) -> None:
    rule = a_rule()
    save(db.session(), rule, title="다른 제목", kind=rule.kind, definition=changed(rule, "low"))
    copied(db.session(), rule, 1)
    db.session.commit()
    assert (rule.number, rule.title) == (3, "새 문의 → 높음")
    assert rule.definition["actions"][0]["value"] == "high"
    with pytest.raises(Refusal, match="9판이 없습니다"):
        copied(db.session(), rule, 9)


def test_unknown_vocabulary_is_refused_with_the_row_named_and_nothing_kept(office: Flask) -> None:
    broken = {**TO_HIGH, "conditions": {"all": [{"field": "subject", "operator": "contains", "value": "x"}]}}
    with pytest.raises(RuleRefused) as refused:
        save(db.session(), None, title="깨진 규칙", kind=RuleKind.trigger, definition=broken)
    assert [one.path for one in refused.value.problems] == ["conditions.all[0].field"]
    db.session.commit()
    assert db.session.query(Rule).count() == 0


def test_an_id_that_is_not_known_here_keeps_a_rule_a_draft(office: Flask, manager: None) -> None:
    rule = save(
        db.session(), None, title="배정", kind=RuleKind.trigger,
        definition={**TO_HIGH, "actions": [{"field": "group_id", "value": "777"}]},
    )  # fmt: skip
    db.session.commit()
    with pytest.raises(Refusal, match="그룹 777"):
        publish_rehearsed(rule)
    db.session.add(ZendeskGroup(zendesk_id=777, name="글로벌팀"))
    db.session.flush()
    publish(db.session(), rule)
    assert rule.state is RuleState.live


def test_each_move_is_a_row_and_others_are_refused(office: Flask, manager: None) -> None:
    rule = a_rule()
    publish_rehearsed(rule, why="리허설 확인")
    switch_off(rule, RuleState.paused)
    switch_off(rule, RuleState.retired)
    db.session.commit()
    assert [(one.was, one.now, one.by) for one in rule.moves] == [
        (RuleState.draft, RuleState.live, "김하늘"),
        (RuleState.live, RuleState.paused, "김하늘"),
        (RuleState.paused, RuleState.retired, "김하늘"),
    ]
    assert rule.moves[0].why == "리허설 확인"
    with pytest.raises(Refusal):
        publish(db.session(), rule)
    with pytest.raises(Refusal):
        save(db.session(), rule, title="x", kind=rule.kind, definition=TO_HIGH)


def test_a_rule_does_not_go_live_beside_its_active_twin(office: Flask, manager: None) -> None:
    rule = a_rule(zendesk_id=4711, twin=TwinState.active)
    with pytest.raises(Refusal, match="4711"):
        publish_rehearsed(rule)
    ask_off(db.session(), rule)
    db.session.commit()
    assert rule.twin is TwinState.asked
    assert Fact.twin_off in office.extensions["opsroom.bell"].rung
    with pytest.raises(Refusal):
        publish_rehearsed(rule)
    rule.twin = TwinState.off
    publish_rehearsed(rule)
    assert rule.state is RuleState.live


def test_both_may_run_when_somebody_says_so(office: Flask, manager: None) -> None:
    rule = a_rule(zendesk_id=4711, twin=TwinState.active)
    accept(rule)
    publish_rehearsed(rule)
    assert (rule.state, rule.twin) == (RuleState.live, TwinState.accepted)
    with pytest.raises(Refusal):
        accept(rule)


def test_rules_change_places_within_their_kind(office: Flask) -> None:
    first, second, third = a_rule(), a_rule(), a_rule()
    assert [one.position for one in (first, second, third)] == [0, 1, 2]
    shift(db.session(), third, -1)
    db.session.commit()
    assert [one.position for one in (first, third, second)] == [0, 1, 2]
    shift(db.session(), first, -1)
    db.session.commit()
    assert first.position == 0


def test_an_order_that_is_counted_from_one_stays_so(lone_office: Flask) -> None:
    first, second = a_rule(position=1), a_rule(position=2)
    shift(db.session(), second, -1)
    db.session.commit()
    assert [one.position for one in (second, first)] == [1, 2]


def test_a_rule_moves_past_the_next_one_of_its_own_state(lone_office: Flask) -> None:
    first, draft, third = a_rule(), a_rule(), a_rule()
    for one in (first, third):
        publish_for_test(one)
    shift(db.session(), third, -1)
    db.session.commit()
    assert [one.position for one in (third, first, draft)] == [0, 1, 2]
    shift(db.session(), third, 1)
    db.session.commit()
    assert [one.position for one in (first, third, draft)] == [0, 1, 2]


def test_times_of_versions_are_aware(office: Flask) -> None:
    assert a_rule().versions[0].at <= clock.now()
