"""Thousands of cancellations of the last year, for trying terms on: `flask demo --cancellations 10000`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking, BookingState, Customer
from app.demo.booking_rows import RENTS, STAY_FEE_PERCENT, VISIT_PRICES
from app.demo.sign_ins import AGENT, FINANCE, MANAGER
from app.ledger.posting import owe, pay
from app.partners.model import Partner, PartnerKind
from app.people.model import User
from app.policies.binding import most_specific
from app.policies.model import PolicyVersion, Product, VersionState
from app.refunds.approval import Approval
from app.refunds.model import Refund, RefundMove, RefundState
from app.refunds.reasons import Reason
from app.refunds.refund import quote_under

SEED, CHUNK, DAYS = 20_260_817, 500, 365
# The provider of the demo knows nothing of these: they are older than what is compared with it.
YOUNGEST_DAYS = 10
MARK = "X-"
PAYING = Actor(ActorKind.system, "opsroom")
REASONS = (
    *(Reason.customer_cancelled,) * 16,
    *(Reason.partner_cancelled, Reason.partner_cancelled, Reason.platform_error, Reason.force_majeure),
)
MONTHS = (1, 1, 2, 3, 6)
# Above this the table of authority that a house begins with asks for two.
ONE_APPROVES_MINOR = 500_000


def many(session: Session, moment: datetime, wanted: int) -> Iterator[int]:
    """Makes what is missing of `wanted`, a chunk in each transaction, and tells how many are there. Commits."""
    there = session.scalar(select(func.count(Refund.id)).where(Refund.ref.startswith(MARK))) or 0
    sides = session.scalars(select(Partner).where(Partner.kind != PartnerKind.vendor).order_by(Partner.id)).all()
    versions = session.scalars(
        select(PolicyVersion)
        .options(joinedload(PolicyVersion.policy))
        .where(PolicyVersion.state == VersionState.published)
    ).all()
    people = {user.email: user for user in session.scalars(select(User))}
    asker, deciders = people[AGENT.email], (people[MANAGER.email], people[FINANCE.email])
    buyers = session.scalars(select(Customer.id).order_by(Customer.id)).all()
    while there < wanted:
        rng = Random(SEED + there)
        made = [
            _one(rng, moment, place, sides, versions, rng.choice(buyers))
            for place in range(there + 1, min(there + CHUNK, wanted) + 1)
        ]
        for booking, version, reason, at in made:
            session.add(booking)
            session.flush()
            refund = _refund(booking, version, reason, at, asker, deciders)
            session.add(refund)
            session.flush()
            with clock.stopped(refund.paid_at or at), acting_as(PAYING):
                owe(session, refund.owing)
                pay(session, refund.owing)
        session.commit()
        there += len(made)
        yield there


def _one(
    rng: Random,
    moment: datetime,
    place: int,
    sides: Sequence[Partner],
    versions: Sequence[PolicyVersion],
    customer_id: int,
) -> tuple[Booking, PolicyVersion, Reason, datetime]:
    """A booking that was called off, and when and why. Drawn again until something goes back."""
    while True:
        partner = rng.choice(sides)
        at = moment - timedelta(seconds=rng.randint(YOUNGEST_DAYS * 86_400, DAYS * 86_400))
        is_stay = partner.kind is PartnerKind.host
        starts_at = at + timedelta(minutes=rng.randint(30, 75 * 1440 if is_stay else 4 * 1440))
        booking = _booking(rng, place, partner, is_stay=is_stay, at=at, starts_at=starts_at)
        booking.customer_id = customer_id
        version = _bound(versions, booking)
        reason = rng.choice(REASONS)
        if version is not None and quote_under(version, booking, reason, at).amount_minor > 0:
            booking.policy_version_id = version.id
            return booking, version, reason, at


def _booking(rng: Random, place: int, partner: Partner, *, is_stay: bool, at: datetime, starts_at: datetime) -> Booking:
    months = rng.choice(MONTHS) if is_stay else 1
    first = rng.choice(RENTS if is_stay else VISIT_PRICES)
    fee = first * STAY_FEE_PERCENT // 100 if is_stay else 0
    paid_at = at - timedelta(hours=rng.randint(1, 400))
    return Booking(
        ref=f"{MARK}{place:06d}",
        partner_id=partner.id,
        product=Product.mid_term_housing if is_stay else Product.home_cleaning,
        state=BookingState.cancelled,
        city=partner.city,
        channel="app",
        gateway=rng.choice(("toss", "toss", "stripe")) if is_stay else "toss",
        payment_ref=f"{MARK}pay-{place:06d}",
        currency="KRW",
        total_minor=first * months,
        first_period_minor=first,
        service_fee_minor=fee,
        paid_minor=first * months + fee,
        held_minor=0,
        paid_at=paid_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=30 * months) if is_stay else starts_at + timedelta(hours=3),
        created_at=paid_at,
    )


def _bound(versions: Sequence[PolicyVersion], booking: Booking) -> PolicyVersion | None:
    return most_specific(
        version
        for version in versions
        if version.policy.product is booking.product
        and version.valid_from <= booking.paid_at
        and (version.valid_until is None or version.valid_until > booking.paid_at)
        and version.policy.city in {None, booking.city}
        and version.policy.gateway in {None, booking.gateway}
        and version.policy.channel in {None, booking.channel}
    )


def _refund(
    booking: Booking, version: PolicyVersion, reason: Reason, at: datetime, asker: User, deciders: tuple[User, User]
) -> Refund:
    quoted = quote_under(version, booking, reason, at)
    paid_at = at + timedelta(hours=3)
    booking.held_minor = quoted.amount_minor
    approve = deciders[: 1 + (quoted.amount_minor > ONE_APPROVES_MINOR)]
    facts: dict[str, Any] = {
        "ref": booking.ref,
        "booking_id": booking.id,
        "booking": booking,
        "policy_version_id": version.id,
        "reason": reason,
        "currency": quoted.currency,
        "amount_minor": quoted.amount_minor,
        "quoted_minor": quoted.amount_minor,
        "quote": quoted.to_json(),
        "requested_by_id": asker.id,
        "maker_id": asker.id,
        "approvers": len(approve),
        "approved_by_id": approve[0].id,
        "approved_also_by_id": approve[1].id if len(approve) > 1 else None,
        "provider_key": f"refund-{secrets.token_hex(16)}",
        "provider_ref": f"{booking.ref}-paid",
    }
    times = {"requested_at": at, "decided_at": paid_at, "paid_at": paid_at, "told_at": paid_at}
    made = Refund(**facts, **times, state=RefundState.paid)
    made.approved_sum = made.sum_to_approve()
    made.approvals = [
        Approval(maker_id=asker.id, approver=one, role=one.role, sum=made.approved_sum, at=paid_at) for one in approve
    ]
    made.moves.append(RefundMove(was=None, now=RefundState.requested, by=AGENT.name, at=at))
    made.moves.append(RefundMove(was=RefundState.requested, now=RefundState.paid, by=MANAGER.name, at=paid_at))
    return made
