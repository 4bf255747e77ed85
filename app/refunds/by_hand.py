"""Settling a refund by hand: finance has paid it, or has asked the provider and writes down what came of it."""

from __future__ import annotations

from datetime import datetime

from app import clock
from app.actor import ActorKind, acting
from app.errors import Forbidden, Refusal
from app.facts import Fact, announce
from app.refunds.model import Refund, RefundState
from app.refunds.refund import lock
from app.words import say

LONGEST_REFERENCE = 120


def may_settle(refund: Refund, now: datetime, *, provider_pays: bool) -> bool:
    """An outcome that nobody knows yet, unless a worker is asking at this moment; and where no provider pays, what is
    approved.
    """
    asked_now = refund.token is not None and refund.lease_until is not None and refund.lease_until > now
    if asked_now:
        return False
    return refund.state is RefundState.unknown or (refund.state is RefundState.approved and not provider_pays)


def settle(refund: Refund, *, paid: bool, reference: str, provider_pays: bool) -> None:
    """Paid or failed for good, with the reference that proves it; the customer is told on the ticket.

    Right refunds.pay, and never by the person who asked for it. Refuses without a reference.
    """
    actor = acting()
    actor.must("refunds.pay")
    session = lock(refund)
    if actor.kind is not ActorKind.person or actor.id == refund.requested_by_id:
        raise Forbidden(
            say(
                f"{refund.ref}은(는) 요청한 사람이 아닌 다른 사람이 정산해야 합니다.",
                f"{refund.ref} must be settled by another person than the one who asked for it.",
            )
        )
    if not may_settle(refund, clock.now(), provider_pays=provider_pays):
        raise Refusal(
            say(
                f"{refund.ref}은(는) 지금 직접 정산할 수 없습니다. 화면을 새로 고쳐 확인해 주세요.",
                f"{refund.ref} cannot be settled by hand now. Reload to see it as it is.",
            )
        )
    if not reference.strip():
        raise Refusal(
            say("이체 번호나 결제사 확인 번호를 적어 주세요.", "Give the transfer's or the provider's reference."),
            field="reference",
        )
    if refund.state is RefundState.approved:
        refund.move_to(RefundState.paying, reference.strip())
    refund.move_to(RefundState.paid if paid else RefundState.failed, reference.strip())
    refund.provider_ref = reference.strip()[:LONGEST_REFERENCE]
    refund.paid_at = clock.now() if paid else None
    refund.decided_at = refund.decided_at or clock.now()
    refund.failure = None
    refund.token = refund.lease_until = None
    announce(session, Fact.refund_approved)
