"""Tickets that were deleted: kept aside, brought back, or taken away for good. Spam is one way to get there."""

import sqlite3

from . import events, people, records, tickets
from .replies import not_found
from .shape import Json, decode
from .state import Tx
from .ticket_change import STATUSES
from .tickets import By

SCRUBBED = "SCRUBBED"
_NEVER = 2  # in the column `deleted`: gone for good, only exports still tell of it


def kept(db: sqlite3.Connection, ticket_id: int | None) -> Json:
    """A deleted ticket that can still be restored. Refuses (404) every other one."""
    row = db.execute("select body from tickets where id = ? and deleted = 1", (ticket_id,)).fetchone()
    if row is None:
        raise not_found()
    ticket: Json = decode(row["body"])
    return ticket


def told(db: sqlite3.Connection, ticket: Json) -> Json:
    """A row of the list of deleted tickets: who deleted it, when, and what it was before."""
    found = records.one(db, "deleted_ticket", ticket["id"]) or {
        "id": ticket["id"], "actor": {"id": None, "name": None}, "deleted_at": ticket["updated_at"],
        "previous_state": _last_status(db, ticket["id"]),
    }  # fmt: skip
    return {"id": ticket["id"], "subject": ticket["subject"], **found}


def restore(tx: Tx, ticket_id: int | None, by: By) -> Json:
    before = kept(tx.db, ticket_id)
    was = told(tx.db, before)["previous_state"]
    after = before | {"status": was, "updated_at": tx.stamp}
    tickets.save(tx, after)
    records.drop(tx, "deleted_ticket", ticket_id)
    events.announce(tx, before, after, None, by.user)
    tx.note("ticket", after["id"], ["undeleted"])
    return after


def scrub(tx: Tx, ticket_id: int | None, by: By) -> None:
    """Its words, its comments and its history are gone; the id stays in exports as deleted."""
    ticket = kept(tx.db, ticket_id)
    ticket |= {
        "subject": SCRUBBED, "raw_subject": SCRUBBED, "description": SCRUBBED, "tags": [], "updated_at": tx.stamp,
        "custom_fields": [row | {"value": None} for row in ticket["custom_fields"]], "recipient": None,
    }  # fmt: skip
    tickets.save(tx, ticket, deleted=True)
    tx.db.execute("update tickets set deleted = ? where id = ?", (_NEVER, ticket["id"]))
    for table in ("comments", "audits", "attachments"):
        tx.db.execute(f"delete from {table} where ticket_id = ?", (ticket["id"],))  # noqa: S608 - our own tables
    records.drop(tx, "deleted_ticket", ticket["id"])
    events.announce_named(tx, ticket, "permanently_deleted", {}, by.user)
    tx.note("ticket", ticket["id"], ["permanently_deleted"])


def mark_as_spam(tx: Tx, ticket_id: int | None, by: By) -> None:
    ticket = tickets.one(tx.db, ticket_id)
    events.announce_named(tx, ticket, "marked_as_spam", {}, by.user)
    tickets.delete(tx, ticket["id"], by)
    requester = people.one(tx.db, ticket["requester_id"])
    if requester is not None and not people.is_staff(requester):
        people.change(tx, requester, {"suspended": True})


def _last_status(db: sqlite3.Connection, ticket_id: int) -> str:
    """Told by the audits; a ticket that came in deleted and without a history comes back open."""
    rows = db.execute("select body from audits where ticket_id = ? order by id desc", (ticket_id,))
    for row in rows:
        for event in reversed(decode(row["body"])["events"]):
            if event.get("field_name") == "status" and event.get("value") in STATUSES:
                return str(event["value"])
    return "open"
