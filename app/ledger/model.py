"""The ledger: what is owed and was paid, and who bears it, in entries that are never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import Base, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.ledger.bearers import Bearer
from app.partners.model import Partner
from app.resident_number import keeps_no_resident_number
from app.words import say


class Account(StrEnum):
    """`payable`: what customers are to get back. `provider`: clearing with payment providers. `settlement`: what came
    back from partners. The rest are the bearers, by their names.
    """

    payable = "payable"
    provider = "provider"
    customer = "customer"
    partner = "partner"
    platform = "platform"
    insurer = "insurer"
    settlement = "settlement"


class EntryKind(StrEnum):
    """`moved`: a correction, which lays a cost on somebody else. `returned`: paid, and came back from the provider."""

    owed = "owed"
    released = "released"
    paid = "paid"
    settled = "settled"
    waived = "waived"
    moved = "moved"
    returned = "returned"


BEARERS: Mapping[Bearer, Account] = {bearer: Account(bearer.value) for bearer in Bearer}
COSTS = (*BEARERS.values(), Account.settlement)


@keeps_no_resident_number
class LedgerEntry(Base):
    """One amount from one account (`credit`) to another (`debit`), so that no entry can be out of balance. The database
    refuses to change or delete one: what was wrong is made right by another. `partner_id` is whose account it is where
    one of the two is the partner's.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint(
            "(debit = 'partner' OR credit = 'partner') = (partner_id IS NOT NULL)", name="partner_is_named"
        ),
        Index("ix_ledger_entries_refund", "refund_id", "id"),
        Index("ix_ledger_entries_booking", "booking_id", "id"),
        Index("ix_ledger_entries_partner", "partner_id", "id"),
    )

    id: Mapped[int] = key_column()
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind), index=True)
    debit: Mapped[Account] = mapped_column(choice(Account))
    credit: Mapped[Account] = mapped_column(choice(Account))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    by: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(String(500), default="")

    booking: Mapped[Booking] = relationship()
    partner: Mapped[Partner | None] = relationship()
    # By its name: refunds are a room above this one.
    refund: Mapped[Any] = relationship("Refund", viewonly=True)

    def __str__(self) -> str:
        return f"L-{self.id:06d}"


class ClawbackState(StrEnum):
    """`void`: the refund came back from the provider, so that nobody owes anything for it."""

    owed = "owed"
    settled = "settled"
    waived = "waived"
    void = "void"


@keeps_no_resident_number
class Clawback(Base):
    """What a partner owes for their share of a refund that was paid. `gives_back`: it was settled, and who bears the
    refund was decided anew since, so that we owe it to the partner.
    """

    __tablename__ = "clawbacks"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    state: Mapped[ClawbackState] = mapped_column(choice(ClawbackState), default=ClawbackState.owed, index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    gives_back: Mapped[bool] = mapped_column(default=False)
    owed_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    partner: Mapped[Partner] = relationship()
    booking: Mapped[Booking] = relationship()
    refund: Mapped[Any] = relationship("Refund", viewonly=True)
    moves: Mapped[list[ClawbackMove]] = relationship(back_populates="clawback", order_by="ClawbackMove.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"C-{self.id:06d}"

    def move_to(self, now: ClawbackState, why: str) -> None:
        """Writes the move and its entry. Refuses what the table does not allow, whoever may not, and no reason: how it
        was settled (deducted from which payout, which transfer), or why it is let go.
        """
        acting().must(RIGHTS[now])
        if now not in MOVES[self.state]:
            raise Refusal(_NOT_ALLOWED.fill(ref=self, state=named(self.state).words))
        if self.gives_back and now is ClawbackState.waived:
            raise Refusal(_NOT_OURS_TO_WAIVE.fill(ref=self))
        if not why.strip():
            raise Refusal(_SAY_WHY, field="why")
        session = object_session(self)
        if session is None:
            raise ValueError("the claw-back is not in a session")
        at, by, reason = clock.now(), acting().name[:120], why.strip()[:500]
        to, taken_from = CARRIES_ON[now], Account.partner
        if self.gives_back:
            to, taken_from = taken_from, to
        session.add(
            LedgerEntry(
                at=at,
                kind=ENTRIES[now],
                debit=to,
                credit=taken_from,
                amount_minor=self.amount_minor,
                currency=self.currency,
                booking_id=self.booking_id,
                refund_id=self.refund_id,
                partner_id=self.partner_id,
                by=by,
                why=reason,
            )
        )
        self.moves.append(ClawbackMove(was=self.state, now=now, by=by, at=at, why=reason))
        self.state = now
        self.ended_at = at


MOVES: Mapping[ClawbackState, frozenset[ClawbackState]] = {
    ClawbackState.owed: frozenset({ClawbackState.settled, ClawbackState.waived, ClawbackState.void}),
    ClawbackState.settled: frozenset(),
    ClawbackState.waived: frozenset(),
    ClawbackState.void: frozenset(),
}
RIGHTS: Mapping[ClawbackState, str] = {
    ClawbackState.settled: "clawbacks.settle",
    ClawbackState.waived: "clawbacks.waive",
    ClawbackState.void: "refunds.pay",
}
ENTRIES = {
    ClawbackState.settled: EntryKind.settled,
    ClawbackState.waived: EntryKind.waived,
    ClawbackState.void: EntryKind.released,
}
CARRIES_ON = {
    ClawbackState.settled: Account.settlement,
    ClawbackState.waived: Account.platform,
    ClawbackState.void: Account.payable,
}
_NOT_ALLOWED = say(
    "{ref}은(는) 이미 ‘{state}’ 상태여서 바꿀 수 없습니다. 화면을 새로 고쳐 확인해 주세요.",
    "{ref} is “{state}” already and cannot change. Reload to see it as it is.",
)
_NOT_OURS_TO_WAIVE = say(
    "{ref}은(는) 파트너에게 돌려줄 돈이어서 면제할 수 없습니다. 돌려준 뒤 정산을 기록해 주세요.",
    "{ref} is owed to the partner and cannot be waived. Give it back, then write down how.",
)
_SAY_WHY = say(
    "어떻게 정산했는지, 또는 왜 면제하는지 적어 주세요.", "Say how it was settled, or why the partner is let off."
)


@keeps_no_resident_number
class ClawbackMove(Base):
    """One change of a claw-back's state; its beginning is the first, with `was` None."""

    __tablename__ = "clawback_moves"

    id: Mapped[int] = key_column()
    clawback_id: Mapped[int] = mapped_column(ForeignKey("clawbacks.id"), index=True)
    was: Mapped[ClawbackState | None] = mapped_column(choice(ClawbackState))
    now: Mapped[ClawbackState] = mapped_column(choice(ClawbackState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    clawback: Mapped[Clawback] = relationship(back_populates="moves")
