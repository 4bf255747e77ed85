"""The ways of giving tickets out ("배정 방식"), each with the turns that its round robin goes by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, choice, key_column
from app.routing.desk import Queue, Strategy


class RoutingPlan(Base):
    """A Queue as managers edit it; rules name it by `key`. See app/routing/desk.py for what each setting does."""

    __tablename__ = "routing_plans"
    __table_args__ = (CheckConstraint("most_moves >= 0", name="most_moves_not_negative"),)

    id: Mapped[int] = key_column()
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    strategy: Mapped[Strategy] = mapped_column(choice(Strategy), default=Strategy.round_robin)
    group_id: Mapped[int | None] = mapped_column(BigId)
    skills: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by_language: Mapped[bool] = mapped_column(default=False)
    by_topic: Mapped[bool] = mapped_column(default=False)
    by_city: Mapped[bool] = mapped_column(default=False)
    vip_lane: Mapped[bool] = mapped_column(default=True)
    urgent_is_emergency: Mapped[bool] = mapped_column(default=True)
    emergency_tags: Mapped[list[str]] = mapped_column(default=list)
    only_online: Mapped[bool] = mapped_column(default=True)
    only_on_shift: Mapped[bool] = mapped_column(default=False)
    overflow_minutes: Mapped[int | None]
    overflow_when_nobody: Mapped[bool] = mapped_column(default=False)
    overflow_to: Mapped[str | None] = mapped_column(String(40))
    overflow_group_id: Mapped[int | None] = mapped_column(BigId)
    idle_minutes: Mapped[int | None]
    most_moves: Mapped[int] = mapped_column(default=3)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def queue(self) -> Queue:
        return Queue(
            key=self.key,
            title=self.title,
            strategy=self.strategy,
            group_id=str(self.group_id or ""),
            skills=tuple(sorted((name, int(level)) for name, level in self.skills.items())),
            by_language=self.by_language,
            by_topic=self.by_topic,
            by_city=self.by_city,
            vip_lane=self.vip_lane,
            urgent_is_emergency=self.urgent_is_emergency,
            emergency_tags=frozenset(self.emergency_tags),
            only_online=self.only_online,
            only_on_shift=self.only_on_shift,
            overflow_minutes=self.overflow_minutes,
            overflow_when_nobody=self.overflow_when_nobody,
            overflow_to=self.overflow_to or "",
            overflow_group_id=str(self.overflow_group_id or ""),
            idle_minutes=self.idle_minutes,
            most_moves=self.most_moves,
        )

    def __str__(self) -> str:
        return self.title


class RoutingTurn(Base):
    """When a plan last gave an agent a ticket, by the running number of its turns: no number is given out twice."""

    __tablename__ = "routing_turns"
    __table_args__ = (UniqueConstraint("plan_id", "agent_id"), UniqueConstraint("plan_id", "turn"))

    id: Mapped[int] = key_column()
    plan_id: Mapped[int] = mapped_column(ForeignKey("routing_plans.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("routing_agents.id"), index=True)
    turn: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
