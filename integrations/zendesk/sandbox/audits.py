"""Audits: every change of a ticket told as Zendesk tells it, in events of their own kinds."""

from . import people
from .shape import Json
from .state import Tx
from .ticket_change import field_values

# What a new ticket's first audit always tells, and what it tells where there is something to tell.
_ALWAYS = ("subject", "requester_id", "priority", "type", "status", "organization_id", "brand_id", "ticket_form_id",
           "custom_status_id")  # fmt: skip
_WHERE_SET = ("assignee_id", "group_id", "external_id", "due_at", "problem_id", "recipient", "tags")
_CHANGES = ("subject", "requester_id", "assignee_id", "group_id", "organization_id", "priority", "type", "status",
            "custom_status_id", "brand_id", "ticket_form_id", "external_id", "due_at", "problem_id", "recipient",
            "submitter_id", "tags", "follower_ids", "email_cc_ids", "collaborator_ids")  # fmt: skip
# People on a ticket are told of by name, each kind in its own way.
_PEOPLE = {"follower_ids": ("FollowerChange", "followers"), "email_cc_ids": ("EmailCcChange", "email_ccs"),
           "collaborator_ids": ("Cc", "recipients")}  # fmt: skip


def changed_keys(before: Json | None, after: Json) -> list[str]:
    """Names of what differs, custom fields by their id: what the audit, the journal and the webhooks tell."""
    if before is None:
        return [key for key in (*_ALWAYS, *_WHERE_SET) if after[key] not in (None, [])]
    was, now = field_values(before), field_values(after)
    custom = [str(number) for number in now if now[number] != was.get(number)]
    return [key for key in _CHANGES if before[key] != after[key]] + custom


def events(tx: Tx, before: Json | None, after: Json) -> list[Json]:
    return _created(tx, after) if before is None else _changed(tx, before, after)


def comment_event(tx: Tx, comment: Json, audit_id: int) -> Json:
    return {
        "id": tx.new_id(), "type": "Comment", "author_id": comment["author_id"], "body": comment["body"],
        "html_body": comment["html_body"], "plain_body": comment["body"], "public": comment["public"],
        "attachments": [], "audit_id": audit_id,
    }  # fmt: skip


def macro_event(tx: Tx, macro_id: int, macro: Json | None) -> Json:
    return {
        "id": tx.new_id(), "type": "AgentMacroReference", "macro_id": str(macro_id),
        "macro_title": macro["title"] if macro else None, "macro_deleted": macro is None,
    }  # fmt: skip


def _created(tx: Tx, after: Json) -> list[Json]:
    told = [(key, _text(key, after[key])) for key in _ALWAYS]
    told += [(key, _text(key, after[key])) for key in _WHERE_SET if after[key] not in (None, [])]
    told += [(str(number), value) for number, value in field_values(after).items() if value not in (None, [], False)]
    return [{"id": tx.new_id(), "type": "Create", "value": value, "field_name": key} for key, value in told]


def _changed(tx: Tx, before: Json, after: Json) -> list[Json]:
    was, now = before | _by_id(before), after | _by_id(after)
    keys = changed_keys(before, after)
    persons = [_persons(tx, key, before[key], after[key]) for key in keys if key in _PEOPLE]
    return persons + [
        {"id": tx.new_id(), "type": "Change", "value": _text(key, now[key]), "field_name": key,
         "previous_value": _text(key, was.get(key))}
        for key in keys if key not in _PEOPLE
    ]  # fmt: skip


def _persons(tx: Tx, key: str, before: list[int], after: list[int]) -> Json:
    kind, name = _PEOPLE[key]
    if kind == "Cc":
        return {"id": tx.new_id(), "type": kind, "recipients": after}
    return {"id": tx.new_id(), "type": kind, f"previous_{name}": _emails(tx, before),
            f"current_{name}": _emails(tx, after)}  # fmt: skip


def _emails(tx: Tx, numbers: list[int]) -> list[str]:
    found = (people.one(tx.db, number) for number in numbers)
    return [user["email"] or user["name"] for user in found if user is not None]


def _by_id(ticket: Json) -> Json:
    return {str(number): value for number, value in field_values(ticket).items()}


def _text(key: str, value: object) -> object:
    return str(value) if key.endswith("_id") and value is not None else value
