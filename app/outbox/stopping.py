"""Stopping rules, and holding what they still owe: a person looks at it before it goes out."""

from __future__ import annotations

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.actor import acting
from app.alarms.model import Letter, LetterState
from app.audit.trail import record
from app.link.link import the_link
from app.link.model import Link
from app.outbox.model import Push, PushState
from app.rules.brakes.brake import STOP, pull, stopped_ids
from app.rules.model import Rule, RuleRun

HELD_WHY = "its rule was stopped"


def stop_rule(session: Session, rule: Rule, why: str = "") -> bool:
    """From the next decision on the rule decides nothing, and what it owes is held. False when it was stopped already.
    The caller commits."""
    pulled = pull(session, rule, why)
    hold_owed_of(session, rule.id)
    return pulled


def stop_all(session: Session, why: str = "") -> bool:
    """As `stop_rule`, for all rules: the link's switch, and all that any rule owes. False when it was off already."""
    acting().must(STOP)
    link = the_link(session)
    session.flush()
    # One guarded statement: a stop is never refused because somebody, or the sync, saves the link at the same moment.
    turned = session.execute(
        update(Link)
        .where(Link.id == link.id, Link.rules_on)
        .values(rules_on=False)
        .returning(Link.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(link)
    was_on = turned is not None
    hold_owed(session)
    if was_on:
        record(session, "stop", "rules", None, {"why": why[:500]} if why else {})
    return was_on


def hold_owed_of(session: Session, rule_id: int) -> None:
    """Changes and letters that this rule had a part in and that have not left yet."""
    _hold(session, select(RuleRun.push_id).where(RuleRun.rule_id == rule_id), [RuleRun.rule_id == rule_id])


def hold_owed(session: Session) -> None:
    """The same, whichever rule it was."""
    _hold(session, select(RuleRun.push_id).where(RuleRun.push_id.is_not(None)), [])


def is_stopped(session: Session, push: Push) -> bool:
    """Whether a rule that had a part in it is stopped now, or all are."""
    runs = select(RuleRun.rule_id).where(RuleRun.push_id == push.id)
    if not the_link(session).rules_on:
        return session.scalar(runs.limit(1)) is not None
    return session.scalar(runs.where(RuleRun.rule_id.in_(stopped_ids())).limit(1)) is not None


def is_run_stopped(session: Session, run_id: int) -> bool:
    """The same for one run: its letters leave no more than its changes do."""
    if not the_link(session).rules_on:
        return True
    asked = select(RuleRun.id).where(RuleRun.id == run_id, RuleRun.rule_id.in_(stopped_ids()))
    return session.scalar(asked) is not None


def _hold(session: Session, pushes: Select[int | None], runs: list[object]) -> None:
    session.flush()
    session.execute(
        update(Push)
        .where(Push.state == PushState.owed, Push.id.in_(pushes))
        .values(state=PushState.held, why=HELD_WHY)
        .execution_options(synchronize_session=False)
    )
    theirs = select(RuleRun.id).where(*runs)  # type: ignore[arg-type]
    session.execute(
        update(Letter)
        .where(Letter.state == LetterState.owed, Letter.run_id.in_(theirs))
        .values(state=LetterState.held, why=HELD_WHY)
        .execution_options(synchronize_session=False)
    )
