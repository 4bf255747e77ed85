"""Tickets that hang together: follow-ups of closed ones, and incidents of a problem."""

import sqlite3

from .replies import not_found, record_invalid
from .shape import Json, decode, ident

INCIDENT = "json_extract(body, '$.problem_id') = ?"  # as the index tickets_problem has it
_UNSOLVED = ("new", "open", "pending", "hold")


def followed(db: sqlite3.Connection, wanted: Json) -> Json | None:
    """The closed ticket that a new one follows up, or None. Refuses one that is not closed: it can be answered."""
    if wanted.get("via_followup_source_id") is None:
        return None
    number = ident(wanted["via_followup_source_id"])
    row = db.execute("select body from tickets where id = ? and deleted = 0", (number,)).fetchone()
    if row is None:
        raise not_found()
    source: Json = decode(row["body"])
    if source["status"] != "closed":
        words = "Via followup source: the ticket is not closed"
        raise record_invalid("via_followup_source_id", words, "InvalidValue")
    return source


def from_ticket(ticket: Json, rel: str) -> Json:
    """What stands in via.source of a ticket or an audit that came about by another ticket."""
    channel = (ticket["via"] or {}).get("channel")
    told = {"ticket_id": ticket["id"], "subject": ticket["subject"], "channel": channel}
    return {"from": told, "to": {}, "rel": rel}


def source_of(ticket: Json) -> int | None:
    """The ticket that this one follows up."""
    source = (ticket["via"] or {}).get("source") or {}
    return ident((source.get("from") or {}).get("ticket_id")) if source.get("rel") == "follow_up" else None


def moved_problems(db: sqlite3.Connection, before: Json | None, after: Json) -> list[Json]:
    """Problems that gained their first incident by this change, or lost their last: each as it is from now on."""
    numbers = {before["problem_id"] if before else None, after["problem_id"]} - {None}
    if before is not None and before["problem_id"] == after["problem_id"]:
        return []
    changed: list[Json] = []
    for number in sorted(numbers):
        row = db.execute("select body from tickets where id = ? and deleted = 0", (number,)).fetchone()
        if row is None:
            continue
        problem = decode(row["body"])
        sql = f"select 1 from tickets where deleted = 0 and {INCIDENT} limit 1"  # noqa: S608 - our own words
        has = db.execute(sql, (problem["id"],)).fetchone() is not None
        if problem["has_incidents"] != has:
            changed.append(problem | {"has_incidents": has})
    return changed


def to_solve(db: sqlite3.Connection, before: Json, after: Json) -> list[int]:
    """Incidents that are solved with their problem."""
    if after["type"] != "problem" or after["status"] != "solved" or before["status"] == "solved":
        return []
    sql = f"select id, status from tickets where deleted = 0 and {INCIDENT} order by id"  # noqa: S608 - our own words
    return [row["id"] for row in db.execute(sql, (after["id"],)) if row["status"] in _UNSOLVED]
