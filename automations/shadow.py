"""Shadows on live tickets: what they would do is written down; later it is compared with what people did.

They see what the rules in force see (the same causes, the same guards) and act on nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.errors import Refusal
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.outbox.model import Push
from app.refunds.model import Refund
from app.routing.asked import ReadDesk
from app.rules.decide import Decision, decide
from app.rules.live import Live
from app.rules.publication import PublicationState, open_one
from app.rules.publishing import proved, touch, void_open
from app.rules.shadow.compare import Step, Work, compare, outcome_of, until
from app.rules.shadow.model import Outcome, Shadow, ShadowRun, ShadowState
from app.rules.shadow.shadow import share_of, verdict
from app.rules.then import values_then
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser
from app.words import say
from automations.alerts import shadow_weighed

log = logging.getLogger(__name__)

RUNS_A_CHUNK = 200
PEOPLE = ("agent", "admin")
MACHINES = frozenset({"api", "web_service", "rule", "automation", ""})
READY = say("올리는 기준에 이르러 게시를 기다립니다.", "it reached its threshold and waits to be published.")
PUBLISHED = say(
    "기준에 이르러 미리 승인된 대로 게시했습니다.", "it reached its threshold and is published as agreed to."
)
FELL = say("내리는 기준 아래라서 초안으로 돌렸습니다.", "it fell below its threshold and is a draft again.")
Tell = Callable[[Decision], list[dict[str, Any]]]


def watch(
    session: Session, live: Live, ticket: Ticket, facts: TicketFacts, cause: str, audit_id: int, kind: Use, tell: Tell
) -> None:
    """What each running shadow of that kind decides at the cause, written down once. The caller commits."""
    now = clock.now()
    for shadow in live.shadows:
        if shadow.kind is not kind:
            continue
        router = ReadDesk(session, ticket)
        try:
            told = decide(shadow.rules, facts, now, macros=live.macros, account=live.account, router=router)
        except Exception:  # what only watches must not hold up what acts
            log.exception("shadow_failed", extra={"shadow": shadow.id, "ticket": ticket.zendesk_id})
            continue
        mine = next((one for one in told if one.rule.id == shadow.rule_id), None)
        if mine is None or mine.refused or mine.plan.is_empty or _kept(session, shadow.id, ticket, cause, mine):
            continue
        session.add(
            ShadowRun(
                shadow_id=shadow.id,
                ticket_id=ticket.id,
                cause=cause,
                audit_id=audit_id,
                effect_hash=mine.effect_hash,
                reasons=[reason.to_json() for reason in mine.reasons],
                actions=tell(mine) + [{"field": "request_refund", "value": one.reason} for one in mine.plan.refunds],
                at=now,
                due_at=now + timedelta(hours=shadow.settle_hours),
                outcome=Outcome.pending,
            )
        )
    session.flush()


def _kept(session: Session, shadow_id: int, ticket: Ticket, cause: str, decision: Decision) -> bool:
    """Its own memory of firings: whatever the rules in force have done does not matter to it."""
    same = exists().where(
        ShadowRun.shadow_id == shadow_id,
        ShadowRun.ticket_id == ticket.id,
        ShadowRun.cause == cause,
        ShadowRun.effect_hash == decision.effect_hash,
    )
    return bool(session.scalar(select(same)))


def drain() -> None:
    """Compares whatever is due, then asks the thresholds of every running shadow."""
    session, last = db.session(), 0
    while True:
        rows = session.scalars(_due(last)).all()
        for run in rows:
            _settle_alone(session, run)
        last = rows[-1].id if rows else last
        session.commit()
        if len(rows) < RUNS_A_CHUNK:
            break
    for shadow_id in session.scalars(select(Shadow.id).where(Shadow.state == ShadowState.running)).all():
        try:
            _weigh(session, shadow_id)
            session.commit()
        except Exception:  # a person was at the rule this very moment, say: asked again the next time
            session.rollback()
            log.exception("shadow_not_weighed", extra={"shadow": shadow_id})


def _settle_alone(session: Session, run: ShadowRun) -> None:
    """One that cannot be compared is logged, and holds up no other."""
    run_id = run.id
    try:
        with session.begin_nested():
            settle(session, run)
    except Exception:
        log.exception("shadow_not_compared", extra={"run": run_id})


def _due(last: int) -> Any:
    solved = Ticket.status.in_(("solved", "closed", "deleted"))
    return (
        select(ShadowRun)
        .join(ShadowRun.ticket)
        .where(
            ShadowRun.id > last,
            ShadowRun.outcome == Outcome.pending,
            or_(ShadowRun.due_at <= clock.now(), and_(solved, Ticket.updated_at >= ShadowRun.at)),
        )
        .order_by(ShadowRun.id)
        .limit(RUNS_A_CHUNK)
        .with_for_update(of=ShadowRun, skip_locked=True)
    )


def settle(session: Session, run: ShadowRun) -> bool:
    """Compares one decision with what people did until its time; False while that has not come."""
    steps, events = _steps(session, run)
    ends = until(steps, run.due_at)
    if ends > clock.now():
        return False
    counted = [one for one in steps if one.at <= ends]
    final = values_then(run.ticket, [one for one in events if one.created_at > ends])
    work = Work.of(counted, final, refund=_refund_asked(session, run, ends))
    compared = compare(run.actions, work)
    run.compared = [one.to_json() for one in compared]
    run.outcome, run.settled_at = outcome_of(compared), clock.now()
    return True


def _steps(session: Session, run: ShadowRun) -> tuple[list[Step], list[TicketEvent]]:
    """Everything that happened to the ticket after the cause, and who did it."""
    events = list(
        session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id == run.ticket_id, TicketEvent.audit_id > run.audit_id)
            .order_by(TicketEvent.audit_id)
        )
    )
    people = set(
        session.scalars(
            select(ZendeskUser.zendesk_id).where(
                ZendeskUser.zendesk_id.in_({one.author_id for one in events if one.author_id}),
                ZendeskUser.role.in_(PEOPLE),
            )
        )
    )
    ours = set(session.scalars(select(Push.marker).where(Push.ticket_id == run.ticket_id)))
    said = {
        row.audit_id: row.is_public
        for row in session.execute(
            select(Comment.audit_id, Comment.is_public).where(
                Comment.ticket_id == run.ticket_id, Comment.audit_id > run.audit_id
            )
        )
    }
    steps = [
        Step(
            at=one.created_at,
            by_person=one.author_id in people and one.channel not in MACHINES and one.marker not in ours,
            changes={name: (pair[0], pair[1]) for name, pair in one.changes.items()},
            comment=said.get(one.audit_id),
        )
        for one in events
    ]
    return steps, events


def _refund_asked(session: Session, run: ShadowRun, ends: datetime) -> bool:
    """By a person: what a rule in force asked for tells nothing."""
    asked = exists().where(
        Refund.ticket_id == run.ticket_id,
        Refund.requested_by_id.is_not(None),
        Refund.requested_at > run.at,
        Refund.requested_at <= ends,
    )
    return bool(session.scalar(select(asked)))


def _weigh(session: Session, shadow_id: int) -> None:
    """What the thresholds of one shadow say now is done, in the caller's transaction."""
    shadow = session.get(Shadow, shadow_id, with_for_update={"of": Shadow})
    if shadow is None or not shadow.is_running:
        return
    said = verdict(shadow, share_of(session, shadow))
    if said is ShadowState.demoted:
        void_open(shadow.rule)
        shadow.move_to(ShadowState.demoted)
        touch(shadow.rule)
        shadow_weighed(session, shadow, FELL)
    if said is ShadowState.promoted:
        _promote(shadow, session)


def _promote(shadow: Shadow, session: Session) -> None:
    """Published where people had agreed to that beforehand; else it is ready, and waits for them."""
    agreed = open_one(shadow.rule.publications)
    if agreed is not None and agreed.state is PublicationState.agreed and agreed.number == shadow.number:
        try:
            proved(session, agreed)
        except Refusal as refused:
            log.warning("shadow_not_promoted", extra={"shadow": shadow.id, "why": refused.words.en[:200]})
        else:
            shadow_weighed(session, shadow, PUBLISHED)
            return
    if shadow.ready_at is None:
        shadow.ready_at = clock.now()
        shadow_weighed(session, shadow, READY)
        log.info("shadow_ready", extra={"shadow": shadow.id, "rule": shadow.rule_id})
