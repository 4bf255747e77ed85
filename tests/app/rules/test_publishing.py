"""What acts is what was published: saved without acting, rehearsed, agreed to by a second person, begun on time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.actor import Actor, acting_as
from app.audit.model import AuditEntry
from app.db import db
from app.errors import Forbidden, Refusal
from app.rules.checklist import blockers
from app.rules.live import definition_of, draft_of, number_of, read_live
from app.rules.model import Rule, RuleKind, RuleState
from app.rules.publication import Publication, PublicationState, in_force
from app.rules.publishing import approve, call_back, decline, publish, resume, switch_off
from app.rules.rule import save
from tests.marketplace import a_user
from tests.rules_in_force import as_person, publish_for_test, rehearsed_for_test

QUIET = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}
LOUD = {
    **QUIET,
    "actions": [{"field": "notification_user", "value": ["requester_id", "안녕하세요", "잘 받았습니다."]}],
}


def person() -> Actor:
    return as_person(a_user())


def a_rule(definition: dict[str, Any] = QUIET) -> Rule:
    rule = save(db.session(), None, title="새 문의", kind=RuleKind.trigger, definition=definition)
    db.session.commit()
    return rule


def saved(rule: Rule, value: str) -> None:
    definition = {**rule.definition, "actions": [{"field": "priority", "value": value}]}
    save(db.session(), rule, title=rule.title, kind=rule.kind, definition=definition)
    db.session.commit()


def acts(at: Any = None) -> list[str]:
    """What the rules in force do, as the engine is given them."""
    with clock.stopped(at or clock.now()):
        return [str(row.value) for one in read_live(db.session()).triggers.rules for row in one.actions]


def asked_for(rule: Rule, by: Actor, **more: Any) -> Publication:
    rehearsed_for_test(rule)
    with acting_as(by):
        made = publish(db.session(), rule, **more)
    db.session.commit()
    return made


def test_an_edit_of_a_live_rule_acts_on_nothing_until_it_is_published(office: Flask) -> None:
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    assert (rule.state, rule.number, number_of(rule)) == (RuleState.live, 2, 1)
    assert acts() == ["high"]
    assert read_live(db.session()).numbers == {str(rule.id): 1}
    assert [definition_of(rule).actions[0].value, draft_of(rule).actions[0].value] == ["high", "urgent"]
    publish_for_test(rule)
    assert acts() == ["urgent"]
    assert read_live(db.session()).numbers == {str(rule.id): 2}


def test_nothing_goes_live_unseen(lone_office: Flask) -> None:
    rule = a_rule()
    with acting_as(person()), pytest.raises(Refusal, match="연습"):
        publish(db.session(), rule)
    rehearsed_for_test(rule)
    with acting_as(person()):
        publish(db.session(), rule)
    db.session.commit()
    assert acts() == ["high"]
    saved(rule, "urgent")
    with acting_as(person()), pytest.raises(Refusal, match="2판을"):
        publish(db.session(), rule)


def test_the_system_publishes_unseen_and_the_move_says_so(lone_office: Flask) -> None:
    rule = a_rule(LOUD)
    made = publish(db.session(), rule)
    db.session.commit()
    assert (made.state, made.asked_by_id) == (PublicationState.published, None)
    assert "연습 없이" in made.moves[-1].why


def test_a_rule_that_sends_waits_for_a_second_person(office: Flask) -> None:
    rule, first, second = a_rule(LOUD), person(), person()
    asked = asked_for(rule, first)
    assert (asked.state, asked.needs_two, rule.state) == (PublicationState.asked, True, RuleState.draft)
    assert len(read_live(db.session()).triggers.rules) == 0
    with acting_as(first), pytest.raises(Forbidden, match=first.name):
        approve(db.session(), asked)
    with acting_as(Actor(second.kind, second.name, second.id, frozenset({"rules.view"}))), pytest.raises(Forbidden):
        approve(db.session(), asked)
    with acting_as(second):
        approve(db.session(), asked)
    db.session.commit()
    assert (asked.state, asked.approved_by, rule.state) == (PublicationState.published, second.name, RuleState.live)
    assert len(read_live(db.session()).triggers.rules) == 1
    with acting_as(person()), pytest.raises(Refusal):
        approve(db.session(), asked)


def test_the_database_itself_refuses_one_person_as_two(office: Flask) -> None:
    first = person()
    asked = asked_for(a_rule(LOUD), first)
    asked.approved_by_id, asked.approved_by = first.id, first.name
    with pytest.raises(IntegrityError, match="two_people"):
        db.session.flush()
    db.session.rollback()
    asked.state, asked.starts_at = PublicationState.published, clock.now()
    with pytest.raises(IntegrityError, match="second_person"):
        db.session.flush()
    db.session.rollback()


def test_without_its_need_of_two_the_same_row_goes_in(office: Flask) -> None:
    """The negative control of the test before."""
    asked = asked_for(a_rule(LOUD), person())
    asked.needs_two, asked.state, asked.starts_at = False, PublicationState.published, clock.now()
    db.session.commit()
    assert asked.state is PublicationState.published


def test_an_edit_voids_what_was_asked_for(office: Flask) -> None:
    rule, second = a_rule(LOUD), person()
    asked = asked_for(rule, person())
    saved(rule, "low")
    assert (asked.state, asked.moves[-1].now) == (PublicationState.void, PublicationState.void)
    with acting_as(second), pytest.raises(Refusal):
        approve(db.session(), asked)
    assert len(read_live(db.session()).triggers.rules) == 0


def test_a_request_can_be_declined_with_a_reason_or_called_back(lone_office: Flask) -> None:
    rule, first, second = a_rule(LOUD), person(), person()
    asked = asked_for(rule, first)
    with acting_as(second), pytest.raises(Refusal, match="까닭"):
        decline(asked, "  ")
    with acting_as(second):
        decline(asked, "문구를 고쳐 주세요")
    again = asked_for(rule, first)
    with acting_as(first):
        call_back(again)
    db.session.commit()
    assert [asked.state, again.state] == [PublicationState.declined, PublicationState.called_back]
    assert asked.moves[-1].why == "문구를 고쳐 주세요"


def test_a_version_for_later_acts_from_its_second_on_with_nobody_awake(office: Flask) -> None:
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    turn = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    publish_for_test(rule, starts_at=turn)
    just_before = turn - timedelta(microseconds=1)
    assert [acts(), acts(just_before), acts(turn), acts(just_before)] == [["high"], ["high"], ["urgent"], ["high"]]
    with clock.stopped(turn):
        assert (number_of(rule), read_live(db.session()).numbers) == (2, {str(rule.id): 2})
    assert number_of(rule) == 1


def test_without_the_span_a_kept_reading_would_sleep_through_the_turn(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test before."""
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    turn = clock.now() + timedelta(days=3)
    publish_for_test(rule, starts_at=turn)
    monkeypatch.setattr("app.rules.live.Span.holds_at", lambda *_: True)
    assert [acts(), acts(turn)] == [["high"], ["high"]]


def test_a_first_version_for_later_does_nothing_until_then_and_can_be_called_back(office: Flask) -> None:
    rule, turn = a_rule(), clock.now() + timedelta(hours=1)
    made = publish_for_test(rule, starts_at=turn)
    assert [acts(), acts(turn)] == [[], ["high"]]
    with acting_as(person()):
        call_back(made)
    db.session.commit()
    assert (acts(turn), rule.state) == ([], RuleState.draft)
    with acting_as(person()), clock.stopped(turn), pytest.raises(Refusal):
        call_back(made)


def test_what_acts_cannot_be_called_back(lone_office: Flask) -> None:
    made = publish_for_test(a_rule())
    with acting_as(person()), pytest.raises(Refusal, match="이미 시행 중"):
        call_back(made)


def test_going_back_needs_a_reason_and_no_new_rehearsal(office: Flask) -> None:
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    publish_for_test(rule)
    with acting_as(person()):
        with pytest.raises(Refusal, match="되돌리는 까닭"):
            publish(db.session(), rule, number=1)
        publish(db.session(), rule, number=1, why="긴급이 너무 많음")
    db.session.commit()
    assert (acts(), rule.number, number_of(rule)) == (["high"], 2, 1)
    with acting_as(person()), pytest.raises(Refusal, match="이미 시행 중"):
        publish(db.session(), rule, number=1, why="다시")


def test_going_back_to_a_version_that_sends_takes_two_as_well(lone_office: Flask) -> None:
    rule = a_rule(LOUD)
    publish_for_test(rule)
    saved(rule, "low")
    publish_for_test(rule)
    with acting_as(person()):
        back = publish(db.session(), rule, number=1, why="알림이 필요함")
    db.session.commit()
    assert (back.state, number_of(rule)) == (PublicationState.asked, 2)


def test_a_version_that_was_called_back_before_its_time_was_never_live(lone_office: Flask) -> None:
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    ahead = publish_for_test(rule, starts_at=clock.now() + timedelta(days=1))
    assert blockers(db.session(), rule) == []
    ahead.rehearsal_id = None
    with acting_as(person()):
        call_back(ahead)
        for one in rule.publications:
            assert in_force([one], clock.now()) is None or one.number == 1


def test_publishing_now_replaces_what_was_to_come(lone_office: Flask) -> None:
    rule = a_rule()
    later = publish_for_test(rule, starts_at=clock.now() + timedelta(days=1))
    saved(rule, "urgent")
    publish_for_test(rule)
    assert later.state is PublicationState.called_back
    assert acts(clock.now() + timedelta(days=2)) == ["urgent"]


def test_pausing_is_quick_and_going_on_takes_up_the_same_version(lone_office: Flask) -> None:
    rule = a_rule(LOUD)
    publish_for_test(rule)
    saved(rule, "urgent")
    with acting_as(person()):
        switch_off(rule, RuleState.paused)
        db.session.commit()
        assert acts() == []
        resume(db.session(), rule)
        db.session.commit()
    assert number_of(rule) == 1
    assert len(read_live(db.session()).triggers.rules) == 1


def test_back_to_a_draft_ends_what_was_published_for_good(lone_office: Flask) -> None:
    rule = a_rule()
    publish_for_test(rule)
    with acting_as(person()):
        switch_off(rule, RuleState.retired)
        switch_off(rule, RuleState.draft)
        with pytest.raises(Refusal):
            resume(db.session(), rule)
    db.session.commit()
    turn = clock.now() + timedelta(days=1)
    publish_for_test(rule, starts_at=turn)
    assert [acts(), acts(turn)] == [[], ["high"]]


def test_one_request_at_a_time(lone_office: Flask) -> None:
    rule = a_rule(LOUD)
    asked_for(rule, person())
    with acting_as(person()), pytest.raises(Refusal, match="이미 기다리고"):
        publish(db.session(), rule)


def test_every_step_is_in_the_audit(office: Flask) -> None:
    rule = a_rule(LOUD)
    made = publish_for_test(rule)
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "rule_publications")).all()
    assert [rows[0].verb, {one.verb for one in rows[1:]}] == ["create", {"update"}]
    assert rows[-1].changes["state"] == ["asked", "published"]
    assert rows[-1].actor_name == made.approved_by
    assert [one.now for one in made.moves] == [PublicationState.asked, PublicationState.published]
