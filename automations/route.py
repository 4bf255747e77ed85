"""Routing while rules decide: the desk is held from the first question on, and what was answered is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language.facts_of_ticket import TicketFacts
from app.outbox.model import Push
from app.routing.keep import hold_the_desk, keep_routed
from app.routing.read import read_desk, read_queues
from app.routing.reasons import Routed, Why
from app.routing.routed import RoutingCause
from app.routing.router import Router, router_over
from app.rules.decide import Decision
from app.rules.model import RuleRun
from app.tickets.model import Ticket


class HeldDesk:
    """A router for one ticket's decision. The first rule that routes holds the desk until the transaction ends, and
    only then is the desk read: where no rule routes, nobody waits.
    """

    def __init__(self, session: Session, ticket: Ticket) -> None:
        self._session, self._ticket = session, ticket
        self._router: Router | None = None

    def __call__(self, facts: TicketFacts, key: str, now: datetime) -> Routed | None:
        if self._router is None:
            hold_the_desk(self._session)
            self._router = router_over(read_queues(self._session), read_desk(self._session, now, self._ticket))
        return self._router(facts, key, now)


def keep_routes(
    session: Session, ticket: Ticket, decisions: Sequence[Decision], cause: str, pushes: Sequence[Push]
) -> None:
    """What the rules routed at `cause`. Of several answers the last one stands, as it does on the ticket."""
    answers = [(one.rule.id, told) for one in decisions if not one.refused for told in one.routed]
    if not answers or answers[-1][1].why is Why.stays:
        return
    rule_id, told = answers[-1]
    run = select(RuleRun.id).where(
        RuleRun.ticket_id == ticket.id, RuleRun.rule_id == int(rule_id), RuleRun.cause == cause
    )
    keep_routed(
        session,
        ticket,
        told,
        RoutingCause.rule,
        run_id=session.scalar(run.order_by(RuleRun.id.desc()).limit(1)),
        push_id=pushes[0].id if pushes else None,
    )
