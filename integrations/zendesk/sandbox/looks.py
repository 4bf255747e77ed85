"""A ticket as a rule looks at it, gathered from its row, its comments and its audits."""

import sqlite3
from datetime import datetime

from . import metrics, records, sla
from .engine import Life, Look
from .rulebook import books
from .shape import Json, decode
from .state import Tx


def after_update(
    tx: Tx, before: Json | None, after: Json, said: Json | None, *, actor: Json, channel: str
) -> Look:  # fmt: skip
    """The audit of the update is kept already; its comment is not."""
    comments = [*_comments(tx.db, after["id"]), *([said] if said else [])]
    return Look(
        ticket=after, now=tx.now, books=books(tx.db), comments=comments, before=before, actor=actor, channel=channel,
        said=said, life=_life(tx.db, after), schedule_id=metrics.schedule_of(tx.db, after["id"]),
        breaches=sla.breaches(tx.db, after, tx.now), url=_page(tx.db, after),
    )  # fmt: skip


def by_time(db: sqlite3.Connection, now: datetime, ticket: Json) -> Look:
    return Look(
        ticket=ticket, now=now, books=books(db), comments=_comments(db, ticket["id"]), life=_life(db, ticket),
        schedule_id=metrics.schedule_of(db, ticket["id"]), breaches=sla.breaches(db, ticket, now),
        url=_page(db, ticket),
    )  # fmt: skip


def _life(db: sqlite3.Connection, ticket: Json) -> Life:
    story = metrics.told(db, ticket)
    return Life(
        created_at=story.created, status_since=story.statuses[-1][0], assigned_at=story.dates["assigned_at"],
        requester_updated_at=story.dates["requester_updated_at"],
        assignee_updated_at=story.dates["assignee_updated_at"], reopens=story.reopens, replies=story.replies,
        assignee_stations=story.stations["assignee_id"], group_stations=story.stations["group_id"],
    )  # fmt: skip


def _page(db: sqlite3.Connection, ticket: Json) -> str:
    return f"https://{records.kept(db, 'subdomain')}.zendesk.com/agent/tickets/{ticket['id']}"


def _comments(db: sqlite3.Connection, ticket_id: int) -> list[Json]:
    rows = db.execute("select body from comments where ticket_id = ? order by id", (ticket_id,))
    return [decode(row["body"]) for row in rows]
