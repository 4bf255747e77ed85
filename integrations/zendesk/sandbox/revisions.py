"""What a trigger was each time it was saved, and what then changed; triggers and categories changed together."""

import sqlite3
from itertools import zip_longest

from . import plain_rows, records
from .call import Call, Route
from .kinds import BY_ONE
from .replies import Refusal, Reply, not_found
from .shape import Json, ident
from .sideloads import plain
from .state import Tx

_KEPT = ("title", "description", "active", "conditions", "actions")


def keep(tx: Tx, row: Json, before: Json | None, author_id: int) -> None:
    """A save that changes none of what a trigger does leaves no revision."""
    if before is not None and all(row.get(key) == before.get(key) for key in _KEPT):
        return
    snapshot = {key: row.get(key) for key in _KEPT}
    kept: Json = {"id": tx.new_id(), "trigger_id": row["id"], "author_id": author_id, "created_at": tx.stamp,
                  "snapshot": snapshot}  # fmt: skip
    records.put(tx, "trigger_revision", kept)


def _of(db: sqlite3.Connection, trigger_id: str) -> list[Json]:
    """Oldest first. Refused (404) where there is no such trigger."""
    if records.one(db, "trigger", ident(trigger_id)) is None:
        raise not_found()
    return [row for row in records.every(db, "trigger_revision") if row["trigger_id"] == ident(trigger_id)]


def _shown(call: Call, row: Json) -> Json:
    place = f"{call.base}/api/v2/triggers/{row['trigger_id']}/revisions/{row['id']}.json"
    return {"url": place, **{key: row[key] for key in ("id", "author_id", "created_at", "snapshot")}}


def _diff(was: Json | None, now: Json) -> Json:
    """Key by key; actions one by one, and of the conditions each part in a list of its own."""
    old = was["snapshot"] if was else {}
    new = now["snapshot"]
    changes: Json = {"source_id": was["id"] if was else None, "target_id": now["id"]}
    changes |= {key: _change(old.get(key), new[key], fresh=was is None) for key in ("title", "description", "active")}
    pairs = _side_by_side(old.get("actions") or [], new["actions"] or [])
    changes["actions"] = [
        {key: _change(one.get(key), other.get(key), fresh=not one) for key in ("field", "value")}
        for one, other in pairs
    ]
    rows = _side_by_side(_rows(old), _rows(new))
    changes["conditions"] = {
        key: [change for one, other in rows for change in _change(one.get(key), other.get(key), fresh=not one)]
        for key in ("field", "operator", "value")
    }
    return changes


def _side_by_side(old: list[Json], new: list[Json]) -> list[tuple[Json, Json]]:
    return [(one or {}, other or {}) for one, other in zip_longest(old, new)]


def _rows(snapshot: Json) -> list[Json]:
    conditions = snapshot.get("conditions") or {}
    return [*(conditions.get("all") or []), *(conditions.get("any") or [])]


def _change(old: object, new: object, *, fresh: bool) -> list[Json]:
    if old == new and not fresh:
        return [{"change": "=", "content": new}]
    return [*([] if fresh else [{"change": "-", "content": old}]), {"change": "+", "content": new}]


def index(call: Call, trigger_id: str) -> Reply:
    """The newest first, each with what it changed."""
    with call.state.read() as db:
        rows = _of(db, trigger_id)
    told = [
        _shown(call, row) | {"diff": _diff(rows[place - 1] if place else None, row)} for place, row in enumerate(rows)
    ]
    beside = {"after_url": None, "after_cursor": None, "before_url": None, "before_cursor": None, "count": len(rows)}
    return Reply({"trigger_revisions": told[::-1], **beside})


def show(call: Call, trigger_id: str, revision_id: str) -> Reply:
    with call.state.read() as db:
        row = next((row for row in _of(db, trigger_id) if row["id"] == ident(revision_id)), None)
    if row is None:
        raise not_found()
    return Reply({"trigger_revision": _shown(call, row)})


def batch(call: Call) -> Reply:
    """Positions, categories and activity of many triggers, all of them or none: 400 with each that is not there."""
    call.need_admin()
    job = call.body().get("job")
    items = job.get("items") if isinstance(job, dict) else None
    if not isinstance(job, dict) or job.get("action") != "patch" or not isinstance(items, dict):
        raise Refusal(400, {"errors": [{"code": "InvalidJob", "title": "action and items are required"}]})
    results: Json = {}
    with call.write() as tx:
        for many, one in (("trigger_categories", "trigger_category"), ("triggers", "trigger")):
            rows = items.get(many)
            results[many] = [_patched(tx, call, one, row) for row in rows] if isinstance(rows, list) else []
    return Reply({"status": "complete", "results": results})


def _patched(tx: Tx, call: Call, one: str, wanted: object) -> Json:
    given = wanted if isinstance(wanted, dict) else {}
    before = records.one(tx.db, one, ident(given.get("id")))
    code = "TriggerNotFound" if one == "trigger" else "TriggerCategoryNotFound"
    if before is None:
        raise _failed(code, "id is not valid", given.get("id"), one)
    category = given.get("category_id")
    if category is not None and records.one(tx.db, "trigger_category", ident(category)) is None:
        raise _failed("InvalidTrigger", "category_id is not valid", given.get("id"), one)
    kept = {key: given[key] for key in ("position", "active", "category_id", "name") if key in given}
    row = plain_rows.amend(tx, BY_ONE[one], before, kept)
    if one == "trigger":
        keep(tx, row, before, call.user["id"])
    return plain(one, row, call.base)


def _failed(code: str, title: str, number: object, one: str) -> Refusal:
    return Refusal(400, {"status": "failed", "errors": [{"code": code, "title": title, f"{one}_id": str(number)}]})


ROUTES = (
    Route(["GET"], "/triggers/<trigger_id>/revisions", index),
    Route(["GET"], "/triggers/<trigger_id>/revisions/<revision_id>", show),
    Route(["POST"], "/trigger_categories/jobs", batch),
)
