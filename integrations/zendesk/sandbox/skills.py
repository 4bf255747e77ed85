"""Skills: attributes, their values, and which of them agents have and tickets need; each change is told to exports."""

import sqlite3
import uuid

from . import records
from .replies import not_found, record_invalid
from .shape import Json
from .state import Tx

LONGEST = 96


def attribute(db: sqlite3.Connection, attribute_id: object) -> Json:
    return _found(records.one(db, "skill", attribute_id))


def _found(row: Json | None) -> Json:
    if row is None:
        raise not_found()
    return row


def values(db: sqlite3.Connection, attribute_id: str) -> list[Json]:
    """Of one attribute, in the order in which they came."""
    number = attribute(db, attribute_id)["id"]
    rows = [row for row in records.every(db, "skill_value") if row["attribute_id"] == number]
    return sorted(rows, key=lambda row: (row["created_at"], row["name"]))


def value(db: sqlite3.Connection, attribute_id: str, value_id: object) -> Json:
    row = _found(records.one(db, "skill_value", value_id))
    return _found(row if row["attribute_id"] == attribute_id else None)


def put(tx: Tx, kind: str, before: Json | None, wanted: Json) -> Json:
    """`kind` is skill or skill_value; a value comes with its attribute_id."""
    name = wanted.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST:
        raise record_invalid("name", f"Name: must have 1 to {LONGEST} characters", "InvalidValue")
    row: Json = before or {"id": str(uuid.uuid4()), "created_at": tx.stamp}
    row = row | {"name": name, "updated_at": tx.stamp}
    if "attribute_id" in wanted:
        row["attribute_id"] = wanted["attribute_id"]
    rows = [other for other in records.every(tx.db, kind) if other["id"] != row["id"]]
    if any((other["name"], other.get("attribute_id")) == (name, row.get("attribute_id")) for other in rows):
        raise record_invalid("name", f"Name: {name} has already been taken", "DuplicateValue")
    records.put(tx, kind, row)
    _tell(tx, kind, row, "create" if before is None else "update")
    tx.note(kind, row["id"], ["created"] if before is None else ["name"])
    return row


def remove(tx: Tx, attribute_id: str) -> None:
    row = attribute(tx.db, attribute_id)
    for inner in values(tx.db, attribute_id):
        remove_value(tx, inner)
    records.drop(tx, "skill", row["id"])
    _tell(tx, "skill", row, "delete")
    tx.note("skill", row["id"], ["deleted"])


def remove_value(tx: Tx, row: Json) -> None:
    """Nobody has it and nothing needs it any more."""
    for side in ("agent", "ticket"):
        for link in records.every(tx.db, f"{side}_skills"):
            if row["id"] in link["values"]:
                link_to(tx, side, link["id"], [one for one in link["values"] if one != row["id"]])
    records.drop(tx, "skill_value", row["id"])
    _tell(tx, "skill_value", row, "delete")
    tx.note("skill_value", row["id"], ["deleted"])


def of(db: sqlite3.Connection, side: str, number: int) -> list[Json]:
    """The values that an agent has or a ticket needs."""
    link = records.one(db, f"{side}_skills", number) or {"values": []}
    return [row for one in link["values"] if (row := records.one(db, "skill_value", one)) is not None]


def link_to(tx: Tx, side: str, number: int, wanted: list[str]) -> None:
    """These values and no others; what is none is left out."""
    before = (records.one(tx.db, f"{side}_skills", number) or {"values": []})["values"]
    kept = [one for one in dict.fromkeys(wanted) if records.one(tx.db, "skill_value", one) is not None]
    records.put(tx, f"{side}_skills", {"id": number, "values": kept})
    for one_id in kept:
        if one_id not in before:
            _link_told(tx, side, number, one_id, "associate")
    for one_id in before:
        if one_id not in kept:
            _link_told(tx, side, number, one_id, "unassociate")
    tx.note(f"{side}_skills", number, ["values"])


def _tell(tx: Tx, kind: str, row: Json, what: str) -> None:
    many = {"skill": "attributes", "skill_value": "attribute_values"}[kind]
    told = {key: row[key] for key in ("id", "attribute_id", "name") if key in row}
    _keep(tx, many, told | {"type": what})


def _link_told(tx: Tx, side: str, number: int, value_id: str, what: str) -> None:
    told = {"id": str(uuid.uuid4()), "attribute_value_id": value_id, "instance_id": str(number)}
    _keep(tx, "instance_values", told | {"type": f"{what}_{side}"})


def _keep(tx: Tx, many: str, told: Json) -> None:
    records.put(tx, "skill_event", {"id": tx.new_id(), "many": many, "told": told | {"time": tx.stamp}})
