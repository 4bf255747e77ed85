"""One rule in Zendesk's JSON: taken whole or refused with every fault named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.language.action_rows import ActionRow
from app.language.kinds import Use, ValueKind
from app.rules.definition import RuleDefinition, RuleRefused, problems, unknown_ids
from app.rules.exchange import normalised

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["status", "group_id", "subject_includes_word", "custom_fields_1", "nonsense"]),
        "value": st.sampled_from(["open", "", None, "11", "late", True]),
    },
    optional={
        "operator": st.sampled_from(["is", "is_not", "changed", "includes", "present"]),
        "is_user_value": st.booleans(),
    },
)
RULES = st.fixed_dictionaries(
    {
        "title": st.text(min_size=1, max_size=5),
        "conditions": st.fixed_dictionaries({"all": st.lists(ROWS, max_size=3), "any": st.lists(ROWS, max_size=2)}),
        "actions": st.lists(
            st.fixed_dictionaries(
                {
                    "field": st.sampled_from(["status", "current_tags", "custom_fields_1"]),
                    "value": st.sampled_from(["open", "a b"]),
                }
            ),
            max_size=3,
        ),
    },
    optional={"position": st.integers(0, 9), "active": st.booleans(), "category_id": JSON, "description": JSON},
)


def a_trigger(**more: Any) -> dict[str, Any]:
    return {
        "title": "환불 문의는 환불팀으로",
        "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
        "actions": [{"field": "group_id", "value": "11"}],
        **more,
    }


def an_automation(all: list[dict[str, Any]], *actions: dict[str, Any]) -> dict[str, Any]:
    return {"title": "자동 종료", "conditions": {"all": all, "any": []}, "actions": list(actions)}


SOLVED = {"field": "status", "operator": "is", "value": "solved"}
FOUR_DAYS = {"field": "SOLVED", "operator": "greater_than", "value": "96"}
CLOSE = {"field": "status", "value": "closed"}


def test_a_rule_is_read_with_everything_it_says() -> None:
    raw = a_trigger(position=3, active=False, id=77, category_id="5")
    rule = RuleDefinition.parse(raw, "trigger")
    assert (rule.title, rule.kind, rule.position, rule.active, rule.id) == (raw["title"], Use.trigger, 3, False, "77")
    assert rule.to_json() == raw
    assert RuleDefinition.parse(raw, "trigger", "9").id == "9"


def test_a_changed_rule_keeps_what_we_do_not_know() -> None:
    raw = a_trigger(category_id="5")
    raw["actions"][0]["note"] = "kept"
    rule = replace(RuleDefinition.parse(raw, "trigger"), title="새 제목", position=2)
    written = rule.to_json()
    assert (written["title"], written["position"], written["category_id"]) == ("새 제목", 2, "5")
    assert written["actions"] == [{"field": "group_id", "value": "11", "note": "kept"}]
    assert RuleDefinition.parse(written, "trigger") == rule


def test_a_rule_whose_conditions_stood_at_the_top_is_written_under_conditions_once_it_is_changed() -> None:
    raw = {"title": "t", "all": [SOLVED], "any": [], "actions": [CLOSE]}
    rule = RuleDefinition.parse(raw, "trigger")
    assert rule.to_json() == raw
    changed = replace(rule, actions=(ActionRow("status", "open"),)).to_json()
    assert changed == {
        "title": "t",
        "conditions": {"all": [SOLVED], "any": []},
        "actions": [{"field": "status", "value": "open"}],
        "active": True,
    }


def test_what_was_read_is_not_changed_through_the_callers_hands() -> None:
    raw = a_trigger()
    rule = RuleDefinition.parse(raw, "trigger")
    raw["conditions"]["all"].clear()
    assert rule.to_json()["conditions"]["all"]


def test_every_fault_is_named_at_once() -> None:
    raw = {
        "title": " ",
        "position": "first",
        "active": "yes",
        "conditions": {
            "all": [{"field": "subject", "operator": "contains", "value": "refund"}],
            "any": [{"field": "tags", "operator": "includes", "value": "vip"}],
        },
        "actions": [
            {"field": "priority", "value": "asap"},
            {"field": "current_tags", "value": "a"},
            {"field": "notification_user", "value": ["requester_id", "s", "{{ ticket.id | shout }}"]},
        ],
    }
    with pytest.raises(RuleRefused) as refused:
        RuleDefinition.parse(raw, "trigger")
    assert [one.path for one in refused.value.problems] == [
        "title", "position", "active", "conditions.all[0].field", "conditions.any[0].field", "actions[0].value",
        "actions[2].value",
    ]  # fmt: skip
    assert "동작 3행" in refused.value.problems[-1].words.in_language("ko")
    assert "shout" in refused.value.problems[-1].words.in_language("en")


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (None, ""),
        ([], ""),
        ({"title": "t", "conditions": {"all": [], "any": []}, "actions": [CLOSE]}, "conditions"),
        ({"title": "t", "actions": [CLOSE]}, "conditions"),
        ({"title": "t", "conditions": None, "actions": [CLOSE]}, "conditions"),
        ({"title": "t", "conditions": {"all": [SOLVED]}, "actions": []}, "actions"),
        ({"title": "t", "conditions": {"all": [SOLVED]}}, "actions"),
        ({"title": "t", "conditions": {"all": [SOLVED]}, "actions": {"status": "open"}}, "actions"),
    ],
)
def test_what_is_no_rule_is_refused(raw: object, path: str) -> None:
    (problem,) = problems(raw, "trigger")
    assert problem.path == path
    assert problem.words.in_language("ko")
    assert problem.words.in_language("en")


def test_a_view_is_no_rule() -> None:
    assert len(problems(a_trigger(), "view")) == 1


def test_an_automation_needs_time_among_its_all_conditions() -> None:
    assert problems(an_automation([SOLVED, FOUR_DAYS], CLOSE), "automation") == []
    (problem,) = problems(an_automation([SOLVED], CLOSE), "automation")
    assert (problem.path, problem.warning) == ("conditions.all", False)


def test_our_own_time_makes_an_automation_too() -> None:
    soon = {"field": "booking.hours_until_start", "operator": "less_than", "value": "24"}
    assert problems(an_automation([SOLVED, soon], CLOSE), "automation") == []


def test_an_automation_that_may_run_for_ever_is_warned_of_and_taken() -> None:
    raw = an_automation([FOUR_DAYS], {"field": "follower", "value": "7"})
    assert [(one.path, one.warning) for one in problems(raw, "automation")] == [
        ("conditions.all", True), ("actions", True),
    ]  # fmt: skip
    assert RuleDefinition.parse(raw, "automation").kind is Use.automation


def test_an_automation_of_one_hour_or_with_a_tag_ends_itself() -> None:
    once = {"field": "SOLVED", "operator": "is", "value": "4"}
    assert problems(an_automation([SOLVED, once], {"field": "follower", "value": "7"}), "automation") == []
    untagged = {"field": "current_tags", "operator": "not_includes", "value": "told"}
    told = {"field": "current_tags", "value": "told"}
    assert problems(an_automation([SOLVED, FOUR_DAYS, untagged], told), "automation") == []


def test_ids_that_are_not_known_here_are_listed_and_not_refused() -> None:
    rule = RuleDefinition.parse(a_trigger(), "trigger")
    assert unknown_ids(rule, {ValueKind.group: {"11"}}) == []
    (one,) = unknown_ids(rule, {ValueKind.group: {"12"}})
    assert (one.path, one.kind, one.value) == ("actions[0].value", ValueKind.group, "11")
    assert unknown_ids(rule, {}) == []


@settings(max_examples=200)
@given(JSON, RULES)
def test_looking_for_problems_never_raises(raw: object, rule: dict[str, Any]) -> None:
    for kind in ("trigger", "automation"):
        problems(raw, kind)
        problems({**rule, "conditions": raw}, kind)
        problems({**rule, "actions": raw}, kind)
        problems({**rule, "title": raw, "position": raw, "active": raw}, kind)


@settings(max_examples=200)
@given(RULES)
def test_what_is_taken_goes_back_as_it_came(raw: dict[str, Any]) -> None:
    if any(not one.warning for one in problems(raw, "trigger")):
        with pytest.raises(RuleRefused):
            RuleDefinition.parse(raw, "trigger")
        return
    rule = RuleDefinition.parse(raw, "trigger")
    assert rule.to_json() == raw
    anew = replace(rule, source={}).to_json()
    assert RuleDefinition.parse(anew, "trigger") == rule, "rebuilt from its parts it means the same"
    assert normalised(normalised(raw)) == normalised(raw)
