"""Incidents and warnings of partners: dated records, and when so many warnings propose that somebody be suspended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, choice, key_column
from app.errors import Refusal
from app.partners.kinds import AT_WORK, PartnerKind, PartnerState
from app.partners.model import Partner
from app.resident_number import keeps_no_resident_number
from app.words import say


class IncidentKind(StrEnum):
    late = "late"
    no_show = "no_show"
    conduct = "conduct"
    unreachable = "unreachable"
    poor_work = "poor_work"
    damage = "damage"
    safety = "safety"
    privacy = "privacy"
    other = "other"


class Severity(StrEnum):
    minor = "minor"
    major = "major"
    severe = "severe"


POINTS: Mapping[Severity, int] = MappingProxyType({Severity.minor: 1, Severity.major: 3, Severity.severe: 10})
MOST_POINTS = 100
LONGEST_DAYS = 730
"""No limit looks back further."""


@keeps_no_resident_number
class PartnerIncident(Base):
    """What happened with a partner. `is_warning`: they were formally warned of it; `moved`: by that they came into the
    state *warned*. It counts until `expires_on`, and no more once it was withdrawn; `points` weigh in the scores.
    `origin`: the case that left it, where nobody entered it by hand.
    """

    __tablename__ = "partner_incidents"
    __table_args__ = (CheckConstraint("points >= 0 AND points <= 100", name="points_in_bounds"),)

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    kind: Mapped[IncidentKind] = mapped_column(choice(IncidentKind))
    severity: Mapped[Severity] = mapped_column(choice(Severity))
    is_warning: Mapped[bool] = mapped_column(default=False)
    moved: Mapped[bool] = mapped_column(default=False)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    points: Mapped[int]
    happened_on: Mapped[date] = mapped_column(index=True)
    expires_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(String(300), default="")
    origin: Mapped[str | None] = mapped_column(String(60), index=True)

    partner: Mapped[Partner] = relationship(back_populates="incidents")
    # By their names: these rooms stand above the partners.
    booking: Mapped[Any] = relationship("Booking", viewonly=True)
    ticket: Mapped[Any] = relationship("Ticket", viewonly=True)

    def counts_on(self, on: date) -> bool:
        return self.withdrawn_at is None and (self.expires_on is None or self.expires_on >= on)

    def withdraw(self, why: str) -> None:
        """Taken back, with the reason; the record stays. A state it led to is moved back by hand."""
        acting().must("partners.edit")
        if self.withdrawn_at is not None:
            raise Refusal(say("이미 거둔 기록입니다.", "This record was withdrawn already."))
        if not why.strip():
            raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_why = clock.now(), acting().name, why.strip()[:300]

    def __str__(self) -> str:
        return self.text[:60]


class WarningLimit(Base):
    """So many warnings in so many days propose a suspension, for partners of a kind, or of every kind without a row of
    their own where none is named.
    """

    __tablename__ = "warning_limits"
    __table_args__ = (CheckConstraint("warnings >= 1 AND days >= 1", name="limit_says_something"),)

    id: Mapped[int] = key_column()
    kind: Mapped[PartnerKind | None] = mapped_column(choice(PartnerKind), unique=True)
    warnings: Mapped[int]
    days: Mapped[int]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(say(f"{self.days}일에 {self.warnings}번", f"{self.warnings} in {self.days} days"))


@dataclass(frozen=True, slots=True)
class Limit:
    warnings: int
    days: int


USUAL = Limit(3, 90)
"""While no row tells otherwise."""


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as somebody enters it; refuses what says nothing and what lies ahead."""

    kind: IncidentKind
    severity: Severity
    text: str
    happened_on: date
    is_warning: bool = False
    points: int | None = None
    expires_on: date | None = None
    booking_id: int | None = None
    ticket_id: int | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise Refusal(say("무슨 일이 있었는지 적어 주세요.", "Say what happened."), field="text")
        if self.happened_on > clock.in_seoul(clock.now()).date():
            raise Refusal(say("앞으로의 날짜입니다.", "That day has not come yet."), field="happened_on")
        if self.expires_on is not None and self.expires_on < self.happened_on:
            words = say("일이 있기 전에 끝날 수 없습니다.", "It cannot end before it happened.")
            raise Refusal(words, field="expires_on")
        if self.points is not None and not 0 <= self.points <= MOST_POINTS:
            raise Refusal(say("벌점은 0에서 100까지입니다.", "Points are from 0 to 100."), field="points")


def enter(partner: Partner, told: Told) -> PartnerIncident:
    """Keeps it, in the caller's transaction. A warning of who is active moves them to *warned*."""
    acting().must("partners.edit")
    moves = told.is_warning and partner.state is PartnerState.active
    if moves:
        partner.move_to(PartnerState.warned, told.text)
    incident = PartnerIncident(
        kind=told.kind,
        severity=told.severity,
        is_warning=told.is_warning,
        moved=moves,
        booking_id=told.booking_id,
        ticket_id=told.ticket_id,
        text=told.text.strip()[:5000],
        points=POINTS[told.severity] if told.points is None else told.points,
        happened_on=told.happened_on,
        expires_on=told.expires_on,
        by=acting().name,
        at=clock.now(),
        origin=told.origin,
    )
    partner.incidents.append(incident)
    return incident


def limit_for(kind: PartnerKind, limits: Sequence[WarningLimit]) -> Limit:
    """Its own row, else the one for every kind, else the usual."""
    rows = {one.kind: Limit(one.warnings, one.days) for one in limits}
    return rows.get(kind) or rows.get(None) or USUAL


def warnings_that_propose(partner: Partner, limit: Limit, on: date) -> list[PartnerIncident]:
    """The warnings of the last days, when they are so many that somebody must decide; none once somebody has, until
    another one comes. A person decides: nothing here suspends.
    """
    if partner.state not in AT_WORK:
        return []
    since = on - timedelta(days=limit.days - 1)
    found = [one for one in partner.incidents if one.is_warning and one.counts_on(on) and one.happened_on >= since]
    if len(found) < limit.warnings:
        return []
    weighed = partner.weighed_at
    return found if weighed is None or any(one.at > weighed for one in found) else []


def keep_at_work(partner: Partner, why: str) -> None:
    """Somebody has weighed the warnings and lets the partner go on, with the reason."""
    acting().must("partners.edit")
    if not why.strip():
        raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
    partner.weigh(why)
