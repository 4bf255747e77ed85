"""An approved refund is paid exactly once, whatever the provider does, and its outcome is told once on the ticket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actor import NOBODY, acting_as
from app.db import db
from app.facts import Fact
from app.macros.model import Macro, MacroState
from app.outbox.model import Push
from app.refunds.both import as_read
from app.refunds.model import Refund, RefundState
from app.refunds.refund import cancel, reject
from automations import payout, sweep
from automations.lease import LEASE
from automations.providers import KEY_LIVES
from automations.telling import FRESH, MACROS, tell_refund
from integrations.payments.port import OutcomeState
from integrations.payments.sandbox import Fault, SandboxProvider
from tests.bank import an_approved
from tests.marketplace import PAID_AT, a_booking, a_customer, a_refund, a_ticket, a_user, acting_for, kept

LATER = timedelta(minutes=5)


def a_macro(key: str, **change: object) -> Macro:
    facts = {
        "body_ko": "{{refund.amount}}을 환불했습니다. 환불 번호 {{refund.number}}",
        "body_en": "We refunded {{refund.amount}}. Refund {{refund.number}}",
        "state": MacroState.live,
        "created_at": PAID_AT,
        "updated_at": PAID_AT,
    }
    return kept(Macro(title=key, key=key, **{**facts, **change}))


def state_of(refund: Refund) -> RefundState:
    return refund.state


def states(refund: Refund) -> list[RefundState]:
    return [move.now for move in refund.moves]


def test_an_approved_refund_is_paid(bank: SandboxProvider) -> None:
    refund = an_approved(bank)
    payout.drain()
    entry = bank.journal()[0]
    assert (refund.state, refund.provider_ref) == (RefundState.paid, entry.outcome.reference)
    assert (entry.key, entry.minor, entry.currency) == (refund.provider_key, 1_200_000, "KRW")
    assert states(refund)[1:] == [RefundState.approved, RefundState.paying, RefundState.paid]
    assert refund.paid_at is not None
    assert refund.booking.held_minor == 1_200_000, "what went back stays taken"


def test_what_waits_for_approval_is_not_paid(lone_bank: SandboxProvider) -> None:
    refund = a_refund()
    payout.drain()
    assert state_of(refund) is RefundState.requested
    assert lone_bank.journal() == []


def test_a_second_ring_pays_nothing_more(lone_bank: SandboxProvider) -> None:
    an_approved(lone_bank)
    payout.drain()
    payout.drain()
    assert len(lone_bank.journal()) == 1


def test_a_refund_that_fails_lets_go_of_the_money(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.declined)
    payout.drain()
    assert state_of(refund) is RefundState.failed
    assert "결제사가 환불을 거절했습니다." in (refund.failure or "")
    assert refund.booking.held_minor == 0


@pytest.mark.parametrize("fault", [Fault.no_answer_after, Fault.no_answer_before])
def test_without_an_answer_it_is_unknown_held_and_looked_up(bank: SandboxProvider, fault: Fault) -> None:
    refund = an_approved(bank)
    bank.break_next(fault)
    payout.drain()
    assert state_of(refund) is RefundState.unknown
    assert refund.booking.held_minor == 1_200_000
    payout.drain()
    assert state_of(refund) is RefundState.unknown, "the look-up waits a moment"
    with clock.stopped(clock.now() + LATER):
        payout.drain()
    assert state_of(refund) is RefundState.paid
    assert [entry.outcome.state for entry in bank.journal()] == [OutcomeState.paid]


def test_a_provider_that_is_away_is_asked_again_later(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.unavailable, times=2)
    payout.drain()
    assert state_of(refund) is RefundState.paying
    for tries in (1, 2):
        with clock.stopped(clock.now() + tries * LATER):
            payout.drain()
    assert state_of(refund) is RefundState.paid
    assert len(lone_bank.journal()) == 1


def test_a_refund_that_the_provider_takes_its_time_with_is_looked_up(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.pending)
    payout.drain()
    assert state_of(refund) is RefundState.paying
    lone_bank.settle(refund.provider_key, paid=True)
    with clock.stopped(clock.now() + LATER):
        payout.drain()
    assert state_of(refund) is RefundState.paid


def test_a_worker_killed_after_the_provider_paid_is_made_good_without_a_second_payment(bank: SandboxProvider) -> None:
    refund = an_approved(bank)
    claim = payout.claim_one(db.session())
    assert claim is not None
    bank.refund(claim.key, claim.payment, claim.amount)  # and here the worker is killed
    payout.drain()
    assert state_of(refund) is RefundState.paying, "its lease still runs"
    with clock.stopped(clock.now() + LEASE):
        payout.drain()
    assert state_of(refund) is RefundState.paid
    assert len(bank.journal()) == 1


def test_a_worker_that_was_too_slow_writes_nothing_any_more(bank: SandboxProvider) -> None:
    refund = an_approved(bank)
    slow = payout.claim_one(db.session())
    assert slow is not None
    outcome = payout.carry_out(bank, slow)
    with clock.stopped(clock.now() + LEASE):
        payout.drain()
    moves = states(refund)
    payout.record(db.session(), slow, outcome)
    payout.work(slow, bank)
    db.session.expire_all()
    assert states(refund) == moves
    assert len(bank.journal()) == 1


def test_a_key_too_old_is_not_sent_again(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    lone_bank.break_next(Fault.no_answer_before)
    payout.drain()
    with clock.stopped(clock.now() + KEY_LIVES["toss"] + LATER):
        payout.drain()
        assert state_of(refund) is RefundState.unknown
        assert as_read(refund.failure) == payout.TOO_LATE
    assert lone_bank.journal() == []
    assert refund.booking.held_minor == 1_200_000


def test_what_is_not_what_was_approved_goes_back_and_is_not_paid(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank, amount_minor=10_000)
    db.session.execute(update(Refund).values(amount_minor=900_000))
    db.session.commit()
    payout.drain()
    assert (refund.state, refund.approved_by) == (RefundState.requested, None)
    assert lone_bank.journal() == []


def test_several_workers_at_once_pay_each_refund_once(office: Flask, bank: SandboxProvider) -> None:
    refunds = [an_approved(bank, amount_minor=1000 + at).id for at in range(6)]
    db.session.remove()
    together = Barrier(4)

    def shift(_: int) -> None:
        with office.app_context(), acting_as(NOBODY):
            together.wait(timeout=20)
            payout.drain()
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(shift, range(4)))
    assert sorted(entry.minor for entry in bank.journal()) == [1000 + at for at in range(6)]
    assert [db.session.get_one(Refund, one).state for one in refunds] == [RefundState.paid] * 6


def test_a_gateway_without_a_provider_waits_for_finance_and_rings_nobody(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank, booking=a_booking(gateway="manual"))
    payout.drain()
    assert state_of(refund) is RefundState.approved
    assert Fact.refund_approved not in sweep.waiting()
    an_approved(lone_bank)
    assert Fact.refund_approved in sweep.waiting()


# --------------------------------------------------------------------------------------------------- told on the ticket


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("사정이 생겨 예약을 취소하고 싶습니다.", "₩1,200,000을 환불했습니다. 환불 번호 R-000001"),
        ("Something came up and I must cancel my stay.", "We refunded ₩1,200,000. Refund R-000001"),
    ],
)
def test_the_outcome_is_told_once_in_the_customers_language(bank: SandboxProvider, words: str, body: str) -> None:
    a_macro("refund_paid")
    ticket = a_ticket(description=words, subject=words)
    refund = an_approved(bank, ticket=ticket)
    for _ in range(3):
        payout.drain()
    pushes = list(db.session.scalars(select(Push)))
    assert [push.change["comment"] for push in pushes] == [{"body": body, "public": True}]
    assert pushes[0].origin == "refund:R-000001"
    assert pushes[0].ticket_id == ticket.id
    assert refund.told_at is not None


def test_a_rejection_and_a_failure_are_told_and_a_cancellation_is_not(lone_bank: SandboxProvider) -> None:
    for key in ("refund_rejected", "refund_failed"):
        a_macro(key, body_ko=key)
    booking, customer = a_booking(), a_customer()
    rejected, cancelled = (a_refund(booking=booking, ticket=a_ticket(), amount_minor=1000) for _ in range(2))
    with acting_for(a_user()):
        reject(rejected, "정책과 다름")
        cancel(cancelled)
        db.session.commit()
    lone_bank.break_next(Fault.declined)
    an_approved(lone_bank, ticket=a_ticket(), booking=a_booking(customer=customer))
    payout.drain()
    told = list(db.session.scalars(select(Push).order_by(Push.id)))
    assert [push.change["comment"]["body"] for push in told] == ["refund_rejected", "refund_failed"]
    assert cancelled.told_at is None


@pytest.mark.parametrize("ends", [RefundState.failed, RefundState.paid])
def test_what_ends_long_after_it_was_approved_is_told_and_what_ended_long_ago_is_not(
    lone_bank: SandboxProvider, ends: RefundState
) -> None:
    refund = an_approved(lone_bank, ticket=a_ticket())
    refund.move_to(RefundState.paying)
    refund.move_to(RefundState.unknown)
    db.session.commit()
    with clock.stopped(clock.now() + 2 * FRESH):
        refund.move_to(ends)
        db.session.commit()
        with clock.stopped(clock.now() + FRESH + LATER):
            assert not tell_refund(db.session(), set())
        a_macro(MACROS[ends], body_ko=MACROS[ends])
        assert tell_refund(db.session(), set())
    assert db.session.scalars(select(Push)).one().change["comment"]["body"] == MACROS[ends]


@pytest.mark.parametrize("change", [None, {"state": MacroState.draft}, {"body_ko": "{{ refund.amount | nonsense }}"}])
def test_what_cannot_be_told_says_why_and_is_not_told_by_surprise_later(
    lone_bank: SandboxProvider, change: dict[str, object] | None
) -> None:
    if change is not None:
        a_macro("refund_paid", **change)
    refund = an_approved(lone_bank, ticket=a_ticket())
    payout.drain()
    assert state_of(refund) is RefundState.paid
    assert refund.untold_why
    db.session.execute(update(Macro).values(state=MacroState.live, body_ko="환불"))
    db.session.commit()
    payout.drain()
    assert db.session.scalars(select(Push)).all() == []


def test_a_refund_without_a_ticket_is_told_to_nobody(lone_bank: SandboxProvider) -> None:
    a_macro("refund_paid")
    refund = an_approved(lone_bank)
    payout.drain()
    assert (refund.told_at, refund.untold_why) == (None, None)
    assert db.session.scalars(select(Push)).all() == []


def test_an_outcome_of_last_week_is_history(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank, ticket=a_ticket())
    a_macro("refund_paid")
    db.session.execute(
        update(Refund).values(state=RefundState.paid, decided_at=clock.now() - timedelta(days=7), paid_at=None)
    )
    db.session.commit()
    payout.drain()
    assert refund.told_at is None
