"""How far each version of a rule has come: read from what was done with it, so that it is right at any moment. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from app.rules.model import Rule, RuleState
from app.rules.publication import PublicationState, ahead, in_force, open_one


class Stage(StrEnum):
    """`waiting`: asked for, not agreed to yet; `ahead`: published for later; `paused`: would act, but for the pause."""

    draft = "draft"
    rehearsed = "rehearsed"
    shadow = "shadow"
    waiting = "waiting"
    ahead = "ahead"
    live = "live"
    paused = "paused"
    retired = "retired"


def stages_of(rule: Rule, at: datetime, numbers: Iterable[int], rehearsed: Collection[int] = ()) -> dict[int, Stage]:
    """By number. `rehearsed`: the versions whose rehearsal somebody has looked at."""
    acts, coming, waiting = in_force(rule.publications, at), ahead(rule.publications, at), open_one(rule.publications)
    begun = {
        one.number for one in rule.publications if one.state is PublicationState.published and not one.is_ahead(at)
    }
    found = {number: _unpublished(number, begun, rehearsed) for number in numbers}
    found |= {one.number: Stage.shadow for one in rule.shadows if one.is_running}
    if waiting is not None:
        found[waiting.number] = Stage.waiting
    if coming is not None:
        found[coming.number] = Stage.ahead
    if acts is not None and rule.state in {RuleState.live, RuleState.paused}:
        found[acts.number] = Stage.live if rule.state is RuleState.live else Stage.paused
    return found


def _unpublished(number: int, begun: Collection[int], rehearsed: Collection[int]) -> Stage:
    if number in begun:
        return Stage.retired
    return Stage.rehearsed if number in rehearsed else Stage.draft
