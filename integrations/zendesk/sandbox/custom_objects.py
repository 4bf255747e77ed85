"""Custom objects: kinds of rows that the account thinks up itself, their fields, and their records."""

import re
import sqlite3
from collections.abc import Callable

from . import records
from .replies import not_found, record_invalid
from .shape import Json, ident, moment, ulid
from .state import Tx

MOST_OBJECTS, MOST_FIELDS, MOST_RECORDS = 50, 400, 1_000_000
TYPES = ("text", "textarea", "integer", "decimal", "checkbox", "date", "dropdown", "multiselect", "regexp", "lookup")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,99}")
_TRUE = (True, "true", "1", 1)


def one(db: sqlite3.Connection, key: str) -> Json:
    row = records.one(db, "custom_object", key)
    if row is None:
        raise not_found()
    return row


def create(tx: Tx, wanted: Json, user_id: int) -> Json:
    """Kept under its key, which nobody can change later."""
    key = str(wanted.get("key") or "")
    if not _KEY.fullmatch(key):
        raise record_invalid("key", f"Key: {key} is invalid", "InvalidValue")
    if records.one(tx.db, "custom_object", key) is not None:
        raise record_invalid("key", f"Key: {key} has already been taken", "DuplicateValue")
    if len(records.every(tx.db, "custom_object")) >= MOST_OBJECTS:
        raise record_invalid("base", f"An account has {MOST_OBJECTS} custom objects at most", "LimitReached")
    row: Json = {"id": key, "key": key, "created_by_user_id": str(user_id), "description": None,
                 "created_at": tx.stamp}  # fmt: skip
    return change(tx, row, wanted, user_id)


def change(tx: Tx, before: Json, wanted: Json, user_id: int) -> Json:
    row = before | {key: wanted[key] for key in ("title", "title_pluralized", "description") if key in wanted}
    for key in ("title", "title_pluralized"):
        if not row.get(key):
            raise record_invalid(key, f"{key.capitalize().replace('_', ' ')}: cannot be blank", "BlankValue")
    row |= {f"raw_{key}": row[key] for key in ("title", "title_pluralized", "description")}
    row |= {"updated_at": tx.stamp, "updated_by_user_id": str(user_id)}
    records.put(tx, "custom_object", row)
    tx.note("custom_object", row["key"], ["created"] if "title" not in before else sorted(wanted))
    return row


def remove(tx: Tx, key: str) -> None:
    """With its fields and records."""
    row = one(tx.db, key)
    for kind in (field_kind(key), record_kind(key)):
        tx.db.execute("delete from records where kind = ?", (kind,))
    records.drop(tx, "custom_object", row["id"])
    tx.note("custom_object", key, ["deleted"])


def field_kind(key: str) -> str:
    return f"custom_field:{key}"


def record_kind(key: str) -> str:
    return f"custom_record:{key}"


def fields(db: sqlite3.Connection, key: str) -> list[Json]:
    return sorted(records.every(db, field_kind(key)), key=lambda row: (row["position"], row["id"]))


def field(db: sqlite3.Connection, key: str, named: str) -> Json:
    """By id or by key."""
    found = (row for row in fields(db, key) if named in (str(row["id"]), row["key"]))
    row = next(found, None)
    if row is None:
        raise not_found()
    return row


def put_field(tx: Tx, key: str, before: Json | None, wanted: Json) -> Json:
    """Key and type are what they were made as."""
    rows = fields(tx.db, key)
    if before is None and len(rows) >= MOST_FIELDS:
        raise record_invalid("base", f"A custom object has {MOST_FIELDS} fields at most", "LimitReached")
    fresh: Json = {
        "id": tx.new_id(), "key": wanted.get("key"), "type": wanted.get("type"), "title": None, "description": None,
        "position": len(rows), "active": True, "system": False, "regexp_for_validation": None,
        "created_at": tx.stamp, "relationship_target_type": wanted.get("relationship_target_type"), "tag": None,
    }  # fmt: skip
    taken = ("title", "description", "active", "regexp_for_validation", "tag", "position", "custom_field_options")
    row = (before or fresh) | {name: wanted[name] for name in taken if name in wanted}
    if not _KEY.fullmatch(str(row["key"] or "")) or row["type"] not in TYPES:
        raise record_invalid("key", "Key or type: is invalid", "InvalidValue")
    if any(other["key"] == row["key"] and other["id"] != row["id"] for other in rows):
        raise record_invalid("key", f"Key: {row['key']} has already been taken", "DuplicateValue")
    if not row["title"]:
        raise record_invalid("title", "Title: cannot be blank", "BlankValue")
    if isinstance(row.get("custom_field_options"), list):
        row["custom_field_options"] = [_option(tx, option) for option in row["custom_field_options"]
                                       if isinstance(option, dict)]  # fmt: skip
    row |= {"raw_title": row["title"], "raw_description": row["description"], "updated_at": tx.stamp}
    records.put(tx, field_kind(key), row)
    tx.note("custom_object_field", row["id"], ["created"] if before is None else sorted(wanted))
    return row


def _option(tx: Tx, option: Json) -> Json:
    return {"id": ident(option.get("id")) or tx.new_id(), "name": option.get("name"), "raw_name": option.get("name"),
            "value": option.get("value")}  # fmt: skip


def record(db: sqlite3.Connection, key: str, record_id: object) -> Json:
    row = records.one(db, record_kind(key), record_id)
    if row is None:
        raise not_found()
    return row


def by_external_id(db: sqlite3.Connection, key: str, external_id: object) -> Json | None:
    return records.with_external_id(db, record_kind(key), {"external_id": external_id}) if external_id else None


def put_record(tx: Tx, key: str, before: Json | None, wanted: Json, user_id: int) -> Json:
    """Values fit their fields. One external_id stands for one record."""
    one(tx.db, key)
    given = wanted.get("custom_object_fields")
    values = dict(before["custom_object_fields"]) if before else dict.fromkeys(
        row["key"] for row in fields(tx.db, key)
    )  # fmt: skip
    known = {row["key"]: row for row in fields(tx.db, key)}
    for name, value in (given if isinstance(given, dict) else {}).items():
        if name not in known:
            raise record_invalid("custom_object_fields", f"{name} is not a field of {key}", "InvalidValue")
        values[name] = _value(known[name], value)
    row: Json = before or {"id": ulid(tx.now), "custom_object_key": key, "external_id": None, "name": None,
                           "created_by_user_id": str(user_id), "created_at": tx.stamp}  # fmt: skip
    row = row | {name: wanted[name] for name in ("name", "external_id") if name in wanted}
    if not isinstance(row["name"], str) or not row["name"].strip():
        raise record_invalid("name", "Name: cannot be blank", "BlankValue")
    if row["external_id"] is not None:
        row["external_id"] = str(row["external_id"])
        owner = by_external_id(tx.db, key, row["external_id"])
        if owner is not None and owner["id"] != row["id"]:
            words = f"External: {row['external_id']} has already been taken"
            raise record_invalid("external_id", words, "DuplicateValue")
    row |= {"custom_object_fields": values, "updated_at": tx.stamp, "updated_by_user_id": str(user_id)}
    records.put(tx, record_kind(key), row)
    tx.note("custom_object_record", row["id"], ["created"] if before is None else sorted(wanted))
    return row


def remove_record(tx: Tx, key: str, row: Json) -> None:
    records.drop(tx, record_kind(key), row["id"])
    tx.note("custom_object_record", row["id"], ["deleted"])


def _value(row: Json, value: object) -> object:
    """What stands in a field of this type; nothing may stand in any. What does not fit is refused."""
    if value is None or value == "":
        return None
    try:
        fitted = _CASTS.get(row["type"], str)(value)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise record_invalid(row["key"], f"{row['title']}: is invalid", "InvalidFormat") from wrong
    options = {option["value"] for option in row.get("custom_field_options") or []}
    chosen = fitted if isinstance(fitted, list) else [fitted]
    pattern = row.get("regexp_for_validation")
    unfit = (options and row["type"] in ("dropdown", "multiselect") and not set(chosen) <= options) or (
        row["type"] == "regexp" and pattern and not re.fullmatch(str(pattern), str(fitted))
    )
    if unfit:
        raise record_invalid(row["key"], f"{row['title']}: {value} is not valid", "InvalidValue")
    return fitted


def _date(value: object) -> str:
    at = moment(value)
    if at is None:
        raise ValueError(value)
    return at.date().isoformat()


def _several(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _whole(value: object) -> int:
    return int(str(value))


def _decimal(value: object) -> float:
    return float(str(value))


def _box(value: object) -> bool:
    return value in _TRUE


_CASTS: dict[str, Callable[[object], object]] = {
    "integer": _whole, "decimal": _decimal, "checkbox": _box, "date": _date, "multiselect": _several,
}  # fmt: skip
