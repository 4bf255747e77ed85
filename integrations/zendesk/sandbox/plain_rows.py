"""Rows of the plain kinds: in their order, made, changed and taken away, each with its kind's own rules."""

import sqlite3
from typing import Any

from . import account, records, settling, view_layout
from .casts import CONDITION, cast, trimmed
from .kinds import Kind
from .replies import record_invalid
from .shape import Json, ulid
from .state import Tx


def ordered(db: sqlite3.Connection, kind: Kind, *, by_cursor: bool = False) -> list[Json]:
    """Some lists have another order when they are walked by cursor."""
    rows = records.every(db, kind.one)
    for key in reversed(kind.order_of(by_cursor=by_cursor)):
        name = key.removeprefix("-")
        rows.sort(key=lambda row: _sortable(row.get(name)), reverse=key.startswith("-"))
    return rows


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value) if isinstance(value, int | float) else (2, str(value).casefold())


def make(tx: Tx, kind: Kind, wanted: Json) -> Json:
    """Refused (422) where a required key is missing."""
    for key in kind.required:
        if wanted.get(key) in (None, ""):
            raise record_invalid(key, f"{key.capitalize().replace('_', ' ')}: cannot be blank", "BlankValue")
    row: Json = {"id": ulid(tx.now) if kind.ids == "ulid" else tx.new_id(), **kind.row}
    row |= {key: tx.stamp for key in ("created_at", "updated_at") if key in kind.row}
    row |= {key: wanted[key] for key in kind.fixed if key in kind.required}
    _fill(tx, kind, row, wanted)
    _apply(tx, kind, row, wanted)
    settling.settle(tx, kind.one, row, None)
    records.put(tx, kind.one, row)
    tx.note(kind.one, row["id"], ["created"])
    return row


def amend(tx: Tx, kind: Kind, before: Json, wanted: Json) -> Json:
    row = dict(before)
    _apply(tx, kind, row, wanted)
    if "updated_at" in kind.row:
        row["updated_at"] = tx.stamp
    settling.settle(tx, kind.one, row, before)
    records.put(tx, kind.one, row)
    tx.note(kind.one, row["id"], sorted(key for key in row if row[key] != before.get(key)))
    return row


def remove(tx: Tx, kind: Kind, row: Json) -> None:
    settling.leave(tx, kind.one, row)
    records.drop(tx, kind.one, row["id"])
    tx.note(kind.one, row["id"], ["deleted"])


def _fill(tx: Tx, kind: Kind, row: Json, wanted: Json) -> None:
    """What a new row gets from the account it is made in."""
    if kind.one == "trigger":
        category = account.default_of(tx.db, "trigger_category")
        row["category_id"] = str(category["id"]) if category else None
    if kind.one == "recipient_address":
        brand = account.default_of(tx.db, "brand")
        row["brand_id"] = brand["id"] if brand else None
        row["domain_verification_code"] = account.verification_code(tx.db)
    if kind.one == "topic":
        row["community_id"] = account.community_id(tx)
    if kind.one == "custom_status":
        row["status_category"] = wanted["status_category"]
    if kind.one in ("ticket_field", "user_field", "organization_field"):
        row |= {key: wanted["title"] for key in ("description", "title_in_portal") if key in row and key not in wanted}
    if kind.one == "view":
        row["execution"] = view_layout.execution({})
    if kind.one == "item":
        row["placeholder"] = "{{dc." + str(wanted.get("name", "")).lower().replace(" ", "_") + "}}"


def _apply(tx: Tx, kind: Kind, row: Json, wanted: Json) -> None:
    for key in (kind.writable() & set(kind.row) & set(wanted)) - {"conditions"}:
        row[key] = cast(key, kind.row[key], wanted[key])
    row |= {key: wanted[key] for key in kind.also if key in wanted}
    if "conditions" in kind.row:
        row["conditions"] = _conditions(row, wanted)
    if "output" in wanted and "execution" in kind.row:
        output = cast("output", {}, wanted["output"])
        row["execution"] = view_layout.execution(output if isinstance(output, dict) else {})
    if isinstance(wanted.get("custom_field_options"), list) and "custom_field_options" in kind.more:
        row["custom_field_options"] = _options(tx, wanted["custom_field_options"])
    if "default" in wanted and "default" in kind.more:
        row["default"] = wanted["default"]
    row |= {copy: row[source] for copy, source in kind.copies.items()}


def _conditions(row: Json, wanted: Json) -> Json:
    """all and any may stand under conditions or, as older clients send them, beside the title."""
    given = cast("conditions", {}, wanted.get("conditions"))
    told = {side: wanted[side] for side in ("all", "any") if side in wanted}
    told |= given if isinstance(given, dict) else {}
    kept = row["conditions"] or {}
    sides = {side: told.get(side, kept.get(side)) or [] for side in ("all", "any")}
    return {side: trimmed("conditions", rows, CONDITION) for side, rows in sides.items()}


def _options(tx: Tx, given: list[Any]) -> list[Json]:
    return [
        {"id": option.get("id") or tx.new_id(), "name": option.get("name"), "raw_name": option.get("name"),
         "value": option.get("value"), "default": bool(option.get("default", False))}
        for option in given if isinstance(option, dict)
    ]  # fmt: skip
