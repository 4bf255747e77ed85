"""What of a decided change still fits the ticket as it is now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.tickets.model import Ticket

# Zendesk's name of a field in an update -> the column of the mirror that holds it
COLUMNS = {
    "status": "status",
    "priority": "priority",
    "type": "type",
    "group_id": "group_id",
    "assignee_id": "assignee_id",
    "brand_id": "brand_id",
    "ticket_form_id": "ticket_form_id",
    "custom_status_id": "custom_status_id",
    "subject": "subject",
    "due_at": "due_at",
    "requester_id": "requester_id",
    "external_id": "external_id",
}


NOTHING = object()


def fit(change: Mapping[str, Any], before: Mapping[str, Any], ticket: Ticket) -> dict[str, Any]:
    """The part of `change` that nobody has touched since and that is not so already.

    A field that no longer has the value it was decided on is somebody else's now. Tags are only added and removed, so
    they fit always, unless they are there (or gone) already. A closed ticket takes nothing.
    """
    if ticket.status in {"closed", "deleted"}:
        return {}
    left = {field: _left(field, wanted, before, ticket) for field, wanted in change.items()}
    left = {field: wanted for field, wanted in left.items() if wanted is not NOTHING}
    return left if set(left) - {"macro_ids"} else {}


def _left(field: str, wanted: Any, before: Mapping[str, Any], ticket: Ticket) -> Any:
    """What of one field is still to be sent; NOTHING when none of it."""
    if field in COLUMNS:
        seen = getattr(ticket, COLUMNS[field])
        if _same(seen, wanted) or (field in before and not _same(seen, before[field])):
            return NOTHING
        return wanted
    if field == "additional_tags":
        return [tag for tag in wanted if tag not in ticket.tags] or NOTHING
    if field == "remove_tags":
        return [tag for tag in wanted if tag in ticket.tags] or NOTHING
    if field == "custom_fields":
        known = before.get("custom_fields") or {}
        return [item for item in wanted if _open(item, known, ticket.custom_fields)] or NOTHING
    return wanted


def _open(item: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    key = str(item["id"])
    if _same(now.get(key), item["value"]):
        return False
    return key not in before or _same(now.get(key), before[key])


def _same(one: Any, other: Any) -> bool:
    return (one if one not in ("", None) else None) == (other if other not in ("", None) else None) or (
        one is not None and other is not None and str(one) == str(other)
    )
