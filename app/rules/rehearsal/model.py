"""Rehearsals: what rules would have done to past tickets. A rehearsal writes nothing but its own rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId, choice, key_column
from app.rules.model import Rule
from app.tickets.model import Ticket


class RehearsalState(StrEnum):
    queued = "queued"
    running = "running"
    done = "done"
    cancelled = "cancelled"
    failed = "failed"


UNDER_WAY = (RehearsalState.queued, RehearsalState.running)


class RuleChange(StrEnum):
    """How a rule of the rehearsed set differs from what is in force."""

    added = "added"
    changed = "changed"
    removed = "removed"


class Rehearsal(Base):
    """The rules in force beside a candidate set, over every ticket that was touched from `since` to `until`.

    `frozen` holds both sets as they were when it was asked for, so that a run that goes on later means the same.
    `cursor` is the last ticket row that `tally` counts, and `done` how many of `total`: the three move together, so a
    killed worker's run goes on from its last chunk and counts nothing twice. `trouble` ({"ko", "en"}): why it failed.
    """

    __tablename__ = "rehearsals"
    __table_args__ = (Index("ix_rehearsals_waiting", "state", "lease_until"),)

    id: Mapped[int] = key_column()
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[RehearsalState] = mapped_column(choice(RehearsalState), default=RehearsalState.queued)
    days: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
    frozen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    tally: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trouble: Mapped[dict[str, Any] | None]
    tries: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    rules: Mapped[list[RehearsalRule]] = relationship(
        back_populates="rehearsal", order_by="RehearsalRule.id", cascade="all, delete-orphan"
    )
    seen: Mapped[list[RehearsalSeen]] = relationship(
        back_populates="rehearsal", order_by="RehearsalSeen.id", cascade="all, delete-orphan"
    )

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    def __str__(self) -> str:
        return self.title


class RehearsalRule(Base):
    """A rule in which the candidate set differs: the version that was rehearsed, or, of a removed one, left out."""

    __tablename__ = "rehearsal_rules"
    __table_args__ = (
        UniqueConstraint("rehearsal_id", "rule_id"),
        Index("ix_rehearsal_rules_version", "rule_id", "number"),
    )

    id: Mapped[int] = key_column()
    rehearsal_id: Mapped[int] = mapped_column(ForeignKey("rehearsals.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    number: Mapped[int]
    change: Mapped[RuleChange] = mapped_column(choice(RuleChange))

    rehearsal: Mapped[Rehearsal] = relationship(back_populates="rules")
    rule: Mapped[Rule] = relationship()


class RehearsalTicket(Base):
    """A ticket on which the two sets would have done something different.

    `kind` names the kind of difference and `draw` a number drawn from the ticket alone: the first few of each kind are
    the samples, the same ones every time. `marks` is " rule:1 field:status agent:9 " for finding it; `effects` the
    differing effects, before and after, without the text of comments.
    """

    __tablename__ = "rehearsal_tickets"
    __table_args__ = (
        UniqueConstraint("rehearsal_id", "ticket_id"),
        Index("ix_rehearsal_tickets_kind", "rehearsal_id", "kind", "draw"),
    )

    id: Mapped[int] = key_column()
    rehearsal_id: Mapped[int] = mapped_column(ForeignKey("rehearsals.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    draw: Mapped[int] = mapped_column(BigInteger)
    looks: Mapped[int]
    marks: Mapped[str] = mapped_column(Text)
    effects: Mapped[list[Any]]

    ticket: Mapped[Ticket] = relationship()


class RehearsalSeen(Base):
    """Who has opened the result."""

    __tablename__ = "rehearsal_seen"
    __table_args__ = (UniqueConstraint("rehearsal_id", "user_id"),)

    id: Mapped[int] = key_column()
    rehearsal_id: Mapped[int] = mapped_column(ForeignKey("rehearsals.id"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    rehearsal: Mapped[Rehearsal] = relationship(back_populates="seen")
