"""Bringing in the past: the updates that Zendesk's tickets had before we came, so many days back."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.actor import acting
from app.db import Base, choice, key_column, one_at_a_time
from app.errors import Refusal
from app.facts import Fact, announce
from app.link.link import the_link
from app.words import say

SHORTEST_DAYS, LONGEST_DAYS, USUAL_DAYS = 1, 365, 90


class HistoryState(StrEnum):
    queued = "queued"
    running = "running"
    done = "done"
    cancelled = "cancelled"
    failed = "failed"


UNDER_WAY = (HistoryState.queued, HistoryState.running)


class HistoryLoad(Base):
    """One back-fill. Every update from `since` up to `next_start` (Unix seconds) is in, so a killed one goes on there.

    `events` counts the updates that were new to us, `unreadable` those whose shape we do not understand; `left_out`
    are the tickets they are of, by Zendesk's number: their history stays incomplete. `due_at`: not before then, since
    Zendesk allows so many requests a minute.
    """

    __tablename__ = "history_loads"

    id: Mapped[int] = key_column()
    state: Mapped[HistoryState] = mapped_column(choice(HistoryState), default=HistoryState.queued, index=True)
    days: Mapped[int]
    since: Mapped[datetime]
    next_start: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[list[Any]] = mapped_column(default=list)
    due_at: Mapped[datetime]
    token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(500))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        """How much of the time is in; Zendesk does not tell how many updates are to come."""
        if self.state is HistoryState.done:
            return 100
        begin, end = int(self.since.timestamp()), int((self.ended_at or clock.now()).timestamp())
        return max(0, min(99, (self.next_start - begin) * 100 // max(1, end - begin)))

    def __str__(self) -> str:
        return str(say(f"지난 {self.days}일", f"The last {self.days} days"))


def newest_load(session: Session) -> HistoryLoad | None:
    return session.scalars(select(HistoryLoad).order_by(HistoryLoad.id.desc()).limit(1)).first()


def ask_history(session: Session, days: int) -> HistoryLoad:
    """Has the last `days` days brought in. Refuses while another is under way, and before there is an account."""
    acting().must("switches.turn")
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise Refusal(
            say(
                f"{SHORTEST_DAYS}일에서 {LONGEST_DAYS}일 사이로 적어 주세요.",
                f"Give {SHORTEST_DAYS} to {LONGEST_DAYS} days.",
            ),
            field="days",
        )
    if the_link(session).connected_at is None:
        raise Refusal(
            say("아직 연결되지 않아 과거를 가져올 수 없습니다.", "Not connected yet, so there is no past to bring in.")
        )
    one_at_a_time(session, "history")
    running = session.scalars(select(HistoryLoad).where(HistoryLoad.state.in_(UNDER_WAY))).first()
    if running is not None:
        raise Refusal(
            say(
                "이미 가져오는 중입니다. 끝나거나 취소한 뒤에 다시 눌러 주세요.",
                "It is being brought in already. Wait for it, or cancel it first.",
            )
        )
    now = clock.now()
    since = (now - timedelta(days=days)).replace(microsecond=0)
    load = HistoryLoad(
        state=HistoryState.queued,
        days=days,
        since=since,
        next_start=int(since.timestamp()),
        events=0,
        unreadable=0,
        left_out=[],
        due_at=now,
        asked_by=acting().name[:120],
        asked_at=now,
    )
    session.add(load)
    session.flush()
    announce(session, Fact.history_asked)
    return load


def cancel_history(session: Session) -> HistoryLoad:
    """Stops the one under way; what is in stays in. Whoever works at it finds its row taken away."""
    acting().must("switches.turn")
    load = session.scalars(select(HistoryLoad).where(HistoryLoad.state.in_(UNDER_WAY)).with_for_update()).first()
    if load is None:
        raise Refusal(say("지금 가져오는 중인 것이 없습니다.", "Nothing is being brought in now."))
    load.state, load.token, load.lease_until = HistoryState.cancelled, None, None
    load.ended_at = clock.now()
    return load
