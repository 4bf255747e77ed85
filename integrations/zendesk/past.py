"""An update as the event export tells it, as the audit that it is: the same ids, the same fields, the same words.

Both tell of one update under one id, and of its comment under one id, so whichever comes second is known already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.zendesk.types import Audit, AuditEvent, TicketEvent, Via

# Of a child that tells of a field: everything else in it is the field itself.
_ABOUT = frozenset(
    {"id", "via", "via_reference_id", "event_type", "previous_value", "created_at", "added_tags", "removed_tags"}
)
_FIELDS = frozenset({"Create", "Change"})
# Where the export writes a channel's title in place of its word.
_CHANNELS = {
    "web form": "web",
    "mail": "email",
    "web service": "api",
    "web service (api)": "api",
    "closed ticket": "closed_ticket",
    "help center": "help_center",
    "web widget": "web_widget",
    "phone call (incoming)": "phone_call_inbound",
    "phone call (outbound)": "phone_call_outbound",
    "text": "sms",
}


def as_audit(event: TicketEvent) -> Audit:
    """Whole where the event was asked for with its comments."""
    return Audit(
        id=event.id,
        ticket_id=event.ticket_id,
        created_at=event.created_at,
        author_id=event.updater_id,
        events=tuple(one for child in event.child_events for one in _told(child)),
        metadata=event.metadata,
        via=Via(channel=_channel(event.via)),
    )


def _told(child: Mapping[str, Any]) -> Iterator[AuditEvent]:
    kind = str(child.get("event_type") or child.get("type") or "")
    if kind in _FIELDS:
        for field, value in _fields(child):
            yield AuditEvent(
                id=int(child.get("id") or 0),
                type=kind,
                field_name=field,
                value=_as_audits_write(field, value),
                previous_value=_as_audits_write(field, _before(child, field)),
            )
        return
    if kind == "Comment" and not child.get("body") and child.get("comment_present"):
        return  # only that there was one: without its words it is not kept
    yield AuditEvent(
        id=int(child.get("id") or 0),
        type=kind,
        value=child.get("value"),
        score=child.get("score"),
        author_id=child.get("author_id"),
        public=bool(child.get("public", True)),
        body=child.get("body"),
        plain_body=child.get("plain_body"),
    )


def _fields(child: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in child.items():
        if key in _ABOUT:
            continue
        if key == "custom_ticket_fields" and isinstance(value, dict):
            yield from ((str(number), each) for number, each in value.items())
        else:
            yield key, value


def _before(child: Mapping[str, Any], field: str) -> Any:
    before = child.get("previous_value")
    if field == "tags" and before is None and ("added_tags" in child or "removed_tags" in child):
        added = set(child.get("added_tags") or ())
        return [tag for tag in child.get("tags") or () if tag not in added] + list(child.get("removed_tags") or ())
    if isinstance(before, dict) and field.isdecimal():
        return before.get(field)
    return before


def _as_audits_write(field: str, value: Any) -> Any:
    return str(value) if field.endswith("_id") and isinstance(value, int) else value


def _channel(via: Any) -> str | int | None:
    told = via.get("channel") if isinstance(via, dict) else via
    if isinstance(told, str):
        word = told.strip().lower()
        return _CHANNELS.get(word, word.replace(" ", "_"))
    return told if isinstance(told, int) else None
