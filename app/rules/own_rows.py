"""Our own records around many tickets, with what tells how they were before: moves, and the audit's old values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.audit.model import AuditEntry
from app.bookings.model import Booking, Customer
from app.partners.incidents import PartnerIncident
from app.partners.model import Insurance, Partner, PartnerMove
from app.refunds.model import Refund, RefundMove
from app.tickets.model import Ticket

Changes = Sequence[tuple[datetime, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class OwnRows:
    """`customers`, `contacts` (when the tickets of a requester were made, oldest first): by Zendesk's user id.
    `refunds`: by booking, in the order they were asked for; `asked_at`, `booked_at`: by customer, oldest first.
    `changes`: of (table, id), what the audit has of it, newest first; `made_at`: when a row was entered, where the
    audit tells. The rest by id.
    """

    customers: Mapping[int, Customer] = field(default_factory=dict)
    contacts: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    bookings: Mapping[int, Booking] = field(default_factory=dict)
    partners: Mapping[int, Partner] = field(default_factory=dict)
    partner_moves: Mapping[int, Sequence[PartnerMove]] = field(default_factory=dict)
    warnings: Mapping[int, Sequence[PartnerIncident]] = field(default_factory=dict)
    insurances: Mapping[int, Sequence[Insurance]] = field(default_factory=dict)
    refunds: Mapping[int, Sequence[Refund]] = field(default_factory=dict)
    refund_moves: Mapping[int, Sequence[RefundMove]] = field(default_factory=dict)
    asked_at: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    booked_at: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    changes: Mapping[tuple[str, int], Changes] = field(default_factory=dict)
    made_at: Mapping[tuple[str, int], datetime] = field(default_factory=dict)


def read_own_rows(session: Session, requesters: Mapping[int, str | None], booking_ids: set[int]) -> OwnRows:
    """`requesters`: the addresses of Zendesk's users by their ids. A fixed number of queries."""
    customers = _customers(session, requesters)
    contacts = _grouped(
        session.execute(
            select(Ticket.requester_id, Ticket.created_at)
            .where(Ticket.requester_id.in_(list(requesters)))
            .order_by(Ticket.created_at)
        )
    )
    known = {one.id for one in customers.values()}
    bookings = {one.id: one for one in session.scalars(select(Booking).where(Booking.id.in_(booking_ids)))}
    booked_at = _grouped(
        session.execute(
            select(Booking.customer_id, Booking.created_at)
            .where(Booking.customer_id.in_(known))
            .order_by(Booking.created_at)
        )
    )
    asked_at = _grouped(
        session.execute(
            select(Booking.customer_id, Refund.requested_at)
            .join(Booking, Booking.id == Refund.booking_id)
            .where(Booking.customer_id.in_(known))
            .order_by(Refund.requested_at)
        )
    )
    refunds = _listed(
        session.scalars(
            select(Refund).where(Refund.booking_id.in_(booking_ids)).order_by(Refund.requested_at, Refund.id)
        ),
        "booking_id",
    )
    asked = {one.id for some in refunds.values() for one in some}
    moves = _listed(
        session.scalars(select(RefundMove).where(RefundMove.refund_id.in_(asked)).order_by(RefundMove.id)), "refund_id"
    )
    changes, made_at = _audited(session, {"bookings": booking_ids, "customers": known, "refunds": asked})
    partner_ids = {one.partner_id for one in bookings.values() if one.partner_id is not None}
    partner_ids |= {
        before
        for (table, _), some in changes.items()
        if table == "bookings"
        for _, changed in some
        if (before := changed.get("partner_id", (None,))[0]) is not None
    }
    partners = {one.id: one for one in session.scalars(select(Partner).where(Partner.id.in_(partner_ids)))}
    partner_moves = _listed(
        session.scalars(select(PartnerMove).where(PartnerMove.partner_id.in_(partner_ids)).order_by(PartnerMove.id)),
        "partner_id",
    )
    insurances = _listed(
        session.scalars(select(Insurance).where(Insurance.partner_id.in_(partner_ids)).order_by(Insurance.id)),
        "partner_id",
    )
    warned = select(PartnerIncident).where(
        PartnerIncident.partner_id.in_(partner_ids), PartnerIncident.is_warning.is_(True)
    )
    insured = {one.id for some in insurances.values() for one in some}
    of_partners = _audited(session, {"partners": partner_ids, "insurances": insured})
    return OwnRows(
        customers=customers,
        contacts=contacts,
        bookings=bookings,
        partners=partners,
        partner_moves=partner_moves,
        warnings=_listed(session.scalars(warned.order_by(PartnerIncident.id)), "partner_id"),
        insurances=insurances,
        refunds=refunds,
        refund_moves=moves,
        asked_at=asked_at,
        booked_at=booked_at,
        changes=changes | of_partners[0],
        made_at=made_at | of_partners[1],
    )


def _customers(session: Session, emails: Mapping[int, str | None]) -> dict[int, Customer]:
    """By Zendesk's user: our customer of that user, else of that address."""
    wanted = [email for email in emails.values() if email]
    rows = session.scalars(
        select(Customer).where(Customer.zendesk_id.in_(list(emails)) | Customer.email.in_(wanted)).order_by(Customer.id)
    ).all()
    of_user = {one.zendesk_id: one for one in rows if one.zendesk_id is not None}
    of_email = {one.email: one for one in reversed(rows) if one.email}
    found = {user: of_user.get(user) or of_email.get(email or "") for user, email in emails.items()}
    return {user: one for user, one in found.items() if one is not None}


def _audited(
    session: Session, ids: Mapping[str, set[int]]
) -> tuple[dict[tuple[str, int], list[tuple[datetime, Mapping[str, Any]]]], dict[tuple[str, int], datetime]]:
    """What was changed of these rows, newest first, and when they were entered."""
    changes: dict[tuple[str, int], list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    made_at: dict[tuple[str, int], datetime] = {}
    asked = [and_(AuditEntry.subject == table, AuditEntry.subject_id.in_(some)) for table, some in ids.items() if some]
    if not asked:
        return changes, made_at
    columns = (AuditEntry.subject, AuditEntry.subject_id, AuditEntry.verb, AuditEntry.at, AuditEntry.changes)
    told = select(*columns).where(or_(*asked), AuditEntry.verb.in_(("create", "update")))
    for table, row_id, verb, at, changed in session.execute(told.order_by(AuditEntry.id.desc())):
        if verb == "create":
            made_at[table, row_id] = at
        else:
            changes[table, row_id].append((at, changed))
    return changes, made_at


def _grouped(rows: Iterable[Any]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for key, at in rows:
        found[key].append(at)
    return found


def _listed(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
