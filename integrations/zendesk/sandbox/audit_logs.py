"""The account's own audit log: who changed its rules, fields, people's roles and settings, from where."""

import sqlite3
from typing import Any

from . import people, records
from .shape import Json, ident
from .state import Tx

# Kinds whose changes are told of, and of users those keys alone that say what they may.
AUDITED = frozenset({
    "account", "settings", "trigger", "trigger_category", "automation", "macro", "view", "group", "brand", "webhook",
    "ticket_field", "user_field", "organization_field", "ticket_form", "custom_status", "custom_role", "schedule",
    "sla_policy", "group_sla_policy", "item", "recipient_address", "target", "sharing_agreement", "workspace", "queue",
    "custom_object", "deletion_schedule",
})  # fmt: skip
OF_USERS = frozenset({"role", "custom_role_id", "suspended", "password", "active", "merged", "permanently_deleted"})
_LABELS = ("title", "name", "agent_label", "email", "key")


def keep(tx: Tx, user: Json, address: str | None) -> None:
    """One row for each change of this transaction that the log tells of."""
    for note in list(tx.committed):
        changed = [str(key) for key in note["changed"]]
        if note["kind"] == "user":
            changed = [key for key in changed if key in OF_USERS]
        elif note["kind"] not in AUDITED:
            continue
        if not changed:
            continue
        action = {"created": "create", "deleted": "destroy"}.get(changed[0], "update")
        row: Json = {
            "id": tx.new_id(), "created_at": tx.stamp, "actor_id": user["id"], "actor_name": user["name"],
            "source_id": ident(note["id"]), "source_type": note["kind"], "source_label": _label(tx.db, note),
            "action": action, "action_label": {"create": "Created", "destroy": "Deleted"}.get(action, "Updated"),
            "change_description": _told(action, changed), "ip_address": address,
        }  # fmt: skip
        records.put(tx, "audit_log", row)


def _told(action: str, changed: list[str]) -> str:
    return f"Changed: {', '.join(changed)}" if action == "update" else ""


def _label(db: sqlite3.Connection, note: dict[str, Any]) -> str:
    kind, number = str(note["kind"]), note["id"]
    row = people.one(db, number) if kind == "user" else records.one(db, kind, number)
    found = next((row[key] for key in _LABELS if row.get(key)), None) if row else None
    return str(found or f"{kind} {number}")
