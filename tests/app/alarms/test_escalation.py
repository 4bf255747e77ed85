"""What nobody acknowledges goes on: to the next in their minutes, at once when nobody was reached, and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.alarm import acknowledge, alarm_over, raise_alarm
from app.alarms.escalation import AlarmStep, Turn, escalate, turns
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, Letter, LetterState, Receiver
from app.db import db
from app.people.model import Role
from app.words import say
from automations import sweep
from tests.marketplace import a_user
from tests.seat import Seat

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # noon in Seoul
SOMEBODY = Actor(ActorKind.person, "운영 매니저", 1, rights=frozenset({"alarms.acknowledge"}))
FIRST, BOSS, OWNER = "first@example.com", "boss@example.com", "owner@example.com"


def a_receiver(email: str, after: int = 0, **more: object) -> Receiver:
    made = {"language": "ko", "created_at": NOON, "after_minutes": after, "email": email, **more}
    receiver = Receiver(**made)
    db.session.add(receiver)
    db.session.commit()
    return receiver


def ring(kind: AlarmKind = AlarmKind.push_dead) -> Alarm:
    with clock.stopped(NOON):
        alarm = raise_alarm(db.session(), kind, say("문제", "Trouble"), "it")
        db.session.commit()
    return alarm


def after(minutes: float) -> int:
    with clock.stopped(NOON + timedelta(minutes=minutes)):
        taken = escalate(db.session())
        db.session.commit()
    return taken


def told() -> Sequence[str]:
    return db.session.scalars(select(Letter.to).order_by(Letter.id)).all()


def all_letters(state: LetterState) -> None:
    db.session.execute(update(Letter).values(state=state))
    db.session.commit()


def test_each_hears_in_its_minutes_and_once(office: Flask) -> None:
    for email, minutes in ((FIRST, 0), (BOSS, 15), (OWNER, 30)):
        a_receiver(email, minutes)
    ring()
    assert told() == [FIRST]
    assert (after(14.9), after(15), after(15), after(29)) == (0, 1, 0, 0)
    assert told() == [FIRST, BOSS]
    assert after(31) == 1
    assert told() == [FIRST, BOSS, OWNER]
    letter = db.session.scalars(select(Letter).where(Letter.to == OWNER)).one()
    assert "31분째 확인 없음" in letter.subject
    assert "31분이 지나도록 아무도 확인하지 않았습니다" in letter.body
    steps = db.session.scalars(select(AlarmStep).order_by(AlarmStep.id)).all()
    assert [(one.who_ko, one.letters) for one in steps] == [(FIRST, 1), (BOSS, 1), (OWNER, 1)]


def test_who_missed_several_steps_is_not_kept_waiting(lone_office: Flask) -> None:
    for email, minutes in ((FIRST, 0), (BOSS, 15), (OWNER, 30)):
        a_receiver(email, minutes)
    ring()
    assert after(600) == 2
    assert told() == [FIRST, BOSS, OWNER]


def test_what_somebody_saw_or_what_is_over_goes_no_further(lone_office: Flask) -> None:
    a_receiver(FIRST)
    a_receiver(BOSS, 15)
    alarm = ring()
    with acting_as(SOMEBODY):
        acknowledge(db.session(), alarm)
        db.session.commit()
    assert after(20) == 0
    ring(AlarmKind.sync_trouble)
    assert alarm_over(db.session(), AlarmKind.sync_trouble, "it")
    db.session.commit()
    assert after(20) == 0
    assert BOSS not in told()


def test_without_the_look_at_the_state_a_seen_alarm_would_go_on(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    a_receiver(FIRST)
    a_receiver(BOSS, 15)
    alarm = ring()
    with acting_as(SOMEBODY):
        acknowledge(db.session(), alarm)
        db.session.commit()
    monkeypatch.setattr("app.alarms.escalation.GOES_ON", alarm.state)
    assert after(20) == 1


def test_whoever_became_a_receiver_meanwhile_hears_it(lone_office: Flask) -> None:
    a_receiver(FIRST)
    gone = a_receiver(OWNER, 15)
    ring()
    gone.is_enabled = False
    a_receiver(BOSS, 15)
    after(15)
    assert told() == [FIRST, BOSS]


@pytest.mark.parametrize("state", [LetterState.dead, LetterState.refused, LetterState.held])
def test_when_nobody_was_reached_the_next_does_not_wait(lone_office: Flask, state: LetterState) -> None:
    for email, minutes in ((FIRST, 0), (BOSS, 15), (OWNER, 30)):
        a_receiver(email, minutes)
    ring()
    all_letters(state)
    assert after(1) == 1
    assert told() == [FIRST, BOSS]
    db.session.execute(update(Letter).where(Letter.to == BOSS).values(state=LetterState.sent))
    db.session.commit()
    assert after(2) == 0


def test_a_role_that_nobody_has_keeps_nobody_waiting(lone_office: Flask) -> None:
    a_receiver(BOSS, 60)
    db.session.add(Receiver(role=Role.finance, language="ko", after_minutes=0, created_at=NOON))
    db.session.commit()
    ring()
    assert told() == []
    assert after(1) == 1
    assert told() == [BOSS]


def test_who_wants_it_again_is_told_again_until_it_is_seen(lone_office: Flask) -> None:
    a_receiver(FIRST, again_minutes=10)
    alarm = ring()
    all_letters(LetterState.sent)
    assert [after(minutes) for minutes in (9, 10, 11, 20)] == [0, 1, 0, 1]
    assert told() == [FIRST] * 3
    with acting_as(SOMEBODY):
        acknowledge(db.session(), alarm)
        db.session.commit()
    assert after(60) == 0
    states = db.session.scalars(select(Letter.state).order_by(Letter.id)).all()
    assert states == [LetterState.sent, LetterState.dropped, LetterState.dropped]


def test_repeats_end_and_are_not_made_in_vain() -> None:
    one = Receiver(email=FIRST, after_minutes=0, again_minutes=10)
    one.id = 7
    assert list(turns(NOON, [one], {7: (47, NOON)}, unreached=False)) == [Turn(one, 48, NOON + timedelta(minutes=10))]
    assert list(turns(NOON, [one], {7: (48, NOON)}, unreached=False)) == []
    assert list(turns(NOON, [one], {7: (0, NOON)}, unreached=True)) == []


def test_quiet_hours_hold_for_later_steps_too_unless_it_is_urgent(lone_office: Flask) -> None:
    a_receiver(FIRST)
    a_receiver(BOSS, 15, quiet_from=12, quiet_until=14)
    ring()
    ring(AlarmKind.sync_trouble)
    after(15)
    due = db.session.scalars(select(Letter.due_at).where(Letter.to == BOSS).order_by(Letter.alarm_id)).all()
    assert [at - NOON for at in due] == [timedelta(hours=2), timedelta(minutes=15)]


def test_the_sweep_escalates_and_the_page_shows_who_is_next(lone_office: Flask) -> None:
    a_receiver(FIRST)
    a_receiver(BOSS, 15)
    a_receiver(OWNER, 60_000)
    ring()
    sweep.run()
    assert told() == [FIRST, BOSS]
    page = Seat(lone_office, a_user()).read("/admin/alarms/details/", id=db.session.scalars(select(Alarm.id)).one())
    assert page.count("data-next") == 1
    assert OWNER in page


def test_letters_of_an_older_house_are_not_sent_twice(lone_office: Flask) -> None:
    """Alarms raised before there were steps have all their letters already."""
    a_receiver(FIRST)
    alarm = ring()
    db.session.execute(AlarmStep.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    assert after(1) == 1
    assert told() == [FIRST]
    assert db.session.scalars(select(AlarmStep.letters).where(AlarmStep.alarm_id == alarm.id)).one() == 0


def test_an_urgent_alarm_goes_on_however_many_others_are_open(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_receiver(BOSS, 15)
    for kind in (AlarmKind.push_dead, AlarmKind.letter_dead, AlarmKind.emergency):
        ring(kind)
    monkeypatch.setattr("app.alarms.escalation.A_LOOK", 1)
    assert after(20) == 1
    told_of = select(Alarm.kind).join(Letter, Letter.alarm_id == Alarm.id)
    assert db.session.scalars(told_of).all() == [AlarmKind.emergency]
