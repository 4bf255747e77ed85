"""Whose approval a refund needs, who has given theirs, and giving one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor
from app.errors import Forbidden
from app.people.model import User
from app.people.rights import RIGHTS
from app.refunds.approval import Approval
from app.refunds.authority.model import rows_of
from app.refunds.authority.need import Asked, Given, Need, Spending, need
from app.refunds.model import LETS_GO, Refund, RefundState
from app.words import Words, say

_OWN = say(
    "{ref}은(는) {name} 님이 요청했습니다. 다른 사람이 승인해야 합니다.",
    "{name} asked for {ref}. Another person must approve it.",
)
_TWICE = say("{name} 님은 {ref}을(를) 이미 승인했습니다. {missing}", "{name} has approved {ref} already. {missing}")
_NOT_THE_ROLE = say("{name} 님은 {ref}을(를) 승인할 수 없습니다. {missing}", "{name} cannot approve {ref}. {missing}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the approval of a refund has come. `fallen`: approvals that count no more, with the reason."""

    need: Need
    given: Sequence[Approval]
    fallen: Sequence[tuple[Approval, Words]]

    @property
    def counted(self) -> list[Given]:
        return [one.given for one in self.given]

    @property
    def missing(self) -> Words | None:
        return self.need.missing_words(self.counted)


def asked_of(session: Session, refund: Refund) -> Asked:
    """All that goes out of its booking: what is waited for, on its way or paid. The policy gives, for each reason, the
    most that any quote of the booking said, and together no more than was paid.
    """
    booking = refund.booking
    rows = session.execute(
        select(Refund.reason, Refund.amount_minor, Refund.quoted_minor).where(
            Refund.booking_id == booking.id, Refund.state.not_in(LETS_GO)
        )
    ).all()
    due: dict[str, int] = {}
    for reason, _, quoted in rows:
        due[reason] = max(due.get(reason, 0), quoted)
    return Asked(
        Spending.refund,
        refund.currency,
        sum(amount for _, amount, _ in rows),
        min(sum(due.values()), booking.paid_minor),
    )


def standing_of(session: Session, refund: Refund) -> Standing:
    """What was paid or let go of is not asked again whether its approvers still may."""
    live = [one for one in refund.approvals if one.voided_at is None]
    is_open = refund.state in {RefundState.requested, RefundState.approved}
    reasons = [(one, one.falls() if is_open else None) for one in live]
    return Standing(
        need(asked_of(session, refund), rows_of(session)),
        [one for one, why in reasons if why is None],
        [(one, why) for one, why in reasons if why is not None],
    )


def why_not(standing: Standing, refund: Refund, user: User) -> Words | None:
    """Why `user` cannot approve it as it is; None when they can."""
    if user.id == refund.requested_by_id:
        return _OWN.fill(ref=refund.ref, name=user.name)
    missing = standing.missing
    if missing is not None and any(one.approver_id == user.id for one in standing.given):
        return _TWICE.fill(name=user.name, ref=refund.ref, missing=missing)
    roles = standing.need.open_for(standing.counted)
    if "refunds.approve" not in RIGHTS[user.role] or (roles and user.role not in roles):
        told = missing or say("", "")
        return _NOT_THE_ROLE.fill(name=user.name, ref=refund.ref, missing=told)
    return None


def give(session: Session, refund: Refund, user: User, why: str) -> Standing:
    """Writes `user`'s approval, and voids those that count no more. The refund must be locked. Refuses in words."""
    standing = standing_of(session, refund)
    refusal = why_not(standing, refund, user)
    if refusal is not None:
        raise Forbidden(refusal)
    void_fallen(refund)
    session.flush()
    if not any(one.approver_id == user.id for one in standing.given):
        refund.approvals.append(
            Approval(
                maker_id=refund.requested_by_id or 0,
                approver=user,
                role=user.role,
                sum=refund.sum_to_approve(),
                why=why[:500],
                at=clock.now(),
            )
        )
    session.flush()
    return standing_of(session, refund)


def void_fallen(refund: Refund) -> None:
    for one in refund.approvals:
        if one.voided_at is None and (why := one.falls()) is not None:
            one.void(why)


def void_all(refund: Refund, why: Words) -> None:
    for one in refund.approvals:
        if one.voided_at is None:
            one.void(why)


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Refunds that wait for an approval which `actor` has neither asked for nor given."""
    mine = exists().where(
        Approval.refund_id == Refund.id, Approval.approver_id == (actor.id or 0), Approval.voided_at.is_(None)
    )
    return (Refund.state == RefundState.requested) & Refund.requested_by_id.is_distinct_from(actor.id or 0) & ~mine
