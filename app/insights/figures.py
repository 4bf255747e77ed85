"""The figures of the home page, each with the definition it is shown with. Select only; one query a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import clock
from app.bookings.model import Booking
from app.refunds.model import Refund, RefundState
from app.rules.model import RuleRun
from app.tickets.model import Comment, Ticket

DAYS = 14
HOURS = 24
WEEK = 7
RESOLVED = ("solved", "closed")
RESOLUTION_DAYS = 28
OWED = (RefundState.requested, RefundState.approved, RefundState.paying, RefundState.unknown)


@dataclass(frozen=True, slots=True)
class ContactRate:
    """Tickets made a day for each booking made that day, the last 14 whole days in Seoul, oldest first."""

    tickets: tuple[int, ...]
    bookings: tuple[int, ...]

    @property
    def now(self) -> float | None:
        """Of the last 7 days; None when nothing was booked."""
        return _share(sum(self.tickets[WEEK:]), sum(self.bookings[WEEK:]))

    @property
    def before(self) -> float | None:
        return _share(sum(self.tickets[:WEEK]), sum(self.bookings[:WEEK]))

    @property
    def days(self) -> list[float]:
        """Each day's rate; a day with no booking counts as the tickets themselves."""
        return [tickets / (bookings or 1) for tickets, bookings in zip(self.tickets, self.bookings, strict=True)]


def contact_rate(session: Session) -> ContactRate:
    return ContactRate(_by_day(session, Ticket.created_at), _by_day(session, Booking.created_at))


def _by_day(session: Session, column: InstrumentedAttribute[datetime]) -> tuple[int, ...]:
    """Rows a day, oldest first; today, which is not over, is left out. Days begin at midnight in Seoul."""
    edges = [_midnight(DAYS - number) for number in range(DAYS + 1)]
    found = session.execute(
        select(*_counts(column, edges)).where(column >= edges[0], column < edges[-1]),
    ).one()
    return tuple(int(count) for count in found)


def _midnight(days_ago: int) -> datetime:
    today = clock.in_seoul(clock.now()).date()
    return datetime.combine(today - timedelta(days=days_ago), time(), clock.SEOUL).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Of the tickets made in the last 28 days that are solved and whose conversation we have: how many, and how many
    of them the customer had to write only once for."""

    solved: int
    at_once: int

    @property
    def share(self) -> float | None:
        return _share(self.at_once, self.solved)


def first_contact_resolution(session: Session) -> Resolution:
    since = clock.now() - timedelta(days=RESOLUTION_DAYS)
    by_customer = func.sum(case((Comment.author_id == Ticket.requester_id, 1), else_=0))
    by_us = func.sum(case((Comment.author_id != Ticket.requester_id, 1), else_=0))
    talks = (
        select(by_customer.label("asked"), by_us.label("answered"))
        .select_from(Ticket)
        .join(Comment, (Comment.ticket_id == Ticket.id) & Comment.is_public.is_(True))
        .where(Ticket.status.in_(RESOLVED), Ticket.created_at >= since)
        .group_by(Ticket.id)
        .subquery()
    )
    at_once: Any = func.coalesce(func.sum(case((talks.c.asked <= 1, 1), else_=0)), 0)
    solved, once = session.execute(select(func.count(), at_once).where(talks.c.answered >= 1)).one()
    return Resolution(int(solved), int(once))


@dataclass(frozen=True, slots=True)
class Owed:
    """Won that refunds hold, by state; other currencies are counted, not summed."""

    minor: dict[RefundState, int]
    count: dict[RefundState, int]
    elsewhere: int

    @property
    def total(self) -> int:
        return sum(self.minor.values())


def refunds_owed(session: Session) -> Owed:
    rows = session.execute(
        select(Refund.state, Refund.currency, func.count(), func.sum(Refund.amount_minor))
        .where(Refund.state.in_(OWED))
        .group_by(Refund.state, Refund.currency)
    ).all()
    won = [row for row in rows if row.currency == "KRW"]
    return Owed(
        minor={state: int(amount) for state, _, _, amount in won},
        count={state: count for state, _, count, _ in won},
        elsewhere=sum(count for _, currency, count, _ in rows if currency != "KRW"),
    )


@dataclass(frozen=True, slots=True)
class Runs:
    """Firings of rules in the last 24 hours, by hour, oldest first, and how many tickets they were for."""

    by_hour: tuple[int, ...]
    tickets: int

    @property
    def total(self) -> int:
        return sum(self.by_hour)


def runs_of_a_day(session: Session) -> Runs:
    now = clock.now()
    edges = [now - timedelta(hours=HOURS - number) for number in range(HOURS + 1)]
    found = session.execute(
        select(func.count(func.distinct(RuleRun.ticket_id)), *_counts(RuleRun.at, edges)).where(RuleRun.at >= edges[0])
    ).one()
    return Runs(tuple(int(count) for count in found[1:]), int(found[0]))


def _counts(column: InstrumentedAttribute[datetime], edges: Sequence[datetime]) -> list[Any]:
    """One count for each stretch between two edges."""
    return [
        func.coalesce(func.sum(case(((column >= since) & (column < until), 1), else_=0)), 0)
        for since, until in pairwise(edges)
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
