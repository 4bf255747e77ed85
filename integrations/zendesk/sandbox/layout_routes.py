"""How agents' pages lay things out, and which rows point to which by look-up fields."""

import sqlite3

from . import definitions, people, records
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found, record_invalid
from .shape import Json, decode, ident
from .sideloads import plain, user
from .tickets import shown

MOST_FIELDS = 20
# What each essentials card shows until it is set.
STANDARD = {
    "zen:user": ("identity:email", "field:standard:external_id", "field:standard:iana_time_zone",
                 "field:standard:locale", "field:standard:organization_id"),
    "zen:organization": ("field:standard:domain_names", "field:standard:external_id", "field:standard:group_id"),
    "zen:ticket": ("field:standard:status", "field:standard:priority", "field:standard:assignee_id"),
}  # fmt: skip
_TARGETS = {"zen:user": "users", "zen:ticket": "tickets", "zen:organization": "organizations"}


def _types(db: sqlite3.Connection) -> list[str]:
    return [*STANDARD, *(f"zen:custom_object:{row['key']}" for row in records.every(db, "custom_object"))]


def _card(db: sqlite3.Connection, object_type: str) -> Json:
    if object_type not in _types(db):
        raise not_found()
    kept = records.one(db, "essentials_card", object_type)
    day = "2020-01-01T00:00:00Z"
    fields = [{"id": None, "zrn": f"{object_type}:{name}"} for name in STANDARD.get(object_type, ())]
    start: Json = {"id": None, "key": object_type, "default": True, "fields": fields, "layout": "essentials_card",
                   "max_count": MOST_FIELDS, "created_at": day, "updated_at": day}  # fmt: skip
    return start | ({"default": False, **kept, "id": None} if kept else {})


def cards(call: Call) -> Reply:
    with call.state.read() as db:
        return Reply({"object_layouts": [_card(db, one) for one in _types(db)]})


def card(call: Call, object_type: str) -> Reply:
    with call.state.read() as db:
        return Reply({"object_layout": _card(db, object_type)})


def put_card(call: Call, object_type: str) -> Reply:
    call.need_admin()
    fields = call.wanted("object_layout").get("fields")
    if not isinstance(fields, list) or not all(isinstance(row, dict) and row.get("zrn") for row in fields):
        raise record_invalid("fields", "Fields: each needs its zrn", "InvalidValue")
    if len(fields) > MOST_FIELDS:
        raise record_invalid("fields", f"Fields: at most {MOST_FIELDS}", "TooLong")
    with call.write() as tx:
        before = _card(tx.db, object_type)
        rows = [{"id": row.get("id"), "zrn": str(row["zrn"])} for row in fields]
        created = tx.stamp if before["default"] else before["created_at"]
        kept: Json = {"id": object_type, "fields": rows, "created_at": created, "updated_at": tx.stamp}
        records.put(tx, "essentials_card", kept)
        tx.note("essentials_card", object_type, ["fields"])
        return Reply({"object_layout": _card(tx.db, object_type)})


def reset_card(call: Call, object_type: str) -> Reply:
    """Back to what it showed at first."""
    call.need_admin()
    with call.write() as tx:
        _card(tx.db, object_type)
        records.drop(tx, "essentials_card", object_type)
        tx.note("essentials_card", object_type, ["deleted"])
    return Reply(None, 204)


def relationship_words(call: Call, target_type: str) -> Reply:
    with call.state.read() as db:
        if target_type not in _types(db):
            raise not_found()
        words = definitions.conditions(db, of="queue")
    return Reply({"definitions": {"conditions_all": words, "conditions_any": words}})


def sources(call: Call, target_type: str, target_id: str, field_id: str, source_type: str) -> Reply:
    """The rows whose look-up field names the target."""
    many = _TARGETS.get(source_type)
    with call.state.read() as db:
        kinds = {"users": "user_field", "organizations": "organization_field", "tickets": "ticket_field"}
        field = records.one(db, kinds.get(many or "", ""), ident(field_id))
        if many is None or field is None or field["type"] != "lookup" or target_type not in _types(db):
            raise not_found()
        rows = _pointing(call, db, many, field, target_id)
    return call.page(many, InMemory([(row["id"], row) for row in rows]))


def _pointing(call: Call, db: sqlite3.Connection, many: str, field: Json, target_id: str) -> list[Json]:
    if many == "organizations":
        found = [row for row in records.every(db, "organization")
                 if str((row["organization_fields"] or {}).get(field["key"])) == target_id]  # fmt: skip
        return [plain("organization", row, call.base) for row in found]
    if many == "users":
        every = (people.one(db, row["id"]) for row in db.execute("select id from users where active = 1 order by id"))
        return [user(row, call.base) for row in every
                if row and str(row["user_fields"].get(field["key"])) == target_id]  # fmt: skip
    sql = (
        "select body from tickets where deleted = 0 and exists (select 1 from json_each(body, '$.custom_fields')"
        " where json_extract(value, '$.id') = ? and cast(json_extract(value, '$.value') as text) = ?) order by id"
    )
    return [shown(decode(row["body"]), call.base) for row in db.execute(sql, (field["id"], target_id))]


ROUTES = (
    Route(["GET"], "/object_layouts/essentials_cards", cards),
    Route(["GET"], "/object_layouts/<object_type>/essentials_card", card),
    Route(["PUT"], "/object_layouts/<object_type>/essentials_card", put_card),
    Route(["DELETE"], "/object_layouts/<object_type>/essentials_card", reset_card),
    Route(["GET"], "/relationships/definitions/<target_type>", relationship_words),
    Route(["GET"], "/<target_type>/<target_id>/relationship_fields/<field_id>/<source_type>", sources),
)
