"""Uploads and attachments over the API: send, look at, take away, redact."""

import mimetypes
import secrets
import sqlite3

from . import attachments, comment_change
from .attachments import BIGGEST, File
from .call import Call, Route
from .replies import Reply, forbidden, invalid_attribute, not_found
from .shape import ident

_NAME_IS_TOO_LONG = 255


def sent_file(call: Call, name: str | None) -> File:
    """The file in a request's body. Without a type of its own it has the one its name tells."""
    if not name or len(name) > _NAME_IS_TOO_LONG:
        raise invalid_attribute("filename", "a name of at most 255 characters")
    body = call.sent(BIGGEST)
    told = call.request.mimetype
    unsaid = not told or told in ("application/binary", "application/octet-stream", "application/json")
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(name, guessed if unsaid else told, body)


def upload(call: Call) -> Reply:
    """With the token of an earlier upload the file joins it. Zendesk says text/plain here, and so do we."""
    given = call.arg("token")
    file = sent_file(call, call.arg("filename"))
    with call.write() as tx:
        if given and not attachments.waiting(tx.db, given, tx.stamp):
            raise not_found()
        token = given or secrets.token_urlsafe(18)
        row = attachments.keep(tx, file, call.user["id"], token)
        rows = [attachments.shown(one, call.base) for one in attachments.waiting(tx.db, token, tx.stamp)]
    shown = attachments.shown(row, call.base)
    body = {"upload": {"token": token, "expires_at": row["expires_at"], "attachments": rows, "attachment": shown}}
    return Reply(body, 201, {"location": shown["url"], "content-type": "text/plain; charset=utf-8"})


def discard(call: Call, token: str) -> Reply:
    with call.write() as tx:
        rows = attachments.waiting(tx.db, token, tx.stamp)
        if not rows:
            raise not_found()
        tx.db.execute("delete from attachments where upload = ? and comment_id is null", (token,))
        for row in rows:
            tx.note("attachment", row["id"], ["deleted"])
    return Reply(None, 204)


def _one(db: sqlite3.Connection, attachment_id: str) -> sqlite3.Row:
    row = attachments.one(db, ident(attachment_id))
    if row is None:
        raise not_found()
    return row


def show(call: Call, attachment_id: str) -> Reply:
    with call.state.read() as db:
        row = _one(db, attachment_id)
    if call.user["role"] == "end-user" and row["user_id"] != call.user["id"]:
        raise forbidden()
    return Reply({"attachment": attachments.shown(row, call.base)})


def update(call: Call, attachment_id: str) -> Reply:
    """Only malware_access_override can be written: the word of an admin that a file is good."""
    call.need_admin()
    wanted = call.wanted("attachment")
    call.warn("attachments", "update", "attachment", wanted, {"malware_access_override"})
    with call.write() as tx:
        row = _one(tx.db, attachment_id)
        trusted = int(wanted.get("malware_access_override", bool(row["trusted"])) in (True, "true"))
        tx.db.execute("update attachments set trusted = ? where id = ?", (trusted, row["id"]))
        tx.note("attachment", row["id"], ["malware_access_override"])
        return Reply({"attachment": attachments.shown(_one(tx.db, attachment_id), call.base)})


def redact(call: Call, ticket_id: str, comment_id: str, attachment_id: str) -> Reply:
    with call.write() as tx:
        row = _one(tx.db, attachment_id)
        if (row["ticket_id"], row["comment_id"]) != (ident(ticket_id), ident(comment_id)):
            raise not_found()
        comment_change.redact_attachment(tx, row["ticket_id"], row["comment_id"], row["id"], call.by())
        return Reply({"attachment": attachments.shown(_one(tx.db, attachment_id), call.base)})


ROUTES = (
    Route(["POST"], "/uploads", upload),
    Route(["DELETE"], "/uploads/<token>", discard),
    Route(["GET"], "/attachments/<attachment_id>", show),
    Route(["PUT"], "/attachments/<attachment_id>", update),
    Route(["PUT"], "/tickets/<ticket_id>/comments/<comment_id>/attachments/<attachment_id>/redact", redact),
)
