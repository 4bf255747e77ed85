"""A ticket as it was when one update had just been made: today's values with all later updates taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.language.facts_of_ticket import Change
from app.tickets.model import Ticket, TicketEvent

FIELDS = (
    "subject",
    "status",
    "priority",
    "type",
    "group_id",
    "assignee_id",
    "requester_id",
    "organization_id",
    "brand_id",
    "ticket_form_id",
    "custom_status_id",
    "recipient",
    "is_public",
    "external_id",
    "due_at",
)
Values = dict[str, Any]


def values_now(ticket: Ticket) -> Values:
    """The ticket's fields by Zendesk's names; custom fields by their id, tags under "tags"."""
    values: Values = {field: getattr(ticket, field) for field in FIELDS}
    values["tags"] = list(ticket.tags)
    values.update(ticket.custom_fields)
    return values


def values_then(ticket: Ticket, later: Iterable[TicketEvent]) -> Values:
    """`later`: the updates to take back, in any order."""
    values = values_now(ticket)
    for event in sorted(later, key=lambda one: one.audit_id, reverse=True):
        _take_back(values, event)
    return values


def values_after_each(ticket: Ticket, events: Sequence[TicketEvent]) -> list[Values]:
    """Just after each of the updates, which are all there are, in the order of their audits."""
    values, found = values_now(ticket), []
    for event in reversed(events):
        found.append(dict(values))
        _take_back(values, event)
    return found[::-1]


def _take_back(values: Values, event: TicketEvent) -> None:
    for field, (before, _) in event.changes.items():
        if field in values or field.isdigit():
            values[field] = _tags(before) if field == "tags" else before


def with_waiting(values: Values, waiting: Iterable[Mapping[str, Any]]) -> Values:
    """As it will be once everything that is owed to Zendesk has got there."""
    after = dict(values)
    for change in waiting:
        after.update({field: value for field, value in change.items() if field in FIELDS})
        for item in change.get("custom_fields", ()):
            after[str(item["id"])] = item["value"]
        gone = set(change.get("remove_tags", ()))
        after["tags"] = [
            tag for tag in dict.fromkeys([*after["tags"], *change.get("additional_tags", ())]) if tag not in gone
        ]
    return after


def changes_of(event: TicketEvent) -> dict[str, Change]:
    """By the names that conditions use."""
    return {
        condition_name(field): Change(_plain(field, before), _plain(field, after))
        for field, (before, after) in event.changes.items()
    }


def condition_name(field: str) -> str:
    if field == "tags":
        return "current_tags"
    return f"custom_fields_{field}" if field.isdigit() else field


def _plain(field: str, value: Any) -> Any:
    if field == "tags":
        return frozenset(_tags(value))
    return "" if value is None else value


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [str(tag) for tag in value or ()]
