"""The books of the demo's payment providers: what its customers paid, what became of the refunds so far, and how those
books were compared with ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking
from app.demo.sign_ins import FINANCE
from app.gateways import DOUBLED, STRIPE, TOSS
from app.people.model import User
from app.people.rights import RIGHTS
from app.reconcile.model import Difference, DifferenceState, Reconciliation
from app.reconcile.reconcile import check_ledger, reconcile, resolve
from app.refunds.model import Refund, RefundState
from integrations.payments.doubles.books import FAILED, PAID, PENDING, Books, book, payment_of, refund_of
from integrations.payments.port import Refunded
from integrations.payments.toss import key_in, reason_of

PAST = timedelta(days=120)
AT_THE_DESK = "C0FFEE20260615"
COMPARING = Actor(ActorKind.system, "opsroom")
LOOKED_INTO = "결제사 상담원이 전화를 받고 콘솔에서 환불한 건. 확인을 마쳤고, 다음부터는 환불 요청으로 하기로 함"
STATES = {RefundState.paid: PAID, RefundState.failed: FAILED, RefundState.unknown: PENDING}


def keep_books(session: Session, folder: Path) -> None:
    """Safe to run again: a payment and a refund are booked once. Does not commit."""
    for gateway in DOUBLED:
        books = Books(folder / f"{gateway}.sqlite3")
        paid = session.scalars(select(Booking).where(Booking.gateway == gateway, Booking.payment_ref.is_not(None)))
        books.take_payments(
            [(one.payment_ref or "", one.paid_minor, one.currency, one.paid_at.timestamp()) for one in paid]
        )
        dealt_with = (
            select(Refund)
            .join(Refund.booking)
            .where(Booking.gateway == gateway, Refund.state.in_(STATES), Refund.provider_ref.is_(None))
        )
        for refund in session.scalars(dealt_with.options(joinedload(Refund.booking)).order_by(Refund.id)):
            refund.provider_ref = _booked(books, gateway, refund)


def _booked(books: Books, gateway: str, refund: Refund) -> str:
    """The reference is made of our key, so that a second run finds it."""
    digest = hashlib.sha256(refund.provider_key.encode()).hexdigest()
    reference, note = (
        (f"re_{digest[:24]}", refund.provider_key)
        if gateway == STRIPE
        else (digest[:32].upper(), reason_of(refund.provider_key))
    )
    with books.open() as db:
        payment = payment_of(db, refund.booking.payment_ref or "")
        if payment is not None and refund_of(db, reference) is None:
            at = (refund.paid_at or refund.decided_at or refund.requested_at).timestamp()
            book(db, payment, refund.amount_minor, STATES[refund.state], note, reference, at=at)
    return reference


def compare_books(session: Session, folder: Path, moment: datetime) -> None:
    """Once: somebody had refunded at the provider's own desk, the comparison found it, and finance looked into it. Does
    not commit.
    """
    if session.scalar(select(Reconciliation.id).limit(1)) is not None:
        return
    _refund_at_the_desk(session, folder, moment)
    finance = session.scalars(select(User).where(User.email == FINANCE.email)).one()
    found_at = moment - timedelta(hours=20)
    with clock.stopped(found_at), acting_as(COMPARING):
        _compare(session, folder, moment, found_at)
        check_ledger(session)
    with clock.stopped(found_at + timedelta(minutes=25)), acting_as(_person(finance)):
        for difference in session.scalars(select(Difference).where(Difference.state == DifferenceState.open)):
            resolve(session, difference, LOOKED_INTO)
        session.flush()
    with clock.stopped(moment), acting_as(COMPARING):
        _compare(session, folder, moment, moment)


def _compare(session: Session, folder: Path, moment: datetime, until: datetime) -> None:
    for gateway in DOUBLED:
        told = list(_told(folder, gateway, moment))
        reconcile(session, told, since=moment - PAST, until=until, source=f"API {gateway}", gateways=[gateway])


def _told(folder: Path, gateway: str, until: datetime) -> Iterator[Refunded]:
    """What the provider will tell of itself once it is asked over HTTP."""
    for one in Books(folder / f"{gateway}.sqlite3").refunds():
        at = datetime.fromtimestamp(one.at, UTC)
        key = one.note or None if gateway == STRIPE else key_in(one.note)
        if one.state == PAID and at < until:
            yield Refunded(key, one.reference, one.payment, one.minor, one.currency, at)


def _refund_at_the_desk(session: Session, folder: Path, moment: datetime) -> None:
    untouched = select(Booking).where(
        Booking.gateway == TOSS, Booking.id.not_in(select(Refund.booking_id)), Booking.currency == "KRW"
    )
    booking = session.scalars(untouched.order_by(Booking.id).limit(1)).one()
    with Books(folder / f"{TOSS}.sqlite3").open() as db:
        payment = payment_of(db, booking.payment_ref or "")
        if payment is not None and refund_of(db, AT_THE_DESK) is None:
            at = (moment - timedelta(hours=22)).timestamp()
            book(db, payment, min(12_000, booking.paid_minor), PAID, "전화로 요청", AT_THE_DESK, at=at)


def _person(user: User) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])
