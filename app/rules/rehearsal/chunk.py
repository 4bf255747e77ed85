"""Some hundred past tickets at once: read as they were, looked at by both sets, and told as what to add.

A chunk reads in one short transaction and writes nothing; memory holds one chunk, whatever the number of tickets.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, column, func, select, table
from sqlalchemy.orm import Session, joinedload

from app.bookings.model import Booking
from app.errors import Refusal
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.plan import Plan
from app.refunds.reasons import Reason
from app.refunds.refund import quote_for
from app.rules.facts_of import Record, read_records
from app.rules.rehearsal.compare import Compared, Look, Memory, compare
from app.rules.rehearsal.due import count_due
from app.rules.rehearsal.looks import Watch
from app.rules.rehearsal.outcome import Differing
from app.rules.rehearsal.tally import AFTER, BEFORE, NO_CITY, Side, Tallies, Tally
from app.rules.sla import first_reply_at
from app.tickets.model import Ticket

TICKETS_A_CHUNK = 500
COLLECT_AFTER = 200_000
DELETED = "deleted"
# By its name: the outbox stands above the rules.
_PUSHES = table("pushes", column("ticket_id"), column("marker"))


@dataclass(slots=True)
class Chunk:
    """`last` is the row of the last ticket of it, `count` how many there were: none at all at the end."""

    last: int
    count: int = 0
    tallies: Tallies = field(default_factory=Tallies)
    differing: list[tuple[int, Differing]] = field(default_factory=list)


def touched(since: datetime, until: datetime) -> ColumnElement[bool]:
    """The tickets that a rehearsal of that time is about."""
    return and_(Ticket.updated_at >= since, Ticket.created_at <= until, Ticket.status != DELETED)


def count(session: Session, since: datetime, until: datetime) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(touched(since, until))) or 0


def read_chunk(session: Session, watch: Watch, after: int, size: int) -> Chunk:
    """The tickets whose rows follow `after`. A ticket whose history is incomplete is counted and left out."""
    rows = select(Ticket).where(Ticket.id > after, touched(watch.since, watch.until)).order_by(Ticket.id).limit(size)
    tickets = session.scalars(rows.options(joinedload(Ticket.booking), joinedload(Ticket.group))).unique().all()
    chunk = Chunk(tickets[-1].id if tickets else after, len(tickets))
    whole = []
    for ticket in tickets:
        if ticket.history_complete:
            whole.append(ticket)
        else:
            chunk.tallies.of(_city(ticket)).left_out += 1
    with _seldom_collecting():
        _look_at(session, watch, whole, chunk)
    return chunk


def _look_at(session: Session, watch: Watch, tickets: Sequence[Ticket], chunk: Chunk) -> None:
    records = read_records(session, tickets) if tickets else []
    for record, looks, seen in watch.looks(records, _ours(session, tickets)):
        tally = chunk.tallies.of(_city(record.ticket))
        tally.tickets += 1
        tally.looks += seen
        compared = compared_looks(watch, looks, told=False)
        _count(tally, record, compared, watch.until)
        differing = Differing.of(record.ticket.zendesk_id, compared)
        if differing is not None:
            tally.differing += 1
            chunk.differing.append((record.ticket.id, differing))


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """A chunk makes many values and few cycles: looking for cycles every 700 of them is a tenth of the work."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def compared_looks(watch: Watch, looks: Iterable[Look], *, told: bool = True) -> list[Compared]:
    """Of one ticket, in order of time; looks in which neither set would do anything are left out. `told`: with the
    reasons of each rule."""
    memory = Memory()
    found = (compare(watch.sets, look, memory if look.kind is Use.automation else None, told=told) for look in looks)
    return [one for one in found if one is not None]


def read_ticket(session: Session, watch: Watch, ticket: Ticket) -> list[Compared]:
    """One ticket once more: what both sets would have done to it, look by look."""
    records = read_records(session, [ticket])
    return [
        one for _, looks, _ in watch.looks(records, _ours(session, [ticket])) for one in compared_looks(watch, looks)
    ]


def _count(tally: Tally, record: Record, compared: Sequence[Compared], until: datetime) -> None:
    if compared and record.promises.policies:
        answered_at = first_reply_at(TicketFacts(comments=tuple(record.said)))
        count_due(tally, compared, record.promises.policies, record.promises.account, answered_at, until)
    for one in compared:
        tally.take(one)
        _spend(tally, BEFORE, record.ticket.booking, one.before.plan, one.look.at)
        _spend(tally, AFTER, record.ticket.booking, one.after.plan, one.look.at)


def _spend(tally: Tally, side: Side, booking: Booking | None, plan: Plan, at: datetime) -> None:
    """Refunds that would be asked for, by the quote of the policy that binds the booking, at that time."""
    for wish in plan.refunds:
        try:
            quoted = quote_for(booking, Reason(wish.reason), at) if booking is not None else None
        except Refusal:
            quoted = None
        tally.spend(side, quoted.currency if quoted else None, quoted.amount_minor if quoted else 0)


def _ours(session: Session, tickets: Sequence[Ticket]) -> set[str]:
    ids = [ticket.id for ticket in tickets]
    return set(session.scalars(select(_PUSHES.c.marker).where(_PUSHES.c.ticket_id.in_(ids)))) if ids else set()


def _city(ticket: Ticket) -> str:
    return ticket.booking.city if ticket.booking else NO_CITY
