"""The clocks of a dispute: until when each side, and we, are to answer; counted in business hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, exists
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.db import Base, choice, key_column
from app.disputes.model import Dispute
from app.disputes.sides import Side
from app.errors import Refusal
from app.routing.days import read_opening
from app.words import say

# Two working days of nine hours for each side; one for us.
HOURS, OUR_HOURS = 18, 9
MOST_HOURS = 180


class ClockEnd(StrEnum):
    """`lapsed`: nobody answered in time; `stopped`: there is nothing to answer any more."""

    answered = "answered"
    lapsed = "lapsed"
    stopped = "stopped"


class DisputeClock(Base):
    """One side's time to answer. `open_key` is unique while it runs, so a side has one clock. `alarmed_at`: people were
    alarmed that we ourselves are late; our clock runs on.
    """

    __tablename__ = "dispute_clocks"
    __table_args__ = (Index("ix_dispute_clocks_open_due", "ended", "due_at"),)

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    open_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    hours: Mapped[int]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended: Mapped[ClockEnd | None] = mapped_column(choice(ClockEnd))
    ended_at: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]

    dispute: Mapped[Dispute] = relationship(back_populates="clocks")

    @property
    def is_late(self) -> bool:
        return self.ended is None and self.due_at <= clock.now()

    def end(self, how: ClockEnd) -> None:
        """It ends once."""
        if self.ended is None:
            self.ended, self.ended_at, self.open_key = how, clock.now(), None


def due_after(session: Session, start: datetime, hours: int) -> datetime:
    """When so many business hours (app/routing/days.py) have gone by. Refuses what nobody could keep."""
    if not 1 <= hours <= MOST_HOURS:
        words = say(f"업무 시간 1~{MOST_HOURS}시간으로 적어 주세요.", f"Give 1 to {MOST_HOURS} business hours.")
        raise Refusal(words, field="hours")
    return read_opening(session, start).calendar.open_after(start, timedelta(hours=hours))


def start(session: Session, dispute: Dispute, side: Side, hours: int) -> DisputeClock:
    """The clock of a side, in place of one that still runs."""
    stop(dispute, side)
    session.flush()
    now = clock.now()
    running = DisputeClock(
        dispute=dispute,
        side=side,
        open_key=f"{dispute.id}:{side.value}",
        hours=hours,
        started_at=now,
        due_at=due_after(session, now, hours),
    )
    session.add(running)
    session.flush()
    return running


def stop(dispute: Dispute, *sides: Side, how: ClockEnd = ClockEnd.stopped) -> None:
    """Ends the clocks of these sides; of all where none is named."""
    for one in dispute.clocks:
        if one.ended is None and (not sides or one.side in sides):
            one.end(how)


def running(dispute: Dispute, side: Side) -> DisputeClock | None:
    return next((one for one in dispute.clocks if one.ended is None and one.side is side), None)


def waits_for(side: Side) -> ColumnElement[bool]:
    """What a query over disputes asks for those in which `side` is to answer."""
    return exists().where(
        DisputeClock.dispute_id == Dispute.id, DisputeClock.ended.is_(None), DisputeClock.side == side
    )


def is_overdue() -> ColumnElement[bool]:
    return exists().where(
        DisputeClock.dispute_id == Dispute.id, DisputeClock.ended.is_(None), DisputeClock.due_at <= clock.now()
    )
