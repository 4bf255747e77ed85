"""Which disputes and emergencies a ticket is in, for the page of the ticket, which stands below this room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select

from app.actor import acting
from app.db import db
from app.desk.scope import limits
from app.disputes.emergency.model import Emergency
from app.disputes.model import Dispute


@dataclass(frozen=True, slots=True)
class CaseOfTicket:
    endpoint: str
    id: int
    ref: str
    state: StrEnum


def cases_of(ticket_id: int) -> list[CaseOfTicket]:
    """Those that the one who acts may see, newest first. Two queries."""
    session, found = db.session(), list[CaseOfTicket]()
    if acting().may("emergencies.view"):
        mine = limits(Emergency, acting(), city="city", vendor=None)
        rows = session.scalars(select(Emergency).where(Emergency.ticket_id == ticket_id, *mine))
        found += [CaseOfTicket("emergencies.details_view", one.id, one.ref, one.state) for one in rows]
    if acting().may("disputes.view"):
        mine = limits(Dispute, acting(), city="booking.city", vendor=None)
        either = or_(Dispute.customer_ticket_id == ticket_id, Dispute.partner_ticket_id == ticket_id)
        disputes = session.scalars(select(Dispute).where(either, *mine).order_by(Dispute.id.desc()))
        found += [CaseOfTicket("disputes.details_view", one.id, one.ref, one.state) for one in disputes]
    return found
