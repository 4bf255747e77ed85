"""What people do with shadows: start one, set its thresholds, end it. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.errors import Refusal
from app.rules.checklist import Need, checklist, version_of
from app.rules.model import Rule
from app.rules.publishing import touch, void_agreed
from app.rules.rule import EDIT
from app.rules.shadow.model import SETTLE_HOURS, Outcome, Shadow, ShadowMove, ShadowRun, ShadowState
from app.rules.shadow.wilson import Share
from app.words import say

NEEDS = frozenset({Need.state, Need.understood, Need.ids})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Refuses to be built wrong; percents None are off."""

    settle_hours: int = SETTLE_HOURS
    promote_percent: int | None = None
    demote_percent: int | None = None
    least: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.settle_hours <= 336:
            raise Refusal(say("비교까지는 1–336시간입니다.", "Compare after 1 to 336 hours."), field="settle_hours")
        for name, percent in (("promote_percent", self.promote_percent), ("demote_percent", self.demote_percent)):
            if percent is not None and not 1 <= percent <= 100:
                raise Refusal(say("기준은 1–100%입니다.", "A threshold is 1 to 100 %."), field=name)
        if self.least < 1:
            raise Refusal(say("표본은 1건 이상입니다.", "At least one decision."), field="least")
        if None not in (self.promote_percent, self.demote_percent) and self.promote_percent <= self.demote_percent:  # type: ignore[operator]
            words = say("올리는 기준은 내리는 기준보다 높아야 합니다.", "Promote above where you demote.")
            raise Refusal(words, field="promote_percent")


def running_of(rule: Rule) -> Shadow | None:
    return next((one for one in rule.shadows if one.is_running), None)


def start(session: Session, rule: Rule, *, number: int | None = None, thresholds: Thresholds | None = None) -> Shadow:
    """A version (the newest, where none is told) decides on live tickets from now on, and acts on nothing. An earlier
    shadow of the rule ends."""
    acting().must(EDIT)
    version, wanted = version_of(rule, number), thresholds or Thresholds()
    for check in checklist(session, rule, version):
        if check.need in NEEDS and check.missing is not None:
            raise Refusal(check.missing)
    earlier = running_of(rule)
    if earlier is not None:
        if earlier.number == version.number:
            words = say("{number}판은 이미 그림자 운용 중입니다.", "Version {number} is in shadow already.")
            raise Refusal(words.fill(number=version.number))
        earlier.move_to(ShadowState.ended)
        session.flush()
    void_agreed(rule)
    at = clock.now()
    made = Shadow(number=version.number, state=ShadowState.running, started_by=acting().name, started_at=at)
    made.moves.append(ShadowMove(was=None, now=ShadowState.running, by=acting().name, at=at))
    _set(made, wanted)
    rule.shadows.append(made)
    touch(rule)
    return made


def set_thresholds(shadow: Shadow, wanted: Thresholds) -> None:
    acting().must(EDIT)
    if not shadow.is_running:
        raise Refusal(say("이미 끝난 그림자 운용입니다.", "This shadow is over."))
    _set(shadow, wanted)
    shadow.ready_at = None
    void_agreed(shadow.rule)
    touch(shadow.rule)


def end(shadow: Shadow, why: str = "") -> None:
    """Back to a draft, by hand."""
    acting().must(EDIT)
    shadow.move_to(ShadowState.demoted, why.strip())
    void_agreed(shadow.rule)
    touch(shadow.rule)


def share_of(session: Session, shadow: Shadow) -> Share:
    """How often people did what it wanted, of the decisions that their work tells about."""
    rows = select(ShadowRun.outcome, func.count()).where(ShadowRun.shadow_id == shadow.id).group_by(ShadowRun.outcome)
    counted = {row[0]: int(row[1]) for row in session.execute(rows)}
    agreed, differed = counted.get(Outcome.agreed, 0), counted.get(Outcome.differed, 0)
    return Share(agreed, agreed + differed)


def verdict(shadow: Shadow, share: Share) -> ShadowState | None:
    """What its thresholds say now: promoted, demoted, or nothing yet. Pure."""
    if share.n < shadow.least:
        return None
    if shadow.promote_percent is not None and share.lower * 100 >= shadow.promote_percent:
        return ShadowState.promoted
    if shadow.demote_percent is not None and share.upper * 100 < shadow.demote_percent:
        return ShadowState.demoted
    return None


def _set(shadow: Shadow, wanted: Thresholds) -> None:
    shadow.settle_hours, shadow.least = wanted.settle_hours, wanted.least
    shadow.promote_percent, shadow.demote_percent = wanted.promote_percent, wanted.demote_percent
