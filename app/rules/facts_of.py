"""From the mirror's rows to what a rule may know: the ticket then or now, its people, its booking, its counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.language.facts_of_ticket import (
    BookingFacts,
    Comment,
    CustomerFacts,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
    Update,
)
from app.refunds.model import Refund
from app.rules.channels import number_of
from app.rules.record import Record, read_record, read_records
from app.rules.then import Values, changes_of, values_then
from app.tickets.model import Comment as CommentRow
from app.tickets.model import Ticket, TicketEvent

__all__ = ["Record", "facts_at", "read_record", "read_records"]


def facts_at(record: Record, event: TicketEvent | None, values: Values | None = None, url: str = "") -> TicketFacts:
    """The ticket just after `event` (None: as it is now, looked at by time). `values` replace what the fields held,
    for looking at an old cause with today's ticket. `url`: where people open the ticket.
    """
    ticket = record.ticket
    last = event.audit_id if event else None
    later = [one for one in record.events if last is not None and one.audit_id > last]
    seen = [one for one in record.events if last is None or one.audit_id <= last]
    if values is None:
        values = values_then(ticket, later)
    said = [comment for comment in record.comments if last is None or comment.audit_id <= last]
    requester = record.people.get(_number(values["requester_id"]) or 0)
    assignee = record.people.get(_number(values["assignee_id"]) or 0)
    return TicketFacts(
        id=str(ticket.zendesk_id),
        external_id=ticket.external_id or "",
        subject=values["subject"] or "",
        description=ticket.description or "",
        status=values["status"],
        custom_status_id=_id(values["custom_status_id"]),
        type=values["type"] or "",
        priority=values["priority"] or "",
        group_id=_id(values["group_id"]),
        group_name=ticket.group.name if ticket.group and ticket.group_id == _number(values["group_id"]) else "",
        assignee_id=_id(values["assignee_id"]),
        requester_id=_id(values["requester_id"]) or None,
        organization_id=_id(values["organization_id"]),
        requester=requester,
        submitter=record.people.get(ticket.submitter_id or 0),
        assignee=assignee,
        tags=frozenset(values["tags"]),
        via_id=number_of(ticket.channel),
        recipient=values["recipient"] or "",
        brand_id=_id(values["brand_id"]),
        ticket_form_id=_id(values["ticket_form_id"]),
        is_public=bool(values["is_public"]),
        custom_fields={key: value for key, value in values.items() if key.isdigit()},
        satisfaction_score=ticket.satisfaction or "unoffered",
        url=url,
        created_at=ticket.created_at,
        updated_at=event.created_at if event else ticket.updated_at,
        due_at=ticket.due_at,
        status_since=_since(seen, "status") or ticket.created_at,
        assigned_at=_since(seen, "assignee_id") if values["assignee_id"] else None,
        requester_updated_at=_last_by(seen, ticket.requester_id),
        assignee_updated_at=_last_by(seen, _number(values["assignee_id"])),
        reopens=_reopens(seen),
        replies=sum(
            comment.is_public and _role(record.people, comment.author_id) in {"agent", "admin"} for comment in said
        ),
        agent_stations=len({str(one.changes["assignee_id"][1]) for one in seen if _set(one, "assignee_id")}),
        group_stations=len({str(one.changes["group_id"][1]) for one in seen if _set(one, "group_id")}),
        incidents=None if ticket.has_incidents else 0,
        comments=tuple(_comment(record.people, comment) for comment in said),
        update=_update(record, event) if event else None,
        booking=_booking(ticket),
        partner=_partner(ticket),
        customer=_customer_facts(record),
        refund=_refund(record.refund),
    )


def _update(record: Record, event: TicketEvent) -> Update:
    spoken = next((comment for comment in record.comments if comment.audit_id == event.audit_id), None)
    author = event.author_id
    updater = record.people.get(author or 0) or Person(
        id=str(author or ""), role="system" if not author or author < 0 else None
    )
    return Update(
        type="Create" if event.is_creation else "Change",
        updater=updater,
        via_id=number_of(event.channel),
        comment=_comment(record.people, spoken) if spoken else None,
        changes=changes_of(event),
    )


def _comment(people: dict[int, Person], comment: CommentRow) -> Comment:
    return Comment(
        body=comment.body,
        public=comment.is_public,
        id=str(comment.zendesk_id),
        author=people.get(comment.author_id or 0),
        created_at=comment.created_at,
    )


def _booking(ticket: Ticket) -> BookingFacts | None:
    booking = ticket.booking
    if booking is None:
        return None
    return BookingFacts(
        number=booking.ref,
        product=booking.product.value,
        city=booking.city,
        state=booking.state.value,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        price=booking.total_minor,
        currency=booking.currency,
    )


def _partner(ticket: Ticket) -> PartnerFacts | None:
    partner = ticket.booking.partner if ticket.booking else None
    return PartnerFacts(name=partner.name, state=partner.state.value, city=partner.city) if partner else None


def _customer_facts(record: Record) -> CustomerFacts | None:
    customer = record.customer
    if customer is None:
        return None
    return CustomerFacts(
        name=customer.name, tier=customer.tier.value, language=customer.language, contacts_30d=record.contacts_30d
    )


def _refund(refund: Refund | None) -> RefundFacts | None:
    if refund is None:
        return None
    return RefundFacts(
        number=refund.ref,
        state=refund.state.value,
        amount=refund.amount_minor,
        currency=refund.currency,
        reason=refund.reason.value,
    )


def _since(events: Sequence[TicketEvent], field: str) -> datetime | None:
    return next((one.created_at for one in reversed(events) if field in one.changes), None)


def _last_by(events: Sequence[TicketEvent], author_id: int | None) -> datetime | None:
    return next((one.created_at for one in reversed(events) if author_id and one.author_id == author_id), None)


def _reopens(events: Sequence[TicketEvent]) -> int:
    return sum(
        one.changes["status"][0] == "solved" and one.changes["status"][1] not in {"solved", "closed"}
        for one in events
        if "status" in one.changes
    )


def _set(event: TicketEvent, field: str) -> bool:
    return field in event.changes and event.changes[field][1] not in (None, "")


def _role(people: dict[int, Person], user_id: int | None) -> str | None:
    person = people.get(user_id or 0)
    return person.role if person else None


def _id(value: Any) -> str:
    return "" if value in (None, "") else str(value)


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "") and str(value).isdecimal() else None
