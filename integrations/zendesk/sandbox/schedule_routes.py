"""What a schedule of business hours has beside its row: its holidays, and its week."""

import sqlite3
from datetime import date

from . import hours, records
from .call import Call, Route
from .hours import WEEK_MINUTES
from .replies import Reply, not_found, record_invalid
from .shape import Json, ident

LONGEST_HOLIDAY_DAYS = 730
_TAKEN = frozenset({"name", "start_date", "end_date"})


def _schedule(db: sqlite3.Connection, schedule_id: str) -> Json:
    row = records.one(db, "schedule", ident(schedule_id))
    if row is None:
        raise not_found()
    return row


def _holiday(db: sqlite3.Connection, schedule_id: str, holiday_id: str) -> Json:
    row = records.one(db, "holiday", ident(holiday_id))
    if row is None or row["schedule_id"] != _schedule(db, schedule_id)["id"]:
        raise not_found()
    return row


def _shown(row: Json) -> Json:
    return {key: row[key] for key in ("id", "name", "start_date", "end_date")}


def index(call: Call, schedule_id: str) -> Reply:
    with call.state.read() as db:
        rows = hours.holidays(db, _schedule(db, schedule_id)["id"])
    return Reply({"holidays": [_shown(row) for row in sorted(rows, key=lambda row: (row["start_date"], row["id"]))]})


def show(call: Call, schedule_id: str, holiday_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"holiday": _shown(_holiday(db, schedule_id, holiday_id))})


def create(call: Call, schedule_id: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("holiday")
    call.warn("holidays", "create", "holiday", wanted, _TAKEN)
    with call.write() as tx:
        row = _checked({key: wanted.get(key) for key in _TAKEN})
        row |= {"id": tx.new_id(), "schedule_id": _schedule(tx.db, schedule_id)["id"]}
        records.put(tx, "holiday", row)
        tx.note("holiday", row["id"], ["created"])
    return Reply({"holiday": _shown(row)}, 201)


def update(call: Call, schedule_id: str, holiday_id: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("holiday")
    call.warn("holidays", "update", "holiday", wanted, _TAKEN)
    with call.write() as tx:
        row = _checked(_holiday(tx.db, schedule_id, holiday_id) | {k: v for k, v in wanted.items() if k in _TAKEN})
        records.put(tx, "holiday", row)
        tx.note("holiday", row["id"], sorted(set(wanted) & _TAKEN))
    return Reply({"holiday": _shown(row)})


def destroy(call: Call, schedule_id: str, holiday_id: str) -> Reply:
    call.need_admin()
    with call.write() as tx:
        row = _holiday(tx.db, schedule_id, holiday_id)
        records.drop(tx, "holiday", row["id"])
        tx.note("holiday", row["id"], ["deleted"])
    return Reply(None, 204)


def workweek(call: Call, schedule_id: str) -> Reply:
    """The whole week anew: minutes from Sunday's midnight on."""
    call.need_admin()
    intervals = call.wanted("workweek").get("intervals")
    if not isinstance(intervals, list) or not all(_is_interval(row) for row in intervals):
        raise record_invalid("intervals", "Intervals: is invalid", "InvalidValue")
    kept = [{"start_time": row["start_time"], "end_time": row["end_time"]} for row in intervals]
    with call.write() as tx:
        row = _schedule(tx.db, schedule_id) | {"intervals": kept, "updated_at": tx.stamp}
        records.put(tx, "schedule", row)
        tx.note("schedule", row["id"], ["intervals"])
    return Reply({"workweek": {"intervals": kept}})


def _is_interval(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    start, end = row.get("start_time"), row.get("end_time")
    return type(start) is int and type(end) is int and 0 <= start < end <= WEEK_MINUTES


def _checked(row: Json) -> Json:
    if not str(row["name"] or "").strip():
        raise record_invalid("name", "Name: cannot be blank", "BlankValue")
    first, last = _day("start_date", row["start_date"]), _day("end_date", row["end_date"])
    if last < first or (last - first).days > LONGEST_HOLIDAY_DAYS:
        raise record_invalid("end_date", "End date: is invalid", "InvalidValue")
    return row | {"name": str(row["name"]), "start_date": first.isoformat(), "end_date": last.isoformat()}


def _day(name: str, value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        words = f"{name.replace('_', ' ').capitalize()}: is not a valid date"
        raise record_invalid(name, words, "InvalidValue") from None


_PLACE = "/business_hours/schedules/<schedule_id>"
ROUTES = (
    Route(["GET"], f"{_PLACE}/holidays", index),
    Route(["POST"], f"{_PLACE}/holidays", create),
    Route(["GET"], f"{_PLACE}/holidays/<holiday_id>", show),
    Route(["PUT"], f"{_PLACE}/holidays/<holiday_id>", update),
    Route(["DELETE"], f"{_PLACE}/holidays/<holiday_id>", destroy),
    Route(["PUT"], f"{_PLACE}/workweek", workweek),
)
