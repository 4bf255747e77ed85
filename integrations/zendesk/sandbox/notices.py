"""What rules tell people and programs: kept to be read, put into the ticket's audit, and sent where it is a webhook."""

import sqlite3

from . import people, records
from .engine import Notice
from .events import queue
from .shape import Json, decode, fine_stamp, ident, text_of
from .state import Tx

TRIGGERED = "conditional_ticket_events"
MOST_AT_ONCE = 1000
_TYPES = {
    "notification_user": "Notification", "notification_group": "Notification",
    "notification_sms_user": "SmsNotification", "notification_sms_group": "SmsNotification",
    "tweet_requester": "Tweet",
}  # fmt: skip


def via_of(db: sqlite3.Connection, rule: Json, kind: str) -> Json:
    """The `via` of whatever a rule did. An audit's event has one of its own where the audit's says otherwise."""
    sql = "select count(*) from records where kind = 'trigger_revision' and json_extract(body, '$.trigger_id') = ?"
    revisions = int(db.execute(sql, (rule["id"],)).fetchone()[0]) if kind == "trigger" else 1
    source = {"deleted": False, "title": rule["title"], "id": rule["id"], "revision_id": max(revisions, 1)}
    return {"channel": "rule", "source": {"from": source, "to": {}, "rel": kind}}


def give(tx: Tx, ticket: Json, notice: Notice, rule: Json, kind: str) -> Json | None:
    """Keeps and sends one; gives its event for the audit, or None where there was nobody to tell."""
    if notice.kind in ("notification_webhook", "notification_target"):
        return _called(tx, ticket, notice, rule, kind)
    recipients = _recipients(tx.db, notice)
    if not recipients:
        return None
    _keep(tx, ticket, notice, rule, kind, recipients)
    event: Json = {"id": tx.new_id(), "type": _TYPES.get(notice.kind, "Notification"), "via": via_of(tx.db, rule, kind)}
    return event | {"subject": notice.subject, "body": notice.body, "recipients": recipients}


def kept(db: sqlite3.Connection, since: int = 0, ticket_id: int | None = None) -> list[Json]:
    sql = "select * from notices where seq > ? and (? is null or ticket_id = ?) order by seq limit ?"
    rows = db.execute(sql, (since, ticket_id, ticket_id, MOST_AT_ONCE))
    return [dict(row) | {"recipients": decode(row["recipients"])} for row in rows]


def _called(tx: Tx, ticket: Json, notice: Notice, rule: Json, kind: str) -> Json:
    """A webhook that is switched off is told of nothing, as in Zendesk; the event stands all the same."""
    aim = notice.to[0]
    hook = records.one(tx.db, "webhook", aim) if notice.kind == "notification_webhook" else None
    invocation = None
    if hook is not None and hook["status"] == "active" and TRIGGERED in (hook["subscriptions"] or [TRIGGERED]):
        invocation = queue(tx, aim, TRIGGERED, notice.body.encode())
    _keep(tx, ticket, notice, rule, kind, list(notice.to), invocation)
    return {
        "id": tx.new_id(),
        "type": "External",
        "resource": aim,
        "body": notice.body,
        "via": via_of(tx.db, rule, kind),
    }


def _keep(
    tx: Tx, ticket: Json, notice: Notice, rule: Json, kind: str, recipients: list[int] | list[str],
    invocation: str | None = None,
) -> None:  # fmt: skip
    tx.db.execute(
        "insert into notices(at, ticket_id, rule_kind, rule_id, rule_title, kind, recipients, subject, body,"
        " invocation) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (fine_stamp(tx.now), ticket["id"], kind, rule["id"], rule["title"], notice.kind, text_of(recipients),
         notice.subject, notice.body, invocation),
    )  # fmt: skip


def _recipients(db: sqlite3.Connection, notice: Notice) -> list[int]:
    """Users, each once; those who are suspended, or are there no more, are told nothing."""
    if notice.to == ("all_agents",):
        sql = "select id from users where role in ('agent', 'admin') and active = 1 order by id"
        wanted = [row["id"] for row in db.execute(sql)]
    elif notice.kind.endswith("_group"):
        groups = {ident(one) for one in notice.to}
        members = records.every(db, "group_membership")
        wanted = sorted({row["user_id"] for row in members if row["group_id"] in groups})
    else:
        wanted = [number for one in notice.to if (number := ident(one)) is not None]
    found = (people.one(db, number) for number in dict.fromkeys(wanted))
    return [user["id"] for user in found if user is not None and user["active"] and not user["suspended"]]
