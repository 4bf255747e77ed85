"""Refunds: asked for, decided by a second person, paid once, told to the customer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.bookings.model import Booking
from app.db import Base, choice, key_column
from app.people.model import User
from app.policies.model import PolicyVersion
from app.refunds.reasons import Reason
from app.tickets.model import Ticket


class RefundState(StrEnum):
    requested = "requested"
    approved = "approved"
    paying = "paying"
    paid = "paid"
    rejected = "rejected"
    cancelled = "cancelled"
    failed = "failed"
    unknown = "unknown"


class Refund(Base):
    """`quote` is the computation as it was shown when the refund was asked for; `provider_key` is minted with the
    row and is the same for life. While the state is not rejected, cancelled or failed, `amount_minor` is part of
    the booking's `held_minor`.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> requested_by_id", name="two_people"),
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
    note: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_sum: Mapped[str | None] = mapped_column(String(64))
    provider_key: Mapped[str] = mapped_column(String(64), unique=True)
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    failure: Mapped[str | None] = mapped_column(String(500))
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    requested_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    policy_version: Mapped[PolicyVersion] = relationship()
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    moves: Mapped[list[RefundMove]] = relationship(back_populates="refund", order_by="RefundMove.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.ref


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
