"""Settling a refund by hand: one of finance takes it on and pays it, or has asked the provider, and writes down what
came of it. Another person confirms it, and only then is it so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session, object_session

from app import clock
from app.actor import Actor, ActorKind, acting
from app.errors import Forbidden, Refusal
from app.facts import Fact, announce
from app.refunds.both import as_kept
from app.refunds.model import Refund, RefundState
from app.refunds.refund import lock
from app.refunds.settlement import Settlement, SettlementState, open_settlement, taking
from app.words import Words, say

RIGHT = "refunds.pay"
TAKEN_BY = say("{name} 님이 직접 지급하기로 맡음", "{name} has taken it, to pay it by hand")
GIVEN_BACK = say("지급하지 않고 내려놓음", "given back without paying it")
# Whose right frees what somebody else has taken.
FREES = "refunds.approve"
LONGEST_REFERENCE = 120
BY_HAND = (RefundState.approved, RefundState.paying, RefundState.unknown)


def may_settle(refund: Refund, now: datetime, *, provider_pays: bool) -> bool:
    """An outcome that nobody knows yet, unless a worker is asking at this moment; and where no provider pays, or a
    person has it in hand already, all that is approved.
    """
    asked_now = refund.token is not None and refund.lease_until is not None and refund.lease_until > now
    if asked_now:
        return False
    if refund.state is RefundState.unknown:
        return True
    return refund.state in BY_HAND and (not provider_pays or _in_hand(refund))


def take(refund: Refund, why: str = "", *, provider_pays: bool, stopped: Words | None) -> Settlement:
    """I pay this one: from now on nobody else does, no worker and no other person, and it can be neither changed nor
    cancelled. Refuses what does not stand as it was approved, and while payout is `stopped`. Another person may take it
    over from who has it, and says why.

    Right refunds.pay, and never by the person who asked for it.
    """
    session, actor = _entered(refund, provider_pays=provider_pays)
    _must_not_be_written(session, refund)
    if provider_pays and not _in_hand(refund):
        raise Refusal(
            say(
                f"{refund.ref}은(는) 결제사가 지급합니다. 결제사에서 확인한 결과만 적어 주세요.",
                f"The provider pays {refund.ref}. Write down only what it says came of it.",
            )
        )
    has = taking(session, refund)
    if has is not None and has.written_by_id == actor.id:
        raise Refusal(
            say(
                f"{refund.ref}은(는) 이미 맡으셨습니다. 지급하고 확인 번호를 적어 주세요.",
                f"You have taken {refund.ref} already. Pay it and write down the reference.",
            )
        )
    if has is not None and not why.strip():
        raise Refusal(
            say(
                f"{refund.ref}은(는) {has.written_by.name} 님이 맡았습니다. 이체했는지 물어보고, "
                "넘겨받는 까닭을 적어 주세요.",
                f"{has.written_by.name} has taken {refund.ref}. Ask whether it is transferred, and say why you take it "
                "over.",
            ),
            field="why",
        )
    if stopped is not None:
        raise Refusal(stopped)
    if refund.state is RefundState.approved:
        refund.move_to(RefundState.paying, as_kept(TAKEN_BY.fill(name=actor.name)))
    if has is not None:
        _decide(has, SettlementState.sent_back, actor, why.strip())
    return _made(session, refund, actor, SettlementState.taken, "", paid=True)


def write_down(refund: Refund, *, paid: bool, reference: str, provider_pays: bool) -> Settlement:
    """Paid or not paid for good, with the reference that proves it; it waits for a second person. No worker looks it up
    or sends it meanwhile, and once it was written down as paid, none ever sends it again.

    Right refunds.pay, and never by the person who asked for it. Refuses without a reference; where no provider pays, by
    anybody but who has taken it.
    """
    session, actor = _entered(refund, provider_pays=provider_pays)
    _must_not_be_written(session, refund)
    has = taking(session, refund)
    if has is None and not provider_pays:
        raise Refusal(
            say(
                f"{refund.ref}을(를) 먼저 맡아 주세요. 두 사람이 함께 이체하지 않게 합니다.",
                f"Take {refund.ref} first, so that no two people transfer it.",
            )
        )
    if has is not None and has.written_by_id != actor.id:
        raise Refusal(
            say(
                f"{refund.ref}은(는) {has.written_by.name} 님이 맡았습니다. 적으려면 까닭을 적고 넘겨받아 주세요.",
                f"{has.written_by.name} has taken {refund.ref}. Take it over, saying why, to write it down.",
            )
        )
    if not reference.strip():
        raise Refusal(
            say("이체 번호나 결제사 확인 번호를 적어 주세요.", "Give the transfer's or the provider's reference."),
            field="reference",
        )
    kept = reference.strip()[:LONGEST_REFERENCE]
    if has is None:
        return _made(session, refund, actor, SettlementState.written, kept, paid=paid)
    has.state, has.paid, has.reference, has.written_at = SettlementState.written, paid, kept, clock.now()
    session.flush()
    return has


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


def let_go(refund: Refund, why: str) -> None:
    """Whoever has taken it gives it back, having transferred nothing; or somebody who approves refunds takes it from
    them, and says why. Anybody of finance may take it from now on; the money stays held.
    """
    actor, session = acting(), lock(refund)
    has = taking(session, refund)
    if has is None:
        raise Refusal(
            say(
                f"{refund.ref}을(를) 맡고 있는 사람이 없습니다. 화면을 새로 고쳐 확인해 주세요.",
                f"Nobody has taken {refund.ref}. Reload to see it as it is.",
            )
        )
    mine = actor.id == has.written_by_id
    actor.must(RIGHT if mine else FREES)
    if not mine and not why.strip():
        raise Refusal(
            say(
                f"{has.written_by.name} 님에게 이체했는지 물어보고, 대신 내려놓는 까닭을 적어 주세요.",
                f"Ask {has.written_by.name} whether it is transferred, and say why it is given back for them.",
            ),
            field="why",
        )
    _decide(has, SettlementState.sent_back, actor, why.strip() or as_kept(GIVEN_BACK))
    refund.lease_until = None


def _made(
    session: Session, refund: Refund, actor: Actor, state: SettlementState, reference: str, *, paid: bool
) -> Settlement:
    made = Settlement(
        refund=refund, state=state, paid=paid, reference=reference, written_by_id=actor.id, written_at=clock.now()
    )
    session.add(made)
    session.flush()
    session.refresh(made, ["written_by"])
    return made


def _in_hand(refund: Refund) -> bool:
    session = object_session(refund)
    if session is None:
        return False
    return taking(session, refund) is not None or open_settlement(session, refund) is not None


def _must_not_be_written(session: Session, refund: Refund) -> None:
    found = open_settlement(session, refund)
    if found is not None:
        raise Refusal(
            say(
                f"{refund.ref}의 정산은 {found.written_by.name} 님이 이미 적었습니다. 확인하거나 돌려보내 주세요.",
                f"{found.written_by.name} has written down the settlement of {refund.ref}. Confirm it or send it back.",
            )
        )


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
