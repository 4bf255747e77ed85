"""What goes wrong in the house reaches people once, and the alarm ends with what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.alarms.alarm import acknowledge
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.link.link import the_link
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from app.tickets.model import Ticket
from automations import alerts, push, sweep
from tests.automations.acts import NEW, a_rule
from tests.automations.conftest import Stage
from tests.automations.test_budget import decided
from tests.marketplace import a_refund, a_user


def alarms() -> Sequence[tuple[AlarmKind, AlarmState, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(Alarm).order_by(Alarm.id)).all()
    return [(one.kind, one.state, one.count) for one in rows]


def test_a_change_that_zendesk_refuses_is_told_once(stage: Stage) -> None:
    a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    decided(stage, 2)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="status", when="before", status=422, times=5)
    push.drain()
    assert alarms() == [(AlarmKind.push_dead, AlarmState.open, 2)]


def test_a_sync_that_is_late_is_told_once_and_ends_by_itself(office: Flask) -> None:
    link, now = the_link(db.session()), clock.now()
    link.connected_at = link.load_started_at = link.load_done_at = now - timedelta(days=1)
    link.synced_at = now - timedelta(minutes=14)
    db.session.commit()
    sweep.run()
    assert alarms() == []
    for minutes in (2, 3, 4):
        with clock.stopped(now + timedelta(minutes=minutes)):
            sweep.run()
    assert alarms() == [(AlarmKind.sync_trouble, AlarmState.open, 1)]
    acknowledge(db.session(), db.session.scalars(select(Alarm)).one())
    db.session.commit()
    with clock.stopped(now + timedelta(minutes=9)):
        sweep.run()
    assert alarms() == [(AlarmKind.sync_trouble, AlarmState.acknowledged, 1)]
    the_link(db.session()).synced_at = clock.now()
    db.session.commit()
    sweep.run()
    assert alarms() == [(AlarmKind.sync_trouble, AlarmState.over, 1)]


def test_refunds_whose_outcome_nobody_tells_are_told_after_a_quarter_of_an_hour(office: Flask) -> None:
    refund, now = a_refund(approved_by=a_user(Role.finance)), clock.now()
    refund_id = refund.id
    refund.move_to(RefundState.paying)
    refund.move_to(RefundState.unknown)
    db.session.commit()
    with clock.stopped(now + timedelta(minutes=14)):
        sweep.run()
    assert alarms() == []
    with clock.stopped(now + timedelta(minutes=16)):
        sweep.run()
        sweep.run()
    assert alarms() == [(AlarmKind.refund_unknown, AlarmState.open, 1)]
    db.session.execute(update(Refund).where(Refund.id == refund_id).values(state=RefundState.paid))
    db.session.commit()
    sweep.run()
    assert alarms() == [(AlarmKind.refund_unknown, AlarmState.over, 1)]


def test_a_cut_loop_names_the_rules_in_it(stage: Stage) -> None:
    rule = a_rule("맞장구", NEW, [{"field": "current_tags", "value": "seen"}])
    rule_id = rule.id
    decided(stage, 1)
    ticket = db.session.scalars(select(Ticket)).one()
    alerts.loop_cut(db.session(), ticket)
    alerts.loop_cut(db.session(), ticket)
    db.session.commit()
    [alarm] = db.session.scalars(select(Alarm)).all()
    assert (alarm.count, alarm.rules) == (2, [rule_id])
    assert "「맞장구」" in alarm.words_ko
