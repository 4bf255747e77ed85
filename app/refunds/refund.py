"""What people do with refunds: ask for one, change it, decide on it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session

from app import clock
from app.actor import ActorKind, acting
from app.bookings.booking import hold, release
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.facts import Fact, announce
from app.ledger.bearers import by_fault
from app.money import shown
from app.people.model import User
from app.policies.model import PolicyVersion
from app.policies.terms import read_terms
from app.refunds.approving import give, void_all, void_fallen
from app.refunds.both import as_kept
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.model import Refund, RefundMove, RefundState
from app.refunds.quote import Quote, quote
from app.refunds.reasons import FAULTS, Reason
from app.tickets.model import Ticket
from app.words import say

_AMOUNT_CHANGED = say("금액이 바뀌어 승인이 취소되었습니다.", "The amount changed, so the approval is void.")


def quote_for(booking: Booking, reason: Reason, at: datetime, extent: int | None = None) -> Quote:
    """The quote from the policy that binds the booking. Refuses a booking that none binds."""
    if booking.policy_version is None:
        raise Refusal(
            say(
                f"{booking.ref}에 적용되는 정책이 없어 환불액을 계산할 수 없습니다. "
                "결제 시각에 시행 중인 정책을 예약에 정해 주세요.",
                f"No policy binds {booking.ref}, so nothing can be computed. Set the policy that was in force when it "
                "was paid.",
            ),
            field="booking",
        )
    return quote_under(booking.policy_version, booking, reason, at, extent)


def quote_under(
    version: PolicyVersion, booking: Booking, reason: Reason, at: datetime, extent: int | None = None
) -> Quote:
    """The quote as if `version` bound the booking."""
    facts = BookingFacts(
        ref=booking.ref,
        currency=booking.currency,
        total_minor=booking.total_minor,
        first_period_minor=booking.first_period_minor,
        service_fee_minor=booking.service_fee_minor,
        paid_minor=booking.paid_minor,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    names = version.policy
    told = VersionFacts(version.id, version.number, names.name_ko, names.name_en, read_terms(version.terms))
    return quote(facts, told, reason, at, extent)


def request_refund(  # noqa: PLR0913 - the form's fields
    session: Session,
    booking: Booking,
    reason: Reason,
    *,
    at: datetime,
    by_user: User | None,
    by_rule: str | None = None,
    amount_minor: int | None = None,
    extent: int | None = None,
    ticket: Ticket | None = None,
    note: str = "",
    form_token: str | None = None,
) -> Refund:
    """A refund waiting for approval, its money held; `amount_minor` None takes what the policy says. Who asks is a
    person, or else a rule, by its name.

    One form token makes one refund: the same form sent twice gives the first one's again. Refuses in words what is
    more than is left, what is nothing, and a booking without policy or payment.
    """
    acting().must("refunds.request")
    quoted = quote_for(booking, reason, at, extent)
    amount = quoted.amount_minor if amount_minor is None else amount_minor
    _check_amount(quoted, amount)
    if not booking.payment_ref:
        words = say(
            f"{booking.ref}에 결제 번호가 없어 환불할 수 없습니다. 예약에 결제 번호를 적어 주세요.",
            f"{booking.ref} has no payment to refund. Enter the payment's number in the booking.",
        )
        raise Refusal(words, field="booking")
    try:
        with session.begin_nested():
            return _held_and_made(session, booking, quoted, amount, by_user, by_rule, ticket, note, form_token)
    except (IntegrityError, Refusal):
        made = _made_by(session, form_token)
        if made is None:
            raise
        return _the_same(made, booking, amount)


def _held_and_made(  # noqa: PLR0913, PLR0917 - the form's fields
    session: Session,
    booking: Booking,
    quoted: Quote,
    amount: int,
    by_user: User | None,
    by_rule: str | None,
    ticket: Ticket | None,
    note: str,
    form_token: str | None,
) -> Refund:
    hold(session, booking, amount)
    one_at_a_time(session, "refunds.ref")
    now = clock.now()
    refund = Refund(
        ref=f"R-{(session.scalar(select(func.max(Refund.id))) or 0) + 1:06d}",
        booking=booking,
        ticket=ticket,
        policy_version_id=quoted.version_id,
        state=RefundState.requested,
        reason=quoted.reason,
        currency=quoted.currency,
        amount_minor=amount,
        quoted_minor=quoted.amount_minor,
        quote=quoted.to_json(),
        shares=by_fault(FAULTS[quoted.reason], has_partner=booking.partner_id is not None).to_json(),
        note=note.strip(),
        requested_by=by_user,
        by_rule=by_rule,
        provider_key=f"refund-{secrets.token_hex(16)}",
        requested_at=now,
        form_token=form_token,
    )
    refund.moves.append(RefundMove(was=None, now=RefundState.requested, by=refund.asker.ko[:120], at=now))
    if ticket is not None and ticket.booking_id is None:
        ticket.booking = booking
    session.add(refund)
    session.flush()
    return refund


def amend(refund: Refund, *, amount_minor: int, note: str) -> None:
    """Changes what is asked for, as long as it is not being paid. No approval survives it, and whoever set the amount
    is the one who asks: else two people could be one, who raises another's request and approves it.
    """
    acting().must("refunds.request")
    session = lock(refund)
    if refund.state not in {RefundState.requested, RefundState.approved}:
        raise Refusal(
            say(
                f"{refund.ref}은(는) 이미 처리되어 고칠 수 없습니다. 필요하면 새로 요청해 주세요.",
                f"{refund.ref} has been dealt with and cannot change. Ask for a new one if need be.",
            )
        )
    _check_amount(Quote.from_json(refund.quote), amount_minor)
    more = amount_minor - refund.amount_minor
    if more > 0:
        hold(session, refund.booking, more)
    elif more < 0:
        release(session, refund.booking, -more)
    if more:
        void_all(refund, _AMOUNT_CHANGED)
        session.flush()
        if refund.state is RefundState.approved:
            _void(refund, as_kept(_AMOUNT_CHANGED))
    setter = acting().id
    if more and setter is not None:
        refund.requested_by_id = setter
    refund.amount_minor = amount_minor
    refund.note = note.strip()


def approve(refund: Refund, why: str = "") -> None:
    """The acting person's approval, for exactly what it is now. Once all whose approval it needs have given theirs it
    is approved, and the payout is on its way when this is committed; until then it waits for the next one.
    """
    actor = acting()
    actor.must("refunds.approve")
    session = lock(refund)
    if actor.kind is not ActorKind.person or actor.id is None:
        raise Forbidden(say("환불은 사람이 승인합니다.", "A refund is approved by a person."))
    if refund.state is not RefundState.requested:
        refund.move_to(RefundState.approved, why)
    standing = give(session, refund, session.get_one(User, actor.id), why)
    if standing.missing is not None:
        return
    first, *others = (one.approver_id for one in standing.given if one.role in standing.need.roles)
    refund.approved_by_id, refund.approved_also_by_id = first, others[0] if others else None
    refund.approvers = standing.need.approvers
    refund.approved_sum = refund.sum_to_approve()
    refund.move_to(RefundState.approved, why)
    refund.decided_at = clock.now()
    announce(session, Fact.refund_approved)


def reject(refund: Refund, why: str) -> None:
    """Lets go of the money, and the customer is told on the ticket. Refuses without a reason."""
    session = lock(refund)
    if not why.strip():
        raise Refusal(say("거절하는 까닭을 적어 주세요.", "Say why it is rejected."), field="why")
    refund.move_to(RefundState.rejected, why.strip())
    refund.decided_at = clock.now()
    announce(session, Fact.refund_approved)


def cancel(refund: Refund, why: str = "") -> None:
    """Taken back before it is paid; the customer is told nothing."""
    lock(refund)
    refund.move_to(RefundState.cancelled, why.strip())
    refund.decided_at = clock.now()


def void_approval(refund: Refund, why: str) -> None:
    """Back to waiting for approval: what would be paid is not what was approved, or not by people who still may. The
    approvals that stand stay.
    """
    void_fallen(refund)
    _void(refund, why)


def lock(refund: Refund, *, seen: str | None = None) -> Session:
    """The row as it is now, with everyone else held back from it until this transaction ends. `seen`: the version that
    somebody decides upon; refuses when it is no longer that.
    """
    session = object_session(refund)
    if session is None:
        raise ValueError("the refund is not in a session")
    session.refresh(refund, with_for_update={"of": Refund})
    if seen is not None and seen != str(refund.version):
        raise ChangedMeanwhile(
            say(
                f"그사이 {refund.ref}이(가) 바뀌었습니다. 지금 내용을 보고 다시 정해 주세요.",
                f"{refund.ref} has changed meanwhile. See it as it is now, and decide again.",
            )
        )
    return session


def _void(refund: Refund, why: str) -> None:
    refund.move_to(RefundState.requested, why)
    refund.approved_by_id = refund.approved_also_by_id = refund.approved_sum = None
    refund.approvers = 1
    refund.decided_at = None


def _check_amount(quoted: Quote, amount: int) -> None:
    if amount > 0:
        return
    if quoted.amount_minor == 0 and amount == 0:
        words = say(
            f"정책에 따른 환불액이 {shown(0, quoted.currency)}입니다. 그래도 환불하려면 금액을 직접 적어 주세요.",
            f"By the policy nothing goes back ({shown(0, quoted.currency)}). To refund all the same, enter an amount.",
        )
        raise Refusal(words, field="amount")
    raise Refusal(say("0보다 큰 금액을 적어 주세요.", "Enter an amount above nothing."), field="amount")


def _made_by(session: Session, form_token: str | None) -> Refund | None:
    if form_token is None:
        return None
    return session.scalar(select(Refund).where(Refund.form_token == form_token))


def _the_same(made: Refund, booking: Booking, amount: int) -> Refund:
    if made.booking_id == booking.id and made.amount_minor == amount:
        return made
    raise Refusal(
        say(
            f"이 양식으로는 이미 {made.ref}을(를) 요청했습니다. 새 양식을 열어 주세요.",
            f"This form has already made {made.ref}. Open a new form.",
        )
    )
