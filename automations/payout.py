"""Paying approved refunds, once each, and telling the customer on the ticket.

Claim (commit), ask the provider with no transaction open, record under the token (commit). Whatever was sent without
an answer is looked up by its key before it is sent again, and always under the same key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.bell import bell_of_now
from app.bookings.model import Booking
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.money import Money
from app.reconcile.check import payout_stopped
from app.refunds.both import as_kept
from app.refunds.came_back import next_look
from app.refunds.model import Refund, RefundState
from app.refunds.refund import void_approval
from app.refunds.settlement import end_in_hand, ever_paid_by_hand, in_hand
from app.words import Words, say
from automations import came_back
from automations.lease import LEASE, back_off, new_token
from automations.outside import settings_of_app
from automations.providers import KEY_LIVES, providers_of_app
from automations.rung import hear
from automations.telling import Failed, tell_next
from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.port import WORDS, Outcome, OutcomeState, Provider

log = logging.getLogger(__name__)

ROWS_A_JOB = 500
# Of a provider that does not tell for how long it remembers a key; sent again later, it would be a second refund.
KEY_LIFE = timedelta(hours=20)
ASIDE = timedelta(hours=1)
TOO_LATE = say(
    "결제사가 이 환불을 알지 못하고, 다시 보내기에는 너무 오래되었습니다. 결제사에 확인해 주세요.",
    "The provider does not know this refund, and it is too old to be sent again. Ask the provider.",
)
BY_HAND = say(
    "사람이 직접 지급한 것으로 적은 적이 있어 다시 보내지 않습니다. 이체 여부를 확인하고 직접 정산해 주세요.",
    "Somebody once had it in hand to pay it, so it is not sent again. See whether it was transferred, and settle it.",
)
NOT_AS_SENT = say(
    "보낸 뒤에 예약의 결제사나 결제 번호 같은 것이 바뀌어, 다시 확인하지도 보내지도 않습니다. "
    "결제사에 확인하고 직접 정산해 주세요.",
    "Since it was sent, its payment or provider has changed: it is neither looked up nor sent. Ask the provider, and "
    "settle it by hand.",
)
ENDED_FIRST = say(
    "결제사의 답으로 끝나, 적은 정산은 닫았습니다.", "The provider's answer ended it; what was in hand is closed."
)
NO_ANSWER = say("결제사의 답을 기다립니다.", "The provider has not answered yet.")


@dataclass(frozen=True, slots=True)
class Claim:
    """`must_look`: an earlier attempt may have been carried out. `may_send`: the key is young enough to be sent.
    `stopped`: nothing is sent now, whatever the look-up finds (app/reconcile/check.py). `by_hand`: a person may have
    paid it, so it is never sent again.
    """

    refund_id: int
    gateway: str
    token: str
    key: str
    payment: str
    amount: Money
    tries: int
    must_look: bool
    may_send: bool
    stopped: bool = False
    by_hand: bool = False


class TooLate(Exception):
    """Nobody knows the key, and it is not to be sent again."""

    def __init__(self, words: Words = TOO_LATE) -> None:
        super().__init__(words.en)
        self.words = words


def drain() -> None:
    """Hears who rang, pays until nothing waits, asks about what was paid, tells until nothing is untold; after 500 rows
    it rings for whoever comes next.
    """
    providers = providers_of_app()
    hear(db.session())
    for _ in range(ROWS_A_JOB):
        claim = claim_one(db.session())
        if claim is None:
            break
        work(claim, providers[claim.gateway])
    else:
        bell_of_now().ring(Fact.refund_approved)
    came_back.drain()
    failed = Failed()
    for _ in range(ROWS_A_JOB):
        if not tell_next(db.session(), failed):
            return
    bell_of_now().ring(Fact.refund_approved)


def due(now: datetime) -> ColumnElement[bool]:
    """What is to be paid or looked up at `now`, by a provider that is set: the rest waits for finance, and so does
    what a person has in hand.
    """
    free = or_(Refund.lease_until.is_(None), Refund.lease_until <= now)
    ours = Refund.booking.has(Booking.gateway.in_(settings_of_app().paying))
    return and_(
        Refund.state.in_((RefundState.approved, RefundState.paying, RefundState.unknown)), free, ours, ~in_hand()
    )


def claim_one(session: Session) -> Claim | None:
    """Takes the oldest due refund. One that is not what was approved any more goes back to waiting, or, where it may
    have been sent, is left alone until a person has seen to it. While payout is stopped, only what was sent already is
    looked up. Commits.
    """
    while True:
        now, stopped = clock.now(), payout_stopped(session) is not None
        sent = [Refund.state != RefundState.approved] if stopped else []
        first = select(Refund).where(due(now), *sent).order_by(Refund.id).limit(1)
        refund = session.scalars(first.with_for_update(skip_locked=True, of=Refund)).first()
        if refund is None:
            session.rollback()
            return None
        if _in_hand_since(session, refund):
            session.rollback()
            continue
        must_look = refund.state is not RefundState.approved
        if must_look and refund.approved_sum != refund.sum_to_approve():
            _put_aside(session, refund, now)
            continue
        try:
            if not must_look:
                refund.move_to(RefundState.paying)
        except Refusal as refusal:
            void_approval(refund, as_kept(refusal.words))
            session.commit()
            log.warning("refund_approval_void", extra={"refund": refund.id})
            continue
        return _taken(session, refund, now, must_look=must_look, stopped=stopped)


def _in_hand_since(session: Session, refund: Refund) -> bool:
    """Asked again under the lock: somebody may have taken it while we waited for the row."""
    return bool(session.scalar(select(Refund.id).where(Refund.id == refund.id, in_hand())))


def _put_aside(session: Session, refund: Refund, now: datetime) -> None:
    """The provider it was sent to would not be the one that is asked."""
    if refund.state is RefundState.paying:
        refund.move_to(RefundState.unknown, as_kept(NOT_AS_SENT))
    refund.failure = as_kept(NOT_AS_SENT)
    refund.token, refund.lease_until = None, now + ASIDE
    session.commit()
    log.warning("refund_not_as_sent", extra={"refund": refund.id})


def _taken(session: Session, refund: Refund, now: datetime, *, must_look: bool, stopped: bool) -> Claim:
    refund.token, refund.lease_until, refund.tries = new_token(), now + LEASE, refund.tries + 1
    sent_first = min((move.at for move in refund.moves if move.now is RefundState.paying), default=now)
    claim = Claim(
        refund_id=refund.id,
        gateway=refund.booking.gateway,
        token=refund.token,
        key=refund.provider_key,
        payment=refund.booking.payment_ref or "",
        amount=Money(refund.amount_minor, refund.currency),
        tries=refund.tries,
        must_look=must_look,
        may_send=now - sent_first < KEY_LIVES.get(refund.booking.gateway, KEY_LIFE),
        stopped=stopped,
        by_hand=must_look and ever_paid_by_hand(session, refund),
    )
    session.commit()
    return claim


def work(claim: Claim, provider: Provider) -> None:
    """Brings one refund to an end, or to its next look. Never raises: what goes wrong is on the row."""
    session = db.session()
    try:
        record(session, claim, carry_out(provider, claim))
    except Unknown as lost:
        session.rollback()
        log.warning("refund_unknown", extra={"refund": claim.refund_id, "why": str(lost)})
        _wait(session, claim, NO_ANSWER, unknown=True)
    except Unavailable as trouble:
        session.rollback()
        log.warning("refund_put_off", extra={"refund": claim.refund_id, "why": str(trouble)})
        _wait(session, claim, NO_ANSWER, unknown=False, retry_after=trouble.retry_after)
    except TooLate as late:
        session.rollback()
        _wait(session, claim, late.words, unknown=True, retry_after=3600)
    except Refused as refused:
        session.rollback()
        log.warning("refund_refused", extra={"refund": claim.refund_id, "status": refused.status})
        _end(session, claim, RefundState.failed, why=f"{refused} {refused.words}".strip())
    except Exception:
        session.rollback()
        log.exception("refund_failed", extra={"refund": claim.refund_id})
        # It may have failed after the sending: money stays held until a look-up tells.
        _wait(session, claim, NO_ANSWER, unknown=True)


def carry_out(provider: Provider, claim: Claim) -> Outcome:
    """Asks the provider; with no transaction open."""
    if claim.must_look:
        found = provider.lookup(claim.key, claim.payment)
        if found is not None:
            return found
        if claim.stopped:
            raise Unavailable("payout is stopped")
        if claim.by_hand:
            raise TooLate(BY_HAND)
        if not claim.may_send:
            raise TooLate
    return provider.refund(claim.key, claim.payment, claim.amount)


def record(session: Session, claim: Claim, outcome: Outcome) -> None:
    """Changes nothing when the lease ran out and another worker has the refund."""
    if outcome.state is OutcomeState.pending:
        _wait(session, claim, NO_ANSWER, unknown=False, reference=outcome.reference)
        return
    state = RefundState.paid if outcome.state is OutcomeState.paid else RefundState.failed
    why = as_kept(say(*WORDS[outcome.why])) if outcome.why else ""
    _end(session, claim, state, why=why, reference=outcome.reference)


def _end(session: Session, claim: Claim, state: RefundState, *, why: str, reference: str | None = None) -> None:
    refund = _own(session, claim)
    if refund is None:
        return
    ended = end_in_hand(session, refund, as_kept(ENDED_FIRST), clock.now())
    refund.move_to(state, why or (as_kept(ENDED_FIRST) if ended else ""))
    refund.provider_ref = reference or refund.provider_ref
    refund.failure = why[:500] or None
    refund.paid_at = clock.now() if state is RefundState.paid else None
    refund.look_again_at = next_look(refund.paid_at, clock.now()) if refund.paid_at else None
    refund.token = refund.lease_until = None
    session.commit()


def _wait(
    session: Session,
    claim: Claim,
    words: Words,
    *,
    unknown: bool,
    retry_after: float | None = None,
    reference: str | None = None,
) -> None:
    """Leaves the refund for a later look."""
    refund = _own(session, claim)
    if refund is None:
        return
    if unknown and refund.state is RefundState.paying:
        refund.move_to(RefundState.unknown, as_kept(words))
    refund.failure = as_kept(words)
    refund.provider_ref = reference or refund.provider_ref
    refund.token, refund.lease_until = None, back_off(clock.now(), claim.tries, retry_after)
    session.commit()


def _own(session: Session, claim: Claim) -> Refund | None:
    """The refund, locked, as long as it is still ours: the lease may have run out and somebody else have it."""
    held = select(Refund).where(Refund.id == claim.refund_id).with_for_update(of=Refund)
    refund = session.scalars(held.execution_options(populate_existing=True)).one()
    if refund.token == claim.token:
        return refund
    session.rollback()
    log.warning("refund_fenced", extra={"refund": claim.refund_id})
    return None
