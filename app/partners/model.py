"""The other side of the market: cleaners, hosts, vendors, and the dated facts that let them work."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId, choice, key_column


class PartnerKind(StrEnum):
    cleaner = "cleaner"
    host = "host"
    vendor = "vendor"


class PartnerState(StrEnum):
    applied = "applied"
    checked = "checked"
    active = "active"
    warned = "warned"
    suspended = "suspended"
    left = "left"


class QualificationState(StrEnum):
    pending = "pending"
    passed = "passed"
    failed = "failed"


class Vendor(Base):
    """A company that answers or cleans for us; its people see only what is theirs."""

    __tablename__ = "vendors"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class Partner(Base):
    __tablename__ = "partners"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[PartnerKind] = mapped_column(choice(PartnerKind), index=True)
    state: Mapped[PartnerState] = mapped_column(choice(PartnerState), default=PartnerState.applied, index=True)
    city: Mapped[str] = mapped_column(String(40), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))
    business_number: Mapped[str | None] = mapped_column(String(12), unique=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    note: Mapped[str | None] = mapped_column(Text)
    joined_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    vendor: Mapped[Vendor | None] = relationship()
    insurances: Mapped[list[Insurance]] = relationship(
        back_populates="partner", order_by="Insurance.ends_on", cascade="all, delete-orphan"
    )
    qualifications: Mapped[list[Qualification]] = relationship(
        back_populates="partner", order_by="Qualification.id", cascade="all, delete-orphan"
    )
    moves: Mapped[list[PartnerMove]] = relationship(back_populates="partner", order_by="PartnerMove.id")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class PartnerMove(Base):
    """One change of a partner's state."""

    __tablename__ = "partner_moves"

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    was: Mapped[PartnerState] = mapped_column(choice(PartnerState))
    now: Mapped[PartnerState] = mapped_column(choice(PartnerState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    partner: Mapped[Partner] = relationship(back_populates="moves")


class Insurance(Base):
    """`cover_minor` is won; in force from `starts_on` to `ends_on`, both included."""

    __tablename__ = "insurances"

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    insurer: Mapped[str] = mapped_column(String(120))
    policy_number: Mapped[str] = mapped_column(String(60))
    cover_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)

    partner: Mapped[Partner] = relationship(back_populates="insurances")

    def __str__(self) -> str:
        return f"{self.insurer} {self.policy_number}"


class Qualification(Base):
    __tablename__ = "qualifications"

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[QualificationState] = mapped_column(choice(QualificationState), default=QualificationState.pending)
    checked_on: Mapped[date | None]
    expires_on: Mapped[date | None]

    partner: Mapped[Partner] = relationship(back_populates="qualifications")

    def __str__(self) -> str:
        return self.name
