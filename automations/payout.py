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
from app.refunds.model import Refund, RefundState
from app.refunds.refund import void_approval
from app.words import Words, say
from automations.lease import LEASE, back_off, new_token
from automations.outside import settings_of_app
from automations.providers import KEY_LIVES, providers_of_app
from automations.rung import hear
from automations.telling import tell_next
from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.port import WORDS, Outcome, OutcomeState, Provider

log = logging.getLogger(__name__)

ROWS_A_JOB = 500
# Of a provider that does not tell for how long it remembers a key; sent again later, it would be a second refund.
KEY_LIFE = timedelta(hours=20)
TOO_LATE = say(
    "결제사가 이 환불을 알지 못하고, 다시 보내기에는 너무 오래되었습니다. 결제사에 확인해 주세요.",
    "The provider does not know this refund, and it is too old to be sent again. Ask the provider.",
)
NO_ANSWER = say("결제사의 답을 기다립니다.", "The provider has not answered yet.")


@dataclass(frozen=True, slots=True)
class Claim:
    """`must_look`: an earlier attempt may have been carried out. `may_send`: the key is young enough to be sent.
    `stopped`: nothing is sent now, whatever the look-up finds (app/reconcile/check.py).
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


class TooLate(Exception):
    """Nobody knows the key, and it is not to be sent again."""


def drain() -> None:
    """Hears who rang, pays until nothing waits, tells until nothing is untold; after 500 rows it rings for whoever
    comes next.
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
    for _ in range(ROWS_A_JOB):
        if not tell_next(db.session()):
            return
    bell_of_now().ring(Fact.refund_approved)


def due(now: datetime) -> ColumnElement[bool]:
    """What is to be paid or looked up at `now`, by a provider that is set: the rest waits for finance."""
    free = or_(Refund.lease_until.is_(None), Refund.lease_until <= now)
    ours = Refund.booking.has(Booking.gateway.in_(settings_of_app().paying))
    return and_(Refund.state.in_((RefundState.approved, RefundState.paying, RefundState.unknown)), free, ours)


def claim_one(session: Session) -> Claim | None:
    """Takes the oldest due refund. One that is not what was approved any more goes back to waiting. While payout is
    stopped, only what was sent already is looked up. Commits.
    """
    while True:
        now, stopped = clock.now(), payout_stopped(session) is not None
        sent = [Refund.state != RefundState.approved] if stopped else []
        first = select(Refund).where(due(now), *sent).order_by(Refund.id).limit(1)
        refund = session.scalars(first.with_for_update(skip_locked=True, of=Refund)).first()
        if refund is None:
            session.rollback()
            return None
        must_look = refund.state is not RefundState.approved
        try:
            if not must_look:
                refund.move_to(RefundState.paying)
        except Refusal as refusal:
            void_approval(refund, as_kept(refusal.words))
            session.commit()
            log.warning("refund_approval_void", extra={"refund": refund.id})
            continue
        return _taken(session, refund, now, must_look=must_look, stopped=stopped)


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
    except TooLate:
        session.rollback()
        _wait(session, claim, TOO_LATE, unknown=True, retry_after=3600)
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
    refund.move_to(state, why)
    refund.provider_ref = reference or refund.provider_ref
    refund.failure = why[:500] or None
    refund.paid_at = clock.now() if state is RefundState.paid else None
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
