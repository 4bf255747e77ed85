"""What happened on the way of a booking, as facts with their times: sent out, there, begun, done, not come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import Base, choice, key_column
from app.desk.typed_time import read_time
from app.errors import Forbidden, Refusal
from app.partners.model import Partner
from app.resident_number import keeps_no_resident_number
from app.words import say

MOST_VISITS = 500
AHEAD_SECONDS = 300
NOT_YET = say(
    "아직 오지 않은 시각입니다. 일어난 일만 적을 수 있습니다.", "That time is still to come: only what happened counts."
)
NO_KIND = say("무엇이 있었는지 골라 주세요.", "Choose what happened.")
NO_TIME = say("시각을 2026-11-22 15:00처럼 적어 주세요.", "Write the time as 2026-11-22 15:00.")
NO_VISIT = say("몇 번째 방문인지 1에서 {most}까지 적어 주세요.", "Say which visit it is, from 1 to {most}.")
OUTSIDE = say("맡은 도시의 예약이 아닙니다.", "The booking is of a city outside what you may change.")


class Happening(StrEnum):
    dispatched = "dispatched"
    departed = "departed"
    arrived = "arrived"
    started = "started"
    finished = "finished"
    partner_no_show = "partner_no_show"
    customer_no_show = "customer_no_show"
    contacted = "contacted"


@keeps_no_resident_number
class BookingEvent(Base):
    """Written once and never changed. `at` is when it happened, `noted_at` when we were told; `visit` counts from 1;
    `planned_at` is when that visit was to begin, where it is told; `by` is who says so.
    """

    __tablename__ = "booking_events"
    __table_args__ = (Index("ix_booking_events_booking_at", "booking_id", "at"),)

    id: Mapped[int] = key_column()
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[Happening] = mapped_column(choice(Happening))
    visit: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    channel: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(500), default="")
    by: Mapped[str] = mapped_column(String(120))
    noted_at: Mapped[datetime]

    booking: Mapped[Booking] = relationship()
    partner: Mapped[Partner | None] = relationship()


@dataclass(slots=True)
class Visit:
    """One visit as its facts tell it. `planned_at` of the first is the booking's start where nothing else is told."""

    number: int
    planned_at: datetime | None
    times: dict[Happening, datetime] = field(default_factory=dict)

    @property
    def minutes_late(self) -> int | None:
        """Whole minutes from the plan to the arrival; 0 in time; None where nobody arrived or nothing was planned."""
        came = self.times.get(Happening.arrived)
        if came is None or self.planned_at is None:
            return None
        return max(0, int((came - self.planned_at).total_seconds() // 60))

    @property
    def no_show(self) -> Happening | None:
        """Who did not come; an arrival that is told later takes it back."""
        missing = [one for one in (Happening.partner_no_show, Happening.customer_no_show) if one in self.times]
        last = max(missing, key=lambda one: self.times[one], default=None)
        came = self.times.get(Happening.arrived)
        return None if last is Happening.partner_no_show and came and came > self.times[last] else last


def visits_of(booking: Booking, events: Iterable[BookingEvent]) -> list[Visit]:
    """In order of their numbers; of two facts of one kind the first counts. What is no visit (a contact) makes none."""
    found: dict[int, Visit] = {}
    for event in sorted(events, key=lambda one: (one.at, one.id or 0)):
        if event.kind is Happening.contacted:
            continue
        planned = booking.starts_at if event.visit == 1 else None
        visit = found.setdefault(event.visit, Visit(event.visit, planned))
        visit.planned_at = event.planned_at or visit.planned_at
        visit.times.setdefault(event.kind, event.at)
    return [found[number] for number in sorted(found)]


def note(
    session: Session,
    booking: Booking,
    kind: Happening,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    *,
    by: str | None = None,
) -> BookingEvent:
    """Keeps a fact. `facts`: visit, planned_at, partner_id, channel, note. Refuses what has not happened yet (five
    minutes of another clock are forgiven), a visit that cannot be, and a booking of another city. Flushed.
    """
    actor, more = acting(), dict(facts or {})
    if actor.cities and booking.city not in actor.cities:
        raise Forbidden(OUTSIDE, field="ref")
    if (at - clock.now()).total_seconds() > AHEAD_SECONDS:
        raise Refusal(NOT_YET, field="at")
    visit = more.get("visit", 1)
    if not isinstance(visit, int) or not 1 <= visit <= MOST_VISITS:
        raise Refusal(NO_VISIT.fill(most=MOST_VISITS), field="visit")
    made = BookingEvent(
        booking_id=booking.id,
        kind=kind,
        at=at,
        by=(by or actor.name)[:120],
        noted_at=clock.now(),
        **{**more, "visit": visit, "partner_id": more.get("partner_id") or booking.partner_id},
    )
    session.add(made)
    session.flush()
    return made


def note_typed(session: Session, booking: Booking, typed: Mapping[str, str]) -> BookingEvent:
    """As `note`, from a form: kind, at (in Seoul; empty is now), visit (empty is the first), note."""
    kind = next((one for one in Happening if one.value == typed.get("kind")), None)
    if kind is None:
        raise Refusal(NO_KIND, field="kind")
    try:
        at = read_time(typed["at"]) if typed.get("at") else clock.now()
    except (ValueError, OverflowError):
        raise Refusal(NO_TIME, field="at") from None
    number = typed.get("visit") or "1"
    visit = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    return note(session, booking, kind, at, {"visit": visit or -1, "note": typed.get("note", "")[:500]})
