"""The endpoints of every plain kind, made from its row in the table: list, count, show, create, update, destroy."""

import sqlite3

from . import account, plain_rows, records, revisions
from .call import Call, Route
from .dressing import dressed
from .kinds import BY_MANY, KINDS, Kind
from .paging import InMemory
from .picking import picked
from .replies import Refusal, Reply, not_found, warning
from .shape import Json, ident
from .sideloads import Sideloads
from .ticket_routes import ids_of

# Address words that are also a way to ask for the active ones only.
_WITH_ACTIVE = frozenset({"macros", "triggers", "automations", "views"})
_REMOVED_TOGETHER = _WITH_ACTIVE | {"suspended_tickets", "workspaces"}


def page(call: Call, kind: Kind, rows: list[Json]) -> Reply:
    loads = Sideloads(call.arg("include"))
    with call.state.read() as db:
        entries = [(row["id"], dressed(db, kind.one, row, call.base)) for row in rows]
    source = InMemory(entries, ",".join(kind.order_of(by_cursor=call.by_cursor)))
    reply = call.page(kind.many, source, guide=kind.guide)
    if isinstance(reply.body, dict):
        reply.body.update(_beside(call, kind, reply.body[kind.many]))
    if loads.wanted and isinstance(reply.body, dict):
        for row in reply.body[kind.many]:
            loads.take(row)
        with call.state.read() as db:
            reply.body.update(loads.beside(db, call.base))
    return reply


def _beside(call: Call, kind: Kind, rows: list[Json]) -> Json:
    """What stands beside the rows of some lists, asked for or not."""
    if kind.many == "activities":
        return {side: list({row[one]["id"]: row[one] for row in rows if isinstance(row[one], dict)}.values())
                for side, one in (("users", "user"), ("actors", "actor"))}  # fmt: skip
    if kind.sorted_by and not call.by_cursor:
        return {"sort_by": kind.sorted_by, "sort_order": "asc"}
    return {}


def _in_order(call: Call, db: sqlite3.Connection, kind: Kind) -> list[Json]:
    return plain_rows.ordered(db, kind, by_cursor=call.by_cursor)


def index(call: Call, kind: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        rows = _in_order(call, db, definition)
    rows = picked(call, definition, rows)
    if "cursor_pagination" in call.request.args:
        call.warnings = warning(definition.many, "index", ["cursor_pagination"])
    return page(call, definition, rows)


def active(call: Call, kind: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        rows = picked(call, definition, _in_order(call, db, definition))
    return page(call, definition, [row for row in rows if row["active"]])


def compact(call: Call, kind: str) -> Reply:
    return active(call, kind)


def count(call: Call, kind: str) -> Reply:
    with call.state.read() as db:
        number = len(records.every(db, BY_MANY[kind].one))
    return call.counted(number)


def assignable(call: Call, kind: str) -> Reply:
    return index(call, kind)


def _found(db: sqlite3.Connection, kind: Kind, row_id: str) -> Json:
    row = records.one(db, kind.one, row_id if kind.ids == "ulid" else ident(row_id))
    if row is None:
        raise Refusal(404, "") if kind.forgets else not_found()
    return row


def show(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        return Reply({definition.one: dressed(db, definition.one, _found(db, definition, row_id), call.base)})


def create(call: Call, kind: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    wanted = call.wanted(definition.one)
    call.warn(definition.many, "create", definition.one, wanted, definition.writable() | {"type", "key"})
    with call.write() as tx:
        row = plain_rows.make(tx, definition, wanted)
        if kind == "triggers":
            revisions.keep(tx, row, None, call.user["id"])
        shown = dressed(tx.db, definition.one, row, call.base)
    return Reply({definition.one: shown}, definition.made, {"location": shown["url"]} if definition.with_url else {})


def update(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    wanted = call.wanted(definition.one)
    taken = definition.writable() - {"type"} | ({"id"} if not definition.warns_of_id else set())
    call.warn(definition.many, "update", definition.one, wanted, taken)
    with call.write() as tx:
        before = _found(tx.db, definition, row_id)
        row = plain_rows.amend(tx, definition, before, {key: value for key, value in wanted.items() if key in taken})
        if kind == "triggers":
            revisions.keep(tx, row, before, call.user["id"])
        return Reply({definition.one: dressed(tx.db, definition.one, row, call.base)})


def destroy(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    sent = call.body().get(definition.one)
    if isinstance(sent, dict) and definition.warns_of_id:
        call.warn(definition.many, "destroy", definition.one, sent, ())
    with call.write() as tx:
        if definition.forgets and records.one(tx.db, definition.one, row_id) is None:
            return Reply(None, 204)
        plain_rows.remove(tx, definition, _found(tx.db, definition, row_id))
    return Reply(None, 204)


def destroy_many(call: Call, kind: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    with call.write() as tx:
        for number in ids_of(call):
            row = records.one(tx.db, definition.one, number)
            if row is not None:
                plain_rows.remove(tx, definition, row)
    return Reply(None, 200 if kind == "workspaces" else 204)


def groups_of_user(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        mine = account.groups_of(db, ident(user_id) or 0)
        return page(
            call, BY_MANY["groups"], [row for row in plain_rows.ordered(db, BY_MANY["groups"]) if row["id"] in mine]
        )


def routes() -> list[Route]:
    found: list[Route] = []
    for kind in KINDS:
        options = {"kind": kind.many}
        places = [f"/{kind.place}"]
        if kind.place.startswith("help_center/"):
            places.append(f"/help_center/<locale>/{kind.many}")
        if kind.many == "topics":
            places.append("/help_center/community/topics")
        if kind.many in _WITH_ACTIVE:
            found.append(Route(["GET"], f"/{kind.place}/active", active, options))
        if kind.many in _REMOVED_TOGETHER:
            found.append(Route(["DELETE"], f"/{kind.place}/destroy_many", destroy_many, options))
        for place in places:
            ways = {
                "index": Route(["GET"], place, index, options), "create": Route(["POST"], place, create, options),
                "show": Route(["GET"], f"{place}/<row_id>", show, options),
                "update": Route(["PUT", "PATCH"], f"{place}/<row_id>", update, options),
                "destroy": Route(["DELETE"], f"{place}/<row_id>", destroy, options),
            }  # fmt: skip
            found += [route for way, route in ways.items() if way not in kind.without]
        if not kind.guide and "count" not in kind.without:
            found.append(Route(["GET"], f"/{kind.place}/count", count, options))
    return [
        *found,
        Route(["GET"], "/views/compact", compact, {"kind": "views"}),
        Route(["GET"], "/groups/assignable", assignable, {"kind": "groups"}),
        Route(["GET"], "/users/<user_id>/groups", groups_of_user),
    ]
