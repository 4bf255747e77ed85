"""Which booking a ticket is about: the one it names, else the requester's only open one."""

from __future__ import annotations

import re

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.bookings.model import Booking, BookingState, Customer
from app.tickets.model import Ticket, ZendeskUser

REF = re.compile(r"\bB-\d{4,12}\b", re.IGNORECASE)
OPEN = (BookingState.booked, BookingState.under_way)


def find_booking(session: Session, ticket: Ticket) -> int | None:
    """Names are believed only where the booking is the requester's own: a reference is easily guessed."""
    mine = _of_requester(ticket)
    named = {ref.upper() for ref in REF.findall(f"{ticket.subject or ''} {ticket.description or ''}")}
    if named:
        found = session.scalars(mine.where(Booking.ref.in_(named)).order_by(Booking.starts_at.desc()).limit(1)).first()
        if found is not None:
            return found
    open_ones = session.scalars(mine.where(Booking.state.in_(OPEN)).limit(2)).all()
    return open_ones[0] if len(open_ones) == 1 else None


def _of_requester(ticket: Ticket) -> Select[int]:
    email = select(ZendeskUser.email).where(ZendeskUser.zendesk_id == ticket.requester_id).scalar_subquery()
    return (
        select(Booking.id)
        .join(Customer, Customer.id == Booking.customer_id)
        .where(or_(Customer.zendesk_id == ticket.requester_id, Customer.email == email))
    )
