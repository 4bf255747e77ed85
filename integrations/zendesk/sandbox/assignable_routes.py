"""Who a ticket can be given to, as the assignee field asks: groups and their agents, by the start of a name."""

import sqlite3

from . import people, records
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found
from .shape import Json, ident

_PLACE = "/api/lotus/assignables"


def _agents(db: sqlite3.Connection, group: Json) -> list[Json]:
    members = [row["user_id"] for row in records.every(db, "group_membership") if row["group_id"] == group["id"]]
    return [user for user in people.many(db, set(members)) if people.is_staff(user) and not user["suspended"]]


def groups(call: Call) -> Reply:
    with call.state.read() as db:
        rows = [{"id": row["id"], "name": row["name"], "description": row["description"]}
                for row in records.every(db, "group")]  # fmt: skip
    return call.page("groups", InMemory([(row["id"], row) for row in rows]))


def agents(call: Call, group_id: str) -> Reply:
    with call.state.read() as db:
        group = records.one(db, "group", ident(group_id))
        if group is None:
            raise not_found()
        rows = [{"id": user["id"], "name": user["name"], "avatar_url": _photo(user)} for user in _agents(db, group)]
    return call.page("agents", InMemory([(row["id"], row) for row in rows]))


def autocomplete(call: Call) -> Reply:
    start = (call.arg("name") or "").strip().lower()
    with call.state.read() as db:
        every = records.every(db, "group")
        found = [
            {"id": user["id"], "name": user["name"], "group": group["name"], "group_id": group["id"],
             "photo_url": _photo(user)}
            for group in every for user in _agents(db, group) if str(user["name"]).lower().startswith(start)
        ]  # fmt: skip
    named = [{"id": group["id"], "name": group["name"]} for group in every if group["name"].lower().startswith(start)]
    return Reply({"agents": found, "groups": named, "count": len(found) + len(named)})


def _photo(user: Json) -> str | None:
    return (user["photo"] or {}).get("content_url")


ROUTES = (
    Route(["GET"], f"{_PLACE}/groups", groups),
    Route(["GET"], f"{_PLACE}/groups/<group_id>/agents", agents),
    Route(["GET"], f"{_PLACE}/autocomplete", autocomplete),
)
