"""From a record to what a rule may know: the ticket as it was just after one of its updates, or at a time.

No hindsight: whatever came after the moment of the look is taken back, on the ticket, in its conversation and on our
own records; what cannot be taken back is not known. The exceptions: people and groups, see Record; and other tickets
count for whoever is their requester today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.language.facts_of_ticket import Comment, Person, TicketFacts, Update, but
from app.language.vocabulary import family_key
from app.rules.own_then import booking_then, customer_then, partner_then, refund_then
from app.rules.record import Record, organization_of, read_record, read_records
from app.rules.then import Values, changes_of, values_then
from app.tickets.account_names import NameKind
from app.tickets.channels import number_of
from app.tickets.model import TicketEvent

__all__ = ["Record", "facts_at", "facts_at_time", "glance_at", "is_glanced", "read_record", "read_records"]

RATED = "satisfaction_score"
GLANCED = frozenset({
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "requester_id", "organization_id",
    "current_tags", "via_id", "current_via_id", "recipient", "brand_id", "ticket_form_id", "satisfaction_score",
    "subject_includes_word", "description_includes_word", "comment_includes_word", "comment_is_public", "attachment",
    "update_type", "role", "requester_role", "locale_id", "text.topic", "ticket_due_date", "ticket_type_id",
})  # fmt: skip
"""The fields of conditions that a glance tells as the whole facts do."""
_NOTHING = TicketFacts()
_GLANCED_FAMILIES = frozenset({"custom_fields_{id}", "ticket_fields_{id}"})


def facts_at(
    record: Record,
    event: TicketEvent | None,
    values: Values | None = None,
    url: str = "",
    own_at: datetime | None = None,
) -> TicketFacts:
    """The ticket just after `event` (None: as it is now, looked at by time). `values` replace what the fields held,
    for looking at an old cause with today's ticket, and `own_at` is when our own records are looked at, if not then.
    `url`: where people open the ticket.
    """
    if event is None:
        return _facts(record, len(record.events), None, record.read_at, values, url)
    place = next(
        (place for place, one in enumerate(record.events, start=1) if one.audit_id > event.audit_id),
        len(record.events) + 1,
    )
    return _facts(record, place - 1, event, own_at or event.created_at, values, url)


def glance_at(record: Record, place: int, values: Values) -> TicketFacts:
    """The ticket just after `record.events[place]`, as far as `is_glanced`: the rest is left empty, for a tenth of the
    work. `values`: what its fields held then."""
    count = place + 1
    seen, later = record.events[:count], record.events[count:]
    return but(_NOTHING, **_glanced(record, seen, later, record.events[place], values, ""))


def is_glanced(field: str) -> bool:
    """Whether a condition on that field is answered by a glance as by the whole facts."""
    if field in GLANCED:
        return True
    family = family_key(field)
    return family is not None and family[0] in _GLANCED_FAMILIES


def facts_at_time(record: Record, at: datetime, url: str = "") -> TicketFacts:
    """The ticket as whoever looked at that time found it: what an automation saw. Not before the ticket was made."""
    seen = sum(one.created_at <= at for one in record.events)
    return _facts(record, seen, None, at, None, url)


def _facts(
    record: Record, count: int, event: TicketEvent | None, at: datetime, values: Values | None, url: str
) -> TicketFacts:
    """`count`: of the updates, how many had been made."""
    ticket, people = record.ticket, record.people
    seen, later = record.events[:count], record.events[count:]
    if values is None:
        values = values_then(ticket, later)
    said = _said_by_then(record, later, at)
    requester_id, assignee_id = _number(values["requester_id"]), _number(values["assignee_id"])
    group_id = _number(values["group_id"])
    given_away = () if requester_id == ticket.requester_id else (ticket.created_at,)
    booked = booking_then(record.own, ticket.booking_id, at)
    facts = TicketFacts(
        **_glanced(record, seen, later, event, values, url),
        group_name=record.groups.get(group_id or 0, ""),
        submitter=people.get(ticket.submitter_id or 0),
        assignee=people.get(assignee_id or 0),
        organization=organization_of(record.names, _number(values["organization_id"])),
        brand_name=_name(record, NameKind.brand, values["brand_id"]),
        ticket_form_name=_name(record, NameKind.form, values["ticket_form_id"]),
        is_public=any(one.public for one in said) if said else bool(values["is_public"]),
        updated_at=seen[-1].created_at if seen and (later or event) else ticket.updated_at,
        status_since=_since(seen, "status") or ticket.created_at,
        assigned_at=_since(seen, "assignee_id") if values["assignee_id"] else None,
        requester_updated_at=_last_by(seen, requester_id),
        assignee_updated_at=_last_by(seen, assignee_id),
        reopens=_reopens(seen),
        replies=sum(one.public and _is_staff(one.author) for one in said),
        agent_stations=len({str(one.changes["assignee_id"][1]) for one in seen if _set(one, "assignee_id")}),
        group_stations=len({str(one.changes["group_id"][1]) for one in seen if _set(one, "group_id")}),
        incidents=None if ticket.has_incidents else 0,
        cc_ids=(cc_ids := _people_now(ticket.email_cc_ids, later)),
        follower_ids=(follower_ids := _people_now(ticket.follower_ids, later)),
        ccs=_known(record, cc_ids),
        followers=_known(record, follower_ids),
        comments=said,
        booking=booked[0] if booked else None,
        partner=partner_then(record.own, booked[1], at) if booked else None,
        customer=customer_then(record.own, requester_id, at, given_away),
        refund=refund_then(record.own, ticket.booking_id, at),
    )
    return record.promises.told(facts, seen, at)


def _glanced(
    record: Record,
    seen: Sequence[TicketEvent],
    later: Sequence[TicketEvent],
    event: TicketEvent | None,
    values: Values,
    url: str,
) -> dict[str, Any]:
    """What the ticket and its update tell by themselves."""
    ticket = record.ticket
    return {
        "id": str(ticket.zendesk_id),
        "external_id": values["external_id"] or "",
        "subject": values["subject"] or "",
        "description": ticket.description or "",
        "status": values["status"],
        "custom_status_id": _id(values["custom_status_id"]),
        "type": values["type"] or "",
        "priority": values["priority"] or "",
        "group_id": _id(values["group_id"]),
        "assignee_id": _id(values["assignee_id"]),
        "requester_id": _id(values["requester_id"]) or None,
        "organization_id": _id(values["organization_id"]),
        "requester": record.people.get(_number(values["requester_id"]) or 0),
        "tags": frozenset(values["tags"]),
        "via_id": number_of(ticket.channel),
        "recipient": values["recipient"] or "",
        "brand_id": _id(values["brand_id"]),
        "ticket_form_id": _id(values["ticket_form_id"]),
        "custom_fields": {key: value for key, value in values.items() if key.isdigit()},
        "satisfaction_score": _rating(record, event, seen, later),
        "url": url,
        "created_at": ticket.created_at,
        "due_at": _moment(values["due_at"]),
        "update": _update(record, event) if event else None,
    }


def _said_by_then(record: Record, later: Sequence[TicketEvent], at: datetime) -> tuple[Comment, ...]:
    """By the update that brought them; a comment whose update is not mirrored, by its own time."""
    if not later:
        return tuple(record.said)
    first = later[0].audit_id
    return tuple(
        said
        for row, said in zip(record.comments, record.said, strict=True)
        if (row.audit_id < first if row.audit_id else row.created_at <= at)
    )


def _rating(
    record: Record, event: TicketEvent | None, seen: Sequence[TicketEvent], later: Sequence[TicketEvent]
) -> str | None:
    """The newest rating by then. Where the ticket has one today and no update tells when it came, an earlier look
    does not know it.
    """
    today = record.ticket.satisfaction or "unoffered"
    if not later and (event is None or event.created_at >= record.ticket.updated_at):
        return today
    told = next((one.changes[RATED][1] for one in reversed(seen) if RATED in one.changes), None)
    if told is not None:
        return str(told)
    return "unoffered" if today == "unoffered" or any(RATED in one.changes for one in later) else None


def _update(record: Record, event: TicketEvent) -> Update:
    audit_id = event.audit_id
    said = next((place for place, row in enumerate(record.comments) if row.audit_id == audit_id), None)
    author = event.author_id
    updater = record.people.get(author or 0) or Person(
        id=str(author or ""), role="system" if not author or author < 0 else None
    )
    return Update(
        type="Create" if event.is_creation else "Change",
        updater=updater,
        via_id=number_of(event.channel),
        comment=None if said is None else record.said[said],
        changes=changes_of(event),
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


def _is_staff(person: Person | None) -> bool:
    return person is not None and person.role in {"agent", "admin"}


def _name(record: Record, kind: NameKind, value: Any) -> str:
    row = record.names.get((kind, _number(value) or 0))
    return row.name if row is not None else ""


def _people_now(ids: Sequence[Any] | None, later: Sequence[TicketEvent]) -> tuple[str, ...] | None:
    """Audits do not tell who was on it before: an older look does not know."""
    return None if ids is None or later else tuple(str(one) for one in ids)


def _known(record: Record, ids: tuple[str, ...] | None) -> tuple[Person, ...]:
    return tuple(person for one in ids or () if (person := record.people.get(int(one))) is not None)


def _id(value: Any) -> str:
    return "" if value in (None, "") else str(value)


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "") and str(value).isdecimal() else None


def _moment(value: Any) -> datetime | None:
    """A time as the mirror has it, or as an audit writes it; what is no time is none."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        told = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return told if told.tzinfo else None
