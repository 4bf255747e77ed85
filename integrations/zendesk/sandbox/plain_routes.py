"""The endpoints of every plain kind, made from its row in the table: list, count, show, create, update, destroy."""

import sqlite3
from typing import Any

from . import account, records, views
from .call import Call, Route
from .kinds import BY_MANY, KINDS, Kind
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found, record_invalid, warning
from .shape import Json, ident, ulid
from .sideloads import plain
from .state import Tx
from .ticket_routes import ids_of

# Address words that are also a way to ask for the active ones only.
_WITH_ACTIVE = frozenset({"macros", "triggers", "automations", "views"})


def ordered(db: sqlite3.Connection, kind: Kind) -> list[Json]:
    rows = records.every(db, kind.one)
    for key in reversed(kind.order):
        name = key.removeprefix("-")
        rows.sort(key=lambda row: _sortable(row.get(name)), reverse=key.startswith("-"))
    return rows


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value) if isinstance(value, int | float) else (2, str(value))


def _page(call: Call, kind: Kind, rows: list[Json]) -> Reply:
    entries = [(row["id"], plain(kind.one, row, call.base)) for row in rows]
    return call.page(kind.many, InMemory(entries, ",".join(kind.order)), guide=kind.guide)


def index(call: Call, kind: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        rows = ordered(db, definition)
    active = call.arg("active")
    if active is not None and "active" in definition.row:
        rows = [row for row in rows if row["active"] == (active == "true")]
    if "cursor_pagination" in call.request.args:
        call.warnings = warning(definition.many, "index", ["cursor_pagination"])
    return _page(call, definition, rows)


def active(call: Call, kind: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        return _page(call, definition, [row for row in ordered(db, definition) if row["active"]])


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
        raise not_found()
    return row


def show(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        return Reply({definition.one: plain(definition.one, _found(db, definition, row_id), call.base)})


def create(call: Call, kind: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    wanted = call.wanted(definition.one)
    call.warn(definition.many, "create", definition.one, wanted, definition.writable() | {"type", "key"})
    for key in definition.required:
        if wanted.get(key) in (None, ""):
            raise record_invalid(key, f"{key.capitalize().replace('_', ' ')}: cannot be blank", "BlankValue")
    with call.write() as tx:
        new_id = ulid(tx.now) if definition.ids == "ulid" else tx.new_id()
        row: Json = {"id": new_id, **definition.row}
        row |= {"created_at": tx.stamp, "updated_at": tx.stamp} if definition.dated else {}
        _fill(tx, definition, row, wanted)
        _apply(tx, definition, row, wanted)
        records.put(tx, definition.one, row)
        tx.note(definition.one, row["id"], ["created"])
    shown = plain(definition.one, row, call.base)
    return Reply({definition.one: shown}, 201, {"location": shown["url"]} if definition.with_url else {})


def update(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    wanted = call.wanted(definition.one)
    taken = definition.writable() - {"type"} | ({"id"} if not definition.warns_of_id else set())
    call.warn(definition.many, "update", definition.one, wanted, taken)
    with call.write() as tx:
        before = _found(tx.db, definition, row_id)
        row = dict(before)
        _apply(tx, definition, row, {key: value for key, value in wanted.items() if key in taken})
        row["updated_at"] = tx.stamp
        records.put(tx, definition.one, row)
        tx.note(definition.one, row["id"], sorted(key for key in row if row[key] != before.get(key)))
    return Reply({definition.one: plain(definition.one, row, call.base)})


def destroy(call: Call, kind: str, row_id: str, **_locale: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    sent = call.body().get(definition.one)
    if isinstance(sent, dict) and definition.warns_of_id:
        call.warn(definition.many, "destroy", definition.one, sent, ())
    with call.write() as tx:
        row = _found(tx.db, definition, row_id)
        records.drop(tx, definition.one, row["id"])
        tx.note(definition.one, row["id"], ["deleted"])
    return Reply(None, 204)


def destroy_many(call: Call, kind: str) -> Reply:
    definition = BY_MANY[kind]
    if definition.admin_only:
        call.need_admin()
    with call.write() as tx:
        for number in ids_of(call):
            if records.drop(tx, definition.one, number):
                tx.note(definition.one, number, ["deleted"])
    return Reply(None, 204)


def of_user(call: Call, user_id: str, kind: str) -> Reply:
    return _of(call, kind, "user_id", user_id)


def of_group(call: Call, group_id: str, kind: str) -> Reply:
    return _of(call, kind, "group_id", group_id)


def _of(call: Call, kind: str, key: str, value: str) -> Reply:
    definition = BY_MANY[kind]
    with call.state.read() as db:
        return _page(call, definition, [row for row in ordered(db, definition) if row.get(key) == ident(value)])


def groups_of_user(call: Call, user_id: str) -> Reply:
    with call.state.read() as db:
        mine = account.groups_of(db, ident(user_id) or 0)
        return _page(call, BY_MANY["groups"], [row for row in ordered(db, BY_MANY["groups"]) if row["id"] in mine])


def _fill(tx: Tx, kind: Kind, row: Json, wanted: Json) -> None:
    """What a new row gets from the account it is made in."""
    if kind.one == "trigger":
        category = account.default_of(tx.db, "trigger_category")
        row["category_id"] = str(category["id"]) if category else None
    if kind.one == "recipient_address":
        brand = account.default_of(tx.db, "brand")
        row["brand_id"] = brand["id"] if brand else None
    if kind.one in ("ticket_field", "user_field", "organization_field"):
        row |= {key: wanted["title"] for key in ("description", "title_in_portal") if key in row and key not in wanted}
    if kind.one == "view":
        row["execution"] = views.execution({})
    if kind.one == "item":
        row["placeholder"] = "{{dc." + str(wanted.get("name", "")).lower().replace(" ", "_") + "}}"


def _apply(tx: Tx, kind: Kind, row: Json, wanted: Json) -> None:
    for key in (kind.writable() & set(kind.row) & set(wanted)) - {"conditions"}:
        row[key] = _fit(key, kind.row[key], wanted[key])
    if "conditions" in kind.row:
        row["conditions"] = _conditions(row, wanted)
    if "output" in wanted and "execution" in kind.row:
        output = _fit("output", {}, wanted["output"])
        row["execution"] = views.execution(output if isinstance(output, dict) else {})
    if isinstance(wanted.get("custom_field_options"), list) and "custom_field_options" in kind.more:
        row["custom_field_options"] = _options(tx, wanted["custom_field_options"])
    if "default" in wanted and "default" in kind.more:
        row["default"] = wanted["default"]
    row |= {copy: row[source] for copy, source in kind.copies.items()}


def _fit(key: str, default: object, value: Any) -> object:
    """The value, where it is of the kind that stands there; nothing in place of a list or an object is an empty one."""
    for kind, words in ((list, "an array"), (dict, "an object")):
        if isinstance(default, kind):
            if value is not None and not isinstance(value, kind):
                raise invalid_attribute(key, words)
            return kind() if value is None else value
    return value


def _conditions(row: Json, wanted: Json) -> Json:
    """all and any may stand under conditions or, as older clients send them, beside the title."""
    given = _fit("conditions", {}, wanted.get("conditions"))
    told = {side: wanted[side] for side in ("all", "any") if side in wanted}
    told |= given if isinstance(given, dict) else {}
    kept = row["conditions"] or {}
    found = {side: told.get(side, kept.get(side)) or [] for side in ("all", "any")}
    if not all(isinstance(rows, list) and all(isinstance(one, dict) for one in rows) for rows in found.values()):
        raise record_invalid("conditions", "Conditions: are invalid", "InvalidValue")
    return found


def _options(tx: Tx, given: list[Any]) -> list[Json]:
    return [
        {"id": option.get("id") or tx.new_id(), "name": option.get("name"), "raw_name": option.get("name"),
         "value": option.get("value"), "default": bool(option.get("default", False))}
        for option in given if isinstance(option, dict)
    ]  # fmt: skip


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
            found.append(Route(["DELETE"], f"/{kind.place}/destroy_many", destroy_many, options))
        for place in places:
            found += [
                Route(["GET"], place, index, options),
                Route(["POST"], place, create, options),
                Route(["GET"], f"{place}/<row_id>", show, options),
                Route(["PUT", "PATCH"], f"{place}/<row_id>", update, options),
                Route(["DELETE"], f"{place}/<row_id>", destroy, options),
            ]
        if not kind.guide:
            found.append(Route(["GET"], f"/{kind.place}/count", count, options))
    memberships = {"kind": "group_memberships"}
    return [
        *found,
        Route(["GET"], "/views/compact", compact, {"kind": "views"}),
        Route(["GET"], "/groups/assignable", assignable, {"kind": "groups"}),
        Route(["GET"], "/users/<user_id>/groups", groups_of_user),
        Route(["GET"], "/users/<user_id>/group_memberships", of_user, memberships),
        Route(["GET"], "/groups/<group_id>/memberships", of_group, memberships),
    ]
