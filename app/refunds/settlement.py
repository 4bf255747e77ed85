"""What finance has paid by hand, or has learnt from a provider or a bank: one person takes it on and writes it down,
another confirms it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, exists, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.db import Base, choice, key_column
from app.people.model import User
from app.refunds.model import Refund
from app.resident_number import keeps_no_resident_number


class SettlementState(StrEnum):
    """`taken`: somebody pays it now, and nobody else does. `sent_back`: taken back by who wrote it down, taken over or
    not agreed with by somebody else, or ended by the provider's word.
    """

    taken = "taken"
    written = "written"
    confirmed = "confirmed"
    sent_back = "sent_back"


IN_HAND = (SettlementState.taken, SettlementState.written)
_OPEN = text("state = 'written'")


@keeps_no_resident_number
class Settlement(Base):
    """`paid` False: it is certain that no money went back; one that is only taken has no `reference` yet. The database
    keeps one open settlement for a refund, and the two people apart.
    """

    __tablename__ = "refund_settlements"
    __table_args__ = (
        CheckConstraint(
            "state <> 'confirmed' OR (decided_by_id IS NOT NULL AND decided_by_id <> written_by_id)", name="two_people"
        ),
        Index("uq_refund_settlements_open", "refund_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = key_column()
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    state: Mapped[SettlementState] = mapped_column(choice(SettlementState), default=SettlementState.written)
    paid: Mapped[bool]
    reference: Mapped[str] = mapped_column(String(120))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(500), default="")

    refund: Mapped[Refund] = relationship()
    written_by: Mapped[User] = relationship(foreign_keys=[written_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


def open_settlement(session: Session, refund: Refund) -> Settlement | None:
    """What waits for the second person."""
    return session.scalar(
        select(Settlement).where(Settlement.refund_id == refund.id, Settlement.state == SettlementState.written)
    )


def taking(session: Session, refund: Refund) -> Settlement | None:
    """Who is paying it by hand now, before there is a reference."""
    return session.scalar(
        select(Settlement).where(Settlement.refund_id == refund.id, Settlement.state == SettlementState.taken)
    )


def in_hand() -> ColumnElement[bool]:
    """Of refunds: a person is paying it, or has written down what came of it. No worker touches it meanwhile."""
    held = exists().where(Settlement.refund_id == Refund.id, Settlement.state.in_(IN_HAND))
    return held.correlate(Refund)


def settled_by_hand() -> ColumnElement[bool]:
    """Of refunds: two people have said that it is paid, whatever a provider tells of it."""
    agreed = exists().where(
        Settlement.refund_id == Refund.id, Settlement.state == SettlementState.confirmed, Settlement.paid.is_(True)
    )
    return agreed.correlate(Refund)


def ever_paid_by_hand(session: Session, refund: Refund) -> bool:
    """Whether anybody has ever taken it on or written it down as paid: money may have left by transfer, even where it
    was sent back since.
    """
    asked = select(exists().where(Settlement.refund_id == refund.id, Settlement.paid.is_(True)))
    return bool(session.scalar(asked))


def end_in_hand(session: Session, refund: Refund, why: str, at: datetime) -> bool:
    """The provider's word has ended the refund: nothing is left to confirm. False when nothing was."""
    asked = select(Settlement).where(Settlement.refund_id == refund.id, Settlement.state.in_(IN_HAND))
    ended = session.scalars(asked).all()
    for one in ended:
        one.state, one.why, one.decided_at = SettlementState.sent_back, why[:500], at
    return bool(ended)
