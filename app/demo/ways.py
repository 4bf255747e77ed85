"""What happened on the way of the demo's visits: sent out, there, done; some late, a few who never came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookings.happenings import BookingEvent, Happening
from app.bookings.model import Booking, BookingState
from app.policies.model import Product
from app.refunds.model import Refund
from app.refunds.reasons import Reason

SEED = 20_260_716
DISPATCH, CALL_CENTRE = "배차 시스템", "고객행복팀"
LATE_ONE_IN, CALLED_ONE_IN = 9, 6


def ways(session: Session, moment: datetime) -> int:
    """How many facts were noted. What a refund was paid for stands in the facts, too."""
    rng = Random(SEED)
    reasons = dict(session.execute(select(Refund.booking_id, Refund.reason)).all())
    asked = select(Booking).where(
        Booking.product == Product.home_cleaning,
        Booking.state != BookingState.cancelled,
        Booking.starts_at < moment + timedelta(hours=6),
    )
    events = [
        event
        for booking in session.scalars(asked.order_by(Booking.id))
        for event in _way(rng, booking, reasons.get(booking.id))
        if event.at <= moment
    ]
    session.add_all(events)
    return len(events)


def _way(rng: Random, booking: Booking, reason: Reason | None) -> Iterator[BookingEvent]:
    starts = booking.starts_at
    late = _late(rng, reason)
    yield _event(booking, Happening.dispatched, starts - timedelta(hours=rng.randint(3, 20)))
    if reason is Reason.partner_no_show:
        yield _event(booking, Happening.contacted, starts + timedelta(minutes=25), "클리너가 전화를 받지 않음", "phone")
        yield _event(booking, Happening.partner_no_show, starts + timedelta(minutes=40))
        return
    if reason is Reason.customer_no_show:
        yield _event(booking, Happening.arrived, starts - timedelta(minutes=4))
        yield _event(booking, Happening.contacted, starts + timedelta(minutes=15), "고객이 전화를 받지 않음", "phone")
        yield _event(booking, Happening.customer_no_show, starts + timedelta(minutes=40))
        return
    yield _event(booking, Happening.departed, starts - timedelta(minutes=rng.randint(25, 55)))
    if late > 15 or rng.randrange(CALLED_ONE_IN) == 0:
        told = "늦는다고 미리 알림" if late > 15 else "방문 시각 확인"
        yield _event(booking, Happening.contacted, starts - timedelta(minutes=10), told, rng.choice(("phone", "kakao")))
    yield _event(booking, Happening.arrived, starts + timedelta(minutes=late))
    yield _event(booking, Happening.started, starts + timedelta(minutes=late + 4))
    yield _event(booking, Happening.finished, booking.ends_at + timedelta(minutes=rng.randint(-12, 15)))


def _late(rng: Random, reason: Reason | None) -> int:
    """Minutes; most are a little early."""
    if reason is Reason.partner_late:
        return rng.randint(25, 45)
    return rng.randint(6, 28) if rng.randrange(LATE_ONE_IN) == 0 else -rng.randint(0, 9)


def _event(booking: Booking, kind: Happening, at: datetime, note: str = "", channel: str | None = None) -> BookingEvent:
    return BookingEvent(
        booking_id=booking.id,
        kind=kind,
        visit=1,
        at=at,
        partner_id=booking.partner_id,
        channel=channel,
        note=note,
        by=CALL_CENTRE if kind is Happening.contacted else DISPATCH,
        noted_at=at,
    )
