"""Dynamic content: one text in several languages, and its variants one by one or many at once."""

import sqlite3

from . import records, settling
from .call import Call, Route
from .dressing import dressed
from .paging import InMemory
from .replies import Reply, invalid_attribute, not_found, record_invalid
from .shape import Json, ident
from .state import Tx

_TAKEN = ("content", "locale_id", "default", "active", "outdated")


def _item(db: sqlite3.Connection, item_id: str) -> Json:
    row = records.one(db, "item", ident(item_id))
    if row is None:
        raise not_found()
    return row


def _shown(call: Call, db: sqlite3.Connection, item_id: str) -> list[Json]:
    found: list[Json] = dressed(db, "item", _item(db, item_id), call.base)["variants"]
    return found


def index(call: Call, item_id: str) -> Reply:
    with call.state.read() as db:
        rows = _shown(call, db, item_id)
    return call.page("variants", InMemory([(row["id"], row) for row in rows]))


def show(call: Call, item_id: str, variant_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"variant": _one(_shown(call, db, item_id), variant_id)})


def _one(rows: list[Json], variant_id: object) -> Json:
    row = next((row for row in rows if row["id"] == ident(variant_id)), None)
    if row is None:
        raise not_found()
    return row


def create(call: Call, item_id: str) -> Reply:
    rows = _made(call, item_id, [call.wanted("variant")])
    return Reply({"variant": rows[0]}, 201, {"location": rows[0]["url"]})


def create_many(call: Call, item_id: str) -> Reply:
    return Reply({"variants": _made(call, item_id, _rows(call))}, 201)


def _made(call: Call, item_id: str, wanted: list[Json]) -> list[Json]:
    call.need_admin()
    with call.write() as tx:
        made = [_put(tx, item_id, None, one) for one in wanted]
        shown = _shown(call, tx.db, item_id)
    return [_one(shown, row["id"]) for row in made]


def update(call: Call, item_id: str, variant_id: str) -> Reply:
    return Reply({"variant": _changed(call, item_id, [call.wanted("variant") | {"id": ident(variant_id)}])[0]})


def update_many(call: Call, item_id: str) -> Reply:
    return Reply({"variants": _changed(call, item_id, _rows(call))})


def _changed(call: Call, item_id: str, wanted: list[Json]) -> list[Json]:
    call.need_admin()
    with call.write() as tx:
        for one in wanted:
            _put(tx, item_id, _one(_item(tx.db, item_id)["variants"], one.get("id")), one)
        shown = _shown(call, tx.db, item_id)
    return [_one(shown, one["id"]) for one in wanted]


def _rows(call: Call) -> list[Json]:
    rows = call.body().get("variants")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid_attribute("variants", "an array")
    return rows


def _put(tx: Tx, item_id: str, before: Json | None, wanted: Json) -> Json:
    """One variant a language, and one default one."""
    item = _item(tx.db, item_id)
    fresh: Json = {"id": tx.new_id(), "content": None, "locale_id": None, "default": False, "active": True,
                   "outdated": False, "created_at": tx.stamp}  # fmt: skip
    row = (before or fresh) | {key: wanted[key] for key in _TAKEN if key in wanted} | {"updated_at": tx.stamp}
    row["locale_id"] = ident(row["locale_id"])
    settling.refuse_variant(item["variants"], row)
    rows = [other for other in item["variants"] if other["id"] != row["id"]]
    if row["default"]:
        rows = [other | {"default": False} for other in rows]
    rows = sorted([*rows, row], key=lambda one: int(one["id"]))
    records.put(tx, "item", item | {"variants": rows, "updated_at": tx.stamp})
    tx.note("item", item["id"], ["variants"])
    return row


def destroy(call: Call, item_id: str, variant_id: str) -> Reply:
    """The default variant stays as long as its item does."""
    call.need_admin()
    with call.write() as tx:
        item = _item(tx.db, item_id)
        row = _one(item["variants"], variant_id)
        if row["default"]:
            raise record_invalid("base", "The default variant cannot be deleted", "InvalidValue")
        rows = [other for other in item["variants"] if other["id"] != row["id"]]
        records.put(tx, "item", item | {"variants": rows, "updated_at": tx.stamp})
        tx.note("item", item["id"], ["variants"])
    return Reply(None, 204)


def show_many(call: Call) -> Reply:
    """By the names in their placeholders: identifiers=greeting,sorry."""
    wanted = {"{{dc." + part.strip() + "}}" for part in (call.arg("identifiers") or "").split(",") if part.strip()}
    with call.state.read() as db:
        rows = [
            dressed(db, "item", row, call.base) for row in records.every(db, "item") if row["placeholder"] in wanted
        ]
    return call.page("items", InMemory([(row["id"], row) for row in rows]))


_PLACE = "/dynamic_content/items/<item_id>/variants"
ROUTES = (
    Route(["GET"], "/dynamic_content/items/show_many", show_many),
    Route(["GET"], _PLACE, index),
    Route(["POST"], _PLACE, create),
    Route(["POST"], f"{_PLACE}/create_many", create_many),
    Route(["PUT"], f"{_PLACE}/update_many", update_many),
    Route(["GET"], f"{_PLACE}/<variant_id>", show),
    Route(["PUT"], f"{_PLACE}/<variant_id>", update),
    Route(["DELETE"], f"{_PLACE}/<variant_id>", destroy),
)
