"""What is wrong with a row is named: which row, which word, what would do. One case an action, one a kind of value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from app.language.action_rows import action_rows
from app.language.conditions import Conditions
from app.language.ids import named_ids, unknown_among
from app.language.kinds import Use, ValueKind
from app.language.problems import action_problems, condition_problems
from app.language.vocabulary import ACTION_FAMILIES, ACTIONS, field_of
from app.words import Words, say
from tests.app.language.semantics.test_semantics import CASES
from tests.app.language.test_conditions import JSON

HANGUL = re.compile("[가-힣]")
WEBHOOK = "01HANA2B5D5W9XSJS3NE5SQA1J"


def no_braces(text: str) -> Words | None:
    """Stands for the check of placeholders, which is not the language's."""
    return say("중괄호가 열려 있습니다.", "an open brace.") if text.count("{{") != text.count("}}") else None


GOOD: list[tuple[str, Use, object]] = [
    ("request_refund", Use.trigger, "partner_no_show"),
    ("status", Use.trigger, "closed"),
    ("status", Use.macro, "pending"),
    ("custom_status_id", Use.trigger, "123"),
    ("type", Use.automation, "task"),
    ("priority", Use.macro, "urgent"),
    ("group_id", Use.trigger, ""),
    ("group_id", Use.trigger, 123),
    ("group_id", Use.macro, "current_groups"),
    ("assignee_id", Use.trigger, "current_user"),
    ("assignee_id", Use.macro, None),
    ("set_tags", Use.trigger, ""),
    ("set_tags", Use.macro, ["a", "b"]),
    ("current_tags", Use.automation, "a b"),
    ("remove_tags", Use.trigger, "a"),
    ("brand_id", Use.macro, "1"),
    ("ticket_form_id", Use.automation, "default_ticket_form"),
    ("follower", Use.macro, "current_user"),
    ("cc", Use.trigger, "77"),
    ("set_schedule", Use.trigger, "77"),
    ("satisfaction_score", Use.automation, "offered"),
    ("locale_id", Use.trigger, "69"),
    ("notification_user", Use.trigger, ["all_agents", "s", "{{ticket.id}}"]),
    ("notification_user", Use.automation, ["123", "s", ""]),
    ("notification_group", Use.trigger, ["group_id", "s", "b"]),
    ("notification_target", Use.trigger, [123, "b"]),
    ("notification_webhook", Use.trigger, [WEBHOOK, '{"id": "{{ticket.id}}"}']),
    ("notification_webhook", Use.automation, [WEBHOOK, [["id", "{{ticket.id}}"]]]),
    ("notification_webhook", Use.trigger, [WEBHOOK]),
    ("notification_sms_user", Use.trigger, ["requester_id", "150", "hello"]),
    ("notification_sms_group", Use.automation, ["group_id", 150, "hello"]),
    ("tweet_requester", Use.trigger, "hello {{ticket.id}}"),
    ("share_ticket", Use.trigger, "9"),
    ("deflection", Use.trigger, ["anything", {"at": "all"}]),
    ("add_skills", Use.trigger, "3_1"),
    ("set_skills", Use.trigger, ["3_1", "3_2"]),
    ("remove_skills", Use.trigger, "3_1"),
    ("subject", Use.macro, "Re: {{ticket.title}}"),
    ("comment_value", Use.macro, "hello"),
    ("comment_value", Use.macro, ["channel:web", "hello"]),
    ("comment_value_html", Use.macro, "<p>hello</p>"),
    ("comment_mode_is_public", Use.macro, True),
    ("comment_mode_is_public", Use.macro, "false"),
    ("side_conversation", Use.macro, ["s", "<p>b</p>", "a@b.c", "text/html"]),
    ("side_conversation_slack", Use.trigger, ["s", "b"]),
    ("side_conversation_ticket", Use.trigger, ["s", "b"]),
    ("macro", Use.trigger, "12"),
    ("route", Use.trigger, "general"),
    ("macro", Use.automation, 12),
    ("custom_fields_360", Use.macro, "x {{ticket.id}}"),
    ("custom_fields_360", Use.trigger, ["a", "b"]),
    ("custom_fields_360", Use.trigger, True),
    ("requester.custom_fields.plan", Use.trigger, ""),
    ("organization.custom_fields.plan", Use.trigger, "gold"),
]

BAD: list[tuple[str, Use, object, str]] = [
    ("status", Use.macro, "closed", "actions[0].value"),
    ("status", Use.trigger, "SOLVED", "actions[0].value"),
    ("status", Use.trigger, "", "actions[0].value"),
    ("priority", Use.trigger, "asap", "actions[0].value"),
    ("group_id", Use.trigger, "current_groups", "actions[0].value"),
    ("group_id", Use.trigger, "support", "actions[0].value"),
    ("group_id", Use.trigger, {"id": 1}, "actions[0].value"),
    ("assignee_id", Use.trigger, "all_agents", "actions[0].value"),
    ("current_tags", Use.trigger, " ", "actions[0].value"),
    ("current_tags", Use.trigger, {"a": 1}, "actions[0].value"),
    ("brand_id", Use.automation, "1", "actions[0].field"),
    ("notification_user", Use.macro, ["1", "s", "b"], "actions[0].field"),
    ("notification_user", Use.trigger, "requester_id", "actions[0].value"),
    ("notification_user", Use.trigger, ["nobody", "s", "b"], "actions[0].value"),
    ("notification_user", Use.trigger, ["", "s", "b"], "actions[0].value"),
    ("notification_user", Use.trigger, ["1", 2, "b"], "actions[0].value"),
    ("notification_user", Use.trigger, ["1", "s", "{{ticket.id"], "actions[0].value"),
    ("notification_group", Use.trigger, ["requester_id", "s", "b"], "actions[0].value"),
    ("notification_target", Use.trigger, [None, "b"], "actions[0].value"),
    ("notification_webhook", Use.trigger, ["", "b"], "actions[0].value"),
    ("notification_webhook", Use.trigger, [WEBHOOK, ["id"]], "actions[0].value"),
    ("notification_webhook", Use.trigger, [WEBHOOK, "{{"], "actions[0].value"),
    ("notification_sms_user", Use.trigger, ["requester_id", "phone", "b"], "actions[0].value"),
    ("tweet_requester", Use.trigger, "{{", "actions[0].value"),
    ("share_ticket", Use.trigger, "partner", "actions[0].value"),
    ("set_skills", Use.trigger, [], "actions[0].value"),
    ("subject", Use.macro, "{{", "actions[0].value"),
    ("subject", Use.trigger, "hello", "actions[0].field"),
    ("comment_value", Use.macro, ["channel:fax", "x"], "actions[0].value"),
    ("comment_value", Use.macro, "", "actions[0].value"),
    ("comment_value", Use.macro, 3, "actions[0].value"),
    ("comment_mode_is_public", Use.macro, "yes", "actions[0].value"),
    ("macro", Use.macro, "12", "actions[0].field"),
    ("macro", Use.trigger, "welcome", "actions[0].value"),
    ("custom_fields_360", Use.trigger, {"a": 1}, "actions[0].value"),
    ("custom_fields_360", Use.trigger, [["a"]], "actions[0].value"),
    ("custom_fields_360", Use.macro, "{{", "actions[0].value"),
    ("custom_fields_x", Use.trigger, "a", "actions[0].field"),
    ("requester.custom_fields.plan", Use.automation, "a", "actions[0].field"),
    ("tags", Use.trigger, "a", "actions[0].field"),
]


@pytest.mark.parametrize(("key", "use", "value"), GOOD)
def test_an_action_that_fits_has_no_problem(key: str, use: Use, value: object) -> None:
    assert action_problems([{"field": key, "value": value}], use, no_braces) == []


@pytest.mark.parametrize(("key", "use", "value", "path"), BAD)
def test_an_action_that_does_not_fit_is_named(key: str, use: Use, value: object, path: str) -> None:
    (problem,) = action_problems([{"field": key, "value": value}], use, no_braces)
    assert problem.path == path
    assert problem.words.in_language("ko").startswith("동작 1행: ")
    assert problem.words.in_language("en").startswith("Action row 1: ")
    assert not HANGUL.search(problem.words.in_language("en"))


def test_every_action_of_the_table_has_a_case() -> None:
    tried = {key for key, _, _ in GOOD}
    families = {"custom_fields_{id}", "requester.custom_fields.{key}", "organization.custom_fields.{key}"}
    assert set(ACTIONS) <= tried
    assert set(ACTION_FAMILIES) == families


@pytest.mark.parametrize("use", [Use.trigger, Use.automation])
def test_every_case_of_a_condition_is_also_valid_where_it_may_stand(use: Use) -> None:
    for case in CASES:
        field = field_of(case.field)
        if field is None or use not in field.valid_for or case.operator not in field.operators_for(use):
            continue
        row = {"field": case.field, "operator": case.operator, "value": case.value}
        found = condition_problems({"all": [row]}, use)
        assert found == [], (str(case), [str(one.words) for one in found])


@pytest.mark.parametrize(
    ("row", "path", "words"),
    [
        ({"field": "subject", "operator": "contains", "value": "x"}, "field", "subject_includes_word"),
        ({"field": "tags", "operator": "includes", "value": "x"}, "field", "current_tags"),
        ({"field": "status", "operator": "contains", "value": "open"}, "operator", "is_not"),
        ({"field": "status", "value": "open"}, "operator", "is_not"),
        ({"field": "status", "operator": "is", "value": "opened"}, "value", "new, open"),
        ({"field": "status", "operator": "is", "value": ""}, "value", "empty"),
        ({"field": "group_id", "operator": "is", "value": "support"}, "value", "current_groups"),
        ({"field": "current_tags", "operator": "includes", "value": ""}, "value", "empty"),
        ({"field": "current_tags", "operator": "includes", "value": {"a": 1}}, "value", "text"),
        ({"field": "reopens", "operator": "is", "value": "many"}, "value", "number"),
        ({"field": "update_type", "operator": "is", "value": "create"}, "value", "Create"),
        ({"field": "subject_includes_word", "operator": "includes", "value": ["a"]}, "value", "text"),
        ({"field": "NEW", "operator": "is", "value": "1"}, "field", "cannot stand in a trigger"),
        ({"field": "exact_created_at", "operator": "less_than", "value": "1"}, "field", "cannot stand"),
        ({"field": "custom_fields_1", "operator": "less_than", "value": "many"}, "value", "number or a date"),
        ({"field": "custom_fields_1", "operator": "within_next_n_days", "value": "soon"}, "value", "number"),
        ({"field": "booking.state", "operator": "is", "value": "booked?"}, "value", "under_way"),
        ({"field": "booking.colour", "operator": "is", "value": "1"}, "field", "not a known field"),
        ({"operator": "is", "value": "open"}, "", "no field"),
        ("status is open", "", "no field"),
    ],
)  # fmt: skip
def test_a_condition_that_does_not_fit_is_named(row: object, path: str, words: str) -> None:
    fine = {"field": "status", "operator": "is", "value": "open"}
    (problem,) = condition_problems({"all": [fine], "any": [fine, row]}, Use.trigger)
    assert problem.path == "conditions.any[1]" + (f".{path}" if path else "")
    assert problem.words.in_language("ko").startswith("하나 이상 충족 조건 2행: ")
    assert words in problem.words.in_language("en")
    assert problem.to_json()["words"]["en"] == problem.words.in_language("en")


def test_time_asked_in_any_and_changes_asked_by_time_are_refused() -> None:
    timed = {"field": "SOLVED", "operator": "is", "value": "4"}
    moved = {"field": "status", "operator": "changed", "value": None}
    found = condition_problems({"all": [timed, moved], "any": [timed]}, Use.automation)
    assert [one.path for one in found] == ["conditions.all[1].operator", "conditions.any[0].field"]


def test_conditions_at_the_top_are_named_without_a_stem() -> None:
    (problem,) = condition_problems({"all": [{"field": "x", "operator": "is"}]}, Use.trigger, "")
    assert problem.path == "all[0].field"


@pytest.mark.parametrize("raw", [None, 3, [], {"all": 3}, {"any": {}}])
def test_what_is_no_conditions_at_all_is_one_problem(raw: object) -> None:
    assert len(condition_problems(raw, Use.trigger)) == 1


@settings(max_examples=200)
@given(JSON)
def test_looking_for_problems_never_raises(raw: object) -> None:
    for use in Use:
        condition_problems(raw, use)
        condition_problems({"all": raw, "any": [raw]}, use)
        condition_problems({"all": [{"field": "status", "operator": raw, "value": raw}]}, use)
        for key in ACTIONS:
            action_problems([{"field": key, "value": raw}], use, no_braces)


def test_ids_of_the_account_are_found_where_they_stand() -> None:
    conditions = Conditions.parse(
        {
            "all": [
                {"field": "group_id", "operator": "is", "value": "11"},
                {"field": "assignee_id", "operator": "is", "value": "current_user"},
                {"field": "custom_fields_360", "operator": "is", "value": "gold"},
            ],
            "any": [{"field": "via_id", "operator": "is", "value": "4"}],
        }
    )
    actions = action_rows(
        [
            {"field": "notification_user", "value": ["77", "s", "b"]},
            {"field": "notification_group", "value": ["group_id", "s", "b"]},
            {"field": "notification_webhook", "value": [WEBHOOK, "b"]},
            {"field": "macro", "value": 5},
        ]
    )
    found = [(one.path, one.kind, one.value) for one in named_ids(conditions, actions)]
    assert found == [
        ("conditions.all[0].value", ValueKind.group, "11"),
        ("conditions.all[2].field", ValueKind.custom, "360"),
        ("actions[0].value[0]", ValueKind.user, "77"),
        ("actions[2].value[0]", ValueKind.webhook, WEBHOOK),
        ("actions[3].value", ValueKind.macro, "5"),
    ]
    known = {ValueKind.group: {"11"}, ValueKind.macro: {"6"}, ValueKind.custom: set[str]()}
    assert [one.value for one in unknown_among(named_ids(conditions, actions), known)] == ["360", "5"]
