"""Shadows: versions of rules that decide on live tickets and act on nothing, beside what people then did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.rules.model import Rule
from app.tickets.model import Ticket
from app.words import say

SETTLE_HOURS = 24


class ShadowState(StrEnum):
    running = "running"
    promoted = "promoted"
    demoted = "demoted"
    ended = "ended"


class Outcome(StrEnum):
    """What a shadow wanted beside what people did. `unclear`: nobody did anything that would tell."""

    pending = "pending"
    agreed = "agreed"
    differed = "differed"
    unclear = "unclear"


MOVES: Mapping[ShadowState, frozenset[ShadowState]] = MappingProxyType({
    ShadowState.running: frozenset({ShadowState.promoted, ShadowState.demoted, ShadowState.ended}),
    ShadowState.promoted: frozenset(),
    ShadowState.demoted: frozenset(),
    ShadowState.ended: frozenset(),
})  # fmt: skip
_RUNNING = text("state = 'running'")


class Shadow(Base):
    """One version of a rule in shadow, from its start to its end; a rule has at most one running.

    `promote_percent`: promoted once the lower bound of the agreement's interval is at least that, over at least `least`
    decisions that people's work tells about. `demote_percent`: back to a draft once the upper bound is below that. None
    is off. `ready_at`: when it first reached what promotes it and nobody had agreed to that beforehand.
    """

    __tablename__ = "rule_shadows"
    __table_args__ = (
        CheckConstraint("settle_hours BETWEEN 1 AND 336", name="settle_hours"),
        CheckConstraint("promote_percent IS NULL OR promote_percent BETWEEN 1 AND 100", name="promote_percent"),
        CheckConstraint("demote_percent IS NULL OR demote_percent BETWEEN 1 AND 100", name="demote_percent"),
        CheckConstraint("least >= 1", name="least"),
        Index("ix_rule_shadows_running", "rule_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: Mapped[int] = key_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    number: Mapped[int]
    state: Mapped[ShadowState] = mapped_column(choice(ShadowState), default=ShadowState.running)
    settle_hours: Mapped[int] = mapped_column(default=SETTLE_HOURS)
    promote_percent: Mapped[int | None]
    demote_percent: Mapped[int | None]
    least: Mapped[int] = mapped_column(default=50)
    started_by: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    rule: Mapped[Rule] = relationship(back_populates="shadows")
    moves: Mapped[list[ShadowMove]] = relationship(back_populates="shadow", order_by="ShadowMove.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_running(self) -> bool:
        return self.state is ShadowState.running

    def move_to(self, now: ShadowState, why: str = "") -> None:
        """The only way its state changes; leaves a ShadowMove. What it has already decided is compared to the end."""
        if now not in MOVES[self.state]:
            words = say(
                "{number}판의 그림자 운용은 이미 「{state}」 상태입니다.",
                "The shadow of version {number} is “{state}” already.",
            )
            raise Refusal(words.fill(number=self.number, state=named(self.state).words))
        at = clock.now()
        self.moves.append(ShadowMove(was=self.state, now=now, by=acting().name, at=at, why=why[:500]))
        self.state, self.ended_at = now, at


class ShadowMove(Base):
    """One change of a shadow's state; its start is the first, with `was` None."""

    __tablename__ = "rule_shadow_moves"

    id: Mapped[int] = key_column()
    shadow_id: Mapped[int] = mapped_column(ForeignKey("rule_shadows.id"), index=True)
    was: Mapped[ShadowState | None] = mapped_column(choice(ShadowState))
    now: Mapped[ShadowState] = mapped_column(choice(ShadowState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    shadow: Mapped[Shadow] = relationship(back_populates="moves")


class ShadowRun(Base):
    """One decision that nobody carried out. `actions` are what it wanted, as a RuleRun tells it; `compared` one row a
    field once it is settled: {"field", "wanted", "seen", "outcome"}. `due_at`: when it is compared at the latest.
    """

    __tablename__ = "rule_shadow_runs"
    __table_args__ = (
        UniqueConstraint("shadow_id", "ticket_id", "cause", "effect_hash"),
        Index("ix_rule_shadow_runs_due", "outcome", "due_at"),
        Index("ix_rule_shadow_runs_told", "shadow_id", "outcome", "id"),
    )

    id: Mapped[int] = key_column()
    shadow_id: Mapped[int] = mapped_column(ForeignKey("rule_shadows.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    cause: Mapped[str] = mapped_column(String(64))
    audit_id: Mapped[int] = mapped_column(BigInteger)
    effect_hash: Mapped[str] = mapped_column(String(64))
    reasons: Mapped[list[Any]]
    actions: Mapped[list[Any]]
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome), default=Outcome.pending)
    settled_at: Mapped[datetime | None]
    compared: Mapped[list[Any]] = mapped_column(default=list)

    shadow: Mapped[Shadow] = relationship()
    ticket: Mapped[Ticket] = relationship()
