"""Publishing asks whether exactly this version was rehearsed and the result looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.people.model import User
from app.rules.model import Rule, RuleKind
from app.rules.rehearsal.model import Rehearsal, RehearsalRule, RehearsalState, RuleChange
from app.rules.rehearsal.seen import mark_seen, seen_rehearsal
from app.rules.rule import save
from tests.marketplace import a_user, kept

TO_HIGH = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}


def a_rule() -> Rule:
    rule = save(db.session(), None, title="새 문의 → 높음", kind=RuleKind.trigger, definition=TO_HIGH)
    db.session.commit()
    return rule


def a_rehearsal(rule: Rule, number: int, state: RehearsalState, change: RuleChange = RuleChange.added) -> Rehearsal:
    now = clock.now()
    rehearsed = [RehearsalRule(rule=rule, number=number, change=change)]
    facts = {"days": 90, "since": now - timedelta(days=90), "until": now, "asked_by": "시험", "asked_at": now}
    return kept(Rehearsal(title=rule.title, state=state, rules=rehearsed, **facts))


def looked_at(rehearsal: Rehearsal, person: User) -> bool:
    with acting_as(Actor(ActorKind.person, person.name, person.id)):
        marked = mark_seen(rehearsal)
    db.session.commit()
    return marked


def test_only_the_version_whose_result_somebody_has_opened_counts(office: Flask) -> None:
    rule, person = a_rule(), a_user()
    rehearsal = a_rehearsal(rule, 2, RehearsalState.done)
    assert seen_rehearsal(db.session(), rule.id, 2) is None
    assert looked_at(rehearsal, person)
    found = seen_rehearsal(db.session(), rule.id, 2)
    assert found is not None
    assert found.id == rehearsal.id
    assert seen_rehearsal(db.session(), rule.id, 1) is None
    assert seen_rehearsal(db.session(), rule.id, 3) is None


def test_the_same_person_is_written_down_once_and_a_machine_never(office: Flask) -> None:
    rehearsal, person = a_rehearsal(a_rule(), 1, RehearsalState.done), a_user()
    assert [looked_at(rehearsal, person), looked_at(rehearsal, person)] == [True, False]
    assert not mark_seen(rehearsal)
    assert [one.by for one in rehearsal.seen] == [person.name]


@pytest.mark.parametrize("state", [one for one in RehearsalState if one is not RehearsalState.done])
def test_what_has_no_result_cannot_have_been_seen(office: Flask, state: RehearsalState) -> None:
    rule = a_rule()
    assert not looked_at(a_rehearsal(rule, 1, state), a_user())
    assert seen_rehearsal(db.session(), rule.id, 1) is None


def test_a_version_that_was_left_out_was_not_rehearsed(office: Flask) -> None:
    rule = a_rule()
    looked_at(a_rehearsal(rule, 1, RehearsalState.done, RuleChange.removed), a_user())
    assert seen_rehearsal(db.session(), rule.id, 1) is None
