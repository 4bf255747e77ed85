"""What may be given to make up for something, and what was given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.money import Money, exponent
from app.people.model import Role, User
from app.people.rights import RIGHTS as RIGHTS_OF
from app.refunds.authority.need import Given
from app.refunds.goodwill.worth import Limits, Price
from app.refunds.model import Refund
from app.refunds.reasons import Reason
from app.resident_number import MADE_HERE, keeps_no_resident_number
from app.tickets.model import Ticket
from app.words import Words, say

GIVERS = tuple(role for role in Role if "goodwill.give" in RIGHTS_OF[role])


class GoodwillKind(StrEnum):
    credit = "credit"
    re_clean = "re_clean"
    voucher = "voucher"
    gift = "gift"
    extra_refund = "extra_refund"


class GoodwillState(StrEnum):
    waiting = "waiting"
    given = "given"
    rejected = "rejected"
    cancelled = "cancelled"


class CatalogueEntry(Base):
    """As Price and Limits in worth.py. `alone_up_to_minor`: what costs no more is given at once, without approval."""

    __tablename__ = "goodwill_entries"
    __table_args__ = (
        CheckConstraint("(amount_minor IS NULL) <> (percent IS NULL)", name="amount_or_percent"),
        CheckConstraint("amount_minor >= 0 AND cost_minor >= 0 AND alone_up_to_minor >= 0", name="not_below_nothing"),
        CheckConstraint("percent > 0 AND percent <= 100", name="a_percentage"),
    )

    id: Mapped[int] = key_column()
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[GoodwillKind] = mapped_column(choice(GoodwillKind))
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    percent: Mapped[int | None]
    most_minor: Mapped[int | None] = mapped_column(BigInteger)
    cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    alone_up_to_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    per_booking: Mapped[int | None]
    per_customer: Mapped[int | None]
    customer_days: Mapped[int] = mapped_column(default=90)
    per_giver_month: Mapped[int | None]
    roles: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(self.words)

    @property
    def words(self) -> Words:
        return say(self.name_ko, self.name_en)

    @property
    def amount(self) -> Money | None:
        return self._money(self.amount_minor)

    @property
    def most(self) -> Money | None:
        return self._money(self.most_minor)

    @property
    def cost(self) -> Money | None:
        return self._money(self.cost_minor)

    @property
    def alone_up_to(self) -> Money | None:
        return self._money(self.alone_up_to_minor)

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.currency)

    @property
    def price(self) -> Price:
        percent = None if self.percent is None else Decimal(self.percent)
        return Price(self.amount_minor, percent, self.most_minor, self.cost_minor)

    @property
    def limits(self) -> Limits:
        return Limits(self.per_booking, self.per_customer, self.customer_days, self.per_giver_month)


@keeps_no_resident_number
class Goodwill(Base):
    """What was given on a booking, with what it was worth and what it cost then. Money that goes back (`extra_refund`)
    is a refund of its own, and goes the way of refunds.
    """

    __tablename__ = "goodwills"
    __table_args__ = (
        UniqueConstraint("id", "given_by_id"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> given_by_id", name="two_people"),
        CheckConstraint(
            "approved_also_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_also_by_id <> approved_by_id"
            " AND approved_also_by_id <> given_by_id)",
            name="other_two_people",
        ),
        CheckConstraint(
            "state <> 'given' OR approvers = 0 OR (approved_by_id IS NOT NULL"
            " AND (approvers = 1 OR approved_also_by_id IS NOT NULL))",
            name="enough_approved",
        ),
    )

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("goodwill_entries.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), unique=True)
    kind: Mapped[GoodwillKind] = mapped_column(choice(GoodwillKind))
    name_ko: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    reason: Mapped[Reason] = mapped_column(choice(Reason), index=True)
    why: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    cost_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[GoodwillState] = mapped_column(choice(GoodwillState), index=True)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approvers: Mapped[int] = mapped_column(default=0)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_also_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    untold_why: Mapped[str | None] = mapped_column(String(500))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    entry: Mapped[CatalogueEntry] = relationship()
    booking: Mapped[Booking] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    refund: Mapped[Refund | None] = relationship()
    given_by: Mapped[User] = relationship(foreign_keys=[given_by_id])
    approvals: Mapped[list[GoodwillApproval]] = relationship(back_populates="goodwill", order_by="GoodwillApproval.id")
    moves: Mapped[list[GoodwillMove]] = relationship(back_populates="goodwill", order_by="GoodwillMove.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.ref

    @property
    def words(self) -> Words:
        return say(self.name_ko, self.name_en)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    def sum_to_approve(self) -> str:
        bound = (self.ref, self.entry_id, self.booking_id, self.amount_minor, self.cost_minor, self.currency)
        return hashlib.sha256(json.dumps(bound).encode()).hexdigest()

    def move_to(self, now: GoodwillState, why: str = "") -> None:
        """Writes the move. Refuses in words what the table does not allow, and whoever may not."""
        actor = acting()
        actor.must(RIGHTS[now])
        if now not in MOVES[self.state]:
            words = say("{ref}은(는) 지금 ‘{state}’ 상태여서 바꿀 수 없습니다.", "{ref} is “{state}” and stays so.")
            raise Refusal(words.fill(ref=self.ref, state=named(self.state).words))
        self.moves.append(GoodwillMove(was=self.state, now=now, by=actor.name, at=clock.now(), why=why[:500]))
        self.state = now


MOVES: Mapping[GoodwillState, frozenset[GoodwillState]] = {
    GoodwillState.waiting: frozenset({GoodwillState.given, GoodwillState.rejected, GoodwillState.cancelled}),
    GoodwillState.given: frozenset(),
    GoodwillState.rejected: frozenset(),
    GoodwillState.cancelled: frozenset(),
}
RIGHTS: Mapping[GoodwillState, str] = {
    GoodwillState.waiting: "goodwill.give",
    GoodwillState.given: "refunds.approve",
    GoodwillState.rejected: "refunds.approve",
    GoodwillState.cancelled: "goodwill.give",
}


@keeps_no_resident_number
class GoodwillMove(Base):
    """One change of its state; the first has `was` None."""

    __tablename__ = "goodwill_moves"

    id: Mapped[int] = key_column()
    goodwill_id: Mapped[int] = mapped_column(ForeignKey("goodwills.id"), index=True)
    was: Mapped[GoodwillState | None] = mapped_column(choice(GoodwillState))
    now: Mapped[GoodwillState] = mapped_column(choice(GoodwillState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    goodwill: Mapped[Goodwill] = relationship(back_populates="moves")


@keeps_no_resident_number
class GoodwillApproval(Base):
    """As an approval of a refund: never by who gives, and once a person, held by the database."""

    __tablename__ = "goodwill_approvals"
    __table_args__ = (
        ForeignKeyConstraint(["goodwill_id", "maker_id"], ["goodwills.id", "goodwills.given_by_id"]),
        CheckConstraint("approver_id <> maker_id", name="two_people"),
        UniqueConstraint("goodwill_id", "approver_id"),
    )

    id: Mapped[int] = key_column()
    goodwill_id: Mapped[int] = mapped_column(BigId)
    maker_id: Mapped[int] = mapped_column(BigId)
    approver_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    sum: Mapped[str] = mapped_column(String(64), info=MADE_HERE)
    why: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]

    goodwill: Mapped[Goodwill] = relationship(back_populates="approvals")
    approver: Mapped[User] = relationship()

    @property
    def given(self) -> Given:
        return Given(self.approver_id, self.approver.name, self.role)

    @property
    def stands(self) -> bool:
        who = self.approver
        same = self.sum == self.goodwill.sum_to_approve() and who.role is self.role
        return same and who.is_enabled and "refunds.approve" in RIGHTS_OF[who.role]


@event.listens_for(CatalogueEntry, "before_insert")
@event.listens_for(CatalogueEntry, "before_update")
def _must_make_sense(_mapper: Mapper[Any], _connection: Connection, entry: CatalogueEntry) -> None:
    exponent(entry.currency or "KRW")
    if (entry.amount_minor is None) is (entry.percent is None):
        words = say("금액이나 백분율 가운데 하나만 적어 주세요.", "Give either an amount or a percentage.")
        raise Refusal(words, field="amount")
    if entry.percent is not None and not 0 < entry.percent <= 100:
        raise Refusal(say("1에서 100까지 적어 주세요.", "Give a number from 1 to 100."), field="percent")
    if not entry.roles or not set(entry.roles) <= {role.value for role in GIVERS}:
        raise Refusal(say("줄 수 있는 역할을 골라 주세요.", "Choose who may give it."), field="roles")
    limits = {name: getattr(entry, name) for name in ("per_booking", "per_customer", "per_giver_month")}
    for name, most in {**limits, "customer_days": entry.customer_days}.items():
        if most is not None and not 0 < most <= 3650:
            raise Refusal(say("1에서 3,650까지 적어 주세요.", "Give a number from 1 to 3,650."), field=name)
    for name in ("amount_minor", "most_minor", "cost_minor", "alone_up_to_minor"):
        if (getattr(entry, name) or 0) < 0:
            words = say("0보다 작을 수 없습니다.", "It cannot be below nothing.")
            raise Refusal(words, field=name.removesuffix("_minor"))
