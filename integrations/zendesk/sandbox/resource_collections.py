"""Resource collections: rows that an app brings along, made, changed and taken away together by a job."""

from . import plain_rows, records
from .kinds import BY_MANY
from .replies import not_found, record_invalid
from .shape import Json, ident
from .state import Tx

KINDS = ("ticket_fields", "user_fields", "organization_fields", "targets", "triggers", "automations", "macros", "views")


def create(tx: Tx, payload: object) -> Json:
    """Fields first, so that the rules behind them can name them by their identifiers."""
    row: Json = {"id": tx.new_id(), "created_at": tx.stamp, "resources": []}
    return _filled(tx, row, _checked(payload))


def change(tx: Tx, collection_id: int | None, payload: object) -> Json:
    """Resources that are named are made or changed; those that are named no more are taken away."""
    before = one(tx, collection_id)
    wanted = _checked(payload)
    named = {(kind, identifier) for kind, rows in wanted.items() for identifier in rows}
    for resource in before["resources"]:
        if (resource["type"], resource["identifier"]) not in named:
            _removed(tx, resource)
    kept = [one for one in before["resources"] if (one["type"], one["identifier"]) in named]
    return _filled(tx, before | {"resources": kept}, wanted)


def remove(tx: Tx, collection_id: int | None) -> None:
    row = one(tx, collection_id)
    for resource in row["resources"]:
        _removed(tx, resource)
    records.drop(tx, "resource_collection", row["id"])
    tx.note("resource_collection", row["id"], ["deleted"])


def one(tx: Tx, collection_id: int | None) -> Json:
    row = records.one(tx.db, "resource_collection", collection_id)
    if row is None:
        raise not_found()
    return row


def _checked(payload: object) -> dict[str, Json]:
    rows = payload if isinstance(payload, dict) else {}
    unknown = [kind for kind in rows if kind not in KINDS or not isinstance(rows[kind], dict)]
    if not rows or unknown:
        words = f"Payload: {unknown[0]} is no kind of resource" if unknown else "Payload: cannot be blank"
        raise record_invalid("payload", words, "InvalidValue")
    return {kind: rows[kind] for kind in KINDS if kind in rows}


def _filled(tx: Tx, row: Json, wanted: dict[str, Json]) -> Json:
    known = {(one["type"], one["identifier"]): one["resource_id"] for one in row["resources"]}
    fields: dict[str, int] = {}
    for kind, resources in wanted.items():
        for identifier, body in resources.items():
            given = _named(body if isinstance(body, dict) else {}, fields)
            made = _put(tx, kind, known.get((kind, identifier)), given)
            known[kind, identifier] = made["id"]
            if kind == "ticket_fields":
                fields[identifier] = made["id"]
    row = row | {"updated_at": tx.stamp, "resources": [
        {"type": kind, "identifier": identifier, "resource_id": number, "deleted": False}
        for (kind, identifier), number in known.items()
    ]}  # fmt: skip
    records.put(tx, "resource_collection", row)
    tx.note("resource_collection", row["id"], ["resources"])
    return row


def _put(tx: Tx, kind: str, number: int | None, given: Json) -> Json:
    definition = BY_MANY[kind]
    before = records.one(tx.db, definition.one, number) if number else None
    if before is None:
        return plain_rows.make(tx, definition, given)
    return plain_rows.amend(tx, definition, before, {key: given[key] for key in given if key in definition.writable()})


def _removed(tx: Tx, resource: Json) -> None:
    definition = BY_MANY[resource["type"]]
    row = records.one(tx.db, definition.one, ident(resource["resource_id"]))
    if row is not None:
        plain_rows.remove(tx, definition, row)


def _named(value: Json, fields: dict[str, int]) -> Json:
    """custom_fields_IDENTIFIER becomes the id that the field has got here."""
    found = _renamed(value, {f"custom_fields_{name}": f"custom_fields_{number}" for name, number in fields.items()})
    return found if isinstance(found, dict) else {}


def _renamed(value: object, names: dict[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
