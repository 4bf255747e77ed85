"""Calls that a partner's telephone tells of: kept, changed, and told on a ticket by a comment of their own kind."""

import sqlite3
from typing import Any

from . import records, tickets
from .call import Call, Route
from .replies import Reply, invalid_attribute, not_found, record_invalid
from .shape import Json, ident, moment, stamp
from .state import Tx

_GIVEN = (
    "ticket_id", "end_user_id", "organization_id", "brand_id", "app_id", "agent_id", "from_line", "from_line_nickname",
    "to_line", "to_line_nickname", "call_started_at", "call_ended_at", "direction", "duration", "dnis", "phone_name",
    "call_type", "end_user_location", "callback", "callback_source", "callback_number", "wait_time", "time_to_answer",
    "queue_time", "exceeded_queue_time", "queue_name", "ivr_time_spent", "ivr_hops", "ivr_action", "ivr_routed_to",
    "ivr_destination_group_name", "talk_time", "hold_time", "consultation_time", "wrap_up_time", "completion_status",
    "call_abandoned_position", "customer_requested_voicemail", "voicemail", "outside_business_hours", "overflowed",
    "overflowed_to", "call_disposition", "recording_url", "recording_time", "not_recording_time",
    "call_recording_consent_action", "recording_control_interactions",
)  # fmt: skip
_BEHIND = ("transcript", "external_id")
_TIMES = ("call_started_at", "call_ended_at")
_DIRECTIONS = ("inbound", "outbound")


def _found(db: sqlite3.Connection, call_id: str) -> Json:
    row = records.one(db, "call", ident(call_id))
    if row is None:
        raise not_found()
    return row


def _filled(tx: Tx, row: Json, wanted: Json) -> Json:
    for key in (*_GIVEN, *_BEHIND):
        if key in wanted:
            row[key] = _time(key, wanted[key]) if key in _TIMES else wanted[key]
    if row["direction"] not in (None, *_DIRECTIONS):
        raise record_invalid("direction", "Direction: is not included in the list", "InvalidValue")
    if row["ticket_id"] is not None:
        row["ticket_id"] = tickets.one(tx.db, ident(row["ticket_id"]))["id"]
    row["updated_at"] = tx.stamp
    return row


def _time(key: str, value: object) -> str | None:
    at = moment(value)
    if at is None and value is not None:
        raise record_invalid(key, f"{key.replace('_', ' ').capitalize()}: is invalid", "InvalidFormat")
    return None if at is None else stamp(at)


def create(call: Call) -> Reply:
    """With a comment beside it, the call is told on its ticket; where it has none, on a new one."""
    wanted, comment = call.wanted("call"), call.body().get("comment")
    with call.write() as tx:
        account_id = int(records.kept(tx.db, "account_id") or 0)
        blank = {"id": tx.new_id(), "account_id": account_id, **dict.fromkeys(_GIVEN), "created_at": tx.stamp}
        row = _filled(tx, blank | {"updated_at": tx.stamp, **dict.fromkeys(_BEHIND)}, wanted)
        if isinstance(comment, dict):
            _tell(tx, call, row, comment)
        records.put(tx, "call", row)
        tx.note("call", row["id"], ["created"])
    return Reply({"call": row}, 201)


def show(call: Call, call_id: str) -> Reply:
    with call.state.read() as db:
        return Reply({"call": _found(db, call_id)})


def update(call: Call, call_id: str) -> Reply:
    wanted = call.wanted("call")
    with call.write() as tx:
        row = _filled(tx, _found(tx.db, call_id), wanted)
        records.put(tx, "call", row)
        tx.note("call", row["id"], sorted(wanted))
    return Reply({"call": row})


def add_comment(call: Call, call_id: str) -> Reply:
    """Answers with the comment as it stands on the ticket."""
    comment = call.body()
    with call.write() as tx:
        row = _found(tx.db, call_id)
        told = _tell(tx, call, row, comment)
        records.put(tx, "call", row)
    return Reply(told, 201)


def _tell(tx: Tx, call: Call, row: Json, comment: Json) -> Json:
    """An internal note with a title and the fields of the call that were asked for, one a line."""
    title, fields = str(comment.get("title") or ""), comment.get("call_fields")
    if not isinstance(fields, list):
        raise invalid_attribute("call_fields", "an array")
    lines = [f"{name.replace('_', ' ').capitalize()}: {row[name]}" for name in map(str, fields) if name in row]
    body = "\n\n".join(part for part in (title, "\n".join(["Summary", *lines])) if part)
    note = {"body": body, "public": False}
    if row["ticket_id"] is None:
        opened: Json = {"subject": title, "comment": note, "via": {"channel": "api"}}
        ticket, audit = tickets.create(tx, opened, call.by())
        row["ticket_id"] = ticket["id"]
    else:
        _, audit = tickets.update(tx, row["ticket_id"], {"comment": note}, call.by())
    return _shown(row, title, next(event for event in audit["events"] if event["type"] == "Comment"), audit)


def _shown(row: Json, title: str, event: Json, audit: Json) -> Json:
    told: dict[str, Any] = {
        "app_id": row["app_id"], "app_name": f"App {row['app_id']}", "author_id": None, "call_id": row["id"],
        "direction": row["direction"], "external_id": row["external_id"], "title": title, "via_id": 45,
        "recording_url": row["recording_url"] or "",
    }  # fmt: skip
    return {
        "id": event["id"], "type": "TpeVoiceComment", "public": False, "data": told, "formatted_from": "Unknown",
        "formatted_to": "Unknown", "transcription_visible": False, "author_id": event["author_id"],
        "body": event["body"], "html_body": event["html_body"], "trusted": True, "attachments": [],
        "created_at": audit["created_at"], "audit_id": audit["id"], "title": title,
    }  # fmt: skip


ROUTES = (
    Route(["POST"], "/calls", create),
    Route(["GET"], "/calls/<call_id>", show),
    Route(["PUT", "PATCH"], "/calls/<call_id>", update),
    Route(["POST"], "/calls/<call_id>/comments", add_comment),
)
