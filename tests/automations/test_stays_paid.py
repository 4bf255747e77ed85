"""What does not prove that a refund came back leaves it paid: it would be paid a second time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

from app import clock
from app.db import db
from app.money import Money
from app.refunds.by_hand import confirm
from app.refunds.came_back import LOOKS
from app.refunds.model import Refund, RefundState
from app.refunds.settlement import settled_by_hand
from automations import came_back, payout
from integrations.payments.sandbox import Fault, SandboxProvider
from tests.app.refunds.test_by_hand import an_unknown, two_of_finance, written
from tests.bank import an_approved
from tests.marketplace import acting_for

A_LITTLE = timedelta(minutes=1)


def looked_at(refund: Refund) -> Refund:
    """As it stands after its day of being asked about."""
    with clock.stopped(clock.now() + LOOKS[0] + A_LITTLE):
        came_back.drain()
    db.session.rollback()
    return db.session.get_one(Refund, refund.id)


def test_one_that_the_provider_has_forgotten_stays_paid_and_is_asked_about_again(lone_bank: SandboxProvider) -> None:
    refund = an_approved(lone_bank)
    payout.drain()
    db.session.rollback()
    due = db.session.get_one(Refund, refund.id).look_again_at
    with closing(sqlite3.connect(lone_bank._path)) as books, books:
        books.execute("DELETE FROM refunds")
    assert lone_bank.lookup(refund.provider_key) is None
    seen = looked_at(refund)
    assert (seen.state, seen.came_back_at) == (RefundState.paid, None)
    assert due is not None
    assert seen.look_again_at is not None
    assert seen.look_again_at > due


def test_what_two_people_have_settled_is_not_undone_by_what_the_provider_says(lone_bank: SandboxProvider) -> None:
    """It was transferred; the provider tells of the attempt before, and rings."""
    refund = an_unknown()
    booking = refund.booking
    lone_bank.take_payment(booking.payment_ref or "", Money(booking.paid_minor, booking.currency))
    lone_bank.break_next(Fault.declined)
    lone_bank.refund(refund.provider_key, booking.payment_ref or "", Money(refund.amount_minor, refund.currency))
    writer, other = two_of_finance()
    written(refund, writer, provider_pays=True)
    with acting_for(other, "refunds.pay"):
        confirm(refund, provider_pays=True)
        refund.look_again_at = clock.now()
        db.session.commit()
    assert db.session.query(Refund).where(settled_by_hand()).count() == 1
    assert looked_at(refund).state is RefundState.paid
