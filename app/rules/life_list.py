"""What the list of rules tells of each: the version that acts, and what is on its way."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.desk.shown import chip, when
from app.rules.brakes.model import RuleBrake
from app.rules.model import Rule, RuleState
from app.rules.publication import Publication, ahead, in_force, open_one
from app.rules.shadow.model import Shadow, ShadowState
from app.rules.stage import Stage
from app.words import say

NEWER = say("새 초안 v{number}", "Newer draft v{number}")
STOPPED = say("중단됨", "Stopped")
READY = say("그림자 기준에 이름", "Shadow ready")


def tell(session: Session, rules: Sequence[Rule]) -> None:
    """Sets `acting_number` and `prepared` on each row, in a fixed number of queries."""
    ids, now = [one.id for one in rules], clock.now()
    published: dict[int, list[Publication]] = {}
    for row in session.scalars(select(Publication).where(Publication.rule_id.in_(ids)).order_by(Publication.id)):
        published.setdefault(row.rule_id, []).append(row)
    running = select(Shadow).where(Shadow.rule_id.in_(ids), Shadow.state == ShadowState.running)
    shadows = {row.rule_id: row for row in session.scalars(running)}
    stopped = set(
        session.scalars(select(RuleBrake.rule_id).where(RuleBrake.rule_id.in_(ids), RuleBrake.stopped_at.is_not(None)))
    )
    for rule in rules:
        rows = published.get(rule.id, [])
        acts = in_force(rows, now) if rule.state in {RuleState.live, RuleState.paused} else None
        rule.acting_number = "" if acts is None else f"v{acts.number}"  # type: ignore[attr-defined]
        if rule.id in stopped:
            rule.acting_number = Markup("{} {}").format(  # type: ignore[attr-defined]
                rule.acting_number,  # type: ignore[attr-defined]
                Markup('<span class="chip bad" data-state="stopped">{}</span>').format(STOPPED),
            )
        told = _prepared(rule, rows, acts, shadows.get(rule.id))
        rule.prepared = Markup(" ").join(told)  # type: ignore[attr-defined]


def _prepared(rule: Rule, rows: Sequence[Publication], acts: Publication | None, shadow: Shadow | None) -> list[Markup]:
    told: list[Markup] = []
    coming, waiting = ahead(rows, clock.now()), open_one(rows)
    if waiting is not None:
        told.append(Markup("{} v{}").format(chip(waiting.state), waiting.number))
    if coming is not None:
        told.append(Markup("{} v{} {}").format(chip(Stage.ahead), coming.number, when(coming.starts_at)))
    if shadow is not None:
        told.append(Markup("{} v{}").format(chip(Stage.shadow), shadow.number))
        if shadow.ready_at is not None:
            told.append(Markup('<span class="chip good">{}</span>').format(READY))
    spoken_for = {one.number for one in (acts, coming, waiting, shadow) if one is not None}
    if acts is not None and rule.number not in spoken_for:
        told.append(
            Markup('<span class="chip warn" data-state="newer">{}</span>').format(NEWER.fill(number=rule.number))
        )
    return told
