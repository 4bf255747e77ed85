"""The demo's payment provider: what its customers paid, and what it has made of the refunds so far."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.bookings.model import Booking
from app.demo.booking_rows import FIRST_REF
from app.money import Money
from app.refunds.model import Refund, RefundState
from integrations.payments.sandbox import Fault, SandboxProvider

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
