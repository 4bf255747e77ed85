"""One past look: what the rules in force decide, what the candidate set decides, and where the two differ. Pure.

A rehearsed effect does not change the recorded past: each look stands on what was. So this tells what each look would
have done, and not how the tickets would have gone on afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.plan import Plan
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.rules.decide import Decision, decide, merged
from app.rules.definition import RuleDefinition
from app.rules.rehearsal.effects import Effect, difference, effects_of, refusals_of
from app.rules.rehearsal.sets import Cast, Sets

Fired = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Look:
    """One moment at which the rules of a kind look at a ticket. `cause` is what a firing is remembered by: "audit:…"
    of the update, or "time:…" of the newest update by others, as the live engine writes it."""

    kind: Use
    cause: str
    at: datetime
    facts: TicketFacts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one set would have done in a look: the rules that fired, and all of it as one change."""

    decisions: tuple[Decision, ...]
    plan: Plan
    effects: tuple[Effect, ...]

    @classmethod
    def of(cls, decisions: Sequence[Decision], facts: TicketFacts) -> Outcome:
        plan = merged(list(decisions), facts)
        return cls(tuple(decisions), plan, (*effects_of(plan), *refusals_of(decisions)))


@dataclass(frozen=True, slots=True)
class Compared:
    """`gone` would no longer happen, `come` would happen instead; both empty where the two sets do the same."""

    look: Look
    before: Outcome
    after: Outcome
    gone: tuple[Effect, ...] = ()
    come: tuple[Effect, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.gone or self.come)


@dataclass(slots=True)
class Memory:
    """What has fired under the present cause on either side: a cause and an effect meet once, as in the live engine."""

    cause: str = ""
    before: Fired = field(default_factory=set)
    after: Fired = field(default_factory=set)

    def under(self, cause: str) -> Memory:
        if cause != self.cause:
            self.cause, self.before, self.after = cause, set(), set()
        return self


def compare(sets: Sets, look: Look, memory: Memory | None = None, *, told: bool = True) -> Compared | None:
    """None when neither set would do anything (any more). `memory` is for looks by time: of an update each rule fires
    once at most anyway. `told`: with the reasons of each rule."""
    cast = sets.casts[look.kind]
    after = _decided(sets, cast.after, look, told=told)
    before = _decided(sets, cast.before, look, told=told) if _could_differ(cast, sets, look, after) else after
    if memory is None:
        fresh_before, fresh_after = _acting(before), _acting(after)
    else:
        known = memory.under(look.cause)
        fresh_before, fresh_after = _fresh(before, known.before), _fresh(after, known.after)
    if not fresh_before and not fresh_after:
        return None
    second = Outcome.of(fresh_after, look.facts)
    if _same(fresh_before, fresh_after):
        return Compared(look, second, second)
    first = Outcome.of(fresh_before, look.facts)
    gone, come = difference(first.effects, second.effects)
    return Compared(look, first, second, tuple(gone), tuple(come))


def _decided(sets: Sets, rules: RuleSet[RuleDefinition], look: Look, *, told: bool) -> list[Decision]:
    if not len(rules):
        return []
    return decide(rules, look.facts, look.at, macros=sets.macros, account=sets.account, router=sets.router, told=told)


def _could_differ(cast: Cast, sets: Sets, look: Look, after: Sequence[Decision]) -> bool:
    """False only where both sets are sure to decide the same: no rule that one alone has is met at any step of the way
    that the candidate set takes, so the other takes the same steps."""
    if not len(cast.differing):
        return False
    facts = look.facts
    for decision in (None, *after):
        if decision is not None:
            if not decision.plan.changes_ticket:
                continue
            facts = decision.plan.applied_to(facts, look.at)
        if next(cast.differing.met(Sight(facts, look.at, sets.account)), None) is not None:
            return True
    return False


def _acting(decisions: Sequence[Decision]) -> list[Decision]:
    return [one for one in decisions if one.refused or not one.plan.is_empty]


def _fresh(decisions: Sequence[Decision], fired: Fired) -> list[Decision]:
    """Those that do something and have not done it under this cause."""
    fresh = []
    for one in _acting(decisions):
        mark = one.rule.id, one.effect_hash
        if mark not in fired:
            fired.add(mark)
            fresh.append(one)
    return fresh


def _same(before: Sequence[Decision], after: Sequence[Decision]) -> bool:
    return len(before) == len(after) and all(one is other for one, other in zip(before, after, strict=True))
