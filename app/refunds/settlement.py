"""What finance has paid by hand, or has learnt from a provider or a bank: one person writes it down, another confirms
it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.db import Base, choice, key_column
from app.people.model import User
from app.refunds.model import Refund
from app.resident_number import keeps_no_resident_number


class SettlementState(StrEnum):
    """`sent_back`: taken back by who wrote it down, or not agreed with by somebody else."""

    written = "written"
    confirmed = "confirmed"
    sent_back = "sent_back"


_OPEN = text("state = 'written'")


@keeps_no_resident_number
class Settlement(Base):
    """`paid` False: it is certain that no money went back. The database keeps one open settlement for a refund, and
    the two people apart.
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
