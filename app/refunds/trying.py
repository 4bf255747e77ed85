"""Trying a version of a policy on a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking
from app.errors import Refusal
from app.policies.model import PolicyVersion
from app.refunds.quote import Quote
from app.refunds.reasons import Reason
from app.refunds.refund import quote_for, quote_under
from app.words import say

LARGEST_ID = 2**63 - 1


def tried(
    bookings: Any, session: Session, *, version: str, booking: str, reason: str, at: str, extent: str = ""
) -> Quote:
    """`bookings`: a query of those one may see. `at`: as a form sends it, in Seoul; empty is now. An empty `version` is
    the one that binds the booking. Refuses what cannot be read.
    """
    found = bookings.filter(Booking.ref == booking).one_or_none()
    if found is None:
        raise Refusal(say(f"예약 {booking}을(를) 찾을 수 없습니다.", f"There is no booking {booking}."))
    try:
        why = Reason(reason or Reason.customer_cancelled)
        moment = datetime.fromisoformat(at).replace(tzinfo=clock.SEOUL) if at else clock.now()
    except ValueError:
        raise Refusal(say("사유나 시각을 읽을 수 없습니다.", "The reason or the time cannot be read.")) from None
    if extent and not (extent.isascii() and extent.isdigit()):
        raise Refusal(say("정도에는 숫자를 적어 주세요.", "The extent is a number."), field="extent")
    how_far = int(extent) if extent else None
    if not version:
        return quote_for(found, why, moment, how_far)
    number = int(version) if version.isascii() and version.isdigit() else 0
    under = session.get(PolicyVersion, number) if 0 < number <= LARGEST_ID else None
    if under is None:
        raise Refusal(say("그런 정책 버전이 없습니다.", "There is no such version of a policy."))
    return quote_under(under, found, why, moment, how_far)
