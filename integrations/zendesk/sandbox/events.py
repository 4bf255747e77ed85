"""Changes of tickets as the events that webhooks subscribe to, in Zendesk's envelope (ids as text, choices shouted)."""

import uuid
from collections.abc import Callable

from . import account, records
from .audits import changed_keys
from .shape import Json, encode, fine_stamp, ulid
from .state import Tx

PREFIX = "zen:event-type:ticket."
VERSION = "2022-11-06"
_CHANNELS = {"api": "web_service", "web": "web_form", "email": "mail"}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _shout(value: object) -> str | None:
    return None if value is None else str(value).upper()


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _as_is(value: object) -> object:
    return value


# One key of a ticket -> the event that tells of its change, and how its values are written there.
_CHANGED: dict[str, tuple[str, Callable[[object], object]]] = {
    "status": ("status_changed", _shout),
    "custom_status_id": ("custom_status_changed", _text),
    "priority": ("priority_changed", _shout),
    "type": ("type_changed", _shout),
    "subject": ("subject_changed", _as_is),
    "assignee_id": ("agent_assignment_changed", _text),
    "group_id": ("group_assignment_changed", _text),
    "requester_id": ("requester_changed", _text),
    "submitter_id": ("submitter_changed", _text),
    "organization_id": ("organization_changed", _text),
    "brand_id": ("brand_changed", _text),
    "ticket_form_id": ("form_changed", _text),
    "external_id": ("external_id_changed", _text),
    "problem_id": ("problem_link_changed", _text),
    "due_at": ("task_due_at_changed", _as_is),
    "follower_ids": ("followers_changed", _texts),
    "email_cc_ids": ("email_ccs_changed", _texts),
}
NAMES = frozenset(
    {
        "created",
        "comment_added",
        "comment_made_private",
        "comment_redacted",
        "attachment_linked_to_comment",
        "attachment_redacted_from_comment",
        "tags_changed",
        "custom_field_changed",
        "soft_deleted",
        "undeleted",
        "permanently_deleted",
        "marked_as_spam",
        "merged",
        "csat_requested",
        "csat_received",
        "schedule_changed",
        "sla_policy_changed",
        "next_sla_breach_changed",
    }
    | {name for name, _ in _CHANGED.values()}
)


def announce(tx: Tx, before: Json | None, after: Json, comment: Json | None, actor: Json) -> None:
    """Puts one invocation a webhook and event into the delivery table, in the transaction of the change itself."""
    hooks = [hook for hook in records.every(tx.db, "webhook") if hook["status"] == "active"]
    wanted = [(hook["id"], set(hook["subscriptions"])) for hook in hooks if hook["subscriptions"]]
    if not wanted:
        return
    _send(tx, wanted, after, _happened(tx, before, after, comment, actor), actor)


def announce_private(tx: Tx, ticket: Json, comment: Json, actor: Json) -> None:
    announce_named(tx, ticket, "comment_made_private", {"comment": {"id": str(comment["id"])}}, actor)


def announce_named(tx: Tx, ticket: Json, name: str, event: Json, actor: Json) -> None:
    """One event that no difference between two versions of a ticket tells of."""
    hooks = [hook for hook in records.every(tx.db, "webhook") if hook["status"] == "active"]
    wanted = [(hook["id"], set(hook["subscriptions"])) for hook in hooks if hook["subscriptions"]]
    _send(tx, wanted, ticket, [(name, event)], actor)


def _send(
    tx: Tx, wanted: list[tuple[str, set[str]]], after: Json, happened: list[tuple[str, Json]], actor: Json
) -> None:
    sequence = uuid.uuid4().hex.upper()
    number = account.account_id(tx.db)
    for position, (name, event) in enumerate(happened, start=1):
        kind = PREFIX + name
        hearers = [hook for hook, subscriptions in wanted if kind in subscriptions]
        if not hearers:
            continue
        event["meta"] = {"sequence": {"id": sequence, "position": position}}
        body = encode(_envelope(tx, number, kind, after, event, actor))
        for hook in hearers:
            queue(tx, hook, kind, body)


def queue(tx: Tx, webhook_id: str, kind: str, body: bytes) -> str:
    """Returns the invocation's id. It leaves as soon as this transaction is committed."""
    invocation = ulid(tx.now)
    tx.db.execute(
        "insert into invocations(id, seq, webhook_id, type, created_at, body, due_at) values (?, ?, ?, ?, ?, ?, ?)",
        (invocation, tx.new_id(), webhook_id, kind, fine_stamp(tx.now), body, tx.now.timestamp()),
    )
    tx.wakes = True
    return invocation


def _happened(tx: Tx, before: Json | None, after: Json, comment: Json | None, actor: Json) -> list[tuple[str, Json]]:
    said: list[tuple[str, Json]] = []
    if comment:
        said = [("comment_added", {"comment": _comment(tx, comment, actor)})]
        said += [("attachment_linked_to_comment", _linked(file, comment)) for file in comment["attachments"]]
    if before is None:
        return [("created", {}), *said]
    if after["status"] == "deleted":
        return [("soft_deleted", {})]
    if before["status"] == "deleted":
        return [("undeleted", {})]
    found: list[tuple[str, Json]] = list(said)
    for key in changed_keys(before, after):
        if key == "tags":
            was, now = set(before["tags"]), set(after["tags"])
            found.append(("tags_changed", {"tags_added": sorted(now - was), "tags_removed": sorted(was - now)}))
        elif key in _CHANGED:
            name, write = _CHANGED[key]
            found.append((name, {"current": write(after[key]), "previous": write(before[key])}))
        elif key.isdecimal():
            found.append(("custom_field_changed", _field_change(tx, int(key), before, after)))
    return found


def _comment(tx: Tx, comment: Json, actor: Json) -> Json:
    row = tx.db.execute("select name, role from users where id = ?", (comment["author_id"],)).fetchone()
    name, role = (row["name"], row["role"]) if row else (actor["name"], actor["role"])
    author = {"id": str(comment["author_id"]), "is_staff": role != "end-user", "name": name}
    return {
        "author": author, "body": comment["body"], "html_body": comment["html_body"], "id": str(comment["id"]),
        "is_public": comment["public"],
    }  # fmt: skip


def _linked(file: Json, comment: Json) -> Json:
    attachment = {"id": str(file["id"]), "filename": file["file_name"], "content_type": file["content_type"]}
    return {"attachment": attachment, "comment": {"id": str(comment["id"])}}


def _field_change(tx: Tx, number: int, before: Json, after: Json) -> Json:
    was = next((row["value"] for row in before["custom_fields"] if row["id"] == number), None)
    now = next((row["value"] for row in after["custom_fields"] if row["id"] == number), None)
    definition = records.one(tx.db, "ticket_field", number) or {"title": None, "type": None}
    field = {"id": str(number), "title": definition["title"], "type": definition["type"]}
    return {"current": now, "field": field, "previous": was}


def _envelope(tx: Tx, account_number: int, kind: str, ticket: Json, event: Json, actor: Json) -> Json:
    channel = (ticket["via"] or {}).get("channel")
    detail = {
        "actor_id": str(actor["id"]), "assignee_id": _text(ticket["assignee_id"]),
        "brand_id": _text(ticket["brand_id"]), "created_at": ticket["created_at"],
        "custom_status": _text(ticket["custom_status_id"]),
        "description": ticket["description"], "external_id": ticket["external_id"],
        "form_id": _text(ticket["ticket_form_id"]), "group_id": _text(ticket["group_id"]), "id": str(ticket["id"]),
        "is_public": ticket["is_public"], "organization_id": _text(ticket["organization_id"]),
        "priority": _shout(ticket["priority"]), "requester_id": _text(ticket["requester_id"]),
        "status": _shout(ticket["status"]), "subject": ticket["subject"],
        "submitter_id": _text(ticket["submitter_id"]), "tags": ticket["tags"] or None, "type": _shout(ticket["type"]),
        "updated_at": ticket["updated_at"], "via": {"channel": _CHANNELS.get(str(channel), channel)},
    }  # fmt: skip
    return {
        "account_id": account_number, "detail": detail, "event": event, "id": str(uuid.uuid4()),
        "subject": f"zen:ticket:{ticket['id']}", "time": fine_stamp(tx.now), "type": kind,
        "zendesk_event_version": VERSION,
    }  # fmt: skip
