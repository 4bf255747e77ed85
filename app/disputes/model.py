"""A dispute between the two sides of a booking: where it stands, and who has which seat in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.disputes.append_only import only_added_to
from app.disputes.sides import DisputeKind
from app.errors import Refusal
from app.partners.model import Partner
from app.people.model import User
from app.resident_number import keeps_no_resident_number
from app.tickets.model import Ticket
from app.words import say

if TYPE_CHECKING:
    from app.disputes.clocks import DisputeClock
    from app.disputes.entries import DisputeEntry
    from app.disputes.notices import DisputeNotice
    from app.disputes.offers import Proposal, Ruling


class DisputeState(StrEnum):
    """`hearing`: both sides are asked for their account; `weighing`: it is for us to propose or to rule."""

    opened = "opened"
    hearing = "hearing"
    weighing = "weighing"
    proposed = "proposed"
    agreed = "agreed"
    ruled = "ruled"
    withdrawn = "withdrawn"


OURS = (DisputeState.opened, DisputeState.weighing)
OVER = (DisputeState.agreed, DisputeState.ruled, DisputeState.withdrawn)
MOVES: Mapping[DisputeState, frozenset[DisputeState]] = MappingProxyType({
    DisputeState.opened: frozenset({DisputeState.hearing, DisputeState.withdrawn}),
    DisputeState.hearing: frozenset({DisputeState.weighing, DisputeState.withdrawn}),
    DisputeState.weighing: frozenset(
        {DisputeState.hearing, DisputeState.proposed, DisputeState.ruled, DisputeState.withdrawn}
    ),
    DisputeState.proposed: frozenset({DisputeState.weighing, DisputeState.agreed, DisputeState.withdrawn}),
    **dict.fromkeys(OVER, frozenset({DisputeState.weighing})),
})  # fmt: skip
RIGHTS: Mapping[DisputeState, str] = MappingProxyType({
    **dict.fromkeys(DisputeState, "disputes.edit"),
    DisputeState.ruled: "disputes.rule",
})  # fmt: skip
NEEDS_A_REASON = frozenset({DisputeState.withdrawn})
_NOT_ALLOWED = say(
    "{ref}은(는) 지금 ‘{state}’ 상태여서 ‘{now}’(으)로 바꿀 수 없습니다. 화면을 새로 고쳐 확인해 주세요.",
    "{ref} is “{state}” now and cannot become “{now}”. Reload to see it as it is.",
)
_ONCE = say(
    "{ref}은(는) 이미 한 번 다시 열었습니다. 한 번만 다시 열 수 있습니다.",
    "{ref} was reopened before. A dispute is reopened once.",
)


@keeps_no_resident_number
class Dispute(Base):
    """`open_key` is the booking's id while it is not over: a booking has one open dispute. `reopened_at`: it can be
    reopened once, and was.
    """

    __tablename__ = "disputes"
    __table_args__ = (CheckConstraint("customer_ticket_id <> partner_ticket_id", name="two_tickets"),)

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    customer_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    partner_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[DisputeKind] = mapped_column(choice(DisputeKind), index=True)
    state: Mapped[DisputeState] = mapped_column(choice(DisputeState), default=DisputeState.opened, index=True)
    summary: Mapped[str] = mapped_column(Text)
    open_key: Mapped[int | None] = mapped_column(BigId, unique=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopened_why: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship()
    partner: Mapped[Partner] = relationship()
    customer_ticket: Mapped[Ticket | None] = relationship(foreign_keys=[customer_ticket_id])
    partner_ticket: Mapped[Ticket | None] = relationship(foreign_keys=[partner_ticket_id])
    opened_by: Mapped[User | None] = relationship()
    moves: Mapped[list[DisputeMove]] = relationship(back_populates="dispute", order_by="DisputeMove.id")
    seats: Mapped[list[DisputeSeat]] = relationship(back_populates="dispute", order_by="DisputeSeat.id")
    entries: Mapped[list[DisputeEntry]] = relationship(back_populates="dispute", order_by="DisputeEntry.number")
    clocks: Mapped[list[DisputeClock]] = relationship(back_populates="dispute", order_by="DisputeClock.id")
    proposals: Mapped[list[Proposal]] = relationship(back_populates="dispute", order_by="Proposal.number")
    rulings: Mapped[list[Ruling]] = relationship(back_populates="dispute", order_by="Ruling.id")
    notices: Mapped[list[DisputeNotice]] = relationship(back_populates="dispute", order_by="DisputeNotice.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.ref

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def may_move_to(self, now: DisputeState) -> bool:
        """Whether table and rights allow it: what a screen asks before it shows a form."""
        if self.is_over and self.reopened_at is not None:
            return False
        return now in MOVES[self.state] and acting().may(RIGHTS[now])

    def move_to(self, now: DisputeState, why: str = "") -> None:
        """The only way its state changes; leaves a DisputeMove. Refuses in words what the table does not allow, whoever
        may not, and a second reopening.
        """
        acting().must(RIGHTS[now])
        if now not in MOVES[self.state]:
            raise Refusal(_NOT_ALLOWED.fill(ref=self.ref, state=named(self.state).words, now=named(now).words))
        if now in NEEDS_A_REASON and not why.strip():
            raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
        at = clock.now()
        if self.is_over:
            self._reopen(at, why)
        self.moves.append(DisputeMove(was=self.state, now=now, by=acting().name[:120], at=at, why=why.strip()[:500]))
        self.state = now
        self.open_key = None if self.is_over else self.booking_id
        self.ended_at = at if self.is_over else None

    def _reopen(self, at: datetime, why: str) -> None:
        if self.reopened_at is not None:
            raise Refusal(_ONCE.fill(ref=self.ref))
        if not why.strip():
            raise Refusal(say("다시 여는 까닭을 적어 주세요.", "Say why it is reopened."), field="why")
        self.reopened_at, self.reopened_why = at, why.strip()[:500]


@only_added_to
@keeps_no_resident_number
class DisputeMove(Base):
    """One change of a dispute's state; the opening is the first, with `was` None."""

    __tablename__ = "dispute_moves"

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    was: Mapped[DisputeState | None] = mapped_column(choice(DisputeState))
    now: Mapped[DisputeState] = mapped_column(choice(DisputeState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    dispute: Mapped[Dispute] = relationship(back_populates="moves")


class Seat(StrEnum):
    """`talks`: spoke with a side, wrote down what it said, or put an offer to it. `rules`: decides."""

    talks = "talks"
    rules = "rules"


@only_added_to
class DisputeSeat(Base):
    """What somebody is in a dispute; one thing alone, and for good. A ruling refers to a seat that `rules`, so the
    database lets nobody rule who has talked, nor talk who has ruled.
    """

    __tablename__ = "dispute_seats"
    __table_args__ = (
        UniqueConstraint("dispute_id", "user_id"),
        UniqueConstraint("dispute_id", "user_id", "seat", name="uq_dispute_seats_whole"),
    )

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    seat: Mapped[Seat] = mapped_column(choice(Seat))
    at: Mapped[datetime]

    dispute: Mapped[Dispute] = relationship(back_populates="seats")
    user: Mapped[User] = relationship()
