"""POST /api/v1/bookings/{ref}/events: a fact of a booking's way, kept once under its key."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actor import acting
from app.api.quoting import NO_BOOKING
from app.api.shapes import EventSent, EventTold
from app.api.troubles import Trouble
from app.bookings.happenings import BookingEvent, note, visits_of
from app.bookings.incoming import find_partner
from app.bookings.model import Booking
from app.desk.scope import limits

PLAIN = ("visit", "planned_at", "channel", "note")


def noted(session: Session, sent: EventSent, ref: str) -> tuple[int, EventTold]:
    """201. Does not commit."""
    scope = limits(Booking, acting(), city="city", vendor=None)
    booking = session.scalar(select(Booking).where(Booking.ref == ref, *scope))
    if booking is None:
        raise Trouble(404, "not_found", NO_BOOKING.fill(ref=ref[:32]), field="ref")
    facts: dict[str, Any] = {name: value for name in PLAIN if (value := getattr(sent, name)) is not UNSET}
    if isinstance(sent.partner, str):
        facts["partner_id"] = find_partner(session, sent.partner).id
    by = None if sent.by is UNSET else sent.by
    made = note(session, booking, sent.kind, sent.at, facts, by=by)
    events = session.scalars(select(BookingEvent).where(BookingEvent.booking_id == booking.id)).all()
    visit = next((one for one in visits_of(booking, events) if one.number == made.visit), None)
    return 201, EventTold(
        event=made.id,
        booking=booking.ref,
        kind=made.kind,
        visit=made.visit,
        minutes_late=visit.minutes_late if visit else None,
        no_show=visit.no_show if visit else None,
    )
