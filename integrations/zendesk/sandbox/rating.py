"""A customer's rating of a solved ticket: on the ticket, in its audit, and as a row of its own."""

from . import records, tickets
from .kinds import BY_ONE
from .replies import record_invalid
from .shape import Json
from .state import Tx
from .tickets import By


def rate(tx: Tx, ticket_id: int | None, score: str, comment: str | None, by: By) -> Json:
    """Returns the rating's row. Refused where the ticket is not solved; a second one takes the first one's place."""
    ticket = tickets.one(tx.db, ticket_id)
    if ticket["status"] not in {"solved", "closed"}:
        raise record_invalid("satisfaction_rating", "Satisfaction rating: the ticket is not solved")
    known = ticket["satisfaction_rating"] or {}
    number = known.get("id") or tx.new_id()
    before = records.one(tx.db, "satisfaction_rating", number) or {"created_at": tx.stamp}
    row: Json = {"id": number, **BY_ONE["satisfaction_rating"].row, **before, "updated_at": tx.stamp}
    row |= {key: ticket[key] for key in ("assignee_id", "group_id", "requester_id")}
    row |= {"ticket_id": ticket["id"], "score": score, "comment": comment}
    records.put(tx, "satisfaction_rating", row)
    after = ticket | {"satisfaction_rating": {"id": number, "score": score, "comment": comment}}
    after["updated_at"] = tx.stamp
    told: Json = {"id": tx.new_id(), "type": "SatisfactionRating", "score": score, "body": comment,
                  "assignee_id": ticket["assignee_id"]}  # fmt: skip
    audit = tickets.new_audit(tx, ticket["id"], by, [told], {})
    tickets.settle(tx, ticket, after, audit, actor=by.user, channel=by.channel)
    tx.note("ticket", ticket["id"], ["satisfaction_rating"])
    return row
