"""How conditions are joined, read, told to people, and never raise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Refusal
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import BookingFacts, Comment, Person, TicketFacts, Update
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.verdict import ReadyConditions, evaluate
from tests.app.language.semantics.cases import ACCOUNT, NOW
from tests.app.language.semantics.test_semantics import CASES, EVERY_FIELD

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def test_all_of_all_and_one_of_any() -> None:
    def verdict(*, open_too: bool, urgent: bool, vip: bool) -> bool:
        facts = TicketFacts(
            status="open" if open_too else "solved",
            priority="urgent" if urgent else "low",
            tags=frozenset({"vip"} if vip else ()),
        )
        conditions = Conditions(
            all=(Condition("status", "is", "open"),),
            any=(Condition("priority", "is", "urgent"), Condition("current_tags", "includes", "vip")),
        )
        return evaluate(conditions, facts, NOW).met

    assert verdict(open_too=True, urgent=True, vip=False)
    assert verdict(open_too=True, urgent=False, vip=True)
    assert not verdict(open_too=True, urgent=False, vip=False)
    assert not verdict(open_too=False, urgent=True, vip=True)


def test_no_conditions_are_met() -> None:
    assert evaluate(Conditions(), TicketFacts(), NOW).met


def test_reasons_say_what_was_wanted_what_was_seen_and_what_could_not_be_known() -> None:
    conditions = Conditions(
        all=(Condition("status", "is", "open"), Condition("booking.state", "is", "done")),
        any=(Condition("subject_includes_word", "includes", "환불 refund late"),),
    )
    facts = TicketFacts(status="pending", subject="Refund: 청소가 late")
    first, second, third = evaluate(conditions, facts, NOW).reasons
    assert (first.group, first.row, first.wanted, first.seen, first.met) == ("all", 0, "open", "pending", False)
    assert second.seen is None
    assert second.note is not None
    assert second.note.in_language("ko") == "연결된 예약이 없습니다."
    assert (third.group, third.seen, third.met) == ("any", ["refund", "late"], True)
    assert third.to_json()["note"] is None


def test_reasons_hold_no_words_of_the_customer() -> None:
    secret = "010-1234-5678"
    facts = TicketFacts(subject=secret, update=Update("Change", comment=Comment(secret, public=True)))
    rows = tuple(
        Condition(field, operator, "환불")
        for field in ("subject_includes_word", "comment_includes_word")
        for operator in ("includes", "not_includes", "is", "is_not")
    )
    assert secret not in str([one.to_json() for one in evaluate(Conditions(all=rows), facts, NOW).reasons])


def test_a_field_or_operator_that_nobody_knows_is_never_met() -> None:
    for row in (Condition("subject", "contains", "x"), Condition("status", "contains", "x")):
        (reason,) = evaluate(Conditions(all=(row,)), TicketFacts(status="x"), NOW).reasons
        assert not reason.met
        assert reason.note is not None


def test_the_distance_of_a_miss_counts_the_rows_that_are_off() -> None:
    conditions = Conditions(
        all=(Condition("status", "is", "open"), Condition("priority", "is", "high")),
        any=(Condition("type", "is", "task"), Condition("type", "is", "problem")),
    )
    verdict = evaluate(conditions, TicketFacts(status="open", priority="low"), NOW)
    assert [one.field for one in verdict.blocking] == ["priority", "type", "type"]
    assert verdict.distance == 2
    assert evaluate(conditions, TicketFacts(status="open", priority="high", type="task"), NOW).distance == 0


def test_hangul_in_pieces_is_the_same_word() -> None:
    in_pieces = "\u1112\u116a\u11ab\u1107\u116e\u11af"  # 환불 as a Mac sends it
    conditions = Conditions(all=(Condition("subject_includes_word", "includes", "환불"),))
    assert evaluate(conditions, TicketFacts(subject=in_pieces), NOW).met


def test_time_goes_by_with_now_and_not_with_a_clock() -> None:
    conditions = Conditions(all=(Condition("NEW", "greater_than", "3"),))
    facts = TicketFacts(created_at=NOW)
    assert not evaluate(conditions, facts, NOW + timedelta(hours=3, minutes=59)).met
    assert evaluate(conditions, facts, NOW + timedelta(hours=4)).met


def test_conditions_are_read_from_both_shapes_and_keep_what_we_do_not_know() -> None:
    raw = {
        "all": [{"field": "status", "operator": "is", "value": "open", "is_user_value": False}],
        "any": [{"field": "update_type", "value": "Create"}],
    }
    inside, at_the_top = Conditions.parse({"conditions": raw, "title": "x"}), Conditions.parse(raw)
    assert inside == at_the_top
    assert inside.to_json() == raw
    assert inside.any[0].operator == "is"


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"conditions": None}, {"all": {}}, {"all": [1]}, {"any": [{"field": 3}]}]
)
def test_what_is_no_conditions_is_refused(raw: object) -> None:
    with pytest.raises(Refusal):
        Conditions.parse(raw)


def test_a_rule_set_answers_in_order_of_position() -> None:
    class A:
        def __init__(self, position: int, status: str) -> None:
            self.position = position
            self.conditions = Conditions(all=(Condition("status", "is", status),))

    rules = RuleSet.compile([A(3, "open"), A(1, "open"), A(2, "new")])
    sight = Sight(TicketFacts(status="open"), NOW, ACCOUNT)
    assert [rules.rules[index].position for index in rules.met(sight)] == [1, 3]
    assert [rules.rules[index].position for index in rules.met(sight, 1)] == [3]
    assert rules.verdict(1, sight).reasons[0].seen == "open"
    assert len(rules) == 3


FACTS = [case.facts for case in CASES[:: max(1, len(CASES) // 60)]]


@settings(max_examples=300)
@given(
    field=st.sampled_from(sorted(EVERY_FIELD)) | st.text(max_size=20),
    operator=st.sampled_from(sorted({operator for one in EVERY_FIELD.values() for operator in one.operators})),
    value=JSON,
    seen=JSON,
    facts=st.sampled_from(FACTS),
)
def test_no_condition_ever_raises(field: str, operator: str, value: Any, seen: Any, facts: TicketFacts) -> None:
    key = field.replace("{id}", "360").replace("{key}", "plan").replace("{n}", "9")
    facts = replace(facts, custom_fields={"360": seen}, requester=Person("1", custom_fields={"plan": seen}))
    conditions = Conditions(all=(Condition(key, operator, value),))
    verdict = evaluate(conditions, facts, NOW, ACCOUNT)
    assert verdict.met is ReadyConditions(conditions).met(Sight(facts, NOW, ACCOUNT))


def test_terms_of_a_policy_need_no_ticket() -> None:
    late = Conditions(all=(Condition("booking.hours_until_start", "less_than", "24"),))
    booking = BookingFacts(starts_at=NOW + timedelta(hours=3))
    assert evaluate(late, TicketFacts(booking=booking), NOW).met
