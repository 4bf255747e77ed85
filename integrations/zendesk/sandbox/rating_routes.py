"""What a customer thinks of how her request was solved: said once it was, and changed as long as she likes."""

from . import events, metrics, records, tickets
from .call import Call, Route
from .kinds import BY_ONE
from .replies import Reply, forbidden, record_invalid
from .shape import Json, ident
from .sideloads import plain
from .state import Tx

SCORES = ("good", "bad")


def rate(call: Call, ticket_id: str) -> Reply:
    wanted = call.wanted("satisfaction_rating")
    call.warn("satisfaction_ratings", "create", "satisfaction_rating", wanted, {"score", "comment", "reason_code"})
    if wanted.get("score") not in SCORES:
        raise record_invalid("score", "Score: must be good or bad", "InvalidValue")
    with call.write() as tx:
        ticket = tickets.one(tx.db, ident(ticket_id))
        if ticket["requester_id"] != call.user["id"]:
            raise forbidden()
        if ticket["status"] not in metrics.DONE and metrics.told(tx.db, ticket).first_solved is None:
            raise record_invalid("base", "Only a request that was solved can be rated", "InvalidValue")
        row = _kept(tx, ticket, wanted)
        _tell(tx, call, ticket, row)
    return Reply({"satisfaction_rating": plain("satisfaction_rating", row, call.base)})


def _kept(tx: Tx, ticket: Json, wanted: Json) -> Json:
    """One rating a ticket: a later word takes the place of an earlier one."""
    rows = records.every(tx.db, "satisfaction_rating")
    before = next((row for row in rows if row["ticket_id"] == ticket["id"]), None)
    comment = str(wanted["comment"]) if wanted.get("comment") else None
    code = ident(wanted.get("reason_code"))
    reason = next((row for row in records.every(tx.db, "reason") if code and row["reason_code"] == code), None)
    row: Json = before or {"id": tx.new_id(), **BY_ONE["satisfaction_rating"].row, "created_at": tx.stamp}
    row |= {
        "ticket_id": ticket["id"], "requester_id": ticket["requester_id"], "assignee_id": ticket["assignee_id"],
        "group_id": ticket["group_id"], "score": wanted["score"], "comment": comment, "updated_at": tx.stamp,
        "reason": reason["value"] if reason else None, "reason_id": reason["id"] if reason else None,
    }  # fmt: skip
    records.put(tx, "satisfaction_rating", row)
    tx.note("satisfaction_rating", row["id"], ["score"])
    return row


def _tell(tx: Tx, call: Call, ticket: Json, row: Json) -> None:
    event = {"id": tx.new_id(), "type": "SatisfactionRating", "score": row["score"], "body": row["comment"],
             "assignee_id": row["assignee_id"]}  # fmt: skip
    audit, rating = (
        tickets.new_audit(tx, ticket["id"], call.by(), [event], {}),
        {"score": row["score"], "id": row["id"]},
    )
    after = ticket | {"satisfaction_rating": rating | {"comment": row["comment"]}, "updated_at": tx.stamp}
    ticket = tickets.settle(tx, ticket, after, audit, actor=call.user, channel=call.by().channel)
    told = {"csat": {"id": str(row["id"]), "score": str(row["score"]).upper(), "comment": row["comment"]}}
    events.announce_named(tx, ticket, "csat_received", told, call.user)
    tx.note("ticket", ticket["id"], ["satisfaction_rating"])


ROUTES = (Route(["POST"], "/tickets/<ticket_id>/satisfaction_rating", rate),)
