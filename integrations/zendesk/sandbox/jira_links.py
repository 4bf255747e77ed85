"""/api/services/jira/links: which ticket stands beside which issue. All ids of theirs are texts."""

import sqlite3

from . import records
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found, record_invalid
from .shape import Json, ident

_PLACE = "/api/services/jira/links"
_GIVEN = ("ticket_id", "issue_id", "issue_key")


def _shown(row: Json, base: str) -> Json:
    return {"id": row["id"], **{key: row[key] for key in _GIVEN}, "url": f"{base}{_PLACE}/{row['id']}",
            "created_at": row["created_at"], "updated_at": row["updated_at"]}  # fmt: skip


def _found(db: sqlite3.Connection, link_id: str) -> Json:
    row = records.one(db, "jira_link", ident(link_id))
    if row is None:
        raise not_found()
    return row


def index(call: Call) -> Reply:
    with call.state.read() as db:
        rows = records.every(db, "jira_link")
    for key in _GIVEN[:2]:
        wanted = call.arg(f"filter[{key}]") or call.arg(key)
        rows = [row for row in rows if wanted is None or row[key] == wanted]
    return call.page("links", InMemory([(row["id"], _shown(row, call.base)) for row in rows]))


def show(call: Call, link_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"link": _shown(_found(db, link_id), call.base)})


def create(call: Call) -> Reply:
    wanted = call.wanted("link")
    for key in _GIVEN:
        if wanted.get(key) in (None, ""):
            raise record_invalid(key, f"{key.replace('_', ' ').capitalize()}: cannot be blank", "BlankValue")
    with call.write() as tx:
        at = tx.stamp.replace("Z", ".000Z")
        row = {"id": tx.new_id(), **{key: str(wanted[key]) for key in _GIVEN}, "created_at": at, "updated_at": at}
        records.put(tx, "jira_link", row)
        tx.note("jira_link", row["id"], ["created"])
    return Reply({"link": _shown(row, call.base)}, 201)


def destroy(call: Call, link_id: str) -> Reply:
    with call.write() as tx:
        records.drop(tx, "jira_link", _found(tx.db, link_id)["id"])
        tx.note("jira_link", ident(link_id), ["deleted"])
    return Reply(None, 204)


ROUTES = (
    Route(["GET"], _PLACE, index),
    Route(["POST"], _PLACE, create),
    Route(["GET"], f"{_PLACE}/<link_id>", show),
    Route(["DELETE"], f"{_PLACE}/<link_id>", destroy),
)
