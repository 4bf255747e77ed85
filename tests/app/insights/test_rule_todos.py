"""What waits about rules is told to whoever may do it, and not to the one who asked."""

from __future__ import annotations

from flask import Flask

from app import clock
from app.actor import acting_as
from app.db import db
from app.insights.rule_todos import rule_todos
from app.insights.waiting import waiting
from app.rules.brakes.model import RuleBrake
from app.rules.model import Rule, RuleKind
from app.rules.publishing import publish
from app.rules.rule import save
from app.rules.shadow.model import Shadow
from tests.marketplace import a_user
from tests.rules_in_force import as_person, publish_for_test, rehearsed_for_test

LOUD = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "notification_user", "value": ["requester_id", "안녕하세요", "받았습니다."]}],
}


def a_rule() -> Rule:
    rule = save(db.session(), None, title="첫 답변", kind=RuleKind.trigger, definition=LOUD)
    db.session.commit()
    return rule


def test_a_rule_that_waits_for_agreement_is_told_to_others_than_who_asked(office: Flask) -> None:
    first, second = as_person(a_user()), as_person(a_user())
    looking_only = as_person(a_user(), frozenset({"rules.view"}))
    rule = a_rule()
    rehearsed_for_test(rule)
    with acting_as(first):
        publish(db.session(), rule)
        db.session.commit()
    (told,) = rule_todos(db.session(), second)
    assert "첫 답변" in str(told.sentence)
    assert (told.endpoint, told.asked) == ("rules.details_view", {"id": rule.id})
    assert [list(rule_todos(db.session(), one)) for one in (first, looking_only)] == [[], []]
    assert [waiting(db.session(), one)["rules"] for one in (first, second, looking_only)] == [0, 1, 0]


def test_a_shadow_that_is_ready_says_so(office: Flask) -> None:
    manager, rule = as_person(a_user()), a_rule()
    made = Shadow(rule=rule, number=1, started_by="x", started_at=clock.now())
    db.session.add(made)
    db.session.commit()
    assert list(rule_todos(db.session(), manager)) == []
    made.ready_at = clock.now()
    db.session.commit()
    (told,) = rule_todos(db.session(), manager)
    assert "기준에 이르렀습니다" in str(told.sentence)


def test_a_rule_that_was_stopped_is_told_until_it_is_started_again(office: Flask) -> None:
    manager, rule = as_person(a_user()), a_rule()
    publish_for_test(rule)
    assert list(rule_todos(db.session(), manager)) == []
    db.session.add(RuleBrake(rule_id=rule.id, stopped_at=clock.now(), stopped_by="x"))
    db.session.commit()
    (told,) = rule_todos(db.session(), manager)
    assert (str(told.label), told.asked) == ("중단됨", {"id": rule.id})
