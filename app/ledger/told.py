"""What the pages of a booking and of a partner ask of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.bookings.model import Booking
from app.db import db
from app.ledger.balances import lines
from app.ledger.model import Clawback, LedgerEntry
from app.partners.model import Partner

MOST = 20


def ledger_of_booking(booking: Booking) -> list[tuple[LedgerEntry, int]]:
    """Whoever sees the booking sees its entries; the template asks for the right."""
    return lines(db.session(), (), booking=booking.id)


def clawbacks_of_partner(partner: Partner) -> Sequence[Clawback]:
    """Newest first, at most twenty."""
    near = (joinedload(Clawback.refund), joinedload(Clawback.booking))
    asked = select(Clawback).where(Clawback.partner_id == partner.id).options(*near).order_by(Clawback.id.desc())
    return db.session.scalars(asked.limit(MOST)).all()
