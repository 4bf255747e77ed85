"""The rules on one ticket of the mirror: what they decide becomes our rows, in the caller's transaction.

Four guards keep it from feeding itself: our own updates start no rule; a chain of causes ends at depth five; a ticket,
a rule's version, a cause and an effect meet once; and what changes nothing is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.verdict import evaluate
from app.link.link import the_link
from app.link.model import Link
from app.outbox.model import Push
from app.outbox.outbox import owe, waiting_changes
from app.rules.decide import Decision, decide, merged
from app.rules.definition import RuleDefinition
from app.rules.facts_of import Record, facts_at, read_record
from app.rules.live import Live, read_live, rules_of
from app.rules.model import RuleRun, RuleVersion
from app.rules.then import values_now, values_then, with_waiting
from app.tickets.model import Ticket, TicketEvent
from automations import emergencies, replies
from automations.alerts import loop_cut
from automations.booking_of import find_booking
from automations.budget import within
from automations.change import letters
from automations.notices import carry_out
from automations.refund_wish import ask_for
from automations.route import HeldDesk, keep_routes
from automations.shadow import watch

log = logging.getLogger(__name__)

DEEPEST = 5
ECHO = timedelta(minutes=10)
MACHINES = frozenset({"api", "web_service", "rule", "automation", ""})


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the rules look: an update of the ticket, or time. `key` is what a firing is remembered by."""

    key: str
    event: TicketEvent | None
    depth: int = 0


def on_updates(session: Session, ticket: Ticket) -> None:
    """Lets the triggers decide on every update they have not seen, oldest first. The caller commits."""
    link = the_link(session)
    fresh = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.audit_id > ticket.decided_audit_id)
        .order_by(TicketEvent.audit_id)
    ).all()
    if not fresh:
        return
    if ticket.booking_id is None:
        ticket.booking_id = find_booking(session, ticket)
    ticket.decided_audit_id = fresh[-1].audit_id
    replies.heard(session, ticket)
    emergencies.look(session, link, ticket, fresh)
    causes = _causes(session, link, ticket, fresh) if link.rules_on else []
    if not causes:
        return
    session.flush()
    record = read_record(session, ticket)
    live = read_live(session, link.zendesk_url)
    for cause in causes:
        _decide(session, live, record, cause, Use.trigger)


def on_time(session: Session, ticket: Ticket) -> bool:
    """Lets the automations look at one ticket as it is now. The caller commits.

    One that has fired fires again only once somebody else has changed the ticket: its cause is the newest update that
    is not ours. False, and nothing is decided, while the mirror has not the whole history of the ticket, as after a
    first load: nobody could tell since when it is pending.
    """
    if not ticket.history_complete:
        return False
    link = the_link(session)
    record = read_record(session, ticket)
    ours = set(session.scalars(select(Push.marker).where(Push.ticket_id == ticket.id)))
    newest = next((one.audit_id for one in reversed(record.events) if one.marker not in ours), None)
    if newest is None:
        return False
    _decide(session, read_live(session, link.zendesk_url), record, Cause(f"time:{newest}", None), Use.automation)
    return True


def no_longer_holds(session: Session, push: Push) -> str | None:
    """Why what the rules decided must not be sent any more, when somebody has changed the ticket under it; None when
    it still holds. Conditions on the update itself stay with that update; those on the ticket are asked of today's.
    """
    runs = session.scalars(select(RuleRun).where(RuleRun.push_id == push.id)).all()
    if not runs:
        return None
    record = read_record(session, push.ticket)
    for run in runs:
        event = next((one for one in record.events if one.audit_id == run.audit_id), None)
        version = session.scalars(
            select(RuleVersion).where(RuleVersion.rule_id == run.rule_id, RuleVersion.number == run.rule_number)
        ).first()
        if version is None or not _touched_since(record, run, push):
            continue
        rule = RuleDefinition.parse({**version.definition, "title": version.title}, run.rule.kind, str(run.rule_id))
        facts = facts_at(record, event, values_now(push.ticket), own_at=record.read_at)
        verdict = evaluate(rule.conditions, facts, clock.now())
        if not verdict.met:
            rows = ", ".join(f"{one.field} {one.operator} {one.wanted}" for one in verdict.blocking)
            return f"“{version.title}” no longer holds: {rows}"
    return None


def _touched_since(record: Record, run: RuleRun, push: Push) -> bool:
    """Whether anybody but this very push has changed the ticket after the cause."""
    after = run.audit_id if run.audit_id is not None else int(run.cause.partition(":")[2])
    return any(one.audit_id > after and one.marker != push.marker for one in record.events)


def _causes(session: Session, link: Link, ticket: Ticket, fresh: Sequence[TicketEvent]) -> list[Cause]:
    """The updates that may start a rule: made by others, after we were connected, not too deep in a chain of ours."""
    if link.connected_at is None:
        return []
    since = link.connected_at.replace(microsecond=0)
    markers = [event.marker for event in fresh if event.marker]
    ours = set(session.scalars(select(Push.marker).where(Push.marker.in_(markers)))) if markers else set()
    causes = []
    for event in fresh:
        if event.created_at < since or event.marker in ours:
            continue
        depth = _depth(session, ticket, event)
        if not goes_on(depth):
            log.error("loop_stopped", extra={"ticket": ticket.zendesk_id, "audit": event.audit_id})
            loop_cut(session, ticket)
            continue
        causes.append(Cause(f"audit:{event.audit_id}", event, depth))
    return causes


def _depth(session: Session, ticket: Ticket, event: TicketEvent) -> int:
    """A machine's update soon after one of ours is taken for its echo; a person's begins anew. Soon by Zendesk's clock
    alone: ours may be ahead."""
    if event.channel not in MACHINES or event.is_creation:
        return 0
    newest = session.scalar(
        select(Push.depth)
        .join(TicketEvent, and_(TicketEvent.ticket_id == Push.ticket_id, TicketEvent.marker == Push.marker))
        .where(
            Push.ticket_id == ticket.id,
            TicketEvent.audit_id < event.audit_id,
            TicketEvent.created_at > event.created_at - ECHO,
        )
        .order_by(TicketEvent.audit_id.desc())
        .limit(1)
    )
    return depth_after(newest)


def depth_after(newest: int | None) -> int:
    """How deep in a chain of ours a machine's update is, by the depth of our newest change that it may answer."""
    return 0 if newest is None else newest + 1


def goes_on(depth: int) -> bool:
    """Whether an update of this depth may still start a rule."""
    return depth <= DEEPEST


def _decide(session: Session, live: Live, record: Record, cause: Cause, kind: Use) -> None:
    rules = rules_of(live, kind)
    if not len(rules) and not live.shadows:
        return
    facts = _facts(session, record, cause)
    watch(session, live, record.ticket, facts, cause.key, _audit_id(cause), kind, _told)
    router = HeldDesk(session, record.ticket)
    decisions = decide(rules, facts, clock.now(), macros=live.macros, account=live.account, router=router)
    told = [one for one in decisions if one.refused or not one.plan.is_empty]
    fresh = [one for one in told if not _done_before(session, record.ticket, one, cause, live)]
    if fresh := within(session, fresh):
        _act(session, live, record.ticket, facts, fresh, cause)


def _audit_id(cause: Cause) -> int:
    """The newest update that the look has seen."""
    return cause.event.audit_id if cause.event is not None else int(cause.key.partition(":")[2])


def _facts(session: Session, record: Record, cause: Cause) -> TicketFacts:
    """The ticket at the cause, with everything that is already owed to it counted as done."""
    event = cause.event
    later = [one for one in record.events if event is not None and one.audit_id > event.audit_id]
    values = with_waiting(values_then(record.ticket, later), waiting_changes(session, record.ticket.id))
    base = current_app.extensions["opsroom.settings"].zendesk_url
    url = f"{base}/agent/tickets/{record.ticket.zendesk_id}" if base else ""
    return facts_at(record, event, values, url)


def _done_before(session: Session, ticket: Ticket, decision: Decision, cause: Cause, live: Live) -> bool:
    same = exists().where(
        RuleRun.ticket_id == ticket.id,
        RuleRun.rule_id == int(decision.rule.id),
        RuleRun.rule_number == live.numbers[decision.rule.id],
        RuleRun.cause == cause.key,
        RuleRun.effect_hash == decision.effect_hash,
    )
    return bool(session.scalar(select(same)))


def _act(
    session: Session, live: Live, ticket: Ticket, facts: TicketFacts, decisions: Sequence[Decision], cause: Cause
) -> None:
    """One run a rule, and one push for all they want done (each further comment takes one of its own)."""
    plan = merged(list(decisions), facts)
    pushes = [
        owe(
            session,
            ticket=ticket,
            change=letter.change,
            before=letter.before,
            origin="rules" if cause.event else "rules on time",
            depth=cause.depth,
        )
        for letter in letters(plan, facts, live.macro_ids)
    ]
    for decision in decisions:
        changes = decision.plan.changes_ticket or decision.plan.comments
        run = RuleRun(
            ticket_id=ticket.id,
            rule_id=int(decision.rule.id),
            rule_number=live.numbers[decision.rule.id],
            cause=cause.key,
            audit_id=cause.event.audit_id if cause.event else None,
            depth=cause.depth,
            effect_hash=decision.effect_hash,
            reasons=[reason.to_json() for reason in decision.reasons],
            actions=_told(decision) + _refunds(session, live, ticket, decision, cause),
            dropped=[one.to_json() for one in decision.dropped],
            push_id=pushes[0].id if pushes and changes else None,
            at=clock.now(),
        )
        session.add(run)
        carry_out(session, run, decision.plan.notices)
    session.flush()
    keep_routes(session, ticket, decisions, cause.key, pushes)


def _refunds(session: Session, live: Live, ticket: Ticket, decision: Decision, cause: Cause) -> list[dict[str, Any]]:
    """What the rule asks for is asked for, at the time of its cause."""
    at = cause.event.created_at if cause.event else clock.now()
    number = live.numbers[decision.rule.id]
    return [
        ask_for(session, ticket, decision.rule, number, one, at=at, cause=cause.key) for one in decision.plan.refunds
    ]


def _told(decision: Decision) -> list[dict[str, Any]]:
    """The plan as rows for people: one effect each."""
    plan = decision.plan
    rows: list[dict[str, Any]] = [{"field": key, "value": value} for key, value in plan.sets.items()]
    rows += [{"field": "current_tags", "value": tag} for tag in sorted(plan.add_tags)]
    rows += [{"field": "remove_tags", "value": tag} for tag in sorted(plan.remove_tags)]
    rows += [{"field": "follower", "value": one} for one in plan.followers]
    rows += [{"field": "cc", "value": one} for one in plan.ccs]
    rows += [
        {
            "field": "comment",
            "value": one.body,
            "public": one.public,
            "macro_id": one.macro_id,
            "language": one.language,
        }
        for one in plan.comments
    ]
    rows += [
        {"field": one.kind, "value": list(one.to), "subject": one.subject, "body": one.body, "held": True}
        for one in plan.notices
    ]
    rows += [{"field": one.field, "value": one.value, "held": True} for one in plan.held]
    rows += [{"field": "route", "value": one.queue} for one in decision.routed]
    if decision.refused:
        ko, en = decision.refused.in_language("ko"), decision.refused.in_language("en")
        rows.append({"field": "refused", "value": {"ko": ko, "en": en}})
    return rows
