"""Many tickets at once are answered as one after the other."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from app.language.batch import met_many
from app.language.conditions import Condition, Conditions
from app.language.ruleset import RuleSet, numbers_of
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


@pytest.mark.parametrize("size", [1, 255, 256, 257, 2000])
def test_places_of_bits_are_named_in_order_few_or_many(size: int) -> None:
    chance = random.Random(size)
    for count in (0, 1, 5, 40, 41, 200):
        places = sorted(chance.sample(range(size), min(count, size)))
        assert list(numbers_of(sum(1 << place for place in places))) == places
