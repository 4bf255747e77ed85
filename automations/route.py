"""Routing while rules decide: the desk is held from the first question on, and what was answered is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.outbox.model import Push
from app.routing.asked import ReadDesk
from app.routing.keep import hold_the_desk, keep_routed
from app.routing.reasons import Why
from app.routing.routed import RoutingCause
from app.routing.router import Router
from app.rules.decide import Decision
from app.rules.model import RuleRun
from app.tickets.model import Ticket


class HeldDesk(ReadDesk):
    """A router whose answers will be kept. The first rule that routes holds the desk until the transaction ends, and
    only then is the desk read: where no rule routes, nobody waits.
    """

    def _read(self, now: datetime) -> Router:
        hold_the_desk(self._session)
        return super()._read(now)


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
