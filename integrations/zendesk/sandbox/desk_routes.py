"""What an agent has on her desk beside tickets: bookmarks, tickets passed over, and those held back as suspicious."""

import secrets
import sqlite3

from . import attachments, people, records, tickets
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found, record_invalid
from .shape import Json, ident
from .state import Tx
from .ticket_routes import ids_of

_SHORT = ("id", "subject", "raw_subject", "priority", "requester_id")


def _bookmark(call: Call, db: sqlite3.Connection, row: Json) -> Json:
    ticket = tickets.one(db, row["ticket_id"])
    short = {"url": f"{call.base}/api/v2/tickets/{ticket['id']}.json", **{key: ticket[key] for key in _SHORT}}
    return {"url": f"{call.base}/api/v2/bookmarks/{row['id']}.json", "id": row["id"], "created_at": row["created_at"],
            "ticket": short}  # fmt: skip


def _is_live(db: sqlite3.Connection, ticket_id: int) -> bool:
    return db.execute("select 1 from tickets where id = ? and deleted = 0", (ticket_id,)).fetchone() is not None


def bookmarks(call: Call) -> Reply:
    """One's own; those of deleted tickets are out of sight."""
    with call.state.read() as db:
        rows = [row for row in records.every(db, "bookmark")
                if row["user_id"] == call.user["id"] and _is_live(db, row["ticket_id"])]  # fmt: skip
        return call.page("bookmarks", InMemory([(row["id"], _bookmark(call, db, row)) for row in rows]))


def bookmark(call: Call) -> Reply:
    """A ticket that is marked already is answered with 200 and its mark."""
    wanted = call.wanted("bookmark")
    with call.write() as tx:
        ticket = tickets.one(tx.db, ident(wanted.get("ticket_id")))
        mine = (row for row in records.every(tx.db, "bookmark")
                if (row["user_id"], row["ticket_id"]) == (call.user["id"], ticket["id"]))  # fmt: skip
        known = next(mine, None)
        row: Json = known or {"id": tx.new_id(), "user_id": call.user["id"], "ticket_id": ticket["id"],
                              "created_at": tx.stamp}  # fmt: skip
        if known is None:
            records.put(tx, "bookmark", row)
            tx.note("bookmark", row["id"], ["created"])
        shown = _bookmark(call, tx.db, row)
    return Reply({"bookmark": shown}, 201 if known is None else 200, {"location": shown["url"]})


def unmark(call: Call, bookmark_id: str) -> Reply:
    with call.write() as tx:
        row = records.one(tx.db, "bookmark", ident(bookmark_id))
        if row is None or row["user_id"] != call.user["id"]:
            raise not_found()
        records.drop(tx, "bookmark", row["id"])
        tx.note("bookmark", row["id"], ["deleted"])
    return Reply(None, 204)


def _ticket(ticket: Json, base: str) -> Json:
    beside = ("fields", "generated_timestamp")
    return {key: value for key, value in tickets.shown(ticket, base).items() if key not in beside}


def skip(call: Call) -> Reply:
    wanted = call.wanted("skip")
    if not wanted.get("reason"):
        raise record_invalid("reason", "Reason: cannot be blank", "BlankValue")
    with call.write() as tx:
        ticket = tickets.one(tx.db, ident(wanted.get("ticket_id")))
        row: Json = {"id": tx.new_id(), "ticket_id": ticket["id"], "user_id": call.user["id"],
                     "reason": str(wanted["reason"]), "created_at": tx.stamp, "updated_at": tx.stamp}  # fmt: skip
        records.put(tx, "skip", row)
        tx.note("skip", row["id"], ["created"])
        return Reply({"skip": row | {"ticket": _ticket(ticket, call.base)}}, 201)


def skips(call: Call, user_id: str | None = None, ticket_id: str | None = None) -> Reply:
    """Of a user, of a ticket, or all; the newest first with sort_order=desc."""
    with call.state.read() as db:
        rows = [row for row in records.every(db, "skip") if _is_live(db, row["ticket_id"])]
        rows = [row for row in rows if user_id is None or row["user_id"] == ident(user_id)]
        rows = [row for row in rows if ticket_id is None or row["ticket_id"] == ident(ticket_id)]
        shown = [row | {"ticket": _ticket(tickets.one(db, row["ticket_id"]), call.base)} for row in rows]
    shown = shown[::-1] if call.arg("sort_order") == "desc" else shown
    return call.page("skips", InMemory([(row["id"], row) for row in shown]))


def recover(call: Call, suspended_id: str) -> Reply:
    """It becomes a ticket of its author's. One whose author has no address cannot, and stays as it is."""
    with call.write() as tx:
        row = _recovered(tx, call, ident(suspended_id))
    return Reply({"ticket": [row]})


def recover_many(call: Call) -> Reply:
    with call.write() as tx:
        rows = [_recovered(tx, call, number) for number in ids_of(call)]
    return Reply({"tickets": rows})


def _recovered(tx: Tx, call: Call, number: int | None) -> Json:
    row = records.one(tx.db, "suspended_ticket", number)
    if row is None:
        raise not_found()
    author = row["author"] or {}
    user = people.one(tx.db, ident(author.get("id")))
    if user is None and not author.get("email"):
        raise record_invalid("author", "Author: has no e-mail address", "BlankValue")
    user = user or people.find_or_create(tx, {"name": author.get("name"), "email": author["email"]})
    via = row["via"] or {"channel": "email"}
    said = {"body": row["content"] or row["subject"] or "(no content)", "author_id": user["id"]}
    wanted = {"subject": row["subject"], "comment": said, "requester_id": user["id"], "via": via,
              "recipient": row["recipient"], "brand_id": row["brand_id"]}  # fmt: skip
    ticket, _ = tickets.create(tx, {key: value for key, value in wanted.items() if value is not None}, call.by())
    records.drop(tx, "suspended_ticket", row["id"])
    tx.note("suspended_ticket", row["id"], ["recovered"])
    url = f"{call.base}/api/v2/suspended_tickets/{row['id']}.json"
    return {"url": url, **row, "author": author | {"id": user["id"]}, "ticket_id": ticket["id"]}


def copies(call: Call, suspended_id: str | None = None) -> Reply:
    """Its files once more, under a token that a ticket's comment can take."""
    with call.write() as tx:
        row = records.one(tx.db, "suspended_ticket", ident(suspended_id or call.arg("id")))
        if row is None:
            raise not_found()
        token = secrets.token_urlsafe(18)
        numbers = [ident(file.get("id")) for file in row["attachments"] or [] if isinstance(file, dict)]
        attachments.copy_waiting(tx, numbers, call.user["id"], token)
        files = [attachments.shown(one, call.base) for one in attachments.waiting(tx.db, token, tx.stamp)]
    return Reply({"upload": {"token": token, "attachments": files}})


def export_suspended(_call: Call) -> Reply:
    """Zendesk sends a file by e-mail; this account sends no letters."""
    return Reply({"export": {"view_id": "suspended", "status": "enqueued"}})


def forget_devices(call: Call) -> Reply:
    """Telephones that were registered by an app. None ever is here, so there is nothing to forget."""
    if not isinstance(call.body().get("push_notification_devices"), list):
        raise invalid_attribute("push_notification_devices", "an array")
    return Reply(None, 200)


ROUTES = (
    Route(["GET"], "/bookmarks", bookmarks),
    Route(["POST"], "/bookmarks", bookmark),
    Route(["DELETE"], "/bookmarks/<bookmark_id>", unmark),
    Route(["POST"], "/skips", skip),
    Route(["GET"], "/skips", skips),
    Route(["GET"], "/users/<user_id>/skips", skips),
    Route(["GET"], "/tickets/<ticket_id>/skips", skips),
    Route(["PUT"], "/suspended_tickets/recover_many", recover_many),
    Route(["PUT"], "/suspended_tickets/<suspended_id>/recover", recover),
    Route(["POST"], "/suspended_tickets/attachments", copies),
    Route(["POST"], "/suspended_tickets/<suspended_id>/attachments", copies),
    Route(["POST"], "/suspended_tickets/export", export_suspended),
    Route(["POST"], "/push_notification_devices/destroy_many", forget_devices),
)
