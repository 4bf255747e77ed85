"""The index, the batch and a plain interpreter written from the documentation agree on whatever is made up."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.language import looks, masks
from app.language.account import Account, Calendar
from app.language.batch import columns_of, met_columns, met_many
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.verdict import ReadyConditions
from app.language.vocabulary import field_of
from tests.app.language.made_up import MadeRule, a_row, a_rule, a_ticket, every_field
from tests.app.language.reference import Reference
from tests.app.language.semantics.cases import ACCOUNT, NOW

OTHER = Account(
    calendar=Calendar("1", holidays={NOW.date(): "쉬는 날"}, zone=ZoneInfo("America/New_York")),
    schedules=ACCOUNT.schedules,
)
"""Without options by id, closed today, elsewhere."""
RULES, TICKETS = 700, 160
Met = list[tuple[int, ...]]


def rules_of(seed: int, count: int) -> list[MadeRule]:
    chance, names = random.Random(seed), every_field()
    return [a_rule(chance, position, names) for position in range(count)]


def tickets_of(seed: int, count: int) -> list[TicketFacts]:
    chance = random.Random(seed)
    return [a_ticket(chance) for _ in range(count)]


def account_of(place: int) -> Account:
    return OTHER if place % 2 else ACCOUNT


def sights(tickets: list[TicketFacts]) -> list[Sight]:
    return [Sight(one, NOW, account_of(place)) for place, one in enumerate(tickets)]


def by_index(rules: list[MadeRule], tickets: list[TicketFacts]) -> Met:
    compiled = RuleSet.compile(rules)
    return [tuple(compiled.met(one)) for one in sights(tickets)]


def by_batch(rules: list[MadeRule], tickets: list[TicketFacts]) -> Met:
    return met_many(RuleSet.compile(rules), sights(tickets))


def by_columns(rules: list[MadeRule], tickets: list[TicketFacts]) -> Met:
    """Each account's tickets as columns."""
    compiled, seen = RuleSet.compile(rules), sights(tickets)
    found: Met = [()] * len(seen)
    for places in (range(0, len(seen), 2), range(1, len(seen), 2)):
        met = met_columns(compiled, columns_of(compiled, [seen[place] for place in places]))
        for place, rules_met in zip(places, met.each(), strict=True):
            found[place] = rules_met
    return found


def by_reference(rules: list[MadeRule], tickets: list[TicketFacts]) -> Met:
    found = []
    for at, facts in enumerate(tickets):
        judge = Reference(facts, NOW, account_of(at))
        found.append(tuple(place for place, rule in enumerate(rules) if judge.met(rule.conditions)))
    return found


def by_verdict(rules: list[MadeRule], tickets: list[TicketFacts]) -> Met:
    """One rule after the other, each with its reasons: what people are shown."""
    ready = [ReadyConditions(rule.conditions) for rule in rules]
    return [tuple(place for place, one in enumerate(ready) if one.verdict(sight).met) for sight in sights(tickets)]


def differences(one: Met, other: Met) -> list[tuple[int, int]]:
    """(ticket, rule) on which they say different things."""
    return [(ticket, rule) for ticket, (a, b) in enumerate(zip(one, other, strict=True)) for rule in set(a) ^ set(b)]


def test_index_batch_and_reference_agree_on_a_hundred_thousand_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    rules, tickets = rules_of(3, RULES), tickets_of(4, TICKETS)
    expected = by_reference(rules, tickets)
    pairs, met = len(rules) * len(tickets), sum(len(one) for one in expected)
    for way in (by_index, by_batch, by_columns):
        off = differences(way(rules, tickets), expected)
        shown = [(way.__name__, rules[rule].conditions.to_json(), tickets[ticket]) for ticket, rule in off[:2]]
        assert not off, f"{len(off)} of {pairs} pairs: {shown}"
    assert pairs >= 100_000
    assert 0.1 < met / pairs < 0.9, "nearly all or none are met: the pairs say little"
    with capsys.disabled():
        print(f"\n{pairs} pairs of a rule and a ticket agree, {met} of them met")  # noqa: T201 - the count is asked for


def test_what_people_are_shown_is_what_decides() -> None:
    rules, tickets = rules_of(5, 300), tickets_of(6, 40)
    assert differences(by_index(rules, tickets), by_verdict(rules, tickets)) == []


def test_every_field_and_operator_comes_up() -> None:
    said = {
        (row.field, row.operator)
        for rule in rules_of(3, RULES)
        for row in (*rule.conditions.all, *rule.conditions.any)
    }  # fmt: skip
    names = {name for name, _ in said}
    assert names == set(every_field())


@pytest.mark.parametrize("name", every_field())
def test_each_operator_of_a_field_by_itself(name: str) -> None:
    """Alone in its rule, in "all" and in "any", on tickets of its own."""
    chance, field = random.Random(name), field_of(name)
    assert field is not None
    rows = [a_row(chance, name) for _ in range(4 * len(field.operators))]
    rules = [
        MadeRule(Conditions(all=(row,)) if place % 2 else Conditions(any=(row,)), place)
        for place, row in enumerate(rows)
    ]
    tickets = tickets_of(len(name), 25)
    expected = by_reference(rules, tickets)
    assert differences(by_index(rules, tickets), expected) == []
    assert differences(by_columns(rules, tickets), expected) == []


def _off_by_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(masks, "_EDGES", {**masks._EDGES, "less_than": (1, True)})


def _no_word_has_an_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(looks, "LETTERS", defaultdict(bool))


def _none_is_some(patch: pytest.MonkeyPatch) -> None:
    state_of: Callable[..., int] = masks.state_of
    patch.setattr(masks, "state_of", lambda every, dead, met: state_of(every, dead, met or every & 1))


FAULTS: list[Callable[[pytest.MonkeyPatch], Any]] = [_off_by_one, _no_word_has_an_end, _none_is_some]


@pytest.mark.parametrize("plant", FAULTS)
def test_a_fault_in_the_index_is_found(
    plant: Callable[[pytest.MonkeyPatch], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, tickets = rules_of(3, RULES), tickets_of(4, 40)
    expected = by_reference(rules, tickets)
    assert differences(by_index(rules, tickets), expected) == []
    plant(monkeypatch)
    assert differences(by_index(rules, tickets), expected)
