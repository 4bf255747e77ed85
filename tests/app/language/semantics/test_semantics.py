"""The semantics table: every field with every operator, met and not met, by what the documentation says.

Each case is asked along both roads of the engine: one ticket alone, and many tickets at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from app.language.batch import met_many
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.topics import TOPICS
from app.language.verdict import ReadyConditions, evaluate
from app.language.vocabulary import FIELD_FAMILIES, FIELDS, Field, family_key
from tests.app.language.semantics.cases import ACCOUNT, NOW, Case
from tests.app.language.semantics.cases_of_records import RECORD_CASES
from tests.app.language.semantics.cases_of_tickets import TICKET_CASES
from tests.app.language.semantics.cases_of_values import VALUE_CASES

CASES = [*TICKET_CASES, *VALUE_CASES, *RECORD_CASES]
EVERY_FIELD: Mapping[str, Field] = {**FIELDS, **FIELD_FAMILIES}
NEVER_UNMET_AT_THIS_MOMENT = {("on_holiday", "is"), ("within_schedule", "is")}
"""Stand in test_calendar, where the moment is another."""


@dataclass(frozen=True, slots=True)
class Ruled:
    conditions: Conditions
    position: int


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_condition_is_met_as_the_reference_says(case: Case) -> None:
    conditions = Conditions(all=(Condition(case.field, case.operator, case.value),))
    verdict = evaluate(conditions, case.facts, NOW, ACCOUNT)
    assert verdict.met is case.met, verdict.reasons
    assert verdict.reasons[0].met is case.met
    assert ReadyConditions(conditions).met(Sight(case.facts, NOW, ACCOUNT)) is case.met, "the quick answer is another"
    in_any = Conditions(any=(Condition(case.field, case.operator, case.value), Condition("status", "is", "never")))
    assert evaluate(in_any, case.facts, NOW, ACCOUNT).met is case.met


def test_many_tickets_at_once_get_the_answers_that_each_gets_alone() -> None:
    """All cases as one set of rules, each asked of every fifth case's ticket and of its own."""
    rules = RuleSet.compile(
        Ruled(Conditions(all=(Condition(case.field, case.operator, case.value),)), index)
        for index, case in enumerate(CASES)
    )
    sights = [Sight(case.facts, NOW, ACCOUNT) for case in CASES]
    many = met_many(rules, sights)
    wrong = [str(case) for index, case in enumerate(CASES) if (index in many[index]) is not case.met]
    assert wrong == []
    for index in range(0, len(CASES), 5):
        alone = tuple(rules.met(Sight(CASES[index].facts, NOW, ACCOUNT)))
        assert many[index] == alone, str(CASES[index])


@pytest.mark.parametrize("key", sorted(EVERY_FIELD))
def test_every_operator_of_a_field_has_a_case_that_is_met_and_one_that_is_not(key: str) -> None:
    wanted = {(operator, met) for operator in EVERY_FIELD[key].operators for met in (True, False)}
    wanted -= {(operator, False) for field, operator in NEVER_UNMET_AT_THIS_MOMENT if field == key}
    seen = {(one.operator, one.met) for one in CASES if _is_of(one.field, key)}
    assert wanted <= seen, f"no case for {key}: {sorted(wanted - seen)}"


def _is_of(field: str, key: str) -> bool:
    family = family_key(field)
    return field == key or (field not in FIELDS and family is not None and family[0] == key)


def test_every_topic_has_a_case_that_is_met_and_one_that_is_not() -> None:
    for topic in TOPICS:
        seen = {(one.operator, one.met) for one in CASES if one.field == "text.topic" and one.value == topic.key}
        assert {(operator, met) for operator in ("includes", "not_includes") for met in (True, False)} <= seen, topic


def test_a_ticket_without_anything_meets_nothing_that_it_cannot_know() -> None:
    """Fails closed: of what is not known, neither a condition nor its opposite is met."""
    unknown = [Case(one.field, one.operator, one.value, TicketFacts(status=None), met=False) for one in CASES]
    for one in unknown:
        (reason,) = evaluate(Conditions(all=(Condition(one.field, one.operator, one.value),)), one.facts, NOW).reasons
        assert not (reason.met and reason.note), str(one)
