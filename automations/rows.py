"""Zendesk's values as rows of our mirror: what is newer or equal wins, nothing goes back.

The mirror keeps no resident registration number that a customer wrote: in Zendesk it stands as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import Base
from app.resident_number import without_resident_numbers
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskField, ZendeskGroup, ZendeskUser
from app.tickets.sla import ZendeskSlaPolicy
from integrations.zendesk import types as zendesk

OURS = frozenset({"id", "decided_audit_id", "booking_id", "history_through"})
# A rating is an event of its own kind in an audit; we keep it as a change of this field.
RATED = "satisfaction_score"


def ticket_row(ticket: zendesk.Ticket, mirrored_at: datetime) -> dict[str, Any]:
    rating = ticket.satisfaction_rating
    return {
        "zendesk_id": ticket.id,
        "subject": without_resident_numbers(ticket.subject),
        "description": without_resident_numbers(ticket.description),
        "status": ticket.status[:16],
        "priority": ticket.priority,
        "type": ticket.type,
        "tags": list(ticket.tags),
        "group_id": ticket.group_id,
        "assignee_id": ticket.assignee_id,
        "requester_id": ticket.requester_id,
        "submitter_id": ticket.submitter_id,
        "organization_id": ticket.organization_id,
        "brand_id": ticket.brand_id,
        "ticket_form_id": ticket.ticket_form_id,
        "custom_status_id": ticket.custom_status_id,
        "channel": str(ticket.via.channel or "")[:40],
        "recipient": ticket.recipient[:254] if ticket.recipient else None,
        "external_id": ticket.external_id[:255] if ticket.external_id else None,
        "is_public": ticket.is_public,
        "has_incidents": ticket.has_incidents,
        "email_cc_ids": None if ticket.email_cc_ids is None else list(ticket.email_cc_ids),
        "follower_ids": None if ticket.follower_ids is None else list(ticket.follower_ids),
        "problem_id": ticket.problem_id,
        "custom_fields": {str(item.id): without_resident_numbers(item.value) for item in ticket.custom_fields},
        "satisfaction": rating.score if rating else None,
        "due_at": ticket.due_at,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "generated_at": ticket.generated_timestamp,
        "mirrored_at": mirrored_at,
        "decided_audit_id": 0,
    }


def user_row(user: zendesk.User) -> dict[str, Any]:
    return {
        "zendesk_id": user.id,
        "name": user.name[:255],
        "email": user.email[:254] if user.email else None,
        "role": user.role[:16],
        "locale": user.locale[:16] if user.locale else None,
        "organization_id": user.organization_id,
        "time_zone": user.time_zone[:64] if user.time_zone else None,
        "tags": list(user.tags),
        "is_active": user.active and not user.suspended,
        "locale_id": user.locale_id,
        "phone": user.phone[:128] if user.phone else None,
        "external_id": user.external_id[:255] if user.external_id else None,
        "details": without_resident_numbers(user.details),
        "notes": without_resident_numbers(user.notes),
        "signature": user.signature,
        "user_fields": without_resident_numbers(user.user_fields),
        "updated_at": user.updated_at,
    }


def group_row(group: zendesk.Group) -> dict[str, Any]:
    return {"zendesk_id": group.id, "name": group.name[:255], "is_deleted": group.deleted}


def field_row(field: zendesk.TicketField) -> dict[str, Any]:
    return {
        "zendesk_id": field.id,
        "kind": field.type[:32],
        "title": field.title[:255],
        "options": [{"name": option.name, "value": option.value} for option in field.options],
        "is_active": field.active,
    }


def upsert_tickets(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """A version older than the one that is here changes nothing. An answer without a generated_timestamp (0) is
    ordered by updated_at alone and leaves the mirror's in place.
    """
    if not rows:
        return
    table = Ticket.__table__
    insert = _insert(session, table)
    new = insert.excluded
    insert = insert.on_conflict_do_update(
        index_elements=["zendesk_id"],
        set_={
            **{column: new[column] for column in rows[0] if column not in OURS | {"zendesk_id", "generated_at"}},
            "generated_at": _greater(session, new.generated_at, table.c.generated_at),
        },
        where=or_(
            and_(new.generated_at > 0, new.generated_at > table.c.generated_at),
            and_(
                new.updated_at >= table.c.updated_at,
                or_(new.generated_at == 0, new.generated_at >= table.c.generated_at),
            ),
        ),
    )
    session.execute(insert, list(rows))


def upsert_named(session: Session, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Users, groups and fields: the newest answer wins."""
    insert_or_replace(session, model, list({row["zendesk_id"]: row for row in rows}.values()), ("zendesk_id",))


def insert_or_replace(session: Session, model: type[Base], rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Rows of one shape, none twice by `key`."""
    if not rows:
        return
    insert = _insert(session, model.__table__)
    columns = {column: insert.excluded[column] for column in rows[0] if column not in key}
    session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=columns), rows)


def upsert_users(session: Session, users: Iterable[zendesk.User]) -> None:
    upsert_named(session, ZendeskUser, map(user_row, users))


def upsert_groups(session: Session, groups: Iterable[zendesk.Group]) -> None:
    upsert_named(session, ZendeskGroup, map(group_row, groups))


def keep_sla_policies(session: Session, policies: Sequence[zendesk.SlaPolicy]) -> None:
    """All there are: one that is gone there is gone here."""
    session.execute(delete(ZendeskSlaPolicy).where(ZendeskSlaPolicy.zendesk_id.not_in([one.id for one in policies])))
    upsert_named(
        session,
        ZendeskSlaPolicy,
        [
            {
                "zendesk_id": one.id,
                "title": one.title[:255],
                "position": one.position,
                "conditions": one.filter,
                "targets": list(one.policy_metrics),
            }
            for one in policies
        ],
    )


def upsert_fields(session: Session, fields: Iterable[zendesk.TicketField]) -> None:
    upsert_named(session, ZendeskField, map(field_row, fields))


def keep_audits(session: Session, ticket: Ticket, audits: Iterable[zendesk.Audit]) -> None:
    """Events and comments that are not here yet; those that are here stay as they are."""
    keep_all_audits(session, [(ticket.id, audit) for audit in audits])


def keep_all_audits(session: Session, told: Sequence[tuple[int, zendesk.Audit]]) -> int:
    """The same for many tickets, each audit beside our id of its ticket; how many of them are new."""
    asked = [audit.id for _, audit in told]
    known = {
        (row.ticket_id, row.audit_id)
        for row in session.execute(
            select(TicketEvent.ticket_id, TicketEvent.audit_id).where(
                TicketEvent.ticket_id.in_({ticket_id for ticket_id, _ in told}), TicketEvent.audit_id.in_(asked)
            )
        )
    }
    fresh = [(ticket_id, audit) for ticket_id, audit in told if (ticket_id, audit.id) not in known]
    if not fresh:
        return 0
    session.execute(
        _insert(session, TicketEvent.__table__).on_conflict_do_nothing(index_elements=["ticket_id", "audit_id"]),
        [_event_row(ticket_id, audit) for ticket_id, audit in fresh],
    )
    comments = [
        {
            "zendesk_id": comment.id,
            "ticket_id": ticket_id,
            "audit_id": audit.id,
            "author_id": comment.author_id,
            "is_public": comment.public,
            "body": without_resident_numbers(comment.body),
            "created_at": comment.created_at,
            "attachments": comment.attachments,
        }
        for ticket_id, audit in fresh
        for comment in audit.comments
    ]
    if comments:
        insert = _insert(session, Comment.__table__).on_conflict_do_nothing(index_elements=["zendesk_id"])
        session.execute(insert, comments)
    return len(fresh)


def _event_row(ticket_id: int, audit: zendesk.Audit) -> dict[str, Any]:
    changes = _changes(audit)
    ratings = [event.score for event in audit.events if event.type == "SatisfactionRating"]
    if ratings:
        changes[RATED] = [None, ratings[-1]]
    comments = audit.comments
    return {
        "ticket_id": ticket_id,
        "audit_id": audit.id,
        "author_id": audit.author_id,
        "channel": str(audit.via.channel or "")[:40],
        "is_creation": any(event.type == "Create" for event in audit.events),
        "changes": without_resident_numbers(changes),
        "comment_id": comments[-1].id if comments else None,
        "marker": audit.marker[:64] if audit.marker else None,
        "created_at": audit.created_at,
    }


def _changes(audit: zendesk.Audit) -> dict[str, Any]:
    """From what to what each field went in this update. The account's own triggers may change one again in the same
    audit: then from what it was before to what it was left as, and not at all where that is the same.
    """
    found: dict[str, list[Any]] = {}
    undone: set[str] = set()
    for event in audit.events:
        if event.type not in {"Create", "Change"} or not event.field_name:
            continue
        before = event.previous_value if event.type == "Change" else None
        first = found.get(event.field_name)
        found[event.field_name] = [before if first is None else first[0], event.value]
        if first is not None:
            (undone.add if first[0] == event.value else undone.discard)(event.field_name)
    return {field: change for field, change in found.items() if field not in undone}


def _insert(session: Session, table: Any) -> Any:
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return kind.insert(table)


def _greater(session: Session, one: Any, other: Any) -> Any:
    return func.greatest(one, other) if session.get_bind().dialect.name == "postgresql" else func.max(one, other)
