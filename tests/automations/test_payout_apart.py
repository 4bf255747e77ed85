"""What a person pays by hand, and what is not as it was sent any more, no worker sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.bookings.model import Booking
from app.db import db
from app.errors import Refusal
from app.people.model import Role
from app.refunds.both import as_kept, as_read
from app.refunds.by_hand import confirm, send_back, take, write_down
from app.refunds.model import Refund, RefundState
from app.refunds.settlement import Settlement, SettlementState
from automations import alerts, payout
from integrations.payments.sandbox import Fault, SandboxProvider
from tests.bank import an_approved
from tests.marketplace import a_customer, a_user, acting_for

LATER = timedelta(minutes=5)


def a_sent(bank: SandboxProvider, fault: Fault = Fault.no_answer_after) -> Refund:
    """Sent, and no answer came: `fault` says whether the provider has carried it out."""
    refund = an_approved(bank)
    bank.break_next(fault)
    payout.drain()
    assert state_of(refund) is RefundState.unknown
    return refund


def state_of(refund: Refund) -> RefundState:
    db.session.rollback()
    return db.session.get_one(Refund, refund.id).state


def drained(after: timedelta = LATER) -> None:
    with clock.stopped(clock.now() + after):
        payout.drain()


def written(refund: Refund, *, paid: bool = True) -> Settlement:
    with acting_for(a_user(Role.finance), "refunds.pay"):
        made = write_down(refund, paid=paid, reference="이체 7", provider_pays=True)
        db.session.commit()
    return made


@pytest.mark.parametrize("name", ["gateway", "payment_ref", "currency", "customer"])
def test_the_payment_of_a_refund_on_its_way_cannot_change(bank: SandboxProvider, name: str) -> None:
    refund = a_sent(bank)
    becomes: dict[str, Any] = {"gateway": "stripe", "payment_ref": "pay_other", "currency": "JPY", "customer": None}
    becomes["customer"] = a_customer()
    db.session.expire_all()
    setattr(refund.booking, name, becomes[name])
    with pytest.raises(Refusal) as refused:
        db.session.flush()
    db.session.rollback()
    assert refused.value.field == name
    refund.booking.city = "부산"
    refund.booking.gateway = str(refund.booking.gateway)
    db.session.commit()
    drained()
    assert state_of(refund) is RefundState.paid
    if name in {"gateway", "payment_ref"}:
        setattr(refund.booking, name, becomes[name])
        db.session.commit()


def test_what_is_not_as_it_was_sent_is_neither_sent_nor_ended_and_rings(bank: SandboxProvider) -> None:
    """The second guard, with the first walked around."""
    refund = a_sent(bank)
    db.session.execute(update(Booking).values(payment_ref="pay_other"))
    db.session.commit()
    drained()
    assert state_of(refund) is RefundState.unknown
    assert as_read(refund.failure) == payout.NOT_AS_SENT
    assert refund.booking.held_minor == 1_200_000, "the money stays held"
    with clock.stopped(clock.now() + timedelta(hours=2)):
        alerts.look(db.session())
        db.session.commit()
    assert db.session.scalars(select(Alarm.kind)).all() == [AlarmKind.refund_unknown]
    db.session.execute(update(Booking).values(payment_ref=bank.journal()[0].payment))
    db.session.commit()
    drained(timedelta(hours=2))
    assert state_of(refund) is RefundState.paid


def test_what_a_pending_one_is_not_any_more_is_unknown(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.pending)
    payout.drain()
    db.session.execute(update(Booking).values(gateway="stripe"))
    db.session.commit()
    drained()
    assert state_of(refund) is RefundState.unknown
    assert refund.moves[-1].why == as_kept(payout.NOT_AS_SENT)


def test_what_is_written_down_is_not_sent_and_then_confirmed(bank: SandboxProvider) -> None:
    refund = a_sent(bank, Fault.no_answer_before)
    written(refund)
    for hours in (1, 2):
        drained(timedelta(hours=hours))
    assert state_of(refund) is RefundState.unknown
    assert bank.journal() == [], "the transfer and the provider would both have paid"
    with acting_for(a_user(Role.finance), "refunds.pay"):
        confirm(refund, provider_pays=True)
        db.session.commit()
    assert state_of(refund) is RefundState.paid


@pytest.mark.parametrize("paid", [True, False])
def test_once_written_down_as_paid_it_is_looked_up_but_never_sent(lone_bank: SandboxProvider, paid: bool) -> None:
    refund = a_sent(lone_bank, Fault.no_answer_before)
    written(refund, paid=paid)
    with acting_for(a_user(Role.finance), "refunds.pay"):
        send_back(refund, "은행에 보이지 않음", provider_pays=True)
        db.session.commit()
    drained()
    assert len(lone_bank.journal()) == (0 if paid else 1)
    assert state_of(refund) is (RefundState.unknown if paid else RefundState.paid)
    if paid:
        assert as_read(refund.failure) == payout.BY_HAND


def test_what_a_person_has_taken_no_worker_takes_though_its_gateway_has_a_provider_since(
    lone_bank: SandboxProvider,
) -> None:
    refund = an_approved(lone_bank)
    with acting_for(a_user(Role.finance), "refunds.pay"):
        take(refund, provider_pays=False, stopped=None)
        db.session.commit()
    drained()
    assert state_of(refund) is RefundState.paying
    assert lone_bank.journal() == []


def test_the_claim_asks_again_under_the_lock(lone_bank: SandboxProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    refund = a_sent(lone_bank, Fault.no_answer_before)
    written(refund)
    seen: list[int] = []

    def as_of_before(now: Any) -> Any:
        """What was due when the row was chosen; the second time it is due no more."""
        seen.append(1)
        return Refund.id == (refund.id if len(seen) == 1 else 0)

    monkeypatch.setattr(payout, "due", as_of_before)
    assert payout.claim_one(db.session()) is None
    assert len(seen) == 2


def test_a_worker_that_ends_it_all_the_same_ends_what_was_written_and_tells(lone_bank: SandboxProvider) -> None:
    refund = a_sent(lone_bank)
    with clock.stopped(clock.now() + LATER):
        claim = payout.claim_one(db.session())
        assert claim is not None
    with clock.stopped(clock.now() + 2 * LATER):
        made = written(refund)  # the lease ran out, and the worker was only slow
        payout.work(claim, lone_bank)
    assert state_of(refund) is RefundState.paid
    assert made.state is SettlementState.sent_back
    assert as_read(made.why) == payout.ENDED_FIRST
    assert as_read(refund.moves[-1].why) == payout.ENDED_FIRST
