"""The options of drop-down fields, one by one: of tickets, users and organizations."""

import sqlite3

from . import records
from .call import Call, Route
from .kinds import BY_MANY
from .paging import InMemory
from .replies import Reply, not_found, record_invalid
from .shape import Json, ident

PLACES = ("ticket_fields", "user_fields", "organization_fields")


def _field(db: sqlite3.Connection, place: str, field_id: str) -> Json:
    row = records.one(db, BY_MANY[place].one, ident(field_id))
    if row is None or row["type"] not in ("tagger", "multiselect", "dropdown"):
        raise not_found()
    return row


def _options(call: Call, place: str, field: Json) -> list[Json]:
    rows = field.get("custom_field_options") or []
    base = f"{call.base}/api/v2/{place}/{field['id']}/options"
    return [{"url": f"{base}/{row['id']}.json", **row, "position": position} for position, row in enumerate(rows)]


def index(call: Call, place: str, field_id: str) -> Reply:
    with call.state.read() as db:
        rows = _options(call, place, _field(db, place, field_id))
    return call.page("custom_field_options", InMemory([(row["id"], row) for row in rows], "position"))


def show(call: Call, place: str, field_id: str, option_id: str) -> Reply:
    with call.state.read() as db:
        rows = _options(call, place, _field(db, place, field_id))
    row = next((row for row in rows if row["id"] == ident(option_id)), None)
    if row is None:
        raise not_found()
    return Reply({"custom_field_option": row})


def put(call: Call, place: str, field_id: str) -> Reply:
    """With the id of an option it is changed (200), without one it is made (201)."""
    call.need_admin()
    wanted = call.wanted("custom_field_option")
    call.warn(place, "create_or_update", "custom_field_option", wanted, {"id", "name", "raw_name", "value", "position"})
    with call.write() as tx:
        field = _field(tx.db, place, field_id)
        rows = [dict(row) for row in field.get("custom_field_options") or []]
        known = next((row for row in rows if row["id"] == ident(wanted.get("id"))), None)
        if wanted.get("id") is not None and known is None:
            raise not_found()
        option = _checked(rows, known or {"id": tx.new_id(), "default": False}, wanted)
        rows = [row for row in rows if row["id"] != option["id"]]
        at = wanted["position"] if isinstance(wanted.get("position"), int) else len(rows)
        rows.insert(max(0, at), option)
        changed = field | {"custom_field_options": rows, "updated_at": tx.stamp}
        records.put(tx, BY_MANY[place].one, changed)
        tx.note(BY_MANY[place].one, field["id"], ["custom_field_options"])
    told = next(row for row in _options(call, place, changed) if row["id"] == option["id"])
    return Reply({"custom_field_option": told}, 201 if known is None else 200, {"location": told["url"]})


def _checked(rows: list[Json], option: Json, wanted: Json) -> Json:
    after = option | {key: str(wanted[key]) for key in ("name", "value") if wanted.get(key)}
    for key in ("name", "value"):
        if not after.get(key):
            raise record_invalid(key, f"{key.capitalize()}: cannot be blank", "BlankValue")
    if any(row["value"] == after["value"] and row["id"] != after["id"] for row in rows):
        words = f"Value: {after['value']} has already been taken"
        raise record_invalid("value", words, "DuplicateValue")
    return after | {"raw_name": after["name"]}


def destroy(call: Call, place: str, field_id: str, option_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        field = _field(tx.db, place, field_id)
        rows = field.get("custom_field_options") or []
        kept = [row for row in rows if row["id"] != ident(option_id)]
        if len(kept) == len(rows):
            raise not_found()
        records.put(tx, BY_MANY[place].one, field | {"custom_field_options": kept, "updated_at": tx.stamp})
        tx.note(BY_MANY[place].one, field["id"], ["custom_field_options"])
    return Reply(None, 204)


def _routes() -> list[Route]:
    found: list[Route] = []
    for place in PLACES:
        path, options = f"/{place}/<field_id>/options", {"place": place}
        found += [
            Route(["GET"], path, index, options), Route(["POST"], path, put, options),
            Route(["GET"], f"{path}/<option_id>", show, options),
            Route(["DELETE"], f"{path}/<option_id>", destroy, options),
        ]  # fmt: skip
    return found


ROUTES = tuple(_routes())
