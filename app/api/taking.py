"""POST /api/v1/bookings: a booking and its customer, made or brought up to what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.api.shapes import BookingSent, BookingTold, Both, CustomerSent, Outcome, QuotePolicy
from app.bookings.incoming import differences, find_customer, find_partner, put_booking, put_customer
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.errors import Refusal
from app.policies.model import PolicyVersion

PLAIN = (
    *("product", "city", "channel", "gateway", "currency", "total_minor", "service_fee_minor", "paid_minor"),
    *("paid_at", "contracted_at", "starts_at", "ends_at", "payment_ref", "state"),
)

# Of a new booking, where nothing else is said.
USUAL: Mapping[str, Any] = {"currency": "KRW", "gateway": "toss", "channel": "app", "service_fee_minor": 0}


def taken(session: Session, sent: BookingSent) -> tuple[int, BookingTold]:
    """201 when it was not known, else 200. Two calls for one number wait for each other. Does not commit."""
    one_at_a_time(session, f"booking:{sent.ref}")
    version = joinedload(Booking.policy_version).joinedload(PolicyVersion.policy)
    record = session.scalar(select(Booking).options(version).where(Booking.ref == sent.ref))
    customer_id, touched = _customer(session, sent.customer)
    wanted = _wanted(session, sent, customer_id, is_new=record is None)
    changed = () if record is None else differences(record, wanted)
    booking = put_booking(session, record, sent.ref, wanted)
    names = sorted({*touched, *(change.name.removesuffix("_id") for change in changed)})
    outcome = Outcome.created if record is None else Outcome.updated if names else Outcome.unchanged
    told = BookingTold(
        booking=booking.ref,
        outcome=outcome,
        changed=[] if record is None else names,
        customer_id=customer_id,
        state=booking.state,
        left_minor=booking.paid_minor - (booking.held_minor or 0),
        policy=_policy(booking),
    )
    return (201 if record is None else 200), told


def _customer(session: Session, sent: CustomerSent) -> tuple[int, list[str]]:
    wanted = {name: value for name in sent.__struct_fields__ if (value := getattr(sent, name)) is not UNSET}
    if "email" in wanted:
        wanted["email"] = wanted["email"].strip().lower()
    if "language" in wanted:
        wanted["language"] = wanted["language"].value
    one_at_a_time(session, f"customer:{wanted.get('email') or wanted.get('zendesk_id')}")
    try:
        record = find_customer(session, wanted)
        touched = [] if record is None else [f"customer.{change.name}" for change in differences(record, wanted)]
        return put_customer(session, record, wanted).id, touched
    except Refusal as refusal:
        raise type(refusal)(refusal.words, field=f"customer.{refusal.field}" if refusal.field else "customer") from None


def _wanted(session: Session, sent: BookingSent, customer_id: int, *, is_new: bool) -> dict[str, Any]:
    wanted = dict(USUAL) if is_new else {}
    wanted |= {name: value for name in PLAIN if (value := getattr(sent, name)) is not UNSET}
    wanted["customer_id"] = customer_id
    if sent.first_period_minor is not UNSET:
        wanted["first_period_minor"] = sent.first_period_minor
    elif is_new:
        wanted["first_period_minor"] = sent.total_minor
    if sent.partner is None:
        wanted["partner_id"] = None
    elif isinstance(sent.partner, str):
        wanted["partner_id"] = find_partner(session, sent.partner).id
    return wanted


def _policy(booking: Booking) -> QuotePolicy | None:
    version = booking.policy_version
    if version is None:
        return None
    return QuotePolicy(version.id, version.number, Both(version.policy.name_ko, version.policy.name_en))
