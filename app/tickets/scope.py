"""Which tickets the one who acts may see, wherever a ticket is named by its number."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.actor import acting
from app.desk.scope import limits
from app.tickets.model import Ticket

CITY = "booking.city"


def seen() -> list[ColumnElement[bool]]:
    """What a query over tickets must be narrowed by: the same as their screen is."""
    return limits(Ticket, acting(), city=CITY, vendor=None)


def seen_ticket(session: Session, zendesk_id: int) -> Ticket | None:
    """The ticket of that number in Zendesk; None also when it is out of scope."""
    return session.scalars(select(Ticket).where(Ticket.zendesk_id == zendesk_id, *seen())).first()
