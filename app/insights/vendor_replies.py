"""How soon a vendor's agents first reply, beside what the vendor has promised: by the tickets that they were given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.partners.model import Vendor
from app.routing.model import RoutingAgent
from app.routing.routed import RoutingMove
from app.tickets.model import Comment, Ticket

LOOKS_BACK = timedelta(days=30)
# Zendesk's clock and ours may differ by this much.
CLOCKS = timedelta(minutes=1)
OVER = ("solved", "closed", "deleted")


@dataclass(frozen=True, slots=True)
class Handed:
    """One ticket: when it first came to an agent of theirs, and their first public reply from then on."""

    at: datetime
    replied_at: datetime | None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """In minutes by the clock, nights and weekends counted. `within`: of those answered, how many in the promised time;
    `late`: still unanswered and past it. `within` and `late` are None where nothing was promised, `median` and `slow`
    (nine of ten are as fast) where nothing was answered.
    """

    days: int
    promised: int | None
    answered: int
    unanswered: int
    within: int | None
    late: int | None
    median: int | None
    slow: int | None


def measured(handed: Sequence[Handed], promised: int | None, now: datetime) -> Replies:
    """Pure. A ticket that was closed without a word of theirs asks for none."""
    took = sorted(max(0.0, (one.replied_at - one.at).total_seconds() / 60) for one in handed if one.replied_at)
    waits = [(now - one.at).total_seconds() / 60 for one in handed if one.replied_at is None and not one.is_over]
    return Replies(
        days=LOOKS_BACK.days,
        promised=promised,
        answered=len(took),
        unanswered=len(waits),
        within=None if promised is None else sum(1 for minutes in took if minutes <= promised),
        late=None if promised is None else sum(1 for minutes in waits if minutes > promised),
        median=_share(took, 0.5),
        slow=_share(took, 0.9),
    )


def replies_of_vendor(vendor: Vendor) -> Replies:
    """Of the last thirty days, in a few queries. Whoever sees the vendor sees it."""
    session, now = db.session(), clock.now()
    agents = session.scalars(select(RoutingAgent.zendesk_id).where(RoutingAgent.vendor_id == vendor.id)).all()
    handed = _handed(session, agents, now - LOOKS_BACK) if agents else {}
    return measured(list(handed.values()), vendor.reply_minutes, now)


def _handed(session: Session, agents: Sequence[int], since: datetime) -> Mapping[int, Handed]:
    """By ticket. Routing tells when one was given to them; one that has no such move was theirs from its creation."""
    came = {row[0]: row[1] for row in session.execute(_given(agents, since)).all()}
    mine = select(Ticket.id, Ticket.created_at).where(Ticket.assignee_id.in_(agents), Ticket.created_at >= since)
    for ticket_id, at in session.execute(mine):
        came.setdefault(ticket_id, at)
    if not came:
        return {}
    said: dict[int, datetime] = {}
    theirs = (Comment.author_id.in_(agents), Comment.is_public, Comment.created_at >= since)
    asked = select(Comment.ticket_id, Comment.created_at).where(Comment.ticket_id.in_(_ids(agents, since)), *theirs)
    for ticket_id, at in session.execute(asked.order_by(Comment.created_at)):
        if at >= came[ticket_id] - CLOCKS:
            said.setdefault(ticket_id, at)
    over = set(session.scalars(select(Ticket.id).where(Ticket.id.in_(_ids(agents, since)), Ticket.status.in_(OVER))))
    return {key: Handed(at, said.get(key), key in over) for key, at in came.items()}


def _given(agents: Sequence[int], since: datetime) -> Select[int, datetime]:
    first = func.min(RoutingMove.at)
    moved = (RoutingMove.now_agent_id.in_(agents), RoutingMove.at >= since)
    return select(RoutingMove.ticket_id, first).where(*moved).group_by(RoutingMove.ticket_id)


def _ids(agents: Sequence[int], since: datetime) -> Select[int]:
    moved = (RoutingMove.now_agent_id.in_(agents), RoutingMove.at >= since)
    mine = select(Ticket.id).where(Ticket.assignee_id.in_(agents), Ticket.created_at >= since)
    return mine.union(select(RoutingMove.ticket_id).where(*moved))  # type: ignore[return-value]


def _share(sorted_minutes: Sequence[float], share: float) -> int | None:
    """So many of them are as fast, by the nearest rank; in whole minutes, rounded up."""
    if not sorted_minutes:
        return None
    return math.ceil(sorted_minutes[math.ceil(share * len(sorted_minutes)) - 1])
