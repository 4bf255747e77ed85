"""What the scores of partners are worked out from: asked of tickets, bookings, refunds and incidents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking, BookingState
from app.partners.incidents import PartnerIncident
from app.partners.scores import MANNER_REFUNDS, WINDOW_DAYS, WORK_REFUNDS, PaidBack, Rated, Sources, Weighed
from app.refunds.model import Refund, RefundState
from app.tickets.model import Ticket

NOT_OWED = (RefundState.rejected, RefundState.cancelled, RefundState.failed)


def read_sources(session: Session, partner_ids: Sequence[int], now: datetime) -> Mapping[int, Sources]:
    """Of each partner, over the last 180 days. Four queries, however many partners."""
    since = now - timedelta(days=WINDOW_DAYS)
    rated, works = _rated(session, partner_ids, since), _works(session, partner_ids, since, now)
    incidents, refunds = _incidents(session, partner_ids, since, now), _refunds(session, partner_ids, since)
    return {
        one: Sources(
            rated=tuple(rated.get(one, ())),
            works=works.get(one, 0),
            incidents=tuple(incidents.get(one, ())),
            refunds=tuple(refunds.get(one, ())),
        )
        for one in partner_ids
    }


def _rated(session: Session, partner_ids: Sequence[int], since: datetime) -> Mapping[int, list[Rated]]:
    rated = or_(Ticket.satisfaction.startswith("good"), Ticket.satisfaction.startswith("bad"))
    asked = (
        select(Booking.partner_id, Ticket.id, Ticket.zendesk_id, Ticket.satisfaction)
        .join(Booking, Booking.id == Ticket.booking_id)
        .where(Booking.partner_id.in_(partner_ids), Ticket.updated_at >= since, rated)
        .order_by(Ticket.id.desc())
    )
    found: dict[int, list[Rated]] = defaultdict(list)
    for partner_id, ticket_id, zendesk_id, said in session.execute(asked):
        if partner_id is not None:
            found[partner_id].append(Rated(ticket_id, zendesk_id, good=str(said).startswith("good")))
    return found


def _works(session: Session, partner_ids: Sequence[int], since: datetime, now: datetime) -> Mapping[int, int]:
    asked = (
        select(Booking.partner_id, func.count())
        .where(
            Booking.partner_id.in_(partner_ids),
            Booking.state == BookingState.done,
            Booking.ends_at >= since,
            Booking.ends_at <= now,
        )
        .group_by(Booking.partner_id)
    )
    return {partner_id: count for partner_id, count in session.execute(asked) if partner_id is not None}


def _incidents(
    session: Session, partner_ids: Sequence[int], since: datetime, now: datetime
) -> Mapping[int, list[Weighed]]:
    today = clock.in_seoul(now).date()
    asked = (
        select(PartnerIncident)
        .where(
            PartnerIncident.partner_id.in_(partner_ids),
            PartnerIncident.happened_on >= clock.in_seoul(since).date(),
        )
        .order_by(PartnerIncident.id.desc())
    )
    found: dict[int, list[Weighed]] = defaultdict(list)
    for one in session.scalars(asked):
        if one.counts_on(today):
            found[one.partner_id].append(Weighed(one.id, one.kind, one.points))
    return found


def _refunds(session: Session, partner_ids: Sequence[int], since: datetime) -> Mapping[int, list[PaidBack]]:
    asked = (
        select(Booking.partner_id, Refund.id, Refund.ref, Refund.reason)
        .join(Booking, Booking.id == Refund.booking_id)
        .where(
            Booking.partner_id.in_(partner_ids),
            Refund.requested_at >= since,
            Refund.state.not_in(NOT_OWED),
            Refund.reason.in_([*MANNER_REFUNDS, *WORK_REFUNDS]),
        )
        .order_by(Refund.id.desc())
    )
    found: dict[int, list[PaidBack]] = defaultdict(list)
    for partner_id, refund_id, ref, reason in session.execute(asked):
        if partner_id is not None:
            found[partner_id].append(PaidBack(refund_id, ref, reason.value))
    return found
