"""What time asks of a ticket that was routed: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.language.account import Calendar
from app.routing.desk import DeskAgent, PresenceState, Queue
from app.routing.routed import RoutedState, RoutingCause

OVER = frozenset({"solved", "closed", "deleted"})


@dataclass(frozen=True, slots=True)
class Stands:
    """A routed ticket as it is now. `agent_id`, `group_id`: as routing left it; `has_*`: as it is in Zendesk.

    `since`: when what routing decided was there. `agent`: who has it, on the desk; None where they are not on it.
    """

    state: RoutedState
    status: str
    agent_id: int | None
    has_agent_id: int | None
    group_id: int | None
    has_group_id: int | None
    since: datetime
    times: int = 0
    replied: bool = False
    agent: DeskAgent | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """Routing is done with it."""

    state: RoutedState
    cause: RoutingCause


@dataclass(frozen=True, slots=True)
class Again:
    """It is to be routed anew; where nobody can take it, it stays as it is."""

    cause: RoutingCause


def due(stands: Stands, plan: Queue, calendar: Calendar, now: datetime) -> Ends | Again | None:
    """None when nothing is due. Whatever a person has decided meanwhile stands."""
    if stands.status in OVER:
        return Ends(RoutedState.closed, RoutingCause.status)
    if stands.state is RoutedState.waiting:
        return _waiting(stands, plan, now)
    if stands.has_agent_id != stands.agent_id:
        return Ends(RoutedState.left, RoutingCause.person)
    if stands.replied:
        return Ends(RoutedState.answered, RoutingCause.reply)
    cause = _late(stands, plan, calendar, now)
    if cause is None:
        return None
    return Ends(RoutedState.kept, RoutingCause.limit) if stands.times >= plan.most_moves else Again(cause)


def _waiting(stands: Stands, plan: Queue, now: datetime) -> Ends | Again:
    moved = stands.group_id is not None and stands.has_group_id != stands.group_id
    if stands.has_agent_id is not None or moved:
        return Ends(RoutedState.left, RoutingCause.person)
    return Again(RoutingCause.overflow if has_waited(stands.since, plan, now) else RoutingCause.room)


def has_waited(since: datetime, plan: Queue, now: datetime) -> bool:
    return plan.overflow_minutes is not None and now - since >= timedelta(minutes=plan.overflow_minutes)


def _late(stands: Stands, plan: Queue, calendar: Calendar, now: datetime) -> RoutingCause | None:
    """`idle_minutes` are business minutes; who is offline is not waited for."""
    gone = stands.agent is not None and stands.agent.presence is PresenceState.offline
    if plan.only_online and gone:
        return RoutingCause.offline
    if plan.idle_minutes is None:
        return None
    waited = calendar.open_between(stands.since, now)
    return RoutingCause.idle if waited >= timedelta(minutes=plan.idle_minutes) else None
