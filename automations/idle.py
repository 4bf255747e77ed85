"""Routing on time: who waits is given to whoever has room, overflows when it has waited too long, and what nobody has
answered is taken to somebody else. What a person decided is left alone.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.language.facts_of_ticket import TicketFacts
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.outbox.outbox import owe
from app.routing.desk import Desk, Lane, Queue
from app.routing.due import Again, Ends, Stands, due, has_waited
from app.routing.keep import hold_the_desk, keep_routed
from app.routing.read import read_desk, read_queues
from app.routing.reasons import Routed, Why
from app.routing.route import route_on
from app.routing.routed import AT_WORK, RoutedState, RoutedTicket, RoutingCause, RoutingMove
from app.rules.facts_of import facts_at, read_record
from app.tickets.model import Comment, Ticket

log = logging.getLogger(__name__)

ORIGIN = "routing"
MOST_A_RUN = 500
# The mirror may hear of what was sent this much later; until then the ticket's old agent says nothing.
HEARS = timedelta(minutes=2)
# Zendesk's clock and ours may differ by this much.
CLOCKS = timedelta(minutes=1)
ON_ITS_WAY = frozenset({PushState.owed, PushState.sending, PushState.unknown, PushState.held})
LANES = case({lane.value: place for place, lane in enumerate(Lane)}, value=RoutedTicket.lane)


def run() -> None:
    """Goes through once: emergencies first, then VIPs, then by who waits longest; each in a transaction of its own."""
    session = db.session()
    link = the_link(session)
    wanted = link.rules_on and link.connected_at is not None
    asked = select(RoutedTicket.id).where(RoutedTicket.state.in_(AT_WORK))
    ids = session.scalars(asked.order_by(LANES, RoutedTicket.since_at, RoutedTicket.id).limit(MOST_A_RUN)).all()
    session.commit()
    for routed_id in ids if wanted else ():
        try:
            _look(session, routed_id, clock.now())
            session.commit()
        except Exception:
            session.rollback()
            log.exception("routing_failed", extra={"routed": routed_id})


def _look(session: Session, routed_id: int, now: datetime) -> None:
    hold_the_desk(session)
    row = session.get(RoutedTicket, routed_id, populate_existing=True)
    queues = read_queues(session)
    if (
        not the_link(session).rules_on
        or row is None
        or row.state not in AT_WORK
        or row.plan not in queues
        or not _arrived(row, now)
    ):
        return
    plan, desk = queues[row.plan], read_desk(session, now, row.ticket)
    what = due(_stands(session, row, desk), plan, desk.calendar, now)
    if isinstance(what, Ends):
        row.move_to(what.state, what.cause)
    elif isinstance(what, Again):
        _again(session, row, what.cause, queues, desk, now)


def _arrived(row: RoutedTicket, now: datetime) -> bool:
    """Whether what routing decided last has come to the ticket, and the mirror had time to hear of it."""
    push: Push | None = row.push
    if push is None:
        return True
    if push.state in ON_ITS_WAY:
        return False
    same = row.ticket.assignee_id == row.agent_id and (row.group_id is None or row.ticket.group_id == row.group_id)
    return same or push.sent_at is None or now - push.sent_at > HEARS


def _stands(session: Session, row: RoutedTicket, desk: Desk) -> Stands:
    push: Push | None = row.push
    since = push.sent_at if row.state is RoutedState.given and push is not None and push.sent_at else row.since_at
    replied = exists().where(
        Comment.ticket_id == row.ticket_id,
        Comment.author_id == row.agent_id,
        Comment.is_public.is_(True),
        Comment.created_at > since - CLOCKS,
    )
    return Stands(
        state=row.state,
        status=row.ticket.status,
        agent_id=row.agent_id,
        has_agent_id=row.ticket.assignee_id,
        group_id=row.group_id,
        has_group_id=row.ticket.group_id,
        since=since,
        times=row.times,
        replied=row.agent_id is not None and bool(session.scalar(select(replied))),
        agent=desk.agent(str(row.agent_id)) if row.agent_id is not None else None,
    )


def _again(
    session: Session, row: RoutedTicket, cause: RoutingCause, queues: dict[str, Queue], desk: Desk, now: datetime
) -> None:
    ticket, plan = row.ticket, queues[row.plan]
    facts = facts_at(read_record(session, ticket), None)
    told = route_on(
        facts,
        row.plan,
        queues,
        desk,
        now,
        excluded=_had_it(session, row) if row.state is RoutedState.given else frozenset(),
        overflowing=row.state is RoutedState.waiting and has_waited(row.since_at, plan, now),
    )
    if told.assignee_id is None and told.why is not Why.to_group:
        return
    if cause is RoutingCause.overflow and told.queue == row.plan:
        cause = RoutingCause.room
    keep_routed(session, ticket, told, cause, push_id=_owe(session, ticket, facts, told).id)


def _had_it(session: Session, row: RoutedTicket) -> frozenset[str]:
    """Everybody it was given to since a rule routed it, so that it makes no round."""
    began = select(RoutingMove.id).where(RoutingMove.routed_id == row.id, RoutingMove.cause == RoutingCause.rule)
    first = session.scalar(began.order_by(RoutingMove.id.desc()).limit(1)) or 0
    had = select(RoutingMove.now_agent_id).where(RoutingMove.routed_id == row.id, RoutingMove.id >= first)
    return frozenset(str(one) for one in session.scalars(had) if one is not None) | {str(row.agent_id)}


def _owe(session: Session, ticket: Ticket, facts: TicketFacts, told: Routed) -> Push:
    """The change, on what the ticket has now: if a person is quicker, theirs stands."""
    wanted = {"assignee_id": told.assignee_id or None, "group_id": told.group_id or facts.group_id or None}
    change = {key: int(value) if value else None for key, value in wanted.items()}
    before = {"assignee_id": ticket.assignee_id, "group_id": ticket.group_id}
    return owe(session, ticket=ticket, change=change, before=before, origin=ORIGIN)
