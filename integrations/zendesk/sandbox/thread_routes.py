"""What was said and done on one ticket: its comments and its audits."""

import base64
import binascii
import sqlite3
from collections.abc import Callable
from urllib.parse import urlencode

from . import attachments, comment_change, tickets
from .call import Call, Route
from .paging import Entry, InMemory
from .replies import Reply, bad_page, invalid_attribute, not_found
from .shape import BIGGEST_ID, Json, decode, ident, whole
from .sideloads import Sideloads

MOST_AUDITS = 1000


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
        return call.page("comments", InMemory(_entries(call, rows, attachments.placed), "created_at,id"), beside=beside)


def comments_count(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        rows = comment_rows(db, tickets.one(db, ident(ticket_id))["id"])
    return call.counted(len(rows))


def make_private(call: Call, ticket_id: str, comment_id: str) -> Reply:
    with call.write() as tx:
        comment_change.hide(tx, ident(ticket_id), ident(comment_id), call.by())
    return Reply({}, 200)


def audits(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        rows = _wanted_order(call, audit_rows(db, ticket["id"]))
        loads = Sideloads(call.arg("include"))
        for row in rows:
            loads.take(row)
        beside = loads.beside(db, call.base)
        return call.page(
            "audits", InMemory(_entries(call, rows, attachments.placed_audit), "created_at,id"), beside=beside
        )


def _entries(call: Call, rows: list[Json], place: Callable[[Json, str], Json]) -> list[Entry]:
    return [(row["id"], place(row, call.base)) for row in rows]


def audit(call: Call, ticket_id: str, audit_id: str) -> Reply:
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        found = next((row for row in audit_rows(db, ticket["id"]) if row["id"] == ident(audit_id)), None)
    if found is None:
        raise not_found()
    return Reply({"audit": attachments.placed_audit(found, call.base)})


def audits_count(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        rows = audit_rows(db, tickets.one(db, ident(ticket_id))["id"])
    return call.counted(len(rows))


def make_audit_private(call: Call, ticket_id: str, audit_id: str) -> Reply:
    """The comment that the audit tells of becomes an internal note; an audit without one is not found."""
    with call.write() as tx:
        ticket = tickets.one(tx.db, ident(ticket_id))
        sql = "select id from comments where ticket_id = ? and audit_id = ?"
        row = tx.db.execute(sql, (ticket["id"], ident(audit_id))).fetchone()
        if row is None:
            raise not_found()
        comment_change.hide(tx, ticket["id"], row["id"], call.by())
    return Reply(None, 200)


def redact(call: Call, ticket_id: str, comment_id: str) -> Reply:
    text = call.body().get("text")
    if not isinstance(text, str) or not text:
        raise invalid_attribute("text", "a string")
    with call.write() as tx:
        comment = comment_change.redact_text(tx, ident(ticket_id), ident(comment_id), text, call.by())
    return Reply({"comment": attachments.placed(comment, call.base)})


def redact_marked(call: Call, comment_id: str) -> Reply:
    """As the agent's page redacts: the comment's markup with <redact> around what has to go."""
    body = call.body()
    markup = body.get("html_body")
    if not isinstance(markup, str):
        raise invalid_attribute("html_body", "a string")
    with call.write() as tx:
        comment = comment_change.redact_marked(tx, ident(body.get("ticket_id")), ident(comment_id), markup, call.by())
    return Reply({"comment": attachments.placed(comment, call.base)})


def all_audits(call: Call) -> Reply:
    """Audits of all tickets, the newest first, by the older kind of cursor (cursor= and limit=)."""
    limit = min(whole(call.arg("limit") or "") or MOST_AUDITS, MOST_AUDITS)
    after, backwards = _audit_mark(call.arg("cursor"))
    way = "id > ? order by id" if backwards else "id < ? order by id desc"
    with call.state.read() as db:
        rows = db.execute(f"select * from audits where {way} limit ?", (after, limit)).fetchall()  # noqa: S608 - our own words
    rows = rows[::-1] if backwards else rows
    newest, oldest = (rows[0]["id"], rows[-1]["id"]) if rows else (0, 0)
    kept = {"limit": limit}
    beside: Json = {"after_cursor": None, "after_url": None, "before_cursor": None, "before_url": None}
    for side, mark in (("after", f"{newest}|>"), ("before", f"{oldest}|<")):
        if rows:
            cursor = base64.b64encode(mark.encode()).decode()
            beside |= {f"{side}_cursor": cursor, f"{side}_url": f"{call.url}?{urlencode({'cursor': cursor, **kept})}"}
    told = [attachments.placed_audit(decode(row["body"]), call.base) for row in rows]
    return Reply({"audits": told} | beside)


def _audit_mark(cursor: str | None) -> tuple[int, bool]:
    """The audit that a cursor stands at, and whether it leads to newer ones."""
    if not cursor:
        return BIGGEST_ID, False
    try:
        number, _, sign = base64.b64decode(cursor, validate=True).decode().partition("|")
    except (binascii.Error, ValueError) as wrong:
        raise bad_page("cursor is not valid") from wrong
    place = whole(number)
    if place is None:
        raise bad_page("cursor is not valid")
    return place, sign == ">"


ROUTES = (
    Route(["GET"], "/tickets/<ticket_id>/comments", comments),
    Route(["GET"], "/tickets/<ticket_id>/comments/count", comments_count),
    Route(["PUT"], "/tickets/<ticket_id>/comments/<comment_id>/make_private", make_private),
    Route(["PUT"], "/tickets/<ticket_id>/comments/<comment_id>/redact", redact),
    Route(["PUT"], "/comment_redactions/<comment_id>", redact_marked),
    Route(["GET"], "/ticket_audits", all_audits),
    Route(["GET"], "/tickets/<ticket_id>/audits/count", audits_count),
    Route(["PUT"], "/tickets/<ticket_id>/audits/<audit_id>/make_private", make_audit_private),
    Route(["GET"], "/tickets/<ticket_id>/audits", audits),
    Route(["GET"], "/tickets/<ticket_id>/audits/<audit_id>", audit),
)
