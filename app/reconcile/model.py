"""What providers say they paid back, where that differs from what we know, and each time the two were compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.refunds.model import Refund
from app.resident_number import MADE_HERE, keeps_no_resident_number
from app.words import Words, say


class DifferenceKind(StrEnum):
    """`unknown_here`: paid by the provider, no refund of ours. `unknown_there`: paid by our record, not by theirs.
    `not_paid_here`: paid by theirs, and ours says that it is not. `twice`: a second one for the same refund of ours.
    `ledger_off`: a refund whose ledger entries do not say what its state says.
    """

    unknown_here = "unknown_here"
    unknown_there = "unknown_there"
    other_amount = "other_amount"
    other_currency = "other_currency"
    other_payment = "other_payment"
    not_paid_here = "not_paid_here"
    twice = "twice"
    ledger_off = "ledger_off"


class DifferenceState(StrEnum):
    """`resolved`: a person has dealt with it. `over`: the two agree again."""

    open = "open"
    resolved = "resolved"
    over = "over"


class ProviderRefund(Base):
    """One refund as a provider told of it, by API or in a file; `refund_id` is ours that it is, and of no other."""

    __tablename__ = "provider_refunds"

    id: Mapped[int] = key_column()
    reference: Mapped[str] = mapped_column(String(255), unique=True, info=MADE_HERE)
    key: Mapped[str | None] = mapped_column(String(255), info=MADE_HERE)
    payment: Mapped[str] = mapped_column(String(255), info=MADE_HERE)
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(120))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), unique=True)

    refund: Mapped[Refund | None] = relationship()

    def __str__(self) -> str:
        return self.reference


class Reconciliation(Base):
    """One comparison: of what time, from where, and what came of it."""

    __tablename__ = "reconciliations"

    id: Mapped[int] = key_column()
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    until: Mapped[datetime]
    told: Mapped[int]
    matched: Mapped[int]
    differing: Mapped[int]


@keeps_no_resident_number
class Difference(Base):
    """While one is open, nothing is paid out. `open_key` is unique until the two sides agree again, so that what a
    person has resolved is not opened anew by the next comparison; `facts` are the figures it rests on, and with other
    ones it is a new difference.
    """

    __tablename__ = "differences"

    id: Mapped[int] = key_column()
    kind: Mapped[DifferenceKind] = mapped_column(choice(DifferenceKind), index=True)
    state: Mapped[DifferenceState] = mapped_column(choice(DifferenceState), default=DifferenceState.open, index=True)
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    told_id: Mapped[int | None] = mapped_column(ForeignKey("provider_refunds.id"), index=True)
    facts: Mapped[str | None] = mapped_column(String(600), info=MADE_HERE)
    detail_ko: Mapped[str] = mapped_column(Text)
    detail_en: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    refund: Mapped[Refund | None] = relationship()
    told: Mapped[ProviderRefund | None] = relationship()
    moves: Mapped[list[DifferenceMove]] = relationship(back_populates="difference", order_by="DifferenceMove.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def detail(self) -> Words:
        return say(self.detail_ko, self.detail_en)

    def __str__(self) -> str:
        return f"D-{self.id:05d}"

    def move_to(self, now: DifferenceState, why: str = "") -> None:
        """Writes the move. A person resolves with a reason and the right differences.resolve."""
        if now is DifferenceState.resolved:
            acting().must("differences.resolve")
            if not why.strip():
                raise Refusal(_SAY_WHY, field="why")
        if now not in MOVES[self.state]:
            raise Refusal(_NOT_ALLOWED.fill(ref=self, state=named(self.state).words))
        at = clock.now()
        move = DifferenceMove(was=self.state, now=now, by=acting().name[:120], at=at, why=why.strip()[:500])
        self.moves.append(move)
        self.state = now
        self.ended_at = at


MOVES: Mapping[DifferenceState, frozenset[DifferenceState]] = {
    DifferenceState.open: frozenset({DifferenceState.resolved, DifferenceState.over}),
    DifferenceState.resolved: frozenset(),
    DifferenceState.over: frozenset(),
}
_SAY_WHY = say("무엇을 확인했고 어떻게 처리했는지 적어 주세요.", "Say what was looked into and what was done about it.")
_NOT_ALLOWED = say(
    "{ref}은(는) 이미 ‘{state}’ 상태입니다. 화면을 새로 고쳐 확인해 주세요.",
    "{ref} is “{state}” already. Reload to see it as it is.",
)


@keeps_no_resident_number
class DifferenceMove(Base):
    """How a difference ended, by whom and why."""

    __tablename__ = "difference_moves"

    id: Mapped[int] = key_column()
    difference_id: Mapped[int] = mapped_column(ForeignKey("differences.id"), index=True)
    was: Mapped[DifferenceState] = mapped_column(choice(DifferenceState))
    now: Mapped[DifferenceState] = mapped_column(choice(DifferenceState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    difference: Mapped[Difference] = relationship(back_populates="moves")
