"""Many tickets at once are answered as one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from app.language.batch import met_many
from app.language.conditions import Condition, Conditions
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from tests.app.language.semantics.cases import ACCOUNT, NOW
from tests.app.language.semantics.cases_of_tickets import TICKET_CASES
from tests.app.language.semantics.cases_of_values import VALUE_CASES

CASES = [*TICKET_CASES, *VALUE_CASES]


@dataclass(frozen=True)
class ARule:
    conditions: Conditions
    position: int = 0


def test_each_ticket_of_many_meets_what_it_meets_alone() -> None:
    rules = RuleSet.compile([ARule(Conditions(all=(Condition(one.field, one.operator, one.value),))) for one in CASES])
    sights = [Sight(one.facts, NOW, ACCOUNT) for one in CASES]
    met = met_many(rules, sights)
    assert met == [tuple(rules.met(sight)) for sight in sights]
    for index, case in enumerate(CASES):
        assert (index in met[index]) is case.met, str(case)


def test_no_tickets_and_no_rules() -> None:
    assert met_many(RuleSet.compile([ARule(Conditions())]), []) == []
    assert met_many(RuleSet.compile([]), [Sight(CASES[0].facts, NOW, ACCOUNT)]) == [()]
