"""What became of each ticket that was routed: where it stands now, and every move with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app import clock
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.routing.desk import Lane
from app.routing.plans import RoutingPlan
from app.routing.reasons import Routed
from app.tickets.model import Ticket
from app.words import say


class RoutedState(StrEnum):
    """`left`: a person decided otherwise, and routing leaves it alone. `handed`: to a group, with nobody chosen.
    `kept`: moved as often as its plan allows; it stays where it is.
    """

    waiting = "waiting"
    given = "given"
    answered = "answered"
    handed = "handed"
    kept = "kept"
    left = "left"
    closed = "closed"


class RoutingCause(StrEnum):
    """Why a ticket was moved."""

    rule = "rule"
    room = "room"
    overflow = "overflow"
    idle = "idle"
    offline = "offline"
    person = "person"
    reply = "reply"
    limit = "limit"
    status = "status"


AT_WORK = frozenset({RoutedState.waiting, RoutedState.given})
_ENDS = frozenset(RoutedState) - AT_WORK
MOVES: Mapping[RoutedState, frozenset[RoutedState]] = MappingProxyType({
    RoutedState.waiting: AT_WORK | _ENDS,
    RoutedState.given: AT_WORK | _ENDS,
    # A rule may route it again at any time.
    **dict.fromkeys(_ENDS, AT_WORK | {RoutedState.handed}),
})  # fmt: skip


class RoutedTicket(Base):
    """Where a ticket that was routed stands. `agent_id` is Zendesk's id of who has it; `times`: how often routing has
    taken it from somebody; `since_at`: since when it waits, or they have it.
    """

    __tablename__ = "routed_tickets"
    __table_args__ = (Index("ix_routed_tickets_state_since", "state", "since_at"),)

    id: Mapped[int] = key_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    plan: Mapped[str] = mapped_column(String(40))
    state: Mapped[RoutedState] = mapped_column(choice(RoutedState))
    lane: Mapped[Lane] = mapped_column(choice(Lane))
    agent_id: Mapped[int | None] = mapped_column(BigId, index=True)
    group_id: Mapped[int | None] = mapped_column(BigId)
    times: Mapped[int] = mapped_column(default=0)
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"))
    since_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship()
    moves: Mapped[list[RoutingMove]] = relationship(back_populates="routed", order_by="RoutingMove.id")
    # By its name: the outbox stands above this room.
    push: Mapped[Any] = relationship("Push", viewonly=True)

    def move_to(self, now: RoutedState, cause: RoutingCause, told: Routed | None = None, **more: Any) -> RoutingMove:
        """The only way it changes; leaves a RoutingMove. `told`: what routing said, where it was asked."""
        was: RoutedState | None = getattr(self, "state", None)  # a row that is being made has none yet
        if was is not None and now not in MOVES[was]:
            words = say("{was}에서 {now}(으)로 바꿀 수 없습니다.", "It is {was} and cannot become {now}.")
            raise Refusal(words.fill(was=named(was).words, now=named(now).words))
        at = clock.now()
        agent = int(told.assignee_id) if told and told.assignee_id else None
        move = RoutingMove(
            ticket=self.ticket,
            plan=told.queue if told else self.plan,
            was=was,
            now=now,
            cause=cause,
            was_agent_id=self.agent_id,
            now_agent_id=agent if told else self.agent_id,
            told=told.to_json() if told else None,
            at=at,
            **more,
        )
        self.moves.append(move)
        self.state = now
        if told is not None:
            self.agent_id, self.lane = agent, told.lane
            self.group_id = int(told.group_id) if told.group_id else None
            self.push_id, self.since_at = more.get("push_id"), at
        return move


class RoutingMove(Base):
    """One move of a routed ticket. `told` is what routing said, a reason for every agent (see reasons.py)."""

    __tablename__ = "routing_moves"
    __table_args__ = (Index("ix_routing_moves_ticket", "ticket_id", "id"),)

    id: Mapped[int] = key_column()
    routed_id: Mapped[int] = mapped_column(ForeignKey("routed_tickets.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    plan: Mapped[str] = mapped_column(String(40))
    was: Mapped[RoutedState | None] = mapped_column(choice(RoutedState))
    now: Mapped[RoutedState] = mapped_column(choice(RoutedState))
    cause: Mapped[RoutingCause] = mapped_column(choice(RoutingCause))
    was_agent_id: Mapped[int | None] = mapped_column(BigId)
    now_agent_id: Mapped[int | None] = mapped_column(BigId)
    told: Mapped[dict[str, Any] | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("rule_runs.id"), index=True)
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)

    routed: Mapped[RoutedTicket] = relationship(back_populates="moves")
    ticket: Mapped[Ticket] = relationship()
    named_plan: Mapped[RoutingPlan | None] = relationship(
        primaryjoin=lambda: foreign(RoutingMove.plan) == RoutingPlan.key, viewonly=True
    )

    @property
    def answer(self) -> Routed | None:
        return Routed.from_json(self.told) if self.told else None
