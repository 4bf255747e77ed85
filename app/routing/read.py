"""The desk as it stands: read from the rows in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.routing.days import read_opening
from app.routing.desk import ContractSpan, Desk, DeskAgent, PresenceState, Queue, Shifts, Span
from app.routing.model import RoutingAgent, Shift
from app.routing.plans import RoutingPlan, RoutingTurn
from app.tickets.channels import number_of
from app.tickets.model import Ticket

COUNTED = ("new", "open")
"""The statuses that take up an agent's capacity: what waits for the customer or is on hold does not."""
WAITING_PUSHES = ("owed", "sending", "unknown")

Loads = Mapping[int, Mapping[str | None, int]]
"""By Zendesk's id of the agent and the channel's `via_id`."""


def read_queues(session: Session) -> dict[str, Queue]:
    """The plans in use, by their key."""
    rows = session.scalars(select(RoutingPlan).where(RoutingPlan.is_active.is_(True)))
    return {one.key: one.queue() for one in rows}


def read_desk(session: Session, now: datetime, ticket: Ticket | None = None) -> Desk:
    """Everybody as they are, with what is still on its way to Zendesk counted in. `ticket`: the one to be routed, for
    who answered its customer last; its own load counts for nobody.
    """
    agents = read_agents(session)
    loads = read_loads(session, ticket)
    turns = session.execute(
        select(RoutingPlan.key, RoutingAgent.zendesk_id, RoutingTurn.turn)
        .join(RoutingPlan, RoutingPlan.id == RoutingTurn.plan_id)
        .join(RoutingAgent, RoutingAgent.id == RoutingTurn.agent_id)
    )
    return Desk(
        agents=tuple(agent_of(one, one.presence.state, loads.get(one.zendesk_id, {})) for one in agents),
        turns={(key, str(agent)): turn for key, agent, turn in turns},
        last_agents=_last_agent(session, ticket) if ticket is not None else {},
        calendar=read_opening(session, now).calendar,
    )


def read_agents(session: Session) -> Sequence[RoutingAgent]:
    parts = (selectinload(RoutingAgent.shifts), joinedload(RoutingAgent.vendor))
    asked = select(RoutingAgent).options(*parts).order_by(RoutingAgent.zendesk_id)
    return session.scalars(asked.execution_options(populate_existing=True)).all()


def agent_of(row: RoutingAgent, presence: PresenceState, load: Mapping[str | None, int]) -> DeskAgent:
    return DeskAgent(
        id=str(row.zendesk_id),
        name=row.name,
        groups=frozenset(row.in_groups),
        skills={name: int(level) for name, level in row.skills.items()},
        languages=frozenset(row.languages),
        topics=frozenset(row.topics),
        cities=frozenset(row.cities),
        capacity=row.capacity,
        channel_limits={via: int(most) for word, most in row.channel_limits.items() if (via := number_of(word))},
        vendor_id=row.vendor_id,
        contract=_contract(row),
        is_active=row.is_active,
        presence=presence,
        shifts=shifts_of(row.shifts, works_on_holidays=row.works_on_holidays),
        load=sum(load.values()),
        channel_load={via: count for via, count in load.items() if via is not None},
    )


def _contract(row: RoutingAgent) -> ContractSpan | None:
    vendor = row.vendor
    return None if vendor is None else ContractSpan(vendor.contract_from, vendor.contract_until, vendor.is_active)


def shifts_of(rows: Iterable[Shift], *, works_on_holidays: bool = False) -> Shifts:
    weekly: dict[int, list[Span]] = defaultdict(list)
    dated: dict[date, list[Span]] = defaultdict(list)
    for one in rows:
        spans = weekly[one.weekday] if one.weekday is not None else dated[one.on_date] if one.on_date else []
        if one.starts is not None and one.ends is not None:
            spans.append((one.starts, one.ends))
    return Shifts(
        weekly=tuple(tuple(sorted(weekly[day])) for day in range(7)),
        dated={day: tuple(sorted(spans)) for day, spans in dated.items()},
        works_on_holidays=works_on_holidays,
    )


def read_loads(session: Session, ticket: Ticket | None = None) -> dict[int, Counter[str | None]]:
    """Open tickets of the mirror by who has them, moved by what is owed to Zendesk and not there yet."""
    own = ticket.id if ticket is not None else None
    counted = session.execute(
        select(Ticket.assignee_id, Ticket.channel, func.count())
        .where(Ticket.status.in_(COUNTED), Ticket.assignee_id.is_not(None), Ticket.id.is_distinct_from(own))
        .group_by(Ticket.assignee_id, Ticket.channel)
    )
    loads: dict[int, Counter[str | None]] = defaultdict(Counter)
    for agent, channel, count in counted:
        if agent is None:
            continue
        loads[agent][number_of(channel)] += count
    for moved in _on_its_way(session, own):
        via = number_of(moved.channel)
        if moved.assignee_id is not None and moved.status in COUNTED:
            loads[moved.assignee_id][via] -= 1
        if moved.wanted is not None:
            loads[moved.wanted][via] += 1
    return loads


def _on_its_way(session: Session, own: int | None) -> list[Any]:
    """The newest waiting change of each ticket's assignee."""
    # By its name: the outbox stands above this room.
    push: Any = Ticket.pushes.property.mapper.class_
    wanted, had = push.change["assignee_id"], push.before["assignee_id"]
    touched = or_(wanted.as_string().is_not(None), had.as_string().is_not(None))
    asked = (
        select(Ticket.id, Ticket.channel, Ticket.status, Ticket.assignee_id, wanted.as_integer().label("wanted"))
        .join(push, push.ticket_id == Ticket.id)
        .where(push.state.in_(WAITING_PUSHES), touched, Ticket.id.is_distinct_from(own))
        .order_by(push.id)
    )
    return list({row.id: row for row in session.execute(asked)}.values())


def _last_agent(session: Session, ticket: Ticket) -> dict[str, str]:
    if ticket.requester_id is None:
        return {}
    asked = select(Ticket.assignee_id).where(
        Ticket.requester_id == ticket.requester_id, Ticket.id != ticket.id, Ticket.assignee_id.is_not(None)
    )
    found = session.scalar(asked.order_by(Ticket.updated_at.desc(), Ticket.id.desc()).limit(1))
    return {str(ticket.requester_id): str(found)} if found else {}
