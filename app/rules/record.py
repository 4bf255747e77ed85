"""What the mirror and our own records hold of tickets, read for many of them in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.language.facts_of_ticket import Comment, Organization, Person
from app.rules.own_rows import OwnRows, read_own_rows
from app.rules.sla_rows import Promises, read_promises
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import Comment as CommentRow
from app.tickets.model import Ticket, TicketEvent, ZendeskGroup, ZendeskUser

Names = Mapping[tuple[NameKind, int], ZendeskName]
ROLES = {"end-user": "end_user", "agent": "agent", "admin": "admin"}
Row = TypeVar("Row", TicketEvent, CommentRow)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything we have of one ticket, read once for all its looks, at `read_at`.

    `events` and `comments` are in the order of their audits, `said` are the comments as facts. `people`, `groups`
    (their names), `names` (of brands, forms and organizations, by kind and id) and `own` are shared by all records of
    one reading: people with their roles, and names, are today's in every look, since Zendesk does not tell what they
    were; so are the SLA policies of `promises`.
    """

    ticket: Ticket
    events: Sequence[TicketEvent]
    comments: Sequence[CommentRow]
    said: Sequence[Comment] = ()
    people: Mapping[int, Person] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    own: OwnRows = field(default_factory=OwnRows)
    promises: Promises = field(default_factory=Promises)
    read_at: datetime = field(default_factory=clock.now)


def read_record(session: Session, ticket: Ticket) -> Record:
    return read_records(session, [ticket])[0]


def read_records(session: Session, tickets: Sequence[Ticket]) -> list[Record]:
    """One record a ticket, in their order. A fixed number of queries: ask for some hundreds at a time."""
    read_at = clock.now()
    ids = [ticket.id for ticket in tickets]
    events = _by_ticket(
        session.scalars(select(TicketEvent).where(TicketEvent.ticket_id.in_(ids)).order_by(TicketEvent.audit_id))
    )
    comments = _by_ticket(
        session.scalars(
            select(CommentRow).where(CommentRow.ticket_id.in_(ids)).order_by(CommentRow.audit_id, CommentRow.zendesk_id)
        )
    )
    requesters = {ticket.requester_id for ticket in tickets} | set(_earlier(events, "requester_id"))
    named = requesters | {one for ticket in tickets for one in (ticket.assignee_id, ticket.submitter_id)}
    named |= set(_earlier(events, "assignee_id"))
    named |= {int(one) for ticket in tickets for one in (*(ticket.email_cc_ids or ()), *(ticket.follower_ids or ()))}
    named |= {one.author_id for some in events.values() for one in some}
    named |= {one.author_id for some in comments.values() for one in some}
    users = session.scalars(select(ZendeskUser).where(ZendeskUser.zendesk_id.in_([one for one in named if one]))).all()
    organizations = {ticket.organization_id for ticket in tickets} | {user.organization_id for user in users}
    names = _names(session, {one for one in organizations | set(_earlier(events, "organization_id")) if one})
    people = {user.zendesk_id: _person(user, names) for user in users}
    groups = {group.zendesk_id: group.name for group in session.scalars(select(ZendeskGroup))}
    emails = {user.zendesk_id: user.email for user in users}
    booked = {ticket.booking_id for ticket in tickets if ticket.booking_id is not None}
    promises = read_promises(session, read_at)
    own = read_own_rows(session, {one: emails.get(one) for one in requesters if one}, booked)
    return [
        Record(
            ticket,
            events.get(ticket.id, []),
            said := comments.get(ticket.id, []),
            [_said(people, one) for one in said],
            people,
            groups,
            names,
            own,
            promises,
            read_at,
        )
        for ticket in tickets
    ]


def _by_ticket(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def _earlier(events: Mapping[int, Iterable[TicketEvent]], field_name: str) -> Iterable[int]:
    """Everyone whom the updates name in a field: who is in it today may not be who was."""
    for some in events.values():
        for event in some:
            for value in event.changes.get(field_name, ()):
                if value and str(value).isdecimal():
                    yield int(value)


def _names(session: Session, organizations: set[int]) -> dict[tuple[NameKind, int], ZendeskName]:
    """Every brand and form, and those organizations."""
    few = ZendeskName.kind.in_((NameKind.brand, NameKind.form))
    many = and_(ZendeskName.kind == NameKind.organization, ZendeskName.zendesk_id.in_(organizations))
    return {(one.kind, one.zendesk_id): one for one in session.scalars(select(ZendeskName).where(or_(few, many)))}


def organization_of(names: Names, organization_id: int | None) -> Organization | None:
    """None when there is none, or when it is not known here."""
    row = names.get((NameKind.organization, organization_id or 0))
    if row is None:
        return None
    known = row.detail
    return Organization(
        id=str(row.zendesk_id),
        name=row.name,
        external_id=known.get("external_id") or "",
        details=known.get("details") or "",
        notes=known.get("notes") or "",
        tags=frozenset(known.get("tags", ())),
        custom_fields=known.get("fields") or {},
    )


def _person(user: ZendeskUser, names: Names) -> Person:
    return Person(
        id=str(user.zendesk_id),
        role=ROLES.get(user.role),
        name=user.name,
        email=user.email or "",
        phone=user.phone or "",
        language=user.locale or "",
        locale_id=str(user.locale_id) if user.locale_id else None,
        time_zone=user.time_zone,
        external_id=user.external_id or "",
        details=user.details or "",
        notes=user.notes or "",
        signature=user.signature or "",
        tags=frozenset(user.tags),
        group_ids=tuple(str(one) for one in user.group_ids or ()),
        organization=organization_of(names, user.organization_id),
        custom_fields=user.user_fields,
    )


def _said(people: Mapping[int, Person], comment: CommentRow) -> Comment:
    return Comment(
        body=comment.body,
        public=comment.is_public,
        id=str(comment.zendesk_id),
        author=people.get(comment.author_id or 0),
        created_at=comment.created_at,
        attachments=comment.attachments,
    )
