"""What the mirror and our own records hold of tickets, read for many of them in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.bookings.model import Booking, Customer
from app.language.facts_of_ticket import Person
from app.refunds.model import Refund
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser

ROLES = {"end-user": "end_user", "agent": "agent", "admin": "admin"}
CONTACT_DAYS = 30
Row = TypeVar("Row", TicketEvent, Comment)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything we have of one ticket, read once for all its updates. `people` may know more than the ticket's."""

    ticket: Ticket
    events: Sequence[TicketEvent]
    comments: Sequence[Comment]
    people: dict[int, Person]
    customer: Customer | None
    contacts_30d: int
    refund: Refund | None


def read_record(session: Session, ticket: Ticket) -> Record:
    return read_records(session, [ticket])[0]


def read_records(session: Session, tickets: Sequence[Ticket]) -> list[Record]:
    """One record a ticket, in their order. A fixed number of queries: ask for some hundreds at a time."""
    ids = [ticket.id for ticket in tickets]
    events = _by_ticket(
        session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id.in_(ids))
            .order_by(TicketEvent.ticket_id, TicketEvent.audit_id)
        )
    )
    comments = _by_ticket(
        session.scalars(
            select(Comment).where(Comment.ticket_id.in_(ids)).order_by(Comment.ticket_id, Comment.zendesk_id)
        )
    )
    named = {one for ticket in tickets for one in (ticket.requester_id, ticket.assignee_id, ticket.submitter_id)}
    named |= {one.author_id for some in events.values() for one in some}
    named |= {one.author_id for some in comments.values() for one in some}
    users = session.scalars(select(ZendeskUser).where(ZendeskUser.zendesk_id.in_([one for one in named if one])))
    emails, people = {}, {}
    for user in users:
        people[user.zendesk_id] = _person(user)
        emails[user.zendesk_id] = user.email
    requesters = {ticket.requester_id for ticket in tickets if ticket.requester_id}
    customers = _customers(session, {one: emails.get(one) for one in requesters})
    since = clock.now() - timedelta(days=CONTACT_DAYS)
    counted = select(Ticket.requester_id, func.count()).where(
        Ticket.requester_id.in_(requesters), Ticket.created_at >= since
    )
    contacts = {row[0]: row[1] for row in session.execute(counted.group_by(Ticket.requester_id))}
    booked = {ticket.booking_id for ticket in tickets if ticket.booking_id is not None}
    session.scalars(select(Booking).where(Booking.id.in_(booked)).options(joinedload(Booking.partner))).all()
    refunds = {
        one.booking_id: one
        for one in session.scalars(select(Refund).where(Refund.booking_id.in_(booked)).order_by(Refund.id))
    }
    return [
        Record(
            ticket,
            events.get(ticket.id, []),
            comments.get(ticket.id, []),
            people,
            customers.get(ticket.requester_id or 0),
            contacts.get(ticket.requester_id, 0),
            refunds.get(ticket.booking_id or 0),
        )
        for ticket in tickets
    ]


def _by_ticket(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def _customers(session: Session, emails: dict[int, str | None]) -> dict[int, Customer]:
    """By Zendesk's user: our customer of that user, else of that address."""
    wanted = [email for email in emails.values() if email]
    rows = session.scalars(
        select(Customer).where(Customer.zendesk_id.in_(list(emails)) | Customer.email.in_(wanted)).order_by(Customer.id)
    ).all()
    of_user = {one.zendesk_id: one for one in rows if one.zendesk_id is not None}
    of_email = {one.email: one for one in reversed(rows) if one.email}
    found = {user: of_user.get(user) or of_email.get(email or "") for user, email in emails.items()}
    return {user: one for user, one in found.items() if one is not None}


def _person(user: ZendeskUser) -> Person:
    return Person(
        id=str(user.zendesk_id),
        role=ROLES.get(user.role),
        name=user.name,
        email=user.email or "",
        language=user.locale or "",
        time_zone=user.time_zone,
        tags=frozenset(user.tags),
    )
