"""What the live board shows: who is there with which load, who waits in which lane, who is next, and what was moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from app.desk.states import named
from app.language.facts_of_ticket import TicketFacts
from app.routing.desk import Desk, DeskAgent, Lane, OnShift, PresenceState
from app.routing.model import RoutingAgent
from app.routing.plans import RoutingPlan
from app.routing.read import read_desk, read_queues
from app.routing.route import route
from app.routing.routed import RoutedState, RoutedTicket, RoutingMove
from app.tickets.model import Ticket, ZendeskUser
from app.words import Words, say

MOVES_SHOWN, WAITING_SHOWN = 12, 50
ON_SHIFT = {
    OnShift.on: say("근무 중", "On shift"),
    OnShift.off: say("근무 아님", "Off shift"),
    OnShift.holiday: say("휴일", "Holiday"),
    OnShift.none: say("근무표 없음", "No shifts"),
}


@dataclass(frozen=True, slots=True)
class AgentLine:
    row: RoutingAgent
    agent: DeskAgent
    shift: Words
    is_mine: bool

    @property
    def tone(self) -> str:
        return "full" if self.agent.load >= self.agent.capacity else "room"


@dataclass(frozen=True, slots=True)
class LaneLine:
    lane: Lane
    tickets: Sequence[RoutedTicket]


@dataclass(frozen=True, slots=True)
class NextLine:
    """Whom the plan would give an ordinary ticket to now; without one, why nobody."""

    plan: str
    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Board:
    agents: list[AgentLine]
    counts: dict[PresenceState, int]
    lanes: list[LaneLine]
    following: list[NextLine]
    moves: Sequence[RoutingMove]
    names: dict[int, str]
    holiday: str | None
    has_plans: bool

    @property
    def waiting(self) -> int:
        return sum(len(one.tickets) for one in self.lanes)


def board_of(
    session: Session,
    now: datetime,
    rows: Sequence[RoutingAgent],
    mine: RoutingAgent | None,
    seen: Sequence[ColumnElement[bool]],
) -> Board:
    """`rows`: the agents that may be seen; `seen`: what tickets are narrowed by."""
    desk = read_desk(session, now)
    lines = [_line(row, desk, now, mine) for row in rows if row.is_active]
    asked = select(RoutedTicket).join(Ticket).where(RoutedTicket.state == RoutedState.waiting, *seen)
    waiting = session.scalars(
        asked.options(joinedload(RoutedTicket.ticket)).order_by(RoutedTicket.since_at).limit(WAITING_SHOWN)
    ).all()
    moved = select(RoutingMove).join(Ticket, Ticket.id == RoutingMove.ticket_id).where(*seen)
    moves = session.scalars(
        moved.options(joinedload(RoutingMove.ticket)).order_by(RoutingMove.id.desc()).limit(MOVES_SHOWN)
    ).all()
    ids = {one for move in moves for one in (move.was_agent_id, move.now_agent_id) if one}
    named_people = session.execute(
        select(ZendeskUser.zendesk_id, ZendeskUser.name).where(ZendeskUser.zendesk_id.in_(ids))
    )
    return Board(
        agents=sorted(lines, key=lambda one: (list(PresenceState).index(one.agent.presence), one.agent.name)),
        counts={state: sum(one.agent.presence is state for one in lines) for state in PresenceState},
        lanes=[LaneLine(lane, [one for one in waiting if one.lane is lane]) for lane in Lane],
        following=_following(session, desk, now),
        moves=moves,
        names={one.zendesk_id: one.name for one in named_people},
        holiday=desk.calendar.holiday(now),
        has_plans=bool(session.scalar(select(func.count()).select_from(RoutingPlan))),
    )


def _line(row: RoutingAgent, desk: Desk, now: datetime, mine: RoutingAgent | None) -> AgentLine:
    agent = desk.agent(str(row.zendesk_id)) or DeskAgent(str(row.zendesk_id))
    shift = ON_SHIFT[agent.shifts.at(now, desk.calendar)]
    return AgentLine(row, agent, shift, is_mine=mine is not None and mine.id == row.id)


def _following(session: Session, desk: Desk, now: datetime) -> list[NextLine]:
    lines = []
    for plan in read_queues(session).values():
        told = route(TicketFacts(), plan, desk, now)
        name = told.chosen.name if told.chosen else str(named(RoutedState.waiting).words)
        lines.append(NextLine(plan.title, name, told.words))
    return lines
