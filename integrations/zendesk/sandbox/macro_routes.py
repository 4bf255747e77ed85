"""Macros beyond their rows: their categories, one made from another or from a ticket, and their files."""

import contextlib
import sqlite3

from . import attachments, records, tickets
from .attachments import File
from .call import Call, Route
from .kinds import BY_ONE
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found
from .shape import Json, ident
from .state import Tx
from .upload_routes import sent_file

_FROM_TICKET = ("status", "priority", "type", "group_id", "assignee_id", "brand_id", "ticket_form_id")


def categories(call: Call) -> Reply:
    """What stands before :: in the titles of the active ones."""
    with call.state.read() as db:
        titles = [str(row["title"]) for row in records.every(db, "macro") if row["active"]]
    return Reply({"categories": sorted({title.split("::")[0].strip() for title in titles if "::" in title})})


def derived(call: Call) -> Reply:
    """A macro that is kept nowhere: a copy of one, or what a ticket looks like."""
    macro_id, ticket_id = call.arg("macro_id"), call.arg("ticket_id")
    with call.state.read() as db:
        if macro_id is not None:
            source = _macro(db, macro_id)
            row = {"title": source["title"], "actions": source["actions"], "description": source["description"],
                   "restriction": source["restriction"]}  # fmt: skip
        elif ticket_id is not None:
            row = {"title": None, "actions": _actions(tickets.one(db, ident(ticket_id)))}
        else:
            raise invalid_attribute("macro_id", "given, or ticket_id")
    return Reply({"macro": {**BY_ONE["macro"].row, **row}})


def _actions(ticket: Json) -> list[Json]:
    found = [{"field": key, "value": str(ticket[key])} for key in _FROM_TICKET if ticket[key] is not None]
    found += [{"field": f"custom_fields_{row['id']}", "value": row["value"]}
              for row in ticket["custom_fields"] if row["value"] not in (None, [], False)]  # fmt: skip
    return found + ([{"field": "current_tags", "value": " ".join(ticket["tags"])}] if ticket["tags"] else [])


def _macro(db: sqlite3.Connection, macro_id: str) -> Json:
    row = records.one(db, "macro", ident(macro_id))
    if row is None:
        raise not_found()
    return row


def _sent(call: Call) -> File:
    """Sent as a form, as a browser sends a file, or as the body itself with filename= beside it."""
    form = call.request.files.get("attachment")
    if form is None:
        return sent_file(call, call.arg("filename"))
    name = call.request.form.get("filename") or form.filename or "attachment"
    with contextlib.closing(form):
        return File(name, form.mimetype or "application/octet-stream", form.read())


def _keep(tx: Tx, call: Call, macro_id: int | None) -> Json:
    kept = attachments.keep(tx, _sent(call), call.user["id"])
    row: Json = {"id": kept["id"], "macro_id": macro_id}
    records.put(tx, "macro_attachment", row)
    return row


def _shown(call: Call, db: sqlite3.Connection, row: Json) -> Json:
    file = attachments.one(db, row["id"])
    if file is None:
        raise not_found()
    told = attachments.shown(file, call.base)
    return {"id": row["id"], "filename": told["file_name"], "content_type": told["content_type"],
            "content_url": told["content_url"], "size": told["size"], "created_at": file["created_at"]}  # fmt: skip


def attach(call: Call, macro_id: str | None = None) -> Reply:
    """A file of a macro, or of none yet."""
    with call.write() as tx:
        number = _macro(tx.db, macro_id)["id"] if macro_id is not None else None
        shown = _shown(call, tx.db, _keep(tx, call, number))
    return Reply({"macro_attachment": shown}, 201)


def attached(call: Call, macro_id: str) -> Reply:
    with call.state.read() as db:
        number = _macro(db, macro_id)["id"]
        rows = [_shown(call, db, row) for row in records.every(db, "macro_attachment") if row["macro_id"] == number]
    return call.page("macro_attachments", InMemory([(row["id"], row) for row in rows]))


def show_attached(call: Call, attachment_id: str) -> Reply:
    with call.state.read() as db:
        row = records.one(db, "macro_attachment", ident(attachment_id))
        if row is None:
            raise not_found()
        return Reply({"macro_attachment": _shown(call, db, row)})


ROUTES = (
    Route(["GET"], "/macros/categories", categories),
    Route(["GET"], "/macros/new", derived),
    Route(["POST"], "/macros/attachments", attach),
    Route(["GET"], "/macros/attachments/<attachment_id>", show_attached),
    Route(["GET"], "/macros/<macro_id>/attachments", attached),
    Route(["POST"], "/macros/<macro_id>/attachments", attach),
)
