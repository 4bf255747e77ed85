"""The demo's payment provider: what its customers paid, what it has made of the refunds so far, and how its books were
compared with ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking
from app.demo.booking_rows import FIRST_REF
from app.demo.sign_ins import FINANCE
from app.money import Money
from app.people.model import User
from app.people.rights import RIGHTS
from app.reconcile.model import Difference, DifferenceState, Reconciliation
from app.reconcile.reconcile import check_ledger, reconcile, resolve
from app.refunds.model import Refund, RefundState
from integrations.payments.sandbox import Fault, SandboxProvider

PAST = timedelta(days=120)
AT_THE_DESK = "console-20260615"
COMPARING = Actor(ActorKind.system, "opsroom")
LOOKED_INTO = "결제사 상담원이 전화를 받고 콘솔에서 환불한 건. 확인을 마쳤고, 다음부터는 환불 요청으로 하기로 함"
FAULTS = {RefundState.unknown: Fault.pending, RefundState.failed: Fault.declined}


def keep_books(session: Session, provider: SandboxProvider) -> None:
    """Safe to run again: a payment and a refund's key are taken once. Does not commit."""
    for booking in session.scalars(select(Booking).where(Booking.ref >= f"B-{FIRST_REF}")):
        if booking.payment_ref:
            provider.take_payment(booking.payment_ref, Money(booking.paid_minor, booking.currency))
    dealt_with = select(Refund).where(
        Refund.provider_ref.is_(None),
        Refund.state.in_((RefundState.paid, RefundState.failed, RefundState.unknown)),
    )
    for refund in session.scalars(dealt_with.options(joinedload(Refund.booking)).order_by(Refund.id)):
        outcome = provider.lookup(refund.provider_key)
        if outcome is None:
            if refund.state in FAULTS:
                provider.break_next(FAULTS[refund.state], minor=refund.amount_minor)
            payment = refund.booking.payment_ref or ""
            outcome = provider.refund(refund.provider_key, payment, Money(refund.amount_minor, refund.currency))
        refund.provider_ref = outcome.reference
        if refund.paid_at is not None:
            provider.date_back(refund.provider_key, refund.paid_at)


def compare_books(session: Session, provider: SandboxProvider, moment: datetime) -> None:
    """Once: somebody had refunded at the provider's own desk, the comparison found it, and finance looked into it. Does
    not commit.
    """
    if session.scalar(select(Reconciliation.id).limit(1)) is not None:
        return
    _refund_at_the_desk(session, provider, moment)
    finance = session.scalars(select(User).where(User.email == FINANCE.email)).one()
    found_at = moment - timedelta(hours=20)
    with clock.stopped(found_at), acting_as(COMPARING):
        told = list(provider.refunded(moment - PAST, moment))
        reconcile(session, told, since=moment - PAST, until=found_at, source="API")
        check_ledger(session)
    with clock.stopped(found_at + timedelta(minutes=25)), acting_as(_person(finance)):
        for difference in session.scalars(select(Difference).where(Difference.state == DifferenceState.open)):
            resolve(session, difference, LOOKED_INTO)
        session.flush()
    with clock.stopped(moment), acting_as(COMPARING):
        reconcile(session, told, since=moment - PAST, until=moment, source="API")


def _refund_at_the_desk(session: Session, provider: SandboxProvider, moment: datetime) -> None:
    asked = select(Refund.booking_id)
    untouched = select(Booking).where(
        Booking.payment_ref.is_not(None), Booking.id.not_in(asked), Booking.currency == "KRW"
    )
    booking = session.scalars(untouched.order_by(Booking.id).limit(1)).one()
    provider.refund(AT_THE_DESK, booking.payment_ref or "", Money(min(12_000, booking.paid_minor), booking.currency))
    provider.date_back(AT_THE_DESK, moment - timedelta(hours=22))


def _person(user: User) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])
