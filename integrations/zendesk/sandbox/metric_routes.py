"""Ticket metrics: of one ticket, of all, and the export of their events."""

import sqlite3
from datetime import datetime

from . import incremental, metric_events, metrics, sla, tickets
from .call import Call, Route
from .paging import InMemory, InTable, listed
from .replies import Reply, not_found
from .shape import Json, decode, ident, moment


def index(call: Call) -> Reply:
    """The newest ticket first, as Zendesk lists them."""
    with call.state.read() as db:

        def render(row: sqlite3.Row) -> object:
            return _shown(call, db, decode(row["body"]))

        return call.page("ticket_metrics", InTable(db, "tickets", "deleted = 0", (), render, ordered="id desc"))


def show(call: Call, metric_id: str) -> Reply:
    number = ident(metric_id)
    return of_ticket(call, str(metrics.ticket_of(number)) if number else metric_id)


def of_ticket(call: Call, ticket_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"ticket_metric": _shown(call, db, tickets.one(db, ident(ticket_id)))})


def _shown(call: Call, db: sqlite3.Connection, ticket: Json) -> Json:
    return metrics.of_ticket(db, ticket, call.state.clock(), call.base)


def events(call: Call) -> Reply:
    """By time, or by cursor where page[size] asks for it; the newest minute is withheld either way."""
    call.need_admin()
    start, end = incremental.start_time(call), incremental.newest(call)
    by_cursor = any(key.startswith("page[") for key in call.request.args)
    with call.state.read() as db:
        rows = _events_between(db, start, end, call.state.clock())
    if by_cursor:
        part = listed(call.url, call.request.args, InMemory([(row["id"], row) for row in rows], "time,id"))
        return Reply({"ticket_metric_events": part.rows} | part.beside)
    size = incremental.page_size(call)
    page = rows[:size]
    if len(rows) > size:
        page += [row for row in rows[size:] if row["time"] == page[-1]["time"]]
    last = _second(page[-1]) if page else start
    last += 1 if len(rows) > len(page) and last == start else 0
    return Reply({"ticket_metric_events": page} | incremental.timed(call, len(page), last, done=len(rows) == len(page)))


def _events_between(db: sqlite3.Connection, start: int, end: int, now: datetime) -> list[Json]:
    """A ticket without an audit or a missed target since has no metric event either. Audits may be told late."""
    sql = "select distinct ticket_id from audits where at >= ?"
    numbers = {row["ticket_id"] for row in db.execute(sql, (start,))} | set(sla.due_between(db, start, end))
    found: list[Json] = []
    for number in numbers:
        row = db.execute("select body from tickets where id = ?", (number,)).fetchone()
        found += metric_events.of(db, decode(row["body"]), now) if row else []
    return sorted((row for row in found if start <= _second(row) <= end), key=lambda row: (_second(row), row["id"]))


def _second(row: Json) -> int:
    at = moment(row["time"])
    if at is None:
        raise not_found()
    return int(at.timestamp())


ROUTES = (
    Route(["GET"], "/ticket_metrics", index),
    Route(["GET"], "/ticket_metrics/<metric_id>", show),
    Route(["GET"], "/tickets/<ticket_id>/metrics", of_ticket),
    Route(["GET"], "/incremental/ticket_metric_events", events),
)
