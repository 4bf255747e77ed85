"""An alarm rings once, counts what repeats, is seen by somebody, and ends with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.alarm import acknowledge, alarm_over, open_alarms, raise_alarm
from app.alarms.kinds import AlarmKind
from app.alarms.letters import heard_at
from app.alarms.model import Alarm, AlarmState, Letter, LetterState, OutgoingWebhook, Receiver
from app.db import db
from app.errors import Forbidden, Refusal
from app.people.model import Role, User
from app.words import say

WORDS = say("규칙이 너무 자주 움직였습니다.", "Rules fired too often.")
SOMEBODY = Actor(ActorKind.person, "운영 매니저", 1, rights=frozenset({"alarms.acknowledge"}))
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # noon in Seoul


def ring(kind: AlarmKind = AlarmKind.rule_budget, about: str = "rules", rules: Sequence[int] = ()) -> Alarm:
    alarm = raise_alarm(db.session(), kind, WORDS, about, rules)
    db.session.commit()
    return alarm


def a_person(email: str, role: Role = Role.admin) -> None:
    made = {"password_hash": "-", "created_at": clock.now(), "language": "ko"}
    db.session.add(User(email=email, name=email, role=role, **made))
    db.session.commit()


def a_receiver(**more: object) -> Receiver:
    receiver = Receiver(**{"language": "ko", "after_minutes": 0, "created_at": clock.now(), **more})
    db.session.add(receiver)
    db.session.commit()
    return receiver


def letters() -> Sequence[Letter]:
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def test_what_repeats_counts_up_and_sends_no_second_letter(office: Flask) -> None:
    a_person("admin@example.com")
    first = ring(rules=(3, 1))
    assert ring(rules=(2,)).id == first.id
    assert (first.count, first.rules, [one.to for one in letters()]) == (2, [1, 2, 3], ["admin@example.com"])
    assert ring(about="other").id != first.id
    assert office.extensions["opsroom.bell"].rung.count("letter_owed") == 2


def test_what_is_rolled_back_was_never_raised(office: Flask) -> None:
    a_person("admin@example.com")
    raise_alarm(db.session(), AlarmKind.rule_budget, WORDS, "rules")
    db.session.rollback()
    assert (open_alarms(db.session()), letters(), office.extensions["opsroom.bell"].rung) == ([], [], [])


def test_the_one_who_sees_it_spares_those_who_would_have_heard_next(office: Flask) -> None:
    a_receiver(email="first@example.com")
    a_receiver(email="night@example.com", quiet_from=11, quiet_until=13)
    a_receiver(email="boss@example.com", after_minutes=15)
    with clock.stopped(NOON):
        alarm = ring(AlarmKind.push_dead)
        assert [(one.to, one.due_at - NOON) for one in letters()] == [
            ("first@example.com", timedelta(0)),
            ("night@example.com", timedelta(hours=1)),
        ]
    letters()[0].state = LetterState.sent
    with acting_as(SOMEBODY):
        acknowledge(db.session(), alarm, "보고 있습니다")
        db.session.commit()
    assert [one.state for one in letters()] == [LetterState.sent, LetterState.dropped]
    assert [(move.by, move.why) for move in alarm.moves] == [("운영 매니저", "보고 있습니다")]
    with acting_as(SOMEBODY), pytest.raises(Refusal, match="이미"):
        acknowledge(db.session(), alarm)
    assert ring(AlarmKind.push_dead).id != alarm.id


def test_who_has_not_the_right_sees_nothing_off(office: Flask) -> None:
    alarm = ring()
    with acting_as(Actor(ActorKind.person, "상담사", 2)), pytest.raises(Forbidden):
        acknowledge(db.session(), alarm)
    assert alarm.state is AlarmState.open


def test_what_lasts_is_not_raised_again_after_it_was_seen_but_after_it_was_over(office: Flask) -> None:
    alarm = ring(AlarmKind.sync_trouble, "sync")
    with acting_as(SOMEBODY):
        acknowledge(db.session(), alarm)
    assert ring(AlarmKind.sync_trouble, "sync").id == alarm.id
    assert alarm_over(db.session(), AlarmKind.sync_trouble, "sync")
    assert not alarm_over(db.session(), AlarmKind.sync_trouble, "sync")
    assert ring(AlarmKind.sync_trouble, "sync").id != alarm.id


def test_everybody_hears_once_whatever_leads_to_them(office: Flask) -> None:
    hook = OutgoingWebhook(name="알람방", url="https://hooks.example.com/x", created_at=clock.now())
    db.session.add(hook)
    a_person("admin@example.com")
    a_person("lead@example.com", Role.ops_manager)
    a_receiver(role=Role.admin)
    a_receiver(role=Role.ops_manager)
    a_receiver(email="Lead@example.com")
    a_receiver(webhook=hook)
    a_receiver(email="off@example.com", is_enabled=False)
    ring()
    assert [one.to for one in letters()] == ["admin@example.com", "lead@example.com", "알람방"]
    assert "너무 자주" in letters()[2].payload["text"]


@pytest.mark.parametrize(("hour", "wait"), [(13, 0), (14, 8), (16, 6), (21, 1), (22, 0), (23, 0), (3, 0)], ids=str)
def test_what_is_not_urgent_waits_for_the_morning(hour: int, wait: int) -> None:
    """Quiet from 23 to 7 in Seoul, which is 14 to 22 in UTC."""
    quiet = Receiver(after_minutes=0, quiet_from=23, quiet_until=7)
    now = datetime(2026, 11, 20, hour, tzinfo=UTC)
    assert heard_at(now, quiet, urgent=False) == now + timedelta(hours=wait)
    assert heard_at(now, quiet, urgent=True) == now
