"""What happened on the past tickets: as Zendesk's audits, and the same as rows of our mirror, under the same ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.bookings.model import Booking
from app.demo import names, numbers
from app.demo.past import CHANNEL_CHOICES, PastTicket, Said
from app.tickets.model import Comment, Ticket, TicketEvent
from integrations.zendesk.sandbox.shape import html_of

Row = dict[str, Any]

# Of one ticket: room for fifteen audits, and of each for its comment and its changes.
IDS_A_TICKET, IDS_AN_AUDIT = 1024, 64
SYSTEM = -1


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def audits_of(ticket: PastTicket) -> list[Row]:
    """One for each thing said: the first makes the ticket, the last brings it to its status. Then time closes it."""
    told = [_audit(ticket, place, said) for place, said in enumerate(ticket.said)]
    return [*told, _closing(ticket)] if ticket.status == "closed" else told


def mirrored(ticket: PastTicket, booking: Booking | None, moment: datetime) -> Ticket:
    """The mirror's rows of a ticket; the first sync brings what is newer."""
    row = Ticket(
        zendesk_id=ticket.number,
        subject=ticket.subject,
        description=ticket.said[0].body,
        status=ticket.status,
        priority=ticket.priority,
        type=ticket.type,
        tags=tags_of(ticket),
        group_id=ticket.group,
        assignee_id=ticket.assignee,
        requester_id=ticket.requester_id,
        submitter_id=ticket.requester_id,
        channel=ticket.channel,
        custom_fields={str(number): value for number, value in field_values(ticket).items()},
        satisfaction=ticket.satisfaction,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        mirrored_at=moment,
        history_through=ticket.updated_at,
        booking=booking,
    )
    for place, audit in enumerate(audits_of(ticket)):
        at = datetime.fromisoformat(audit["created_at"])
        comment = audit["events"][0] if place < len(ticket.said) else None
        row.events.append(
            TicketEvent(
                audit_id=audit["id"],
                author_id=audit["author_id"],
                channel=audit["via"]["channel"],
                is_creation=place == 0,
                changes={
                    one["field_name"]: [one.get("previous_value"), one["value"]]
                    for one in audit["events"]
                    if "field_name" in one
                },
                comment_id=comment["id"] if comment else None,
                created_at=at,
            )
        )
        if comment:
            row.comments.append(
                Comment(
                    zendesk_id=comment["id"],
                    audit_id=audit["id"],
                    author_id=comment["author_id"],
                    is_public=comment["public"],
                    body=comment["body"],
                    created_at=at,
                )
            )
    return row


def field_values(ticket: PastTicket) -> dict[int, str | None]:
    """The account's own ticket fields, by id."""
    city = names.CITIES.get(ticket.city or "")
    return {
        numbers.BOOKING_FIELD: ticket.booking,
        numbers.CITY_FIELD: f"city_{city}" if city else None,
        numbers.CHANNEL_FIELD: CHANNEL_CHOICES[ticket.channel],
    }


def tags_of(ticket: PastTicket) -> list[str]:
    """A drop-down's choice is also a tag, as Zendesk has it."""
    values = field_values(ticket)
    chosen = {values[number] for number in (numbers.CITY_FIELD, numbers.CHANNEL_FIELD)}
    return sorted({*ticket.tags, *(tag for tag in chosen if tag)})


def _audit(ticket: PastTicket, place: int, said: Said) -> Row:
    audit_id = numbers.AUDITS + ticket.number * IDS_A_TICKET + place * IDS_AN_AUDIT
    changes = _made(ticket) if place == 0 else {}
    was = {}
    if place == len(ticket.said) - 1 and ticket.status != "open" and place > 0:
        changes, was = {"status": "solved" if ticket.status == "closed" else ticket.status}, {"status": "open"}
    comment = {
        "id": audit_id + 1,
        "type": "Comment",
        "author_id": said.author_id,
        "body": said.body,
        "plain_body": said.body,
        "html_body": html_of(said.body),
        "public": said.public,
        "attachments": [],
        "audit_id": audit_id,
    }
    told = [
        {"id": audit_id + number, "type": "Create", "field_name": field, "value": value}
        | ({"type": "Change", "previous_value": was[field]} if field in was else {})
        for number, (field, value) in enumerate(changes.items(), start=2)
    ]
    return {
        "id": audit_id,
        "ticket_id": ticket.number,
        "author_id": said.author_id,
        "created_at": stamp(said.at),
        "metadata": {"system": {}, "custom": {}},
        "via": via(ticket),
        "events": [comment, *told],
    }


def _closing(ticket: PastTicket) -> Row:
    """What Zendesk does by itself to a ticket that was solved long enough."""
    audit_id = numbers.AUDITS + ticket.number * IDS_A_TICKET + len(ticket.said) * IDS_AN_AUDIT
    change = {"type": "Change", "field_name": "status", "value": "closed", "previous_value": "solved"}
    return {
        "id": audit_id,
        "ticket_id": ticket.number,
        "author_id": SYSTEM,
        "created_at": stamp(ticket.updated_at),
        "metadata": {"system": {}, "custom": {}},
        "via": {"channel": "automation", "source": {"from": {}, "to": {}, "rel": None}},
        "events": [{"id": audit_id + 1, **change}],
    }


def _made(ticket: PastTicket) -> Mapping[str, Any]:
    """What a ticket was made with; who answers it was settled at once."""
    return {
        "subject": ticket.subject,
        "requester_id": str(ticket.requester_id),
        "priority": ticket.priority,
        "type": ticket.type,
        "status": "open",
        "group_id": str(ticket.group),
        "assignee_id": str(ticket.assignee),
        "tags": tags_of(ticket),
    }


def via(ticket: PastTicket) -> Row:
    return {"channel": ticket.channel, "source": {"from": {}, "to": {}, "rel": None}}
