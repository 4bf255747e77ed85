"""Refunds: asked for, decided by a second person, paid once, told to the customer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Connection, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, object_session, relationship

from app import clock
from app.actor import ActorKind, acting
from app.bookings.booking import release
from app.bookings.model import Booking
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.ledger.bearers import Bearer, Bearing, read_bearing
from app.ledger.coming_back import come_back
from app.ledger.posting import Owing, owe, pay
from app.ledger.posting import release as take_off
from app.money import Money
from app.people.model import User
from app.policies.model import PolicyVersion
from app.refunds.approval import Approval
from app.refunds.reasons import Reason
from app.resident_number import MADE_HERE, keeps_no_resident_number
from app.tickets.model import Ticket
from app.words import Words, say


class RefundState(StrEnum):
    requested = "requested"
    approved = "approved"
    paying = "paying"
    paid = "paid"
    rejected = "rejected"
    cancelled = "cancelled"
    failed = "failed"
    unknown = "unknown"


@keeps_no_resident_number
class Refund(Base):
    """`quote` is the computation as it was shown when the refund was asked for; `provider_key` is minted with the
    row and is the same for life. While the state is not rejected, cancelled or failed, `amount_minor` is part of
    the booking's `held_minor`. `lease_until`: until then one worker has it, or nobody is to try. `untold_why`: why
    the outcome was not told on the ticket and will not be. `by_rule`: the rule that asked for it, where no person did.
    `shares`: who bears it (`bearing` reads them). `look_again_at`: when the provider is asked whether it is still paid;
    `came_back_at`: it was not. `again_of_id`: the refund that had come back, in whose place this one is paid.

    Once it is approved, `approved_by` and `approved_also_by` repeat whose approvals those are, so that the database
    itself holds that nothing is paid without them; `maker_id` is who asked, 0 for a rule.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> requested_by_id", name="two_people"),
        CheckConstraint("requested_by_id IS NOT NULL OR by_rule IS NOT NULL", name="somebody_asked"),
        CheckConstraint("maker_id = coalesce(requested_by_id, 0)", name="maker_asked"),
        CheckConstraint(
            "approved_also_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_also_by_id <> approved_by_id"
            " AND approved_also_by_id <> maker_id)",
            name="other_two_people",
        ),
        CheckConstraint("approvers IN (1, 2)", name="one_or_two"),
        CheckConstraint(
            "state NOT IN ('approved', 'paying', 'unknown', 'paid') OR (approved_by_id IS NOT NULL"
            " AND approved_sum IS NOT NULL AND (approvers = 1 OR approved_also_by_id IS NOT NULL))",
            name="enough_approved",
        ),
        UniqueConstraint("id", "maker_id"),
    )

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    state: Mapped[RefundState] = mapped_column(choice(RefundState), default=RefundState.requested, index=True)
    reason: Mapped[Reason] = mapped_column(choice(Reason), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    quoted_minor: Mapped[int] = mapped_column(BigInteger)
    quote: Mapped[dict[str, Any]]
    shares: Mapped[list[Any] | None]
    note: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_rule: Mapped[str | None] = mapped_column(String(240))
    maker_id: Mapped[int] = mapped_column(BigId, default=0)
    approvers: Mapped[int] = mapped_column(default=1)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_also_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_sum: Mapped[str | None] = mapped_column(String(64), info=MADE_HERE)
    provider_key: Mapped[str] = mapped_column(String(64), unique=True, info=MADE_HERE)
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    failure: Mapped[str | None] = mapped_column(String(500))
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32), info=MADE_HERE)
    requested_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    look_again_at: Mapped[datetime | None] = mapped_column(index=True)
    came_back_at: Mapped[datetime | None]
    again_of_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    told_at: Mapped[datetime | None]
    untold_why: Mapped[str | None] = mapped_column(String(500))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    policy_version: Mapped[PolicyVersion] = relationship()
    requested_by: Mapped[User | None] = relationship(foreign_keys=[requested_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    approved_also_by: Mapped[User | None] = relationship(foreign_keys=[approved_also_by_id])
    approvals: Mapped[list[Approval]] = relationship(back_populates="refund", order_by="Approval.id")
    moves: Mapped[list[RefundMove]] = relationship(back_populates="refund", order_by="RefundMove.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.ref

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def bearing(self) -> Bearing:
        """Who bears it, by which shares."""
        return read_bearing(self.shares)

    @property
    def owing(self) -> Owing:
        """As the ledger sees it."""
        return Owing(self.id, self.ref, self.booking, self.amount_minor, self.currency, self.bearing)

    @property
    def asker(self) -> Words:
        """The person who asked for it, or the rule that did."""
        if self.requested_by is not None:
            return say(self.requested_by.name, self.requested_by.name)
        return say("규칙 「{rule}」", "the rule “{rule}”").fill(rule=self.by_rule or "")

    def sum_to_approve(self) -> str:
        """What an approval binds: payment, payee, amount, currency, booking, the version it rests on, who bears it and,
        where the partner does, which one. Another sum later means that something else would be paid than was approved.
        """
        bound = (
            self.ref,
            self.booking_id,
            self.booking.payment_ref,
            self.booking.customer_id,
            self.booking.gateway,
            self.amount_minor,
            self.currency,
            self.policy_version_id,
            self.provider_key,
            # A refund of before shares were kept stays approved as it was.
            *([] if self.shares is None else [self.shares]),
            *([self.booking.partner_id] if self.bearing.of(Bearer.partner) else []),
        )
        return hashlib.sha256(json.dumps(bound).encode()).hexdigest()

    def move_to(self, now: RefundState, why: str = "") -> None:
        """Writes the move and what it means in the ledger, and lets go of the money where the refund ends without it.
        Refuses in words what the table does not allow, and whoever may not. That one that was paid has failed is the
        provider's word alone, and no person's.
        """
        actor, was = acting(), self.state
        actor.must(RIGHTS[now])
        by_person = was is RefundState.paid and actor.kind is not ActorKind.system
        if now not in MOVES[was] or by_person:
            raise Refusal(_NOT_ALLOWED.fill(ref=self.ref, state=named(self.state).words, now=named(now).words))
        if now in (RefundState.approved, RefundState.paying) and self.approved_sum != self.sum_to_approve():
            raise Refusal(_NOT_WHAT_WAS_APPROVED.fill(ref=self.ref), field="amount")
        if now is RefundState.paying:
            self._must_stand()
        session = object_session(self)
        if now in LETS_GO and session is not None:
            release(session, self.booking, self.amount_minor)
        self.moves.append(RefundMove(was=was, now=now, by=actor.name, at=clock.now(), why=why[:500]))
        self.state = now
        if now in POSTS and session is not None:
            means = come_back if was is RefundState.paid else POSTS[now]
            means(session, self.owing, why)

    def standing(self) -> list[Approval]:
        """The approvals that count as things are: of people who still may, for what it is now."""
        return [one for one in self.approvals if one.voided_at is None and one.falls() is None]

    @property
    def stands(self) -> bool:
        """Whether those who approved it are enough, still may, and approved what it is now."""
        signed = {self.approved_by_id, self.approved_also_by_id} - {None}
        enough = len(signed) >= self.approvers and signed <= {one.approver_id for one in self.standing()}
        return enough and self.approved_sum == self.sum_to_approve()

    def _must_stand(self) -> None:
        """Refuses when somebody who approved it may not any more."""
        session = object_session(self)
        for one in self.approvals:
            if session is not None and one.voided_at is None:
                session.refresh(one.approver, ["role", "is_enabled", "cities"])
        if not self.stands:
            fallen = [why for one in self.approvals if one.voided_at is None and (why := one.falls()) is not None]
            raise Refusal(_NOT_ENOUGH.fill(ref=self.ref, why=fallen[0] if fallen else ""))

    def may_move_to(self, now: RefundState) -> bool:
        """Whether table and rights allow it: what a screen asks before it shows a button."""
        return self.state is not RefundState.paid and now in MOVES[self.state] and acting().may(RIGHTS[now])


MOVES: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.requested: frozenset({RefundState.approved, RefundState.rejected, RefundState.cancelled}),
    RefundState.approved: frozenset({RefundState.paying, RefundState.cancelled, RefundState.requested}),
    RefundState.paying: frozenset({RefundState.paid, RefundState.failed, RefundState.unknown}),
    RefundState.unknown: frozenset({RefundState.paid, RefundState.failed}),
    RefundState.paid: frozenset({RefundState.failed}),
    RefundState.rejected: frozenset(),
    RefundState.cancelled: frozenset(),
    RefundState.failed: frozenset(),
}
RIGHTS: Mapping[RefundState, str] = {
    RefundState.requested: "refunds.request",
    RefundState.cancelled: "refunds.request",
    RefundState.approved: "refunds.approve",
    RefundState.rejected: "refunds.approve",
    RefundState.paying: "refunds.pay",
    RefundState.unknown: "refunds.pay",
    RefundState.paid: "refunds.pay",
    RefundState.failed: "refunds.pay",
}
POSTS = {
    RefundState.approved: owe,
    RefundState.paid: pay,
    **dict.fromkeys((RefundState.requested, RefundState.rejected, RefundState.cancelled, RefundState.failed), take_off),
}
LETS_GO = frozenset({RefundState.rejected, RefundState.cancelled, RefundState.failed})
_NOT_ALLOWED = say(
    "{ref}은(는) 지금 ‘{state}’ 상태여서 ‘{now}’(으)로 바꿀 수 없습니다. 화면을 새로 고쳐 확인해 주세요.",
    "{ref} is “{state}” now and cannot become “{now}”. Reload to see it as it is.",
)
_NOT_ENOUGH = say(
    "{ref}의 승인이 모자라 지급할 수 없습니다. {why} 다시 승인받아 주세요.",
    "{ref} lacks an approval and cannot be paid. {why} Have it approved again.",
)
_NOT_WHAT_WAS_APPROVED = say(
    "{ref}은(는) 승인된 내용과 지금 내용이 달라 지급할 수 없습니다. 다시 승인받아 주세요.",
    "{ref} is not what was approved any more and cannot be paid. Have it approved again.",
)


@event.listens_for(Refund, "before_insert")
@event.listens_for(Refund, "before_update")
def _maker_is_who_asked(_mapper: Mapper[Any], _connection: Connection, refund: Refund) -> None:
    refund.maker_id = refund.requested_by_id or 0


@keeps_no_resident_number
class RefundMove(Base):
    """One change of a refund's state; the request itself is the first, with `was` None."""

    __tablename__ = "refund_moves"

    id: Mapped[int] = key_column()
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    was: Mapped[RefundState | None] = mapped_column(choice(RefundState))
    now: Mapped[RefundState] = mapped_column(choice(RefundState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    refund: Mapped[Refund] = relationship(back_populates="moves")
