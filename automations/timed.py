"""Rules on time: every live automation against the tickets that could meet it, each ticket in a transaction of its own.

The database narrows first, by the conditions it can read (status, group, age …); it may leave too many, never too few.
A ticket whose history is not mirrored yet is fetched first, so many a run, and judged the next time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from app import clock
from app.db import db
from app.inbox.intake import keep
from app.language.conditions import Condition
from app.language.kinds import Use
from app.link.link import the_link
from app.rules.definition import RuleDefinition
from app.rules.live import Live, read_live
from app.tickets.model import Ticket
from automations import decide, sync

log = logging.getLogger(__name__)

TICKETS_A_CHUNK = 200
# Each costs two requests of the account's hundreds a minute.
HISTORIES_A_RUN = 200
SYNC_EVERY_SECONDS = 60.0
OVER = ("closed", "deleted")
# A number of more is none that a database knows.
DIGITS = 18
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PLAIN = {"priority": Ticket.priority, "type": Ticket.type}
IDS = {"group_id": Ticket.group_id, "assignee_id": Ticket.assignee_id, "brand_id": Ticket.brand_id}
SINCES = frozenset({"NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED", "assigned_at", "updated_at"})


def run() -> None:
    """Goes through once. A ticket that fails is logged and left for the next run; the others are not held up.

    It shares its worker with the sync, and lets it in where it takes longer than the sync may wait.
    """
    session = db.session()
    link = the_link(session)
    wanted = link.rules_on and link.connected_at is not None
    rules = looking(read_live(session, link.zendesk_url)) if wanted else []
    session.commit()
    if not rules:
        return
    possible = or_(*(could_meet(rule, clock.now()) for rule in rules))
    last, histories, sync_at = 0, HISTORIES_A_RUN, time.monotonic() + SYNC_EVERY_SECONDS
    while True:
        if time.monotonic() > sync_at:
            sync.run()
            sync_at = time.monotonic() + SYNC_EVERY_SECONDS
        page = select(Ticket.id).where(Ticket.id > last, Ticket.status.not_in(OVER), possible).order_by(Ticket.id)
        ids = session.scalars(page.limit(TICKETS_A_CHUNK)).all()
        session.rollback()
        if not ids:
            return
        last = ids[-1]
        for ticket_id in ids:
            histories -= _look(ticket_id, may_ask=histories > 0)


def looking(live: Live) -> list[RuleDefinition]:
    """The automations in force, and those that only watch."""
    shadows = [rule for one in live.shadows if one.kind is Use.automation for rule in one.rules.rules]
    return [*live.automations.rules, *shadows]


def could_meet(rule: RuleDefinition, now: datetime) -> ColumnElement[bool]:
    """What the database can tell of the rule's `all`: false only for tickets that cannot meet it."""
    return and_(true(), *(_narrowed(one, now) for one in rule.conditions.all))


def _narrowed(condition: Condition, now: datetime) -> ColumnElement[bool]:
    value = str(condition.value or "")
    if condition.field == "status" and value in STATUSES and condition.operator in COMPARED:
        return Ticket.status.in_(COMPARED[condition.operator](STATUSES.index(value)))
    if condition.field in PLAIN and condition.operator == "is":
        return _is(PLAIN[condition.field], value, value)
    if (
        condition.field in IDS
        and condition.operator == "is"
        and (value.isdecimal() or not value)
        and len(value) <= DIGITS
    ):
        return _is(IDS[condition.field], value, int(value or 0))
    if (
        condition.field in SINCES
        and value.isdecimal()
        and len(value) <= DIGITS
        and condition.operator.startswith(("is", "greater_than"))
    ):
        # Whatever happened that long ago, the ticket was there by then.
        return Ticket.created_at <= now - timedelta(hours=min(int(value), 100_000))
    return true()


COMPARED: dict[str, Callable[[int], tuple[str, ...]]] = {
    "is": lambda place: (STATUSES[place],),
    "is_not": lambda place: STATUSES[:place] + STATUSES[place + 1 :],
    "less_than": lambda place: STATUSES[:place],
    "greater_than": lambda place: STATUSES[place + 1 :],
}


def _is(column: Any, value: str, wanted: object) -> ColumnElement[bool]:
    narrowed: ColumnElement[bool] = column == wanted if value else or_(column.is_(None), column == wanted)
    return narrowed


def _look(ticket_id: int, *, may_ask: bool) -> int:
    """How many histories it has asked for: 0 or 1."""
    session, asked = db.session(), False
    try:
        # Asked anew for each: whoever stops all rules in the middle of a run means its rest, too.
        ticket = session.get(Ticket, ticket_id) if the_link(session).rules_on else None
        if ticket is not None and not decide.on_time(session, ticket) and may_ask:
            version = f"{ticket.zendesk_id}:{int(ticket.updated_at.timestamp())}"
            asked = keep(session, source="history", invocation_id=version, ticket_id=ticket.zendesk_id)
        session.commit()
    except Exception:
        session.rollback()
        log.exception("timed_rules_failed", extra={"ticket_row": ticket_id})
    return int(asked)
