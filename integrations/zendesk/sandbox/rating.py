"""A customer's rating of a solved ticket: on the ticket, in its audit, as a row of its own, and told by webhook."""

import sqlite3

from . import events, metrics, records, tickets
from .kinds import BY_ONE
from .replies import record_invalid
from .shape import Json, ident
from .state import Tx
from .tickets import By


def rate(tx: Tx, ticket: Json, wanted: Json, by: By) -> Json:
    """The rating's row: one a ticket, so a later word takes the place of an earlier one. Refused for what was never
    solved. `wanted` has score, comment and reason_code."""
    if ticket["status"] not in metrics.DONE and metrics.told(tx.db, ticket).first_solved is None:
        raise record_invalid("base", "Only a request that was solved can be rated", "InvalidValue")
    row = _kept(tx, ticket, wanted)
    event = {"id": tx.new_id(), "type": "SatisfactionRating", "score": row["score"], "body": row["comment"],
             "assignee_id": row["assignee_id"]}  # fmt: skip
    audit = tickets.new_audit(tx, ticket["id"], by, [event], {})
    rating = {"score": row["score"], "id": row["id"], "comment": row["comment"]}
    after = ticket | {"satisfaction_rating": rating, "updated_at": tx.stamp}
    ticket = tickets.settle(tx, ticket, after, audit, actor=by.user, channel=by.channel)
    told = {"csat": {"id": str(row["id"]), "score": str(row["score"]).upper(), "comment": row["comment"]}}
    events.announce_named(tx, ticket, "csat_received", told, by.user)
    tx.note("ticket", ticket["id"], ["satisfaction_rating"])
    return row


def _kept(tx: Tx, ticket: Json, wanted: Json) -> Json:
    comment = str(wanted["comment"]) if wanted.get("comment") else None
    code = ident(wanted.get("reason_code"))
    reason = next((row for row in records.every(tx.db, "reason") if code and row["reason_code"] == code), None)
    row = _before(tx.db, ticket) or {
        "id": tx.new_id(), **BY_ONE["satisfaction_rating"].row, "created_at": tx.stamp,
    }  # fmt: skip
    row |= {
        "ticket_id": ticket["id"], "requester_id": ticket["requester_id"], "assignee_id": ticket["assignee_id"],
        "group_id": ticket["group_id"], "score": wanted["score"], "comment": comment, "updated_at": tx.stamp,
        "reason": reason["value"] if reason else None, "reason_id": reason["id"] if reason else None,
    }  # fmt: skip
    records.put(tx, "satisfaction_rating", row)
    tx.note("satisfaction_rating", row["id"], ["score"])
    return row


def _before(db: sqlite3.Connection, ticket: Json) -> Json | None:
    """The ticket itself names its rating; only one that came from elsewhere without it is looked for."""
    known = records.one(db, "satisfaction_rating", (ticket["satisfaction_rating"] or {}).get("id"))
    if known is not None:
        return known
    rows = records.every(db, "satisfaction_rating")
    return next((row for row in rows if row["ticket_id"] == ticket["id"]), None)
