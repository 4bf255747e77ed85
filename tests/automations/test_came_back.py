"""A refund that a bank sends back days after it was paid fails in the open, and is paid again by a new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actor import NOBODY, acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.ledger.bearers import Bearer, typed_bearing
from app.ledger.model import Account, Clawback, ClawbackState, EntryKind, LedgerEntry
from app.ledger.posting import costs
from app.people.model import Role
from app.reconcile.check import ledger_faults, payout_stopped
from app.refunds.bearing import lay_on
from app.refunds.came_back import LOOKS, fail_late, pay_again
from app.refunds.model import Refund, RefundState
from app.refunds.refund import approve, cancel
from automations import came_back, reconcile, sweep
from integrations.payments.doubles.books import FAILED, PAID
from tests.app.desk.shop import a_partner
from tests.automations.test_provider_faults import MINOR, Shift, opened, state_of
from tests.integrations.payments.till import GATEWAYS
from tests.marketplace import a_booking, a_refund, a_user, acting_for
from tests.visit import visit_as


@pytest.fixture(params=GATEWAYS)
def shift(request: pytest.FixtureRequest, lone_office: Flask, tmp_path: Path) -> Iterator[Shift]:
    yield from opened(lone_office, request.param, tmp_path)


@pytest.fixture
def toss_anywhere(office: Flask, tmp_path: Path) -> Iterator[Shift]:
    yield from opened(office, "toss", tmp_path)


def sent_back(shift: Shift, refund: Refund) -> None:
    shift.till.door("POST", "settle", reference=refund.provider_ref, paid=False)


def paid(shift: Shift) -> Refund:
    refund = shift.approved()
    shift.work()
    assert state_of(refund) is RefundState.paid
    return refund


def open_alarms() -> list[AlarmKind]:
    db.session.rollback()
    return list(db.session.scalars(select(Alarm.kind).where(Alarm.state == AlarmState.open)))


def test_the_webhook_has_it_found_and_it_is_paid_again_once_by_a_new_refund(
    toss_anywhere: Shift, office: Flask
) -> None:
    shift = toss_anywhere
    refund = paid(shift)
    heard = len(shift.rung(1))
    sent_back(shift, refund)
    shift.rung(heard + 1)
    shift.work()
    assert state_of(refund) is RefundState.failed
    assert (refund.booking.held_minor, refund.paid_at, refund.told_at) == (0, None, None)
    assert open_alarms() == [AlarmKind.refund_came_back]
    assert len(shift.till.sent()) == 1, "nothing is sent again by itself"
    shift.work(minutes=60)
    reconcile.run()
    assert (len(shift.till.sent()), payout_stopped(db.session())) == (1, None)
    assert ledger_faults(db.session()) == []
    agent = visit_as(office, Role.ops_manager)
    page = agent.open(f"/admin/refunds/details/?id={refund.id}").text
    assert "data-again" in page
    assert "다시 요청<" not in page, "one road alone, and the one that knows what it is in place of"
    assert refund.ref in agent.open("/admin/refunds/?tab=back").text
    seen = {"id": str(refund.id), "version_seen": str(refund.version)}
    agent.send("/admin/refunds/again/", seen)
    db.session.rollback()
    made = db.session.scalars(select(Refund).where(Refund.again_of_id == refund.id)).one()
    assert (made.state, made.amount_minor) == (RefundState.requested, MINOR)
    assert made.provider_key != refund.provider_key
    agent.send("/admin/refunds/again/", seen)
    db.session.rollback()
    assert len(list(db.session.scalars(select(Refund)))) == 2
    assert open_alarms() == []
    assert "이미 요청했습니다" in agent.open("/admin/refunds/").text
    assert refund.ref not in agent.open("/admin/refunds/?tab=back").text
    for role in (Role.ops_manager, Role.finance):
        with acting_for(a_user(role)):
            approve(made)
            db.session.commit()
    shift.work()
    assert state_of(made) is RefundState.paid
    assert [(one.state, one.minor) for one in shift.till.booked()] == [(FAILED, MINOR), (PAID, MINOR)]
    assert refund.booking.held_minor == MINOR
    assert ledger_faults(db.session()) == []


def test_without_a_webhook_it_is_asked_about_on_its_days(shift: Shift) -> None:
    shift.till.fault(kind="drop", times=9)
    refund = paid(shift)
    sent_back(shift, refund)
    asked = len(shift.till.double.books.journal())
    shift.work(minutes=60)
    assert (state_of(refund), len(shift.till.double.books.journal())) == (RefundState.paid, asked)
    with clock.stopped(clock.now() + LOOKS[0] + timedelta(minutes=1)):
        assert Fact.refund_approved in sweep.waiting()
    shift.work(minutes=24 * 60 + 1)
    assert state_of(refund) is RefundState.failed


def test_what_stays_paid_is_asked_about_five_times_in_a_month_and_is_final_then(shift: Shift) -> None:
    shift.till.fault(kind="drop", times=9)
    refund = paid(shift)
    paid_at = refund.paid_at
    assert paid_at is not None
    for days in (1, 3, 7, 14, 30):
        assert refund.look_again_at == paid_at + timedelta(days=days)
        with clock.stopped(paid_at + timedelta(days=days, minutes=1)):
            came_back.drain()
        assert state_of(refund) is RefundState.paid
    assert refund.look_again_at is None


def test_a_provider_that_does_not_answer_changes_nothing(shift: Shift) -> None:
    shift.till.fault(kind="drop", times=9)
    refund = paid(shift)
    sent_back(shift, refund)
    shift.till.fault(kind="status", when="before", method="GET", times=9, status=503)
    later = clock.now() + LOOKS[0] + timedelta(minutes=1)
    with clock.stopped(later):
        came_back.drain()
    assert state_of(refund) is RefundState.paid
    assert refund.look_again_at == later + came_back.AGAIN


# ------------------------------------------------------------------------------------------------ without a provider


def borne_by_two() -> Refund:
    """Paid by no provider here: 70 % of it the partner's."""
    refund = a_refund(booking=a_booking(partner=a_partner(), total_minor=100_000), amount_minor=10_000)
    with acting_for(a_user()):
        lay_on(refund, typed_bearing({Bearer.partner: "70", Bearer.platform: "30"}, ""))
        db.session.commit()
    with acting_for(a_user()):
        approve(refund)
        db.session.commit()
    with acting_as(NOBODY):
        for state in (RefundState.paying, RefundState.paid):
            refund.move_to(state)
        db.session.commit()
    return refund


def back(refund: Refund) -> None:
    with acting_as(NOBODY):
        fail_late(db.session(), refund)
        db.session.commit()


def test_the_ledger_undoes_the_payment_and_the_claw_back_is_void(office: Flask) -> None:
    refund = borne_by_two()
    before = len(list(db.session.scalars(select(LedgerEntry))))
    back(refund)
    added = list(db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))[before:]
    assert [(one.kind, one.debit, one.credit, one.amount_minor) for one in added] == [
        (EntryKind.returned, Account.provider, Account.payable, 10_000),
        (EntryKind.released, Account.payable, Account.partner, 7_000),
        (EntryKind.released, Account.payable, Account.platform, 3_000),
    ]
    assert [one.state for one in db.session.scalars(select(Clawback))] == [ClawbackState.void]
    assert costs(db.session(), refund.id) == []
    assert ledger_faults(db.session()) == []


def test_what_the_partner_has_settled_is_owed_back_and_what_was_waived_is_not(office: Flask) -> None:
    settled, waived = borne_by_two(), borne_by_two()
    ends = ((settled, Role.finance, ClawbackState.settled), (waived, Role.ops_manager, ClawbackState.waived))
    for refund, role, state in ends:
        with acting_for(a_user(role), "clawbacks.settle", "clawbacks.waive"):
            db.session.scalars(select(Clawback).where(Clawback.refund_id == refund.id)).one().move_to(state, "왜냐하면")
            db.session.commit()
        back(refund)
    gives_back = db.session.scalars(select(Clawback).where(Clawback.gives_back)).one()
    assert (gives_back.refund_id, gives_back.amount_minor) == (settled.id, 7_000)
    page = visit_as(office).open(f"/admin/clawbacks/details/?id={gives_back.id}").text
    assert ("돌려줄 돈" in page, "돌려주었음" in page, ">받을 돈<" in page) == (True, True, False)
    assert "돌려줄 돈" in visit_as(office).open("/admin/clawbacks/?tab=back").text
    assert ledger_faults(db.session()) == []
    with acting_for(a_user(Role.finance), "clawbacks.settle"):
        gives_back.move_to(ClawbackState.settled, "다음 정산에 더함")
        db.session.commit()
    assert costs(db.session(), settled.id) == []
    assert ledger_faults(db.session()) == []


def test_no_person_says_that_a_paid_refund_has_failed(lone_office: Flask) -> None:
    refund = borne_by_two()
    with acting_for(a_user(Role.admin)), pytest.raises(Refusal):
        refund.move_to(RefundState.failed)
    assert refund.state is RefundState.paid


def test_only_what_came_back_is_paid_again_and_by_one_at_a_time(lone_office: Flask) -> None:
    refund = borne_by_two()
    with acting_for(a_user()), pytest.raises(Refusal, match="되돌아온 환불이 아닙니다"):
        pay_again(refund)
    back(refund)
    with acting_for(a_user()):
        first = pay_again(refund)
        assert first.bearing == refund.bearing
        with pytest.raises(Refusal, match="이미 요청했습니다"):
            pay_again(refund)
        cancel(first)
        db.session.commit()
        second = pay_again(refund)
        db.session.commit()
    assert (first.again_of_id, second.again_of_id) == (refund.id, refund.id)
    assert refund.booking.held_minor == 10_000
