"""Owing the outside a change."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.facts import Fact, announce
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.tickets.model import Ticket

WAITING = (PushState.owed, PushState.sending, PushState.unknown)


def owe(
    session: Session,
    *,
    ticket: Ticket,
    change: dict[str, Any],
    origin: str,
    before: dict[str, Any] | None = None,
    depth: int = 0,
) -> Push:
    """Writes down a change that Zendesk must get, in the caller's transaction; held while pushing is off.

    `change` is the inside of Zendesk's {"ticket": …}; `before` the values its fields had when it was decided.
    """
    now = clock.now()
    push = Push(
        ticket=ticket,
        origin=origin,
        change=change,
        before=before or {},
        marker=secrets.token_hex(16),
        depth=depth,
        state=PushState.owed if the_link(session).pushing else PushState.held,
        due_at=now,
        created_at=now,
    )
    session.add(push)
    session.flush()
    if push.state is PushState.owed:
        announce(session, Fact.push_owed)
    return push


def waiting_changes(session: Session, ticket_id: int) -> list[dict[str, Any]]:
    """What this ticket is still to get, oldest first: rules must see it as done, or they would do it twice."""
    rows = select(Push.change).where(Push.ticket_id == ticket_id, Push.state.in_(WAITING)).order_by(Push.id)
    return list(session.scalars(rows))
