"""Many tickets at once: which rules are met by each of them."""

from __future__ import annotations

from collections.abc import Sequence

from app.language.ruleset import R, RuleSet
from app.language.sight import Sight


def met_many(rules: RuleSet[R], sights: Sequence[Sight]) -> list[tuple[int, ...]]:
    """For each sight the indexes of the rules that are met, in order: the same as `tuple(rules.met(sight))`."""
    return [tuple(rules.met(sight)) for sight in sights]
