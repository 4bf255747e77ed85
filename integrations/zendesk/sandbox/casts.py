"""What becomes of a value that a client sends for a key of a plain row: its column's own kind, or a refusal."""

import re
from typing import Any

from .replies import invalid_attribute, record_invalid
from .shape import Json, ident

_TEXT = re.compile(
    r"(^|_)(name|title|description|label|details|notes|key|external_id|email|subdomain|time_zone|score|comment|reason|type)$"
)
# The rights of a role, by which its configuration is read.
RIGHTS = frozenset({
    "assign_tickets_to_any_group", "chat_access", "end_user_list_access", "end_user_profile_access", "explore_access",
    "forum_access", "forum_access_restricted_content", "group_access", "light_agent", "macro_access",
    "manage_automations", "manage_business_rules", "manage_contextual_workspaces", "manage_dynamic_content",
    "manage_extensions_and_channels", "manage_facebook", "manage_group_memberships", "manage_groups",
    "manage_organization_fields", "manage_organizations", "manage_roles", "manage_skills", "manage_slas",
    "manage_suspended_tickets", "manage_ticket_fields", "manage_ticket_forms", "manage_triggers",
    "manage_user_fields", "moderate_forums", "organization_editing", "organization_notes_editing", "report_access",
    "side_conversation_create", "ticket_access", "ticket_comment_access", "ticket_deletion", "ticket_editing",
    "ticket_merge", "ticket_redaction", "ticket_tag_editing", "twitter_search_access", "user_view_access",
    "view_access", "view_deleted_tickets", "voice_access", "voice_dashboard_access",
})  # fmt: skip
CONDITION = ("field", "operator", "value")
_ROWS = {
    "actions": ("field", "value"),
    "policy_metrics": ("priority", "metric", "target", "target_in_seconds", "business_hours"),
}
_TRUE = frozenset({"true", "1", "on", "yes"})


def cast(key: str, default: object, value: Any) -> object:
    """A number given for a text is that text, digits given for a number are that number, as in a database's columns.

    Nothing in place of a list or an object is an empty one. What cannot be cast is refused.
    """
    if isinstance(default, list | dict):
        return _whole(key, default, value)
    if value is None:
        return None
    if key == "restriction" and not isinstance(value, dict):
        raise invalid_attribute(key)
    if isinstance(default, bool):
        return str(value).lower() in _TRUE
    if _TEXT.search(key):
        return _text(key, value)
    if key.endswith("_id"):
        return _id(key, value)
    return _number(key, value) if isinstance(default, int) else value


def _whole(key: str, default: list[Any] | dict[str, Any], value: Any) -> object:
    kind, words = (list, "an array") if isinstance(default, list) else (dict, "an object")
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise invalid_attribute(key, words)
    if key in _ROWS:
        return trimmed(key, value, _ROWS[key])
    if key == "filter" and isinstance(value, dict):
        return {side: trimmed(key, value.get(side) or [], CONDITION) for side in ("all", "any") if side in value}
    if key == "configuration" and isinstance(value, dict):
        return {right: value[right] for right in value if right in RIGHTS and isinstance(value[right], bool | str)}
    return value


def trimmed(name: str, rows: object, keys: tuple[str, ...]) -> list[Json]:
    """Rows of a rule with the keys that they may have and no others."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise record_invalid(name, f"{name.capitalize()}: are invalid", "InvalidValue")
    return [{key: row[key] for key in keys if key in row} for row in rows]


def _text(key: str, value: Any) -> str:
    if isinstance(value, list | dict):
        raise invalid_attribute(key, "a string")
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _id(key: str, value: Any) -> int | None:
    found = ident(value)
    if found is None and value not in ("", 0):
        raise record_invalid(key, f"{key.replace('_', ' ').capitalize()}: is invalid", "InvalidValue")
    return found


def _number(key: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise record_invalid(key, f"{key.capitalize()}: is not a number", "InvalidFormat") from wrong
