"""What the pages show, read in one go each: the queue, one ticket with its story, the deliveries."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from . import account, people, plain_rows, records, thread_routes, tickets, views
from .kinds import BY_MANY
from .shape import Json, decode
from .ticket_change import STATUSES

LONGEST_QUEUE = 100
_PERSONS = frozenset({"assignee_id", "requester_id", "submitter_id"})
_ROWS = {"group_id": "group", "organization_id": "organization", "brand_id": "brand", "ticket_form_id": "ticket_form"}
SHOWN_DELIVERIES = 60
LOOKED_THROUGH = 2000  # lines of the journal


def staff(db: sqlite3.Connection) -> list[Json]:
    rows = db.execute("select body from users where role != 'end-user' and active = 1 order by name")
    return [decode(row["body"]) for row in rows]


def queue(db: sqlite3.Connection, view_id: int | None, status: str | None, actor: Json, now: datetime) -> Json:
    """The newest tickets first, of one view or one status, with a name for each id."""
    where, values = "deleted = 0", list[object]()
    view = records.one(db, "view", view_id) if view_id else None
    if view is not None:
        text, found = views.where(view, actor, account.groups_of(db, actor["id"]), now)
        where, values = f"deleted = 0 and ({text})", found
    elif status in STATUSES:
        where, values = "deleted = 0 and status = ?", [status]
    sql = f"select * from tickets where {where} order by updated_at desc, id desc limit {LONGEST_QUEUE}"  # noqa: S608
    name = names(db)
    rows = [
        {key: row[key] for key in ("id", "subject", "status", "priority", "updated_at", "channel")}
        | {"requester": name(row["requester_id"]), "assignee": name(row["assignee_id"]),
           "group": group_name(db, row["group_id"])}
        for row in db.execute(sql, values)
    ]  # fmt: skip
    counts = dict(db.execute("select status, count(*) from tickets where deleted = 0 group by status").fetchall())
    known = [
        {"id": one["id"], "title": one["title"]} for one in plain_rows.ordered(db, BY_MANY["views"]) if one["active"]
    ]
    return {"rows": rows, "counts": counts, "views": known, "view": view, "total": sum(counts.values())}


def names(db: sqlite3.Connection) -> Callable[[int | None], str]:
    known: dict[int, str] = {}

    def name(user_id: int | None) -> str:
        if user_id is None:
            return ""
        if user_id not in known:
            row = db.execute("select name from users where id = ?", (user_id,)).fetchone()
            known[user_id] = str(row["name"]) if row else str(user_id)
        return known[user_id]

    return name


def group_name(db: sqlite3.Connection, group_id: int | None) -> str:
    group = records.one(db, "group", group_id) if group_id else None
    return str(group["name"]) if group else ""


def story(db: sqlite3.Connection, ticket_id: int | None) -> Json:
    """One ticket with who is who, what was said, and what was changed by whom. Refuses (404) an unknown one."""
    ticket = tickets.one(db, ticket_id)
    name = names(db)
    comments = [
        comment | _speaker(db, comment["author_id"]) for comment in thread_routes.comment_rows(db, ticket["id"])
    ]
    audits = [
        {"at": audit["created_at"], "by": name(audit["author_id"]), "channel": (audit["via"] or {}).get("channel"),
         "events": [_told(db, event) for event in audit["events"] if _is_telling(event)],
         "custom": audit["metadata"].get("custom") or {}}
        for audit in reversed(thread_routes.audit_rows(db, ticket["id"]))
    ]  # fmt: skip
    return {
        "ticket": ticket, "requester": people.one(db, ticket["requester_id"]) or people.complete({"name": "?"}),
        "assignee": name(ticket["assignee_id"]), "group": group_name(db, ticket["group_id"]), "comments": comments,
        "audits": audits, "fields": _fields(db, ticket),
    }  # fmt: skip


def _is_telling(event: Json) -> bool:
    return event["type"] != "Create" and event.get("field_name") != "custom_status_id"


def _told(db: sqlite3.Connection, event: Json) -> Json:
    """The event with its lists as words, its ids as names and its nothing as a dash."""
    told, field = dict(event), str(event.get("field_name"))
    if field.isdecimal():
        told["field_name"] = (records.one(db, "ticket_field", int(field)) or {}).get("title") or field
    for key in ("value", "previous_value"):
        value = event.get(key)
        if field in _PERSONS and value:
            value = names(db)(int(value))
        elif field in _ROWS and value:
            value = (records.one(db, _ROWS[field], int(value)) or {}).get("name") or value
        told[key] = " ".join(map(str, value)) if isinstance(value, list) else value
        told[key] = "–" if told[key] in (None, "") else told[key]
    return told


def choices(db: sqlite3.Connection) -> Json:
    """What an agent may choose from on a ticket."""
    return {
        "groups": plain_rows.ordered(db, BY_MANY["groups"]), "staff": staff(db),
        "macros": [row for row in plain_rows.ordered(db, BY_MANY["macros"]) if row["active"]],
    }  # fmt: skip


def _speaker(db: sqlite3.Connection, user_id: int | None) -> Json:
    user = people.one(db, user_id)
    return {"author": user["name"] if user else str(user_id), "role": user["role"] if user else "end-user"}


def _fields(db: sqlite3.Connection, ticket: Json) -> list[Json]:
    titles = {row["id"]: row["title"] for row in records.every(db, "ticket_field")}
    filled = [row for row in ticket["custom_fields"] if row["value"] not in (None, [], "")]
    return [{"title": titles.get(row["id"], str(row["id"])), "value": row["value"]} for row in filled]


def deliveries(db: sqlite3.Connection) -> Json:
    """The webhooks and the newest of what went through them, each with its attempts."""
    hooks = sorted(records.every(db, "webhook"), key=lambda hook: hook["id"])
    named = {hook["id"]: hook["name"] for hook in hooks}
    rows = []
    for row in db.execute("select * from invocations order by seq desc limit ?", (SHOWN_DELIVERIES,)):
        found = db.execute("select * from attempts where invocation_id = ? order by seq", (row["id"],))
        attempts = [
            {"at": one["completed_at"], "status": one["status"], "status_code": one["status_code"],
             "headers": decode(one["request"])["headers"], "reply": decode(one["response"])["payload"]}
            for one in found
        ]  # fmt: skip
        rows.append(
            {key: row[key] for key in ("id", "type", "created_at", "status", "status_code", "tries")}
            | {"webhook": named.get(row["webhook_id"], row["webhook_id"]), "body": _pretty(row["body"]),
               "attempts": attempts}
        )  # fmt: skip
    return {"hooks": hooks, "rows": rows}


def notifications(db: sqlite3.Connection) -> list[Json]:
    """What rules have told people and programs, the newest first, with their names."""
    name = names(db)
    rows = db.execute("select * from notices order by seq desc limit ?", (SHOWN_DELIVERIES,)).fetchall()
    return [
        dict(row) | {"to": ", ".join(name(one) if isinstance(one, int) else str(one)
                                     for one in decode(row["recipients"]))}
        for row in rows
    ]  # fmt: skip


def runs(db: sqlite3.Connection) -> list[Json]:
    """The rules that fired within the newest requests, the newest first."""
    sql = (
        "select seq, at, committed from (select * from journal order by seq desc limit ?)"
        " where committed like '%_fired%' order by seq desc"
    )
    found = []
    for row in db.execute(sql, (LOOKED_THROUGH,)):
        notes = decode(row["committed"])
        about = next((note["id"] for note in notes if note["kind"] == "ticket"), None)
        for note in notes:
            if note["kind"] in {"trigger", "automation"} and f"{note['kind']}_fired" in note["changed"]:
                rule = records.one(db, note["kind"], note["id"])
                told = [word for word in note["changed"] if not word.endswith("_fired")]
                found.append({"at": row["at"], "kind": note["kind"], "ticket": about, "told": told,
                              "title": rule["title"] if rule else str(note["id"])})  # fmt: skip
    return found[:SHOWN_DELIVERIES]


def account_numbers(db: sqlite3.Connection) -> Json:
    """How much stands in the account, for whoever looks at it whole."""
    people_by_role = dict(db.execute("select role, count(*) from users where active = 1 group by role").fetchall())
    by_status = dict(db.execute("select status, count(*) from tickets where deleted = 0 group by status").fetchall())
    return {
        "people": people_by_role, "by_status": by_status, "total": sum(by_status.values()),
        "world": records.kept(db, "world"), "subdomain": records.kept(db, "subdomain"),
    }  # fmt: skip


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(decode(bytes(body)), ensure_ascii=False, indent=2)
    except ValueError:
        return bytes(body).decode("utf-8", "replace")
