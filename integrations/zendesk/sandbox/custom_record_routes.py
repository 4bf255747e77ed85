"""The records of custom objects: one by one, by external_id, searched, and many at once as a job."""

import sqlite3
from collections.abc import Callable

from . import custom_objects, jobs, records
from .call import Call, Route
from .paging import InMemory, listed
from .replies import Refusal, Reply, bad_page, invalid_attribute, not_found, too_many
from .shape import Json
from .ticket_routes import MOST

# What a job may do, and how its steps are named.
ACTIONS = {"create": "create", "update": "update", "delete": "delete", "delete_by_external_id": "delete",
           "create_or_update_by_external_id": "create_or_update"}  # fmt: skip
_SORTS = ("id", "updated_at", "created_at", "name")


def _shown(row: Json, base: str) -> Json:
    place = f"{base}/api/v2/custom_objects/{row['custom_object_key']}/records"
    return {"url": f"{place}/{row['id']}.json", **row}


def _rows(db: sqlite3.Connection, key: str) -> list[Json]:
    return records.every(db, custom_objects.record_kind(custom_objects.one(db, key)["key"]))


def _page(call: Call, rows: list[Json]) -> Reply:
    """By cursor always. Sorted by id, unless by another key; a minus in front turns it around."""
    text = call.arg("sort") or "id"
    name = text.lstrip("-")
    if name not in _SORTS:
        raise bad_page("sort is not valid")
    rows = sorted(rows, key=lambda row: (str(row[name]), row["id"]), reverse=text.startswith("-"))
    args = call.request.args.copy()
    args.setdefault("page[size]", "100")
    part = listed(call.url, args, InMemory([(row["id"], _shown(row, call.base)) for row in rows], name))
    return Reply({"custom_object_records": part.rows, "count": len(rows)} | part.beside)


def index(call: Call, key: str) -> Reply:
    with call.state.read() as db:
        rows = _rows(db, key)
    for name, column in (("filter[ids]", "id"), ("filter[external_ids]", "external_id")):
        wanted = call.arg(name)
        if wanted is not None:
            rows = [row for row in rows if row[column] in wanted.split(",")]
    return _page(call, rows)


def count(call: Call, key: str) -> Reply:
    with call.state.read() as db:
        return call.counted(len(_rows(db, key)))


def search(call: Call, key: str) -> Reply:
    """Every word stands in the name, the external_id or a value."""
    words = (call.arg("query") or "").lower().split()
    return _found(call, key, lambda text: all(word in text for word in words))


def autocomplete(call: Call, key: str) -> Reply:
    start = (call.arg("name") or "").lower()
    with call.state.read() as db:
        rows = [row for row in _rows(db, key) if start and start in str(row["name"]).lower()]
    return _page(call, rows)


def _found(call: Call, key: str, fits: Callable[[str], bool]) -> Reply:
    with call.state.read() as db:
        rows = _rows(db, key)
    texts = {
        row["id"]: " ".join(str(value) for value in (row["name"], row["external_id"] or "",
                                                      *row["custom_object_fields"].values())).lower()
        for row in rows
    }  # fmt: skip
    return _page(call, [row for row in rows if fits(texts[row["id"]])])


def show(call: Call, key: str, record_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"custom_object_record": _shown(custom_objects.record(db, key, record_id), call.base)})


def create(call: Call, key: str) -> Reply:
    wanted = call.wanted("custom_object_record")
    with call.write() as tx:
        row = custom_objects.put_record(tx, key, None, wanted, call.user["id"])
    shown = _shown(row, call.base)
    return Reply({"custom_object_record": shown}, 201, {"location": shown["url"]})


def update(call: Call, key: str, record_id: str) -> Reply:
    wanted = call.wanted("custom_object_record")
    with call.write() as tx:
        before = custom_objects.record(tx.db, key, record_id)
        row = custom_objects.put_record(tx, key, before, wanted, call.user["id"])
    return Reply({"custom_object_record": _shown(row, call.base)})


def put_by_external_id(call: Call, key: str) -> Reply:
    """Makes the record or changes the one there is."""
    external_id = _external_id(call)
    wanted = call.wanted("custom_object_record") | {"external_id": external_id}
    with call.write() as tx:
        before = custom_objects.by_external_id(tx.db, key, external_id)
        row = custom_objects.put_record(tx, key, before, wanted, call.user["id"])
    return Reply({"custom_object_record": _shown(row, call.base)})


def destroy(call: Call, key: str, record_id: str) -> Reply:
    with call.write() as tx:
        custom_objects.remove_record(tx, key, custom_objects.record(tx.db, key, record_id))
    return Reply(None, 204)


def destroy_by_external_id(call: Call, key: str) -> Reply:
    external_id = _external_id(call)
    with call.write() as tx:
        row = custom_objects.by_external_id(tx.db, custom_objects.one(tx.db, key)["key"], external_id)
        if row is None:
            raise not_found()
        custom_objects.remove_record(tx, key, row)
    return Reply(None, 204)


def _external_id(call: Call) -> str:
    found = call.arg("external_id")
    if not found:
        raise invalid_attribute("external_id", "given")
    return found


def bulk(call: Call, key: str) -> Reply:
    with call.state.read() as db:
        custom_objects.one(db, key)
    job = call.body().get("job")
    action, items = (job.get("action"), job.get("items")) if isinstance(job, dict) else (None, None)
    if action not in ACTIONS or not isinstance(items, list):
        title = f"action must be one of {', '.join(ACTIONS)}, and items an array"
        raise Refusal(400, {"errors": [{"code": "InvalidJob", "title": title}]})
    if len(items) > MOST:
        raise too_many("Parameter items cannot specify more than 100 values", MOST)
    by_external = action.endswith("by_external_id")
    rows = [_item(key, item, by_external=by_external) for item in items]
    return jobs.start(call, f"custom_object_record {ACTIONS[action]}", rows, 201)


def _item(key: str, item: object, *, by_external: bool) -> Json:
    """Deletes name their records by an id alone, everything else by an object."""
    named = item if isinstance(item, dict) else {"external_id" if by_external else "id": item}
    return {**named, "custom_object_key": key, "by_external_id": by_external}


_PLACE = "/custom_objects/<key>/records"
ROUTES = (
    Route(["POST"], "/custom_objects/<key>/jobs", bulk),
    Route(["GET"], _PLACE, index),
    Route(["POST"], _PLACE, create),
    Route(["PATCH"], _PLACE, put_by_external_id),
    Route(["DELETE"], _PLACE, destroy_by_external_id),
    Route(["GET"], f"{_PLACE}/count", count),
    Route(["GET"], f"{_PLACE}/search", search),
    Route(["GET", "POST"], f"{_PLACE}/autocomplete", autocomplete),
    Route(["GET"], f"{_PLACE}/<record_id>", show),
    Route(["PATCH"], f"{_PLACE}/<record_id>", update),
    Route(["DELETE"], f"{_PLACE}/<record_id>", destroy),
)
