"""Writing down what routing did: the turn that was taken and the move that was made, in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import one_at_a_time
from app.routing.desk import Lane
from app.routing.model import RoutingAgent
from app.routing.plans import RoutingPlan, RoutingTurn
from app.routing.reasons import Routed, Why
from app.routing.routed import RoutedState, RoutedTicket, RoutingCause, RoutingMove
from app.tickets.model import Ticket


def hold_the_desk(session: Session) -> None:
    """Whoever is about to route calls this before reading the desk: the next one reads it once this transaction is
    over, so no two take one turn or the last place of one agent.
    """
    one_at_a_time(session, "routing")


def keep_routed(
    session: Session,
    ticket: Ticket,
    told: Routed,
    cause: RoutingCause,
    *,
    run_id: int | None = None,
    push_id: int | None = None,
) -> RoutingMove:
    """The desk must be held. A ticket that just stays with its agent takes no turn."""
    row = session.scalars(select(RoutedTicket).where(RoutedTicket.ticket_id == ticket.id)).first()
    if row is None:
        row = RoutedTicket(ticket=ticket, lane=Lane(told.lane), since_at=clock.now(), plan=told.queue, times=0)
        session.add(row)
    if cause in {RoutingCause.idle, RoutingCause.offline}:
        row.times += 1
    elif cause is RoutingCause.rule:
        row.times = 0
    row.plan = told.queue
    move = row.move_to(_state(told), cause, told, run_id=run_id, push_id=push_id)
    if told.assignee_id is not None and told.why is not Why.stays:
        _take_turn(session, told.queue, int(told.assignee_id))
    session.flush()
    return move


def _state(told: Routed) -> RoutedState:
    if told.assignee_id is not None:
        return RoutedState.given
    return RoutedState.handed if told.why is Why.to_group else RoutedState.waiting


def _take_turn(session: Session, key: str, zendesk_id: int) -> None:
    plan = session.scalars(select(RoutingPlan.id).where(RoutingPlan.key == key)).one()
    agent = session.scalars(select(RoutingAgent.id).where(RoutingAgent.zendesk_id == zendesk_id)).one()
    newest = session.scalar(select(func.max(RoutingTurn.turn)).where(RoutingTurn.plan_id == plan)) or 0
    row = session.scalars(select(RoutingTurn).where(RoutingTurn.plan_id == plan, RoutingTurn.agent_id == agent)).first()
    if row is None:
        row = RoutingTurn(plan_id=plan, agent_id=agent)
        session.add(row)
    row.turn, row.at = newest + 1, clock.now()
