"""The desk as it was: for a rehearsal, which routes the past without hindsight.

Who was there is told by the moves of presence; an agent without one before that moment was offline. Shifts, skills,
capacities, plans and holidays are today's: they keep no history. Loads, turns and last agents are the caller's, who
simulates them (`Desk.given` adds one).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.language.account import Calendar
from app.routing.days import read_opening
from app.routing.desk import Desk, DeskAgent, PresenceState, Queue
from app.routing.model import PresenceMove, RoutingAgent
from app.routing.read import agent_of, read_agents, read_queues
from app.routing.router import Router, router_over

Timeline = tuple[tuple[datetime, ...], tuple[PresenceState, ...]]
NO_TIMELINE: Timeline = ((), ())
NOBODY_GIVEN: Mapping[tuple[str, str], int] = {}
NO_LOADS: Mapping[str, Mapping[str | None, int]] = {}
NO_LAST: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class PastDesk:
    """Read once, asked for any moment without a query. `timelines`: by the agent's id, oldest first."""

    queues: Mapping[str, Queue]
    agents: tuple[DeskAgent, ...]
    timelines: Mapping[str, Timeline] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)

    def at(
        self,
        at: datetime,
        loads: Mapping[str, Mapping[str | None, int]] = NO_LOADS,
        turns: Mapping[tuple[str, str], int] = NOBODY_GIVEN,
        last_agents: Mapping[str, str] = NO_LAST,
    ) -> Desk:
        """`loads`: open tickets by the agent's id and the channel's `via_id`; `turns`, `last_agents`: as in Desk."""
        agents = tuple(
            replace(
                one,
                presence=self.presence(one.id, at),
                load=sum(loads.get(one.id, {}).values()),
                channel_load={via: count for via, count in loads.get(one.id, {}).items() if via is not None},
            )
            for one in self.agents
        )
        return Desk(agents, turns, last_agents, self.calendar)

    def presence(self, agent_id: str, at: datetime) -> PresenceState:
        times, states = self.timelines.get(agent_id, NO_TIMELINE)
        place = bisect_right(times, at)
        return states[place - 1] if place else PresenceState.offline

    def router(
        self,
        at: datetime,
        loads: Mapping[str, Mapping[str | None, int]] = NO_LOADS,
        turns: Mapping[tuple[str, str], int] = NOBODY_GIVEN,
        last_agents: Mapping[str, str] = NO_LAST,
    ) -> Router:
        """What `decide` takes as its router at that moment: pure."""
        return router_over(self.queues, self.at(at, loads, turns, last_agents))


def read_past_desk(session: Session) -> PastDesk:
    """A fixed number of queries, every move of presence among them."""
    moves: dict[str, list[tuple[datetime, PresenceState]]] = defaultdict(list)
    asked = select(RoutingAgent.zendesk_id, PresenceMove.at, PresenceMove.now).join(
        RoutingAgent, RoutingAgent.id == PresenceMove.agent_id
    )
    for agent, at, now in session.execute(asked.order_by(PresenceMove.at, PresenceMove.id)):
        moves[str(agent)].append((at, now))
    return PastDesk(
        queues=read_queues(session),
        agents=tuple(agent_of(one, PresenceState.offline, Counter()) for one in read_agents(session)),
        timelines={
            agent: (tuple(at for at, _ in rows), tuple(state for _, state in rows)) for agent, rows in moves.items()
        },
        calendar=read_opening(session, clock.now()).calendar,
    )


def router_at(
    session: Session,
    at: datetime,
    loads: Mapping[str, Mapping[str | None, int]] = NO_LOADS,
    turns: Mapping[tuple[str, str], int] = NOBODY_GIVEN,
    last_agents: Mapping[str, str] = NO_LAST,
) -> Router:
    """One moment. Whoever asks for many reads the PastDesk once and asks that."""
    return read_past_desk(session).router(at, loads, turns, last_agents)
