"""The other side of the market: cleaners, hosts, vendors, and the dated facts that let them work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.resident_number import keeps_no_resident_number
from app.words import say


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


@keeps_no_resident_number
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


@keeps_no_resident_number
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

    def insured_until(self, on: date) -> date | None:
        """The last day of the cover in force on `on`; None when there is none."""
        return max((one.ends_on for one in self.insurances if one.starts_on <= on <= one.ends_on), default=None)

    def move_to(self, now: PartnerState, why: str = "") -> None:
        """Writes the move. Refuses in words what the table does not allow, and work without insurance in force."""
        acting().must("partners.edit")
        if now not in MOVES[self.state]:
            raise Refusal(_NOT_ALLOWED.fill(name=self.name, state=named(self.state).words, now=named(now).words))
        if now is PartnerState.active and self.insured_until(clock.in_seoul(clock.now()).date()) is None:
            raise Refusal(_NOT_INSURED.fill(name=self.name))
        if now in NEEDS_A_REASON and not why.strip():
            raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
        move = PartnerMove(was=self.state, now=now, by=acting().name, at=clock.now(), why=why.strip()[:500])
        self.moves.append(move)
        self.state = now


MOVES: Mapping[PartnerState, frozenset[PartnerState]] = {
    PartnerState.applied: frozenset({PartnerState.checked, PartnerState.left}),
    PartnerState.checked: frozenset({PartnerState.active, PartnerState.left}),
    PartnerState.active: frozenset({PartnerState.warned, PartnerState.suspended, PartnerState.left}),
    PartnerState.warned: frozenset({PartnerState.active, PartnerState.suspended, PartnerState.left}),
    PartnerState.suspended: frozenset({PartnerState.active, PartnerState.left}),
    PartnerState.left: frozenset({PartnerState.applied}),
}
NEEDS_A_REASON = frozenset({PartnerState.warned, PartnerState.suspended, PartnerState.left})
_NOT_ALLOWED = say(
    "{name}은(는) 지금 ‘{state}’ 상태여서 ‘{now}’(으)로 바꿀 수 없습니다.",
    "{name} is “{state}” now and cannot become “{now}”.",
)
_NOT_INSURED = say(
    "{name}에게 오늘 유효한 보험이 없어 활동을 시작할 수 없습니다. 보험을 먼저 등록해 주세요.",
    "{name} has no insurance in force today and cannot start working. Enter the insurance first.",
)


@keeps_no_resident_number
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


@keeps_no_resident_number
class Insurance(Base):
    """`cover_minor` is won; in force from `starts_on` to `ends_on`, both included."""

    __tablename__ = "insurances"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="ends_after_start"),)

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


@keeps_no_resident_number
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
