"""Rules, their versions, and what each firing did and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.tickets.model import Ticket
from app.words import say


class RuleKind(StrEnum):
    trigger = "trigger"
    automation = "automation"


class RuleState(StrEnum):
    """Whether the rule is switched on. Which version acts then, and from when on, is told by its publications."""

    draft = "draft"
    live = "live"
    paused = "paused"
    retired = "retired"


class TwinState(StrEnum):
    """What is known of the rule of the same origin that may still run inside Zendesk. `asked`: we were told to switch
    it off there and have not yet done so.
    """

    none = "none"
    active = "active"
    asked = "asked"
    off = "off"
    accepted = "accepted"


MOVES: Mapping[RuleState, frozenset[RuleState]] = MappingProxyType({
    RuleState.draft: frozenset({RuleState.live, RuleState.retired}),
    RuleState.live: frozenset({RuleState.paused, RuleState.draft, RuleState.retired}),
    RuleState.paused: frozenset({RuleState.live, RuleState.draft, RuleState.retired}),
    RuleState.retired: frozenset({RuleState.draft}),
})  # fmt: skip


class Rule(Base):
    """`definition` is Zendesk's own JSON: {"conditions": {"all", "any"}, "actions": [...]} with every key that came
    in. `title`, `definition` and `number` are those of the newest saved version, which acts on nothing until it is
    published; each saved version is kept in RuleVersion, what acts is told by `publications`. `twin_why` is what
    Zendesk said when the twin could not be switched off there.
    """

    __tablename__ = "rules"
    __table_args__ = (
        Index("ix_rules_state_kind_position", "state", "kind", "position"),
        UniqueConstraint("kind", "zendesk_id"),
    )

    id: Mapped[int] = key_column()
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[RuleKind] = mapped_column(choice(RuleKind))
    state: Mapped[RuleState] = mapped_column(choice(RuleState), default=RuleState.draft)
    position: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=1)
    description: Mapped[str] = mapped_column(Text, default="")
    definition: Mapped[dict[str, Any]]
    zendesk_id: Mapped[int | None] = mapped_column(BigId)
    twin: Mapped[TwinState] = mapped_column(choice(TwinState), default=TwinState.none)
    twin_why: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    versions: Mapped[list[RuleVersion]] = relationship(back_populates="rule", order_by="RuleVersion.number")
    moves: Mapped[list[RuleMove]] = relationship(back_populates="rule", order_by="RuleMove.id")
    # By their names: app/rules/publication.py and app/rules/shadow/model.py tell of them.
    publications: Mapped[list[Any]] = relationship("Publication", back_populates="rule", order_by="Publication.id")
    shadows: Mapped[list[Any]] = relationship("Shadow", back_populates="rule", order_by="Shadow.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def twin_blocks(self) -> bool:
        """Whether Zendesk's own rule could still act beside this one, and nobody has accepted that."""
        return self.twin in {TwinState.active, TwinState.asked}

    def move_to(self, now: RuleState, why: str = "") -> None:
        """The only way a rule's state changes; leaves a RuleMove. Refuses what the table of moves does not have."""
        if now not in MOVES[self.state]:
            raise Refusal(
                say(
                    "규칙 「{title}」은 지금 {was} 상태라서 {now} 상태로 바꿀 수 없습니다.",
                    "The rule “{title}” is {was} now and cannot become {now}.",
                ).fill(title=self.title, was=named(self.state).words, now=named(now).words)
            )
        at = clock.now()
        self.moves.append(RuleMove(was=self.state, now=now, by=acting().name, at=at, why=why))
        self.state = now
        self.updated_at = at

    def __str__(self) -> str:
        return self.title


class RuleVersion(Base):
    """`definition` as it was saved, once and for all: versions are never edited."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)

    id: Mapped[int] = key_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    definition: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    rule: Mapped[Rule] = relationship(back_populates="versions")


class RuleMove(Base):
    """One change of a rule's state."""

    __tablename__ = "rule_moves"

    id: Mapped[int] = key_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    was: Mapped[RuleState] = mapped_column(choice(RuleState))
    now: Mapped[RuleState] = mapped_column(choice(RuleState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    rule: Mapped[Rule] = relationship(back_populates="moves")


class RuleRun(Base):
    """One firing. `reasons` are the conditions with wanted and seen values, `actions` what was planned (and what was
    dropped because it changed nothing). A ticket, a rule's version, a cause and an effect meet only once.
    """

    __tablename__ = "rule_runs"
    __table_args__ = (UniqueConstraint("ticket_id", "rule_id", "rule_number", "cause", "effect_hash"),)

    id: Mapped[int] = key_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    rule_number: Mapped[int]
    cause: Mapped[str] = mapped_column(String(64))
    audit_id: Mapped[int | None] = mapped_column(BigInteger)
    depth: Mapped[int] = mapped_column(default=0)
    effect_hash: Mapped[str] = mapped_column(String(64))
    reasons: Mapped[list[Any]]
    actions: Mapped[list[Any]]
    dropped: Mapped[list[Any]] = mapped_column(default=list)
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)

    ticket: Mapped[Ticket] = relationship()
    rule: Mapped[Rule] = relationship()
    # By its name: the outbox stands above the rules.
    push: Mapped[Any] = relationship("Push", viewonly=True)

    @property
    def is_on_time(self) -> bool:
        """Whether time was the cause, and not an update of the ticket."""
        return self.cause.startswith("time")
