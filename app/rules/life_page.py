"""What a rule's page tells of its life: what acts now, what is prepared, what is missing to publish it, what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.language.kinds import Use
from app.macros.controls import Pickers
from app.refunds.both import as_read
from app.rules.checklist import Check, Need, checklist, version_of, was_live
from app.rules.diff import Line, difference
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.publication import Publication, PublicationState, ahead, in_force, open_one
from app.rules.rehearsal.model import Rehearsal, RehearsalRule, RehearsalState
from app.rules.shadow.model import Shadow
from app.rules.shadow.shadow import running_of, share_of
from app.rules.shadow.wilson import Share
from app.rules.stage import Stage, stages_of
from app.words import Words


@dataclass(frozen=True, slots=True)
class Event:
    """One move of the rule (`number` None), of a publication or of a shadow."""

    at: datetime
    by: str
    number: int | None
    was: StrEnum | None
    now: StrEnum
    why: Words


@dataclass(frozen=True, slots=True)
class Life:
    """`acts`: what is in force if the rule is switched on; `coming`: published for later; `waiting`: asked for or
    agreed to; `draft`: the newest saved version where it is not the one in force; `stages` by number; `earlier`: the
    versions that were in force before. `mine`: whoever looks asked for `waiting`, so another must agree.
    """

    now: datetime
    acts: Publication | None
    coming: Publication | None
    waiting: Publication | None
    draft: RuleVersion | None
    checks: tuple[Check, ...]
    stages: Mapping[int, Stage]
    earlier: frozenset[int]
    mine: bool
    shadow: Shadow | None
    share: Share | None
    shadows: Sequence[Shadow]
    events: Sequence[Event]

    @property
    def missing(self) -> int:
        return sum(one.missing is not None and one.need is not Need.second for one in self.checks)

    @property
    def needs_second(self) -> bool:
        return any(one.missing is not None and one.need is Need.second for one in self.checks)

    @property
    def may_agree(self) -> bool:
        return self.waiting is not None and self.waiting.state is PublicationState.asked and not self.mine

    @property
    def may_wait_for_shadow(self) -> bool:
        """Whether its shadow has a threshold that could publish it."""
        shadow, draft = self.shadow, self.draft
        return (
            shadow is not None and draft is not None and shadow.number == draft.number and bool(shadow.promote_percent)
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Any two versions side by side."""

    older: RuleVersion
    newer: RuleVersion
    lines: list[Line]


def life_of(session: Session, rule: Rule) -> Life:
    now = clock.now()
    published = in_force(rule.publications, now)
    waiting, shadow = open_one(rule.publications), running_of(rule)
    acts = published is not None and rule.state in {RuleState.live, RuleState.paused}
    draft = None if acts and published is not None and published.number == rule.number else version_of(rule)
    return Life(
        now=now,
        acts=published if acts else None,
        coming=ahead(rule.publications, now),
        waiting=waiting,
        draft=draft,
        checks=tuple(checklist(session, rule, draft)) if draft is not None else (),
        stages=stages_of(rule, now, [one.number for one in rule.versions], _rehearsed(session, rule)),
        earlier=frozenset(one.number for one in rule.versions if was_live(rule, one.number)),
        mine=waiting is not None and waiting.asked_by_id is not None and waiting.asked_by_id == acting().id,
        shadow=shadow,
        share=share_of(session, shadow) if shadow is not None else None,
        shadows=list(reversed(rule.shadows)),
        events=_events(rule),
    )


def compared(rule: Rule, one: str | None, other: str | None, use: Use, pickers: Pickers) -> Compared | None:
    """The two versions asked for, the older first; None where they are not both there."""
    by_number = {str(version.number): version for version in rule.versions}
    found = sorted(
        (by_number[number] for number in (one, other) if number in by_number), key=lambda version: version.number
    )
    if len(found) < 2:
        return None
    return Compared(found[0], found[1], difference(found[0].definition, found[1].definition, use, pickers))


def _rehearsed(session: Session, rule: Rule) -> set[int]:
    rows = (
        select(RehearsalRule.number)
        .join(RehearsalRule.rehearsal)
        .where(RehearsalRule.rule_id == rule.id, Rehearsal.state == RehearsalState.done, Rehearsal.seen.any())
    )
    return set(session.scalars(rows))


def _events(rule: Rule) -> list[Event]:
    """Newest first."""
    rows = [Event(one.at, one.by, None, one.was, one.now, as_read(one.why)) for one in rule.moves]
    for lived in (*rule.publications, *rule.shadows):
        rows += [Event(one.at, one.by, lived.number, one.was, one.now, as_read(one.why)) for one in lived.moves]
    return sorted(rows, key=lambda one: one.at, reverse=True)
