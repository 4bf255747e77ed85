"""Everything that can be found wrong with a set of rules before they run. Pure.

Exact for choices, ids, tags, numbers and times; "may" where a text decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.rules.lint.alone import alone, unknown_tags
from app.rules.lint.finding import Finding, Level
from app.rules.lint.loops import loops
from app.rules.lint.pairs import pairs
from app.rules.lint.subject import Known, Subject, read

_ORDER = {Level.error: 0, Level.warning: 1, Level.note: 2}


def lint(subjects: Sequence[Subject], known: Known, only: Collection[str] | None = None) -> list[Finding]:
    """The findings, gravest first. `only`: those that one of these rules is part of."""
    rules = read(subjects, known)
    acting = [one for one in rules if one.subject.acts]
    made = frozenset(tag for one in rules for tag in one.effects.adds)
    looked_at = [one for one in rules if not one.subject.native and (only is None or one.id in only)]
    found = [finding for one in looked_at for finding in alone(one, known)]
    found += [finding for one in looked_at for finding in unknown_tags(one, known, made)]
    beside = [*pairs(acting, only), *loops(acting, only)]
    found += [one for one in beside if only is None or set(one.rules) & set(only)]
    return sorted(found, key=lambda one: _ORDER[one.level])
