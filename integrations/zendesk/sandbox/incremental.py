"""Incremental exports: by cursor and by time, with the newest minute withheld. Pages come ready from their rows."""

import base64
import binascii
import sqlite3
from urllib.parse import urlencode

from . import attachments, records
from .call import Call, Route
from .replies import Refusal, Reply, not_found
from .shape import Json, decode, moment, whole
from .sideloads import Sideloads, plain, user
from .state import Tx
from .ticket_loads import Loads

WITHHELD_SECONDS = 60
SAMPLE = 50


def _exported(call: Call, tx: Tx, last: int | None, *, done: bool) -> None:
    """Whatever is written or filled in after this page comes behind its last second, so that no cursor misses it.

    The last page, an empty one too, promises all seconds that it could have shown.
    """
    seen = min(newest(call), int(tx.now.timestamp())) if done else 0
    tx.exported_through(max(seen, last or 0))


def _told(call: Call, tx: Tx, page: list[sqlite3.Row], beside: Json) -> None:
    _exported(call, tx, page[-1]["generated_timestamp"] if page else None, done=beside["end_of_stream"])


def newest(call: Call) -> int:
    """The last second an export may show."""
    if not call.withhold_seconds:
        return 2**53
    return int(call.state.clock().timestamp()) - call.withhold_seconds


def start_time(call: Call) -> int:
    text = call.arg("start_time") or ""
    number = whole(text.removeprefix("-"))
    if number is None:
        raise Refusal(400, {"error": "InvalidValue", "description": "start_time is required and must be a number"})
    start = -number if text.startswith("-") else number
    if call.withhold_seconds and start > int(call.state.clock().timestamp()) - call.withhold_seconds:
        words = "Too recent start_time. Use a start_time older than 60 seconds"
        raise Refusal(422, {"error": "InvalidValue", "description": words})
    return start


def page_size(call: Call) -> int:
    return min(whole(call.arg("per_page") or "") or call.most, call.most)


def _cursor(call: Call) -> tuple[int, int]:
    """Where to go on: after this second and this id."""
    text = call.arg("cursor")
    if text is None:
        return start_time(call), 0
    try:
        second, _, rest = base64.b64decode(text, validate=True).decode().partition("||")
    except (binascii.Error, ValueError) as wrong:
        raise _no_cursor() from wrong
    start, number = whole(second.partition(".")[0].removeprefix("-")), whole(rest.rstrip("|"))
    if start is None or number is None:
        raise _no_cursor()
    return -start if second.startswith("-") else start, number


def _no_cursor() -> Refusal:
    return Refusal(400, {"error": "InvalidValue", "description": "cursor is not valid"})


def _by_cursor(
    call: Call, rows: list[sqlite3.Row], start: tuple[int, int], size: int
) -> tuple[Json, list[sqlite3.Row]]:
    page = rows[:size]
    last = (page[-1]["generated_timestamp"], page[-1]["id"]) if page else start
    after = base64.b64encode(f"{last[0]}.0||{last[1]}|".encode()).decode()
    kept = [(key, value) for key, value in call.request.args.items() if key not in ("start_time", "cursor")]
    return {
        "after_url": f"{call.url}?{urlencode([('cursor', after), *kept])}", "before_url": None, "after_cursor": after,
        "before_cursor": None, "end_of_stream": len(rows) <= size,
    }, page  # fmt: skip


def _rows(
    call: Call, db: sqlite3.Connection, table: str, start: tuple[int, int], size: int | None, through: int | None = None
) -> list[sqlite3.Row]:
    """One row more than `size` where there is one; all of them without a size."""
    live = " and deleted = 0" if table == "tickets" and call.arg("exclude_deleted") == "true" else ""
    sql = (
        f"select * from {table} where (generated_timestamp, id) > (?, ?) and generated_timestamp <= ?{live}"  # noqa: S608
        " order by generated_timestamp, id limit ?"
    )
    end = newest(call) if through is None else through
    return db.execute(sql, (*start, end, -1 if size is None else size + 1)).fetchall()


def tickets_by_cursor(call: Call) -> Reply:
    call.need_admin()
    start, size = _cursor(call), page_size(call)
    with call.state.write() as tx:
        beside, page = _by_cursor(call, _rows(call, tx.db, "tickets", start, size), start, size)
        _told(call, tx, page, beside)
        return Reply({"tickets": _tickets(call, tx.db, page)} | _loads(call, tx.db, page) | beside)


def _tickets(call: Call, db: sqlite3.Connection, page: list[sqlite3.Row]) -> list[object]:
    within = Loads.of(db, call.state.clock(), call.base, call.arg("include"))
    return [within.row(row, exported=True) for row in page]


def _loads(call: Call, db: sqlite3.Connection, page: list[sqlite3.Row]) -> Json:
    loads = Sideloads(call.arg("include"))
    for row in page if loads.wanted else []:
        loads.take(decode(row["body"]))
    return loads.beside(db, call.base)


def users_by_cursor(call: Call) -> Reply:
    call.need_admin()
    start, size = _cursor(call), page_size(call)
    with call.state.write() as tx:
        beside, page = _by_cursor(call, _rows(call, tx.db, "users", start, size), start, size)
        _told(call, tx, page, beside)
        return Reply({"users": [user(decode(row["body"]), call.base) for row in page]} | beside)


def _by_time(call: Call, db: sqlite3.Connection, table: str) -> tuple[Json, list[sqlite3.Row]]:
    """The last second of a page is given whole, and again by the next page: duplicates are part of this export."""
    start, size = start_time(call), page_size(call)
    rows = _rows(call, db, table, (start, 0), size)
    page = rows[:size]
    if len(rows) > size:
        last = page[-1]["generated_timestamp"]
        page += _rows(call, db, table, (last, page[-1]["id"]), None, through=last)
    end = page[-1]["generated_timestamp"] if page else start
    end += 1 if len(rows) > size and end == start else 0
    return timed(call, len(page), end, done=len(rows) <= size), page


def timed(call: Call, number: int, end: int, *, done: bool) -> Json:
    kept = [(key, value) for key, value in call.request.args.items() if key != "start_time"]
    next_page = f"{call.url}?{urlencode([*kept, ('start_time', end)])}"
    return {"count": number, "end_of_stream": done, "next_page": next_page, "end_time": end}


def tickets_by_time(call: Call) -> Reply:
    call.need_admin()
    with call.state.write() as tx:
        beside, page = _by_time(call, tx.db, "tickets")
        _told(call, tx, page, beside)
        return Reply({"tickets": _tickets(call, tx.db, page)} | _loads(call, tx.db, page) | beside)


def users_by_time(call: Call) -> Reply:
    call.need_admin()
    with call.state.write() as tx:
        beside, page = _by_time(call, tx.db, "users")
        _told(call, tx, page, beside)
        return Reply({"users": [user(decode(row["body"]), call.base) for row in page]} | beside)


def ticket_events(call: Call) -> Reply:
    """Audits in the order of their second. Comments are told only with include=comment_events."""
    call.need_admin()
    start, size = start_time(call), page_size(call)
    with_comments = "comment_events" in (call.arg("include") or "")
    with call.state.write() as tx:
        sql = "select * from audits where at >= ? and at <= ? order by at, id limit ?"
        rows = tx.db.execute(sql, (start, newest(call), size + 1)).fetchall()
        page = rows[:size]
        if len(rows) > size:
            sql = "select * from audits where at = ? and id > ? order by id"
            page += tx.db.execute(sql, (page[-1]["at"], page[-1]["id"])).fetchall()
        _exported(call, tx, page[-1]["at"] if page else None, done=len(rows) <= size)
    end = page[-1]["at"] if page else start
    end += 1 if len(rows) > size and end == start else 0
    audits = [(attachments.placed_audit(decode(row["body"]), call.base), row["at"]) for row in page]
    told = [_event(audit, at, with_comments=with_comments) for audit, at in audits]
    return Reply({"ticket_events": told} | timed(call, len(told), end, done=len(rows) <= size))


def _event(audit: Json, at: int, *, with_comments: bool) -> Json:
    via = (audit.get("via") or {}).get("channel")
    children = [_child(event, via, with_comments=with_comments) for event in audit["events"]]
    return {
        "child_events": children, "id": audit["id"], "ticket_id": audit["ticket_id"], "timestamp": at,
        "created_at": audit["created_at"], "updater_id": audit["author_id"], "via": via,
        "system": audit["metadata"]["system"], "metadata": audit["metadata"], "event_type": "Audit",
    }  # fmt: skip


def _child(event: Json, via: str | None, *, with_comments: bool) -> Json:
    if event["type"] != "Comment":
        field = {event["field_name"]: event["value"]} if "field_name" in event else {}
        previous = {"previous_value": event["previous_value"]} if "previous_value" in event else {}
        rule = ((event.get("via") or {}).get("source") or {}).get("from") or {}
        told = {"via": "Rule", "via_reference_id": rule["id"]} if "id" in rule else {"via": via}
        return {"id": event["id"], **told, "event_type": event["type"], **field, **previous}
    if with_comments:
        return event | {"event_type": "Comment", "via": via, "via_reference_id": None}
    return {"id": event["id"], "via": via, "event_type": "Comment", "comment_present": True,
            "comment_public": event["public"]}  # fmt: skip


def organizations(call: Call) -> Reply:
    """By the second of their last change, as time-based exports are; a second is never cut in two."""
    call.need_admin()
    start, size, end = start_time(call), page_size(call), newest(call)
    with call.state.read() as db:
        rows = [(_second(row["updated_at"]), row) for row in records.every(db, "organization")]
    rows = sorted((pair for pair in rows if start <= pair[0] <= end), key=lambda pair: (pair[0], pair[1]["id"]))
    page = rows[:size] + [pair for pair in rows[size:] if pair[0] == rows[size - 1][0]]
    last = page[-1][0] if page else start
    last += 1 if len(rows) > len(page) and last == start else 0
    told = [plain("organization", row, call.base) for _, row in page]
    return Reply({"organizations": told} | timed(call, len(told), last, done=len(rows) == len(page)))


def _second(text: str) -> int:
    at = moment(text)
    return int(at.timestamp()) if at else 0


def sample(call: Call, resource: str) -> Reply:
    """Fifty rows at most, to try an export on."""
    if resource not in _SAMPLED:
        raise not_found()
    call.most = SAMPLE
    return _SAMPLED[resource](call)


_SAMPLED = {"tickets": tickets_by_time, "ticket_events": ticket_events, "users": users_by_time,
            "organizations": organizations}  # fmt: skip
ROUTES = (
    Route(["GET"], "/incremental/organizations", organizations),
    Route(["GET"], "/incremental/<resource>/sample", sample),
    Route(["GET"], "/incremental/tickets/cursor", tickets_by_cursor),
    Route(["GET"], "/incremental/tickets", tickets_by_time),
    Route(["GET"], "/incremental/ticket_events", ticket_events),
    Route(["GET"], "/incremental/users/cursor", users_by_cursor),
    Route(["GET"], "/incremental/users", users_by_time),
)
