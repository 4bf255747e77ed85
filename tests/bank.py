"""The provider of the tests, who keeps its books in a file, and refunds that it can pay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.actor import NOBODY, acting_as
from app.bookings.model import Booking
from app.money import Money
from app.refunds.model import Refund
from automations.providers import providers_of_app
from integrations.payments.sandbox import SandboxProvider
from tests.marketplace import a_booking, a_refund, a_user


def the_bank() -> Iterator[SandboxProvider]:
    """For a fixture: inside it nobody acts, as in a worker."""
    provider = providers_of_app()["toss"]
    assert isinstance(provider, SandboxProvider)
    with acting_as(NOBODY):
        yield provider


def an_approved(bank: SandboxProvider, *, booking: Booking | None = None, **change: Any) -> Refund:
    """Of a booking whose payment the bank knows."""
    booking = booking or a_booking()
    bank.take_payment(booking.payment_ref or "", Money(booking.paid_minor, booking.currency))
    return a_refund(booking=booking, approved_by=a_user(), **change)
