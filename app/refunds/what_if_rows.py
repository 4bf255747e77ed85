"""The cancellations that really were, of a policy and a time, within what one may see. One query."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actor import acting
from app.bookings.model import Booking
from app.desk.scope import limits
from app.errors import Refusal
from app.partners.model import Partner
from app.policies.model import PolicyVersion
from app.refunds.model import Refund, RefundState
from app.refunds.quote import Quote
from app.refunds.what_if import Cancellation
from app.words import say

MOST = 50_000
TOO_MANY = say(
    "한 번에 50,000건까지 계산합니다. 기간을 줄여 주세요.", "Up to 50,000 are computed at once. Ask for a shorter time."
)
NO_PARTNER = "–"


def cancellations(
    session: Session, policy_id: int, since: datetime, until: datetime, currency: str
) -> list[Cancellation]:
    """Every refund that was asked for under any version of the policy and not withdrawn. Refuses more than MOST."""
    scope = limits(Refund, acting(), city="booking.city", vendor="booking.partner.vendor_id")
    asked = (
        select(Refund.ref, Refund.quote, Booking.ref, Booking.city, Partner.name)
        .join(Booking, Refund.booking_id == Booking.id)
        .join(PolicyVersion, Refund.policy_version_id == PolicyVersion.id)
        .outerjoin(Partner, Booking.partner_id == Partner.id)
        .where(
            PolicyVersion.policy_id == policy_id,
            Refund.requested_at >= since,
            Refund.requested_at < until,
            Refund.currency == currency,
            Refund.state != RefundState.cancelled,
            *scope,
        )
        .order_by(Refund.id)
        .limit(MOST + 1)
    )
    rows = session.execute(asked).all()
    if len(rows) > MOST:
        raise Refusal(TOO_MANY)
    return [
        Cancellation(ref, booking_ref, city, partner or NO_PARTNER, Quote.from_json(kept))
        for ref, kept, booking_ref, city, partner in rows
    ]
