"""Why and why not: the rules of this office on one ticket of the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.routing.asked import ReadDesk
from app.rules.explain import Explained, explain
from app.rules.facts_of import facts_at, read_record
from app.rules.live import definition_of, read_live
from app.rules.model import Rule, RuleKind, RuleState
from app.tickets.model import Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Why:
    """One rule on the ticket, in the version in force; in the newest saved one where none is. A draft or paused rule is
    looked at as if it were live, alone."""

    rule: Rule
    explained: Explained


def facts_now(session: Session, ticket: Ticket, use: Use, audit_id: int | None = None) -> TicketFacts:
    """A trigger sees the ticket just after the update of `audit_id` (where left out, or not here, the newest that
    somebody else than we made), an automation the ticket as it is."""
    record = read_record(session, ticket)
    if use is not Use.trigger:
        return facts_at(record, None)
    asked = next((one for one in record.events if one.audit_id == audit_id), None)
    return facts_at(record, asked or newest_of_others(record.events))


def newest_of_others(events: Sequence[TicketEvent]) -> TicketEvent | None:
    """The update that rules last looked at: our own start none."""
    by_others = [one for one in events if one.marker is None]
    return (by_others or events)[-1] if events else None


def of_rule(session: Session, rule: Rule, ticket: Ticket) -> Why:
    """This rule alone, as if it were live."""
    return _explained(session, [rule], ticket, facts_now(session, ticket, Use(rule.kind.value)))[0]


def of_ticket(session: Session, ticket: Ticket, audit_id: int | None = None) -> list[Why]:
    """Every rule that is not retired: live ones together in their order, then the others each alone. `audit_id`: the
    update that triggers look at."""
    wanted = select(Rule).where(Rule.state != RuleState.retired).order_by(Rule.position, Rule.id)
    rows = session.scalars(wanted.options(selectinload(Rule.publications), selectinload(Rule.versions))).all()
    found: list[Why] = []
    for kind in RuleKind:
        facts = facts_now(session, ticket, Use(kind.value), audit_id)
        mine = [one for one in rows if one.kind is kind]
        found += _explained(session, [one for one in mine if one.state is RuleState.live], ticket, facts)
        for one in mine:
            if one.state is not RuleState.live:
                found += _explained(session, [one], ticket, facts)
    return found


def _explained(session: Session, rules: Sequence[Rule], ticket: Ticket, facts: TicketFacts) -> list[Why]:
    live = read_live(session, zendesk_url())
    by_id = {str(one.id): one for one in rules}
    compiled = RuleSet.compile([replace(definition_of(one), active=True) for one in rules])
    router = ReadDesk(session, ticket)
    told = explain(compiled, facts, clock.now(), macros=live.macros, account=live.account, router=router)
    return [Why(by_id[one.rule.id], one) for one in told]


def zendesk_url() -> str | None:
    url: str | None = current_app.extensions["opsroom.settings"].zendesk_url
    return url
