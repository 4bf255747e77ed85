"""The people who are given tickets: what they can, whether they are there, and when they work."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.partners.model import Vendor
from app.routing.desk import PresenceState
from app.tickets.model import ZendeskUser
from app.words import say


class RoutingAgent(Base):
    """An agent of Zendesk who takes part in routing. `groups`: Zendesk's ids, as text; none: see `in_groups`.
    `skills`: level 1 to 5 by name. `capacity`: how many open tickets at once; `channel_limits`: of these, how many of a
    channel, by Zendesk's word. No `cities`: every city.
    """

    __tablename__ = "routing_agents"
    __table_args__ = (CheckConstraint("capacity >= 0", name="capacity_not_negative"),)

    id: Mapped[int] = key_column()
    zendesk_id: Mapped[int] = mapped_column(BigId, unique=True)
    groups: Mapped[list[str]] = mapped_column(default=list)
    skills: Mapped[dict[str, Any]] = mapped_column(default=dict)
    languages: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    cities: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=8)
    channel_limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    works_on_holidays: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    vendor: Mapped[Vendor | None] = relationship()
    person: Mapped[ZendeskUser | None] = relationship(
        primaryjoin="foreign(RoutingAgent.zendesk_id) == ZendeskUser.zendesk_id", viewonly=True, lazy="joined"
    )
    presence: Mapped[Presence] = relationship(
        back_populates="agent", cascade="all, delete-orphan", lazy="joined", single_parent=True
    )
    shifts: Mapped[list[Shift]] = relationship(
        back_populates="agent", cascade="all, delete-orphan", order_by="Shift.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        return self.person.name if self.person else str(self.zendesk_id)

    @property
    def in_groups(self) -> list[str]:
        """Zendesk's ids of the groups set here, or else of those in which the account has them."""
        return self.groups or [str(one) for one in (self.person.group_ids if self.person else None) or ()]

    def __str__(self) -> str:
        return self.name


class Presence(Base):
    """Whether an agent is there now. Apart from the agent, so that switching it never gets in the way of an edit."""

    __tablename__ = "presences"

    agent_id: Mapped[int] = mapped_column(ForeignKey("routing_agents.id"), primary_key=True, autoincrement=False)
    state: Mapped[PresenceState] = mapped_column(choice(PresenceState), default=PresenceState.offline)
    since_at: Mapped[datetime]

    agent: Mapped[RoutingAgent] = relationship(back_populates="presence")
    moves: Mapped[list[PresenceMove]] = relationship(
        back_populates="presence", cascade="all, delete-orphan", order_by="PresenceMove.id"
    )

    @property
    def id(self) -> int:
        """What the audit calls it by: its agent."""
        return self.agent_id

    @classmethod
    def first(cls) -> Presence:
        return cls(state=PresenceState.offline, since_at=clock.now())

    def move_to(self, now: PresenceState) -> None:
        """The only way it changes; leaves a PresenceMove. Refuses what it is already."""
        if now is self.state:
            raise Refusal(say("이미 「{now}」입니다.", "It is “{now}” already.").fill(now=named(now).words))
        at = clock.now()
        self.moves.append(PresenceMove(was=self.state, now=now, by=acting().name, at=at))
        self.state, self.since_at = now, at


class PresenceMove(Base):
    """One change of presence."""

    __tablename__ = "presence_moves"
    __table_args__ = (Index("ix_presence_moves_agent_at", "agent_id", "at"),)

    id: Mapped[int] = key_column()
    agent_id: Mapped[int] = mapped_column(ForeignKey("presences.agent_id"))
    was: Mapped[PresenceState] = mapped_column(choice(PresenceState))
    now: Mapped[PresenceState] = mapped_column(choice(PresenceState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    presence: Mapped[Presence] = relationship(back_populates="moves")


class Shift(Base):
    """When an agent works: every `weekday` (Monday is 0), or on one date, in place of that weekday's.

    Times are Seoul's; an end at or before its start is on the next day. A dated row without times is a day off.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name="weekday_or_date"),
        CheckConstraint("weekday IS NULL OR (weekday >= 0 AND weekday <= 6)", name="weekday_of_week"),
        CheckConstraint("(starts IS NULL) = (ends IS NULL)", name="both_times_or_none"),
        CheckConstraint("on_date IS NOT NULL OR starts IS NOT NULL", name="weekly_has_times"),
    )

    id: Mapped[int] = key_column()
    agent_id: Mapped[int] = mapped_column(ForeignKey("routing_agents.id"), index=True)
    weekday: Mapped[int | None] = mapped_column(SmallInteger)
    on_date: Mapped[date | None] = mapped_column(index=True)
    starts: Mapped[time | None]
    ends: Mapped[time | None]

    agent: Mapped[RoutingAgent] = relationship(back_populates="shifts")
