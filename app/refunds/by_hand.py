"""Settling a refund by hand: finance has paid it, or has asked the provider, and writes down what came of it. Another
person confirms it, and only then is it so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting
from app.errors import Forbidden, Refusal
from app.facts import Fact, announce
from app.refunds.model import Refund, RefundState
from app.refunds.refund import lock
from app.refunds.settlement import Settlement, SettlementState, open_settlement
from app.words import say

RIGHT = "refunds.pay"
LONGEST_REFERENCE = 120
BY_HAND = (RefundState.approved, RefundState.paying, RefundState.unknown)


def may_settle(refund: Refund, now: datetime, *, provider_pays: bool) -> bool:
    """An outcome that nobody knows yet, unless a worker is asking at this moment; and where no provider pays, all that
    is approved.
    """
    asked_now = refund.token is not None and refund.lease_until is not None and refund.lease_until > now
    if asked_now:
        return False
    return refund.state is RefundState.unknown or (refund.state in BY_HAND and not provider_pays)


def write_down(refund: Refund, *, paid: bool, reference: str, provider_pays: bool) -> Settlement:
    """Paid or not paid for good, with the reference that proves it; it waits for a second person. From now on the
    refund can be neither changed nor cancelled.

    Right refunds.pay, and never by the person who asked for it. Refuses without a reference.
    """
    session, actor = _entered(refund, provider_pays=provider_pays)
    found = open_settlement(session, refund)
    if found is not None:
        raise Refusal(
            say(
                f"{refund.ref}의 정산은 {found.written_by.name} 님이 이미 적었습니다. 확인하거나 돌려보내 주세요.",
                f"{found.written_by.name} has written down the settlement of {refund.ref}. Confirm it or send it back.",
            )
        )
    if not reference.strip():
        raise Refusal(
            say("이체 번호나 결제사 확인 번호를 적어 주세요.", "Give the transfer's or the provider's reference."),
            field="reference",
        )
    if refund.state is RefundState.approved:
        refund.move_to(RefundState.paying, reference.strip())
    made = Settlement(
        refund=refund,
        state=SettlementState.written,
        paid=paid,
        reference=reference.strip()[:LONGEST_REFERENCE],
        written_by_id=actor.id,
        written_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def confirm(refund: Refund, *, provider_pays: bool) -> None:
    """The second person has seen the proof: the refund ends so, and the customer is told on the ticket."""
    session, actor = _entered(refund, provider_pays=provider_pays)
    found = _waiting(session, refund)
    if actor.id == found.written_by_id:
        raise Forbidden(
            say(
                f"{refund.ref}의 정산은 {actor.name} 님이 적었습니다. 다른 사람이 확인해야 합니다.",
                f"{actor.name} wrote down the settlement of {refund.ref}. Another person must confirm it.",
            )
        )
    _decide(found, SettlementState.confirmed, actor, "")
    refund.move_to(RefundState.paid if found.paid else RefundState.failed, found.reference)
    refund.provider_ref = found.reference
    refund.paid_at = clock.now() if found.paid else None
    refund.decided_at = refund.decided_at or clock.now()
    refund.failure = None
    refund.token = refund.lease_until = None
    announce(session, Fact.refund_approved)


def send_back(refund: Refund, why: str, *, provider_pays: bool) -> None:
    """It is not so, or not proven: the outcome is unknown again and the money stays held. Whoever wrote it down may
    take it back; others say why.
    """
    session, actor = _entered(refund, provider_pays=provider_pays)
    found = _waiting(session, refund)
    if not why.strip() and actor.id != found.written_by_id:
        raise Refusal(say("돌려보내는 까닭을 적어 주세요.", "Say why it is sent back."), field="why")
    _decide(found, SettlementState.sent_back, actor, why.strip())
    if refund.state is RefundState.paying:
        refund.move_to(RefundState.unknown, why.strip())
    refund.lease_until = None


def _entered(refund: Refund, *, provider_pays: bool) -> tuple[Session, Actor]:
    actor = acting()
    actor.must(RIGHT)
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
    return session, actor


def _waiting(session: Session, refund: Refund) -> Settlement:
    found = open_settlement(session, refund)
    if found is None:
        raise Refusal(
            say(
                f"{refund.ref}에는 확인을 기다리는 정산이 없습니다. 화면을 새로 고쳐 주세요.",
                f"No settlement of {refund.ref} waits to be confirmed. Reload to see it as it is.",
            )
        )
    return found


def _decide(found: Settlement, state: SettlementState, actor: Actor, why: str) -> None:
    found.state, found.why = state, why[:500]
    found.decided_by_id, found.decided_at = actor.id, clock.now()
