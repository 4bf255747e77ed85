"""Rules on time: every live automation against every ticket that is not closed."""

from __future__ import annotations

import logging

from sqlalchemy import select

from app.db import db
from app.link.link import the_link
from app.tickets.model import Ticket
from automations import decide

log = logging.getLogger(__name__)

TICKETS_A_CHUNK = 50
OVER = ("closed", "deleted")


def run() -> None:
    """Goes through once. A ticket that fails is logged and left for the next run; the others are not held up."""
    session = db.session()
    link = the_link(session)
    wanted = link.rules_on and link.connected_at is not None
    session.commit()
    if not wanted or not decide.has_timed_rules(session):
        session.rollback()
        return
    last = 0
    while True:
        ids = session.scalars(
            select(Ticket.id)
            .where(Ticket.id > last, Ticket.status.not_in(OVER))
            .order_by(Ticket.id)
            .limit(TICKETS_A_CHUNK)
        ).all()
        session.rollback()
        if not ids:
            return
        last = ids[-1]
        for ticket_id in ids:
            _look(ticket_id)


def _look(ticket_id: int) -> None:
    session = db.session()
    try:
        ticket = session.get(Ticket, ticket_id)
        if ticket is not None:
            decide.on_time(session, ticket)
        session.commit()
    except Exception:
        session.rollback()
        log.exception("timed_rules_failed", extra={"ticket_row": ticket_id})
