"""One row that fails keeps no other from its turn: pages, alarms, telling, the gate, scores, undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.alarms import escalation
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.bell import SilentBell
from app.db import db
from app.disputes.emergency.emergency import open_by_hand
from app.disputes.emergency.kinds import EmergencyKind
from app.disputes.model import Dispute
from app.disputes.notices import DisputeNotice
from app.disputes.sides import Side
from app.facts import Fact
from app.partners import gate
from app.partners.model import Partner, PartnerState
from app.partners.scores import PartnerScore
from app.refunds.model import Refund
from app.refunds.refund import reject
from app.rules.model import RuleKind
from app.rules.undo.model import ItemState, UndoItem
from automations import alerts, disputes, emergencies, partners, sweep, telling, twins, undo
from tests.app.alarms.test_escalation import BOSS, FIRST, a_receiver, after, ring
from tests.app.disputes.acts import NOW, a_dispute, a_manager, everything, heard
from tests.app.partners.papers import a_partner
from tests.automations.test_undo import a_routing_rule, fired_on, taken_back
from tests.marketplace import PAID_AT, a_refund, a_ticket, a_user, acting_for


class Broken(RuntimeError):
    """As a row that no code foresaw."""


def breaking(act: Any, is_bad: Any) -> Any:
    def instead(*args: Any, **more: Any) -> Any:
        if is_bad(*args):
            raise Broken
        return act(*args, **more)

    return instead


def late() -> list[str]:
    db.session.rollback()
    asked = select(Alarm.words_ko).where(Alarm.kind == AlarmKind.emergency_late).order_by(Alarm.id)
    return list(db.session.scalars(asked))


def test_an_emergency_that_cannot_be_alarmed_of_stops_no_other(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = a_manager("이끄는이")
    with clock.stopped(NOW), everything(lead):
        first, second = (open_by_hand(db.session(), EmergencyKind.gas, f"{one}호") for one in (1, 2))
        db.session.commit()
    bad, good = first.id, second.ref
    broken = breaking(emergencies._unanswered, lambda _session, emergency, _said: emergency.id == bad)
    monkeypatch.setattr(emergencies, "_unanswered", broken)
    with clock.stopped(NOW + timedelta(minutes=6)):
        emergencies.watch(db.session())
        (words,) = late()
        assert good in words
        monkeypatch.undo()
        emergencies.watch(db.session())
        assert len(late()) == 2, "the next look meets it again"


def test_a_side_that_cannot_be_told_keeps_the_other_from_nothing(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = a_manager("말하는이")
    dispute: Dispute = a_dispute(talks)
    heard(talks, dispute)
    first = db.session.scalars(select(DisputeNotice).order_by(DisputeNotice.id)).first()
    assert first is not None
    bad = first.id
    monkeypatch.setattr(disputes, "_tell", breaking(disputes._tell, lambda _session, notice: notice.id == bad))
    disputes.drain()
    told = {one.id == bad: one.told_at is not None for one in db.session.scalars(select(DisputeNotice))}
    assert told == {True: False, False: True}
    assert {one.side for one in db.session.scalars(select(DisputeNotice))} == {Side.customer, Side.partner}


def test_a_refund_that_cannot_be_told_holds_up_no_other(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [a_refund(amount_minor=100, ticket=a_ticket()) for _ in range(2)]
    for refund in made:
        with acting_for(a_user()):
            reject(refund, "정책에 따라")
            db.session.commit()
    bad = made[0].id
    monkeypatch.setattr(telling, "_tell", breaking(telling._tell, lambda _session, told: told.id == bad))
    failed = telling.Failed()
    while telling.tell_next(db.session(), failed):
        pass
    assert failed.refunds == {bad}
    left = db.session.scalars(select(Refund.id).where(Refund.untold_why.is_(None), Refund.told_at.is_(None))).all()
    assert left == [bad]


def test_a_partner_who_cannot_be_looked_at_is_the_only_one(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [a_partner(days=-1).id for _ in range(3)]
    bad = ids[1]
    monkeypatch.setattr(Partner, "pass_gate", breaking(Partner.pass_gate, lambda self, *_: self.id == bad))
    partners.run()
    db.session.rollback()
    gated = db.session.scalars(select(Partner.id).where(Partner.state == PartnerState.suspended)).all()
    assert sorted(gated) == sorted({*ids} - {bad})
    monkeypatch.setattr(PartnerScore, "take", breaking(PartnerScore.take, lambda self, *_: self.partner_id == bad))
    partners.score()
    assert set(db.session.scalars(select(PartnerScore.partner_id))) == {*ids} - {bad}
    assert len(ids) < gate.A_CHUNK, "they stood in one transaction"


def test_an_alarm_that_cannot_be_looked_for_keeps_nothing_from_being_rung_for(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = a_refund(amount_minor=100, ticket=a_ticket())
    with acting_for(a_user()):
        reject(refund, "정책에 따라")
        db.session.commit()
    held: list[AlarmKind] = []

    def hold(_session: Any, kind: AlarmKind, *_rest: Any) -> None:
        if kind is AlarmKind.sync_trouble:
            raise Broken
        held.append(kind)

    monkeypatch.setattr(alerts, "_hold", hold)
    bell = lone_office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    bell.rung.clear()
    sweep.run()
    assert held == [AlarmKind.refund_unknown, AlarmKind.payout_stopped, AlarmKind.not_compared]
    assert Fact.refund_approved in bell.rung
    monkeypatch.setattr(alerts, "look", breaking(alerts.look, lambda *_: True))
    bell.rung.clear()
    sweep.run()
    assert Fact.refund_approved in bell.rung


def test_an_alarm_that_cannot_go_on_keeps_no_other_from_its_next_step(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email, minutes in ((FIRST, 0), (BOSS, 15)):
        a_receiver(email, minutes)
    first, second = ring(AlarmKind.push_dead), ring(AlarmKind.inbox_dead)
    bad = first.id
    monkeypatch.setattr(escalation, "_take", breaking(escalation._take, lambda _s, alarm, _turn: alarm.id == bad))
    assert after(16) == 1
    steps = [(one.alarm_id, one.who_ko) for one in db.session.scalars(select(escalation.AlarmStep))]
    assert sorted(steps) == sorted([(bad, FIRST), (second.id, FIRST), (second.id, BOSS)])


def test_an_item_that_cannot_be_taken_back_waits_and_the_others_are(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_id = a_routing_rule()
    fired_on(rule_id, 3, 0)
    with clock.stopped(PAID_AT + timedelta(hours=2)):
        taken_back(rule_id)
    bad = db.session.scalars(select(UndoItem.id).order_by(UndoItem.id)).all()[1]
    monkeypatch.setattr(undo, "_one", breaking(undo._one, lambda _session, item_id: item_id == bad))
    undo.drain()
    db.session.rollback()
    waiting = db.session.scalars(select(UndoItem.id).where(UndoItem.state == ItemState.waiting)).all()
    assert waiting == [bad]
    monkeypatch.undo()
    undo.drain()
    assert not db.session.scalars(select(UndoItem.id).where(UndoItem.state == ItemState.waiting)).all()


def test_a_native_rule_that_cannot_be_switched_off_keeps_no_other_on(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [twins.Wish(number, RuleKind.trigger, number) for number in (1, 2, 3)]
    monkeypatch.setattr(twins, "wishes", lambda _session: asked)
    done: list[int] = []
    monkeypatch.setattr(twins, "switch_off", breaking(lambda wish: done.append(wish.rule_id), lambda w: w.rule_id == 2))
    twins.drain()
    assert done == [1, 3]
