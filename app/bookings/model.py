"""What was bought, by whom, from whom, and under which promise."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId, choice, key_column
from app.partners.model import Partner
from app.policies.model import PolicyVersion, Product
from app.resident_number import keeps_no_resident_number


class Tier(StrEnum):
    standard = "standard"
    vip = "vip"


class BookingState(StrEnum):
    booked = "booked"
    under_way = "under_way"
    done = "done"
    cancelled = "cancelled"


@keeps_no_resident_number
class Customer(Base):
    """`language` is what we answer in: "ko" or "en"."""

    __tablename__ = "customers"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), index=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    tier: Mapped[Tier] = mapped_column(choice(Tier), default=Tier.standard)
    city: Mapped[str | None] = mapped_column(String(40), index=True)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


@keeps_no_resident_number
class Booking(Base):
    """Money in minor units of `currency` (won have none): `paid_minor` is what came in, `held_minor` what refunds
    hold or have taken of it. The database keeps held within paid.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("held_minor >= 0 AND held_minor <= paid_minor", name="held_within_paid"),
        CheckConstraint("first_period_minor <= total_minor", name="first_within_total"),
    )

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_versions.id"), index=True)
    product: Mapped[Product] = mapped_column(choice(Product), index=True)
    state: Mapped[BookingState] = mapped_column(choice(BookingState), default=BookingState.booked, index=True)
    city: Mapped[str] = mapped_column(String(40), index=True)
    channel: Mapped[str] = mapped_column(String(40), default="app")
    gateway: Mapped[str] = mapped_column(String(40), default="toss")
    payment_ref: Mapped[str | None] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    total_minor: Mapped[int] = mapped_column(BigInteger)
    first_period_minor: Mapped[int] = mapped_column(BigInteger)
    service_fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    held_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_at: Mapped[datetime]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship()
    partner: Mapped[Partner | None] = relationship()
    policy_version: Mapped[PolicyVersion | None] = relationship()
    __mapper_args__ = {"version_id_col": version}

    @property
    def left_minor(self) -> int:
        """What may still be refunded."""
        return self.paid_minor - self.held_minor

    def __str__(self) -> str:
        return self.ref
