"""/api/v2/custom_objects: the objects, their fields and their limits."""

from . import custom_objects, records
from .call import Call, Route
from .replies import Reply, invalid_attribute, not_found
from .shape import Json, ident

_TAKEN = ("key", "title", "title_pluralized", "description")
_STANDARD = (("standard::name", "Name"), ("standard::external_id", "External ID"))


def _shown(row: Json, base: str) -> Json:
    kept = {key: value for key, value in row.items() if key != "id"}
    return {"url": f"{base}/api/v2/custom_objects/{row['key']}.json", **kept}


def index(call: Call) -> Reply:
    with call.state.read() as db:
        rows = records.every(db, "custom_object")
    return Reply({"custom_objects": [_shown(row, call.base) for row in rows]})


def show(call: Call, key: str) -> Reply:
    with call.state.read() as db:
        return Reply({"custom_object": _shown(custom_objects.one(db, key), call.base)})


def create(call: Call) -> Reply:
    call.need_admin()
    wanted = call.wanted("custom_object")
    call.warn("custom_objects", "create", "custom_object", wanted, _TAKEN)
    with call.write() as tx:
        row = custom_objects.create(tx, wanted, call.user["id"])
    shown = _shown(row, call.base)
    return Reply({"custom_object": shown}, 201, {"location": shown["url"]})


def update(call: Call, key: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("custom_object")
    call.warn("custom_objects", "update", "custom_object", wanted, _TAKEN[1:])
    with call.write() as tx:
        row = custom_objects.change(tx, custom_objects.one(tx.db, key), wanted, call.user["id"])
    return Reply({"custom_object": _shown(row, call.base)})


def destroy(call: Call, key: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        custom_objects.remove(tx, key)
    return Reply(None, 204)


def _field(row: Json, key: str, base: str) -> Json:
    return {"url": f"{base}/api/v2/custom_objects/{key}/fields/{row['id']}.json", **row}


def fields(call: Call, key: str) -> Reply:
    """The standard fields come along only where they are asked for."""
    with call.state.read() as db:
        created = custom_objects.one(db, key)["created_at"]
        rows = custom_objects.fields(db, key)
    standard = [
        {"id": 10**15 + place, "key": name, "type": "text", "title": title, "raw_title": title, "description": title,
         "raw_description": title, "position": place, "active": True, "system": True, "regexp_for_validation": None,
         "created_at": created, "updated_at": created} for place, (name, title) in enumerate(_STANDARD)
    ]  # fmt: skip
    if call.arg("include_standard_fields") == "true":
        rows = [*standard, *rows]
    return Reply({"custom_object_fields": [_field(row, key, call.base) for row in rows]})


def show_field(call: Call, key: str, field_id: str) -> Reply:
    with call.state.read() as db:
        row = custom_objects.field(db, custom_objects.one(db, key)["key"], field_id)
    return Reply({"custom_object_field": _field(row, key, call.base)})


def create_field(call: Call, key: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("custom_object_field")
    with call.write() as tx:
        row = custom_objects.put_field(tx, custom_objects.one(tx.db, key)["key"], None, wanted)
    shown = _field(row, key, call.base)
    return Reply({"custom_object_field": shown}, 201, {"location": shown["url"]})


def update_field(call: Call, key: str, field_id: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("custom_object_field")
    with call.write() as tx:
        before = custom_objects.field(tx.db, custom_objects.one(tx.db, key)["key"], field_id)
        row = custom_objects.put_field(tx, key, before, wanted)
    return Reply({"custom_object_field": _field(row, key, call.base)})


def destroy_field(call: Call, key: str, field_id: str) -> Reply:
    """What stood in it goes with it."""
    call.need_admin()
    with call.write() as tx:
        row = custom_objects.field(tx.db, custom_objects.one(tx.db, key)["key"], field_id)
        records.drop(tx, custom_objects.field_kind(key), row["id"])
        kind = custom_objects.record_kind(key)
        for record in records.every(tx.db, kind):
            kept = {name: value for name, value in record["custom_object_fields"].items() if name != row["key"]}
            records.put(tx, kind, record | {"custom_object_fields": kept})
        tx.note("custom_object_field", row["id"], ["deleted"])
    return Reply(None, 204)


def reorder_fields(call: Call, key: str) -> Reply:
    call.need_admin()
    body = call.body()
    named = body.get("custom_object_field_ids", body.get("ids"))
    if not isinstance(named, list):
        raise invalid_attribute("custom_object_field_ids", "an array")
    with call.write() as tx:
        rows = {row["id"]: row for row in custom_objects.fields(tx.db, custom_objects.one(tx.db, key)["key"])}
        wanted = [ident(number) for number in named]
        if any(number not in rows for number in wanted):
            raise not_found()
        for position, number in enumerate([*wanted, *(number for number in rows if number not in wanted)]):
            records.put(tx, custom_objects.field_kind(key), rows[number or 0] | {"position": position})
        tx.note("custom_object", key, ["fields"])
    return Reply(None, 200)


def object_limit(call: Call) -> Reply:
    with call.state.read() as db:
        number = len(records.every(db, "custom_object"))
    return Reply({"count": number, "limit": custom_objects.MOST_OBJECTS})


def record_limit(call: Call) -> Reply:
    with call.state.read() as db:
        sql = "select count(*) from records where kind like 'custom_record:%'"
        number = db.execute(sql).fetchone()[0]
    return Reply({"count": number, "limit": custom_objects.MOST_RECORDS})


def field_limit(call: Call, key: str) -> Reply:
    with call.state.read() as db:
        number = len(custom_objects.fields(db, custom_objects.one(db, key)["key"]))
    return Reply({"count": number, "limit": custom_objects.MOST_FIELDS})


_ONE = "/custom_objects/<key>"
ROUTES = (
    Route(["GET"], "/custom_objects", index),
    Route(["POST"], "/custom_objects", create),
    Route(["GET"], "/custom_objects/limits/object_limit", object_limit),
    Route(["GET"], "/custom_objects/limits/record_limit", record_limit),
    Route(["GET"], _ONE, show),
    Route(["PATCH"], _ONE, update),
    Route(["DELETE"], _ONE, destroy),
    Route(["GET"], f"{_ONE}/limits/field_limit", field_limit),
    Route(["GET"], f"{_ONE}/fields", fields),
    Route(["POST"], f"{_ONE}/fields", create_field),
    Route(["PUT"], f"{_ONE}/fields/reorder", reorder_fields),
    Route(["GET"], f"{_ONE}/fields/<field_id>", show_field),
    Route(["PATCH"], f"{_ONE}/fields/<field_id>", update_field),
    Route(["DELETE"], f"{_ONE}/fields/<field_id>", destroy_field),
)
