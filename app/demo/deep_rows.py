"""The deep past into the mirror's tables, in bulk and in pieces: one that was interrupted goes on where it stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.bookings.model import Booking, Customer
from app.demo.deep_past import ASKERS_FROM, TICKETS_FROM, Market, asker_row, askers_for, past_lives
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser

A_PIECE = 1000


def deepen(session: Session, moment: datetime, wanted: int) -> Generator[int]:
    """Brings the deep past up to `wanted` tickets; tells after each piece how many it has now. Commits each piece.

    Askers are as many as the first wish took; a later and larger one shares them.
    """
    there = _count(session)
    if there >= wanted:
        session.rollback()
        return
    askers = _askers(session) or _make_askers(session, askers_for(wanted))
    market = _market(session)
    session.commit()
    while there < wanted:
        piece = range(there, min(wanted, there + A_PIECE))
        tickets, lives = [], []
        for row, life in past_lives(moment, market, piece, askers):
            tickets.append(row)
            lives.append(life)
        made = session.execute(insert(Ticket).returning(Ticket.zendesk_id, Ticket.id), tickets)
        ids = {row.zendesk_id: row.id for row in made}
        session.execute(
            insert(TicketEvent), [one | {"ticket_id": ids[life.number]} for life in lives for one in life.events]
        )
        session.execute(
            insert(Comment), [one | {"ticket_id": ids[life.number]} for life in lives for one in life.comments]
        )
        session.commit()
        there = piece.stop
        yield there


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(Ticket.zendesk_id >= TICKETS_FROM)) or 0


def _askers(session: Session) -> int:
    some = select(func.count()).select_from(ZendeskUser).where(ZendeskUser.zendesk_id >= ASKERS_FROM)
    return session.scalar(some) or 0


def _make_askers(session: Session, count: int) -> int:
    session.execute(insert(ZendeskUser), [asker_row(place) for place in range(count)])
    return count


def _market(session: Session) -> Market:
    customers: dict[str, list[Customer]] = defaultdict(list)
    for customer in session.scalars(select(Customer).where(Customer.zendesk_id.is_not(None)).order_by(Customer.id)):
        customers[customer.language].append(customer)
    bookings: dict[int, list[Booking]] = defaultdict(list)
    for booking in session.scalars(select(Booking).order_by(Booking.created_at, Booking.id)):
        bookings[booking.customer_id].append(booking)
    for one in (*customers["ko"], *customers["en"], *(each for some in bookings.values() for each in some)):
        session.expunge(one)
    return Market(customers, bookings)
