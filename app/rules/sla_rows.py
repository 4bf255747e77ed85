"""The mirrored SLA policies as values, and what they say of a record at a moment."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.language.account import PLAIN_ACCOUNT, Account
from app.language.facts_of_ticket import TicketFacts, but
from app.routing.days import read_opening
from app.rules.sla import Due, SlaPolicy, Statuses, dues, last_breach, next_breach
from app.tickets.model import TicketEvent
from app.tickets.sla import ZendeskSlaPolicy

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Promises:
    """`policies` in their order, and the hours they count in: today's, for an older look too."""

    policies: tuple[SlaPolicy, ...] = ()
    account: Account = PLAIN_ACCOUNT

    def of(self, facts: TicketFacts, seen: Sequence[TicketEvent], at: datetime) -> list[Due]:
        return dues(facts, self.policies, self.account, at, statuses_of(facts, seen))

    def told(self, facts: TicketFacts, seen: Sequence[TicketEvent], at: datetime) -> TicketFacts:
        """The facts with when the next target is missed and when the last one was."""
        if not self.policies:
            return facts
        found = self.of(facts, seen, at)
        coming, missed = next_breach(found, at), last_breach(found, at)
        if coming is None and missed is None:
            return facts
        return but(
            facts,
            sla_next_breach_at=coming.due_at if coming else None,
            sla_last_breach_at=missed.due_at if missed else None,
        )


def read_promises(session: Session, now: datetime) -> Promises:
    """One that we do not understand is left out and logged; the next that fits binds in its place."""
    rows = session.scalars(select(ZendeskSlaPolicy).order_by(ZendeskSlaPolicy.position, ZendeskSlaPolicy.zendesk_id))
    policies = []
    for row in rows:
        try:
            policies.append(SlaPolicy.parse(row.title, row.conditions, row.targets))
        except Refusal:
            log.error("not_understood_and_left_out", extra={"kind": "sla_policy", "row": row.zendesk_id})  # noqa: TRY400
    if not policies:
        return Promises()
    opening = read_opening(session, now)
    return Promises(tuple(policies), Account(calendar=opening.calendar, schedules=opening.schedules))


def statuses_of(facts: TicketFacts, seen: Sequence[TicketEvent]) -> Statuses:
    """When the ticket got which status, oldest first."""
    told = [(one.created_at, str(one.changes["status"][1])) for one in seen if "status" in one.changes]
    if facts.created_at is None:
        return told
    first = seen[0].changes.get("status", (None, None))[0] if seen else None
    before = first or (facts.status if not told else "new")
    if not told or told[0][0] > facts.created_at:
        return [(facts.created_at, str(before or "new")), *told]
    return told
