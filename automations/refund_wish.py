"""Refunds that a rule asks for: by the policy's quote at that time, held like any other, approved by people alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.language.plan import OPEN_REFUNDS, REFUND_IS_OPEN, RefundWish
from app.money import shown
from app.refunds.model import Refund, RefundState
from app.refunds.reasons import Reason
from app.refunds.refund import request_refund
from app.rules.definition import RuleDefinition
from app.tickets.model import Ticket
from app.words import Words, say

ACTION = "request_refund"
NO_BOOKING = say("연결된 예약이 없어 요청하지 못했습니다.", "No booking is linked, so nothing was asked for.")
ASKED = say("{ref} · {amount} · 승인 대기", "{ref} · {amount} · waits for approval")
_OPEN = [RefundState(one) for one in sorted(OPEN_REFUNDS)]


def ask_for(
    session: Session, ticket: Ticket, rule: RuleDefinition, number: int, wish: RefundWish, *, at: datetime, cause: str
) -> dict[str, Any]:
    """Asks for it in the caller's transaction and gives the row of the run that tells what came of it. `at` is when
    the thing happened. The same rule asks once for one cause. What cannot be asked for is told in words and leaves
    everything else as it is.
    """
    told: dict[str, Any] = {"field": ACTION, "value": wish.reason}
    try:
        refund = _asked(session, ticket, rule, number, wish, at, cause)
    except Refusal as refusal:
        return {**told, "held": True, "why": _both(refusal.words)}
    words = ASKED.fill(ref=refund.ref, amount=shown(refund.amount_minor, refund.currency))
    return {**told, "refund": refund.ref, "why": _both(words)}


def _asked(
    session: Session, ticket: Ticket, rule: RuleDefinition, number: int, wish: RefundWish, at: datetime, cause: str
) -> Refund:
    booking = ticket.booking
    if booking is None:
        raise Refusal(NO_BOOKING)
    token = f"rule:{rule.id}:{ticket.id}:{cause}"[:64]
    others = Refund.form_token.is_(None) | (Refund.form_token != token)
    is_open = select(Refund.id).where(Refund.booking_id == booking.id, Refund.state.in_(_OPEN), others).limit(1)
    if session.scalar(is_open) is not None:
        raise Refusal(REFUND_IS_OPEN)
    return request_refund(
        session,
        booking,
        Reason(wish.reason),
        at=at,
        by_user=None,
        by_rule=f"{rule.title} v{number}",
        ticket=ticket,
        form_token=token,
    )


def _both(words: Words) -> dict[str, str]:
    return {"ko": words.in_language("ko"), "en": words.in_language("en")}
