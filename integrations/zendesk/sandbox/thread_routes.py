"""What was said and done on one ticket: its comments and its audits."""

import sqlite3

from . import tickets
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found
from .shape import Json, decode, ident
from .sideloads import Sideloads


def audit_rows(db: sqlite3.Connection, ticket_id: int) -> list[Json]:
    rows = db.execute("select body from audits where ticket_id = ? order by id", (ticket_id,))
    return [decode(row["body"]) for row in rows]


def comment_rows(db: sqlite3.Connection, ticket_id: int) -> list[Json]:
    rows = db.execute("select body from comments where ticket_id = ? order by id", (ticket_id,))
    return [decode(row["body"]) for row in rows]


def _wanted_order(call: Call, rows: list[Json]) -> list[Json]:
    newest_first = call.arg("sort_order") == "desc" or (call.arg("sort") or "").startswith("-")
    return rows[::-1] if newest_first else rows


def comments(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        rows = _wanted_order(call, comment_rows(db, ticket["id"]))
        loads = Sideloads(call.arg("include"))
        for row in rows:
            loads.take(row)
        beside = loads.beside(db, call.base)
        return call.page("comments", InMemory([(row["id"], row) for row in rows], "created_at,id"), beside=beside)


def comments_count(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        rows = comment_rows(db, tickets.one(db, ident(ticket_id))["id"])
    return Reply({"count": {"value": len(rows), "refreshed_at": call.state.clock().isoformat(timespec="seconds")}})


def make_private(call: Call, ticket_id: str, comment_id: str) -> Reply:
    with call.write() as tx:
        tickets.hide_comment(tx, ident(ticket_id), ident(comment_id), call.by())
    return Reply({}, 200)


def audits(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        rows = _wanted_order(call, audit_rows(db, ticket["id"]))
        loads = Sideloads(call.arg("include"))
        for row in rows:
            loads.take(row)
        beside = loads.beside(db, call.base)
        return call.page("audits", InMemory([(row["id"], row) for row in rows], "created_at,id"), beside=beside)


def audit(call: Call, ticket_id: str, audit_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        found = next((row for row in audit_rows(db, ticket["id"]) if row["id"] == ident(audit_id)), None)
    if found is None:
        raise not_found()
    return Reply({"audit": found})


ROUTES = (
    Route(["GET"], "/tickets/<ticket_id>/comments", comments),
    Route(["GET"], "/tickets/<ticket_id>/comments/count", comments_count),
    Route(["PUT"], "/tickets/<ticket_id>/comments/<comment_id>/make_private", make_private),
    Route(["GET"], "/tickets/<ticket_id>/audits", audits),
    Route(["GET"], "/tickets/<ticket_id>/audits/<audit_id>", audit),
)
