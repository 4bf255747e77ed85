"""An emergency: where it stands, who has which role in it, who is on site, and its log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.disputes.append_only import only_added_to
from app.disputes.emergency.kinds import DutyRole, EmergencyKind, LogKind
from app.errors import Refusal
from app.people.model import User
from app.resident_number import keeps_no_resident_number
from app.tickets.model import Ticket
from app.words import Words, say

if TYPE_CHECKING:
    from app.disputes.emergency.playbook import PlaybookVersion


class EmergencyState(StrEnum):
    """`paged`: nobody leads it yet."""

    paged = "paged"
    led = "led"
    ended = "ended"
    false_alarm = "false_alarm"


OVER = (EmergencyState.ended, EmergencyState.false_alarm)
MOVES: Mapping[EmergencyState, frozenset[EmergencyState]] = MappingProxyType({
    EmergencyState.paged: frozenset({EmergencyState.led, EmergencyState.false_alarm}),
    EmergencyState.led: frozenset(OVER),
    **dict.fromkeys(OVER, frozenset()),
})  # fmt: skip


@keeps_no_resident_number
class Emergency(Base):
    """`open_key` is the ticket's id while it goes on: of a ticket one goes on at a time. `found`: the sign and its
    words, where words found it. `city` decides who sees it and who is paged. `playbook_version_id`: the playbook that
    was proposed.
    """

    __tablename__ = "emergencies"
    __table_args__ = (Index("ux_emergencies_open", "open_key", unique=True),)

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    open_key: Mapped[int | None] = mapped_column(BigId)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    kind: Mapped[EmergencyKind] = mapped_column(choice(EmergencyKind), index=True)
    state: Mapped[EmergencyState] = mapped_column(choice(EmergencyState), default=EmergencyState.paged, index=True)
    city: Mapped[str | None] = mapped_column(String(40), index=True)
    summary: Mapped[str] = mapped_column(Text)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    playbook_version_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_versions.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    ticket: Mapped[Ticket | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
    playbook_version: Mapped[PlaybookVersion | None] = relationship(foreign_keys=[playbook_version_id])
    moves: Mapped[list[EmergencyMove]] = relationship(back_populates="emergency", order_by="EmergencyMove.id")
    posts: Mapped[list[EmergencyPost]] = relationship(back_populates="emergency", order_by="EmergencyPost.id")
    tasks: Mapped[list[SiteTask]] = relationship(back_populates="emergency", order_by="SiteTask.id")
    log: Mapped[list[EmergencyLog]] = relationship(back_populates="emergency", order_by="EmergencyLog.number")
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.ref

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def move_to(self, now: EmergencyState, why: str = "") -> None:
        """The only way its state changes; leaves an EmergencyMove."""
        acting().must("emergencies.edit")
        if now not in MOVES[self.state]:
            words = say("{ref}은(는) 이미 ‘{state}’ 상태입니다.", "{ref} is “{state}” already.")
            raise Refusal(words.fill(ref=self.ref, state=named(self.state).words))
        if now is EmergencyState.false_alarm and not why.strip():
            raise Refusal(say("긴급이 아니었던 까닭을 적어 주세요.", "Say why it was none."), field="why")
        at = clock.now()
        self.moves.append(EmergencyMove(was=self.state, now=now, by=acting().name[:120], at=at, why=why.strip()[:500]))
        self.state = now
        if now in OVER:
            self.ended_at, self.open_key = at, None

    def post_of(self, role: DutyRole) -> EmergencyPost | None:
        """Who has the role now."""
        return next((one for one in self.posts if one.role is role and one.ended_at is None), None)

    def task_now(self) -> SiteTask | None:
        """The task that is not done yet."""
        return next((one for one in self.tasks if one.state not in DONE), None)


@only_added_to
class EmergencyMove(Base):
    """One change of an emergency's state; the opening is the first, with `was` None."""

    __tablename__ = "emergency_moves"

    id: Mapped[int] = key_column()
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"), index=True)
    was: Mapped[EmergencyState | None] = mapped_column(choice(EmergencyState))
    now: Mapped[EmergencyState] = mapped_column(choice(EmergencyState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    emergency: Mapped[Emergency] = relationship(back_populates="moves")


class EmergencyPost(Base):
    """Who had a role from when to when. `open_key` is unique while they have it. `taken_at`: they answered the page;
    `late_at`: people were alarmed that they had not.
    """

    __tablename__ = "emergency_posts"

    id: Mapped[int] = key_column()
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"), index=True)
    role: Mapped[DutyRole] = mapped_column(choice(DutyRole))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    open_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    paged_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    emergency: Mapped[Emergency] = relationship(back_populates="posts")
    user: Mapped[User] = relationship()


class SiteState(StrEnum):
    assigned = "assigned"
    left = "left"
    arrived = "arrived"
    done = "done"
    called_off = "called_off"


DONE = (SiteState.done, SiteState.called_off)
SITE_MOVES: Mapping[SiteState, frozenset[SiteState]] = MappingProxyType({
    SiteState.assigned: frozenset({SiteState.left, SiteState.called_off}),
    SiteState.left: frozenset({SiteState.arrived, SiteState.called_off}),
    SiteState.arrived: frozenset({SiteState.done, SiteState.called_off}),
    **dict.fromkeys(DONE, frozenset()),
})  # fmt: skip


@keeps_no_resident_number
class SiteTask(Base):
    """Somebody is to go there. `due_at`: by when the next step is to be taken, by the clock; `late_at`: people were
    alarmed that it was not.
    """

    __tablename__ = "site_tasks"
    __table_args__ = (Index("ix_site_tasks_state_due", "state", "due_at"),)

    id: Mapped[int] = key_column()
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"), index=True)
    who: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[str] = mapped_column(String(240), default="")
    what: Mapped[str] = mapped_column(String(500))
    state: Mapped[SiteState] = mapped_column(choice(SiteState), default=SiteState.assigned)
    travel_minutes: Mapped[int]
    assigned_at: Mapped[datetime]
    due_at: Mapped[datetime]
    late_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    emergency: Mapped[Emergency] = relationship(back_populates="tasks")

    @property
    def is_late(self) -> bool:
        return self.state not in DONE and self.due_at <= clock.now()


@only_added_to
@keeps_no_resident_number
class EmergencyLog(Base):
    """One line: who, when, what. `step`: the number of the playbook's step that it ticks off, once. `role`: what
    whoever wrote it was at the time. What a person typed is the same in both texts.
    """

    __tablename__ = "emergency_log"
    __table_args__ = (UniqueConstraint("emergency_id", "number"), UniqueConstraint("emergency_id", "step"))

    id: Mapped[int] = key_column()
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"))
    number: Mapped[int]
    kind: Mapped[LogKind] = mapped_column(choice(LogKind))
    role: Mapped[DutyRole | None] = mapped_column(choice(DutyRole))
    step: Mapped[int | None]
    words_ko: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    emergency: Mapped[Emergency] = relationship(back_populates="log")

    @property
    def words(self) -> Words:
        return say(self.words_ko, self.words_en)
