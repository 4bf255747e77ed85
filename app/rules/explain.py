"""Why and why not: every rule on one ticket, fired or blocked, and by which condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.language.account import PLAIN_ACCOUNT, Account
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.verdict import Verdict
from app.macros.definition import MacroDefinition
from app.routing.router import NO_ROUTER, Router
from app.rules.decide import NO_MACROS, Decision, decide
from app.rules.definition import RuleDefinition


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule on one ticket. A rule that fired is seen at the moment it fired (`order` counts those, from 1); one
    that did not, at the ticket as the others left it. `distance`: how many conditions were off, 0 when met.
    `shadowed_by`: the earlier rule whose work ended its conditions, which were met until then.
    """

    rule: RuleDefinition
    verdict: Verdict
    decision: Decision | None = None
    order: int | None = None
    nearest: bool = False
    shadowed_by: RuleDefinition | None = None

    @property
    def fired(self) -> bool:
        return self.decision is not None

    @property
    def distance(self) -> int:
        return self.verdict.distance

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "position": self.rule.position,
            "active": self.rule.active,
            "fired": self.fired,
            "order": self.order,
            "distance": self.distance,
            "nearest": self.nearest,
            "shadowed_by": self.shadowed_by.id if self.shadowed_by else None,
            "reasons": [one.to_json() for one in self.verdict.reasons],
            "blocked_by": [one.to_json() for one in self.verdict.blocking],
            "decision": self.decision.to_json() if self.decision else None,
        }


def explain(
    rules: RuleSet[RuleDefinition],
    facts: TicketFacts,
    now: datetime,
    *,
    macros: Mapping[str, MacroDefinition] = NO_MACROS,
    account: Account = PLAIN_ACCOUNT,
    router: Router = NO_ROUTER,
) -> list[Explained]:
    """Every rule of the set, in its order. `nearest` marks those that missed by the least; none when all fired."""
    decisions = decide(rules, facts, now, macros=macros, account=account, router=router)
    fired = {id(one.rule): (one, order) for order, one in enumerate(decisions, start=1)}
    sights = [Sight(facts, now, account)]
    for one in decisions:
        facts = one.plan.applied_to(facts, now)
        sights.append(Sight(facts, now, account))
    sight = sights[-1]
    rows: list[Explained] = []
    for index, rule in enumerate(rules.rules):
        decision, order = fired.get(id(rule), (None, None))
        verdict = rules.verdict(index, sight) if decision is None else Verdict(met=True, reasons=decision.reasons)
        ended = _ended_by(rules, index, sights) if decision is None and decisions and not verdict.met else None
        rows.append(
            Explained(rule, verdict, decision, order, shadowed_by=decisions[ended].rule if ended is not None else None)
        )
    missed = [one.distance for one in rows if not one.fired and one.distance]
    least = min(missed, default=0)
    return [replace(one, nearest=not one.fired and one.distance == least > 0) for one in rows]


def _ended_by(rules: RuleSet[RuleDefinition], index: int, sights: Sequence[Sight]) -> int | None:
    """Which of the decisions ended the conditions of a rule, the last time they were met."""
    met = [place for place, sight in enumerate(sights) if rules.verdict(index, sight).met]
    return met[-1] if met else None
