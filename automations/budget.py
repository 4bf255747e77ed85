"""Storms are stopped: each rule has a budget of firings an hour, and so have all of them together.

The firing that would cross it is not acted on, the rule (or all rules) is stopped by the house, and one alarm names
who and how often. What was decided before stays.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.audit.trail import record
from app.link.model import Link
from app.outbox.stopping import hold_owed, hold_owed_of
from app.routing.keep import hold_the_desk
from app.rules.brakes.brake import budgets, fired, pull, take
from app.rules.brakes.model import ALL, RuleBrake
from app.rules.decide import Decision
from app.rules.model import Rule
from app.words import Words, say

log = logging.getLogger(__name__)

TOGETHER = timedelta(hours=1)
NAMED = 8


def within(session: Session, decisions: Sequence[Decision]) -> list[Decision]:
    """Those that may be acted on, each counted. The caller commits."""
    if decisions:
        # A later cause of this transaction may route. Whoever routes holds the desk first and counts then; so does
        # everybody, or two could wait for each other.
        hold_the_desk(session)
    now = clock.now()
    limits = budgets(session, [int(one.rule.id) for one in decisions])
    kept: list[Decision] = []
    over: set[int] = set()
    for decision in decisions:
        rule_id = int(decision.rule.id)
        if rule_id in over:
            continue
        # All together first: whoever holds that row is the only one who counts, so no two can wait for each other.
        if not take(session, ALL, limits[ALL], now):
            _stop_all(session, limits[ALL], now)
            break
        if take(session, rule_id, limits[rule_id], now):
            kept.append(decision)
            continue
        over.add(rule_id)
        _stop(session, rule_id, limits[rule_id], now)
    return kept


def _stop(session: Session, rule_id: int, limit: int, now: datetime) -> None:
    rule = session.get_one(Rule, rule_id)
    if not pull(session, rule, f"over its budget of {limit} an hour", by_house=True):
        return
    log.error("rule_over_budget", extra={"rule": rule_id, "limit": limit})
    hold_owed_of(session, rule_id)
    since = select(RuleBrake).where(RuleBrake.by_house, RuleBrake.stopped_at > now - TOGETHER)
    stopped = [brake.rule_id for brake in session.scalars(since.order_by(RuleBrake.stopped_at.desc()))]
    words = say(
        "한 시간 한도를 넘은 규칙을 멈추었습니다: {rules}. 그 규칙이 아직 보내지 않은 것은 보류했습니다. "
        "규칙 화면에서 실행 기록을 보고, 고친 뒤 다시 켜 주세요.",
        "Rules over their budget of an hour were stopped: {rules}. What they still owed is held. Look at their runs "
        "on their pages, put them right, then start them again.",
    )
    raise_alarm(session, AlarmKind.rule_budget, words.fill(rules=_named(session, stopped, now)), "rules", stopped)


def _stop_all(session: Session, limit: int, now: datetime) -> None:
    """Turns the rules off, once."""
    turned = session.execute(
        update(Link)
        .where(Link.id == 1, Link.rules_on)
        .values(rules_on=False)
        .returning(Link.id)
        .execution_options(synchronize_session=False)
    ).first()
    if turned is None:
        return
    log.error("rules_over_budget", extra={"limit": limit})
    record(session, "stop", "rules", None, {"why": f"over the budget of {limit} an hour"})
    hold_owed(session)
    loudest = list(fired(session, now, most=NAMED))
    words = say(
        "규칙들이 한 시간에 모두 {limit}번을 넘게 움직여서 모든 규칙을 멈추었습니다. 가장 많이 움직인 규칙: {rules}. "
        "원인을 멈춘 뒤 「연결」 화면에서 규칙을 다시 켜 주세요.",
        "All rules together fired more than {limit} times in an hour, so all of them were stopped. The busiest: "
        "{rules}. Stop the cause, then turn rules on again on the page “Connection”.",
    )
    told = words.fill(limit=f"{limit:,}", rules=_named(session, loudest, now))
    raise_alarm(session, AlarmKind.rules_storm, told, "rules", loudest)


def _named(session: Session, rule_ids: Sequence[int], now: datetime) -> Words:
    """「title」 300번, the busiest first; those beyond NAMED by their number."""
    counts = fired(session, now, rule_ids)
    rows = session.execute(select(Rule.id, Rule.title).where(Rule.id.in_(rule_ids))).all()
    titles: dict[int, str] = {rule_id: title for rule_id, title in rows}  # noqa: C416  a row is no pair to mypy
    busiest = sorted(titles, key=lambda one: -counts.get(one, 0))
    ko = ", ".join(f"「{titles[one]}」 {counts.get(one, 0):,}번" for one in busiest[:NAMED])
    en = ", ".join(f"“{titles[one]}” {counts.get(one, 0):,} times" for one in busiest[:NAMED])
    left = len(busiest) - NAMED
    return say(f"{ko} 외 {left}개", f"{en} and {left} more") if left > 0 else say(ko, en)
