"""What is not touched in a form goes back as it came; what is touched keeps the keys we do not know."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from app.macros.rows import Press, Row, action_json, action_row, condition_json, condition_row, rows_in

CONDITIONS = [
    {"field": "status", "operator": "is", "value": "new"},
    {"field": "assignee_id", "operator": "changed", "value": None},
    {"field": "comment_is_public", "operator": "is", "value": True},
    {"field": "recipient", "value": "help@example.com"},
    {"field": "current_tags", "operator": "includes", "value": "vip  urgent "},
    {"field": "custom_fields_1", "operator": "includes", "value": ["a", "b"]},
    {"field": "status", "operator": "is", "value": "new", "colour": {"deep": [1]}},
    {"field": "subject_includes_word", "operator": "is", "value": "two\r\nlines"},
    {"field": "custom_fields_2", "operator": "is", "value": {"odd": 1}},
]
ACTIONS = [
    {"field": "status", "value": "open"},
    {"field": "group_id", "value": 77},
    {"field": "notification_user", "value": ["requester_id", "제목 {{ticket.id}}", "안녕하세요\r\n\n둘째 줄"]},
    {"field": "notification_target", "value": [12, "body"]},
    {"field": "notification_webhook", "value": ["01ABC", [["a", "b"]]]},
    {"field": "set_skills", "value": ["12", "13"]},
    {"field": "side_conversation", "value": {"subject": "x"}, "extra": True},
    {"field": "current_tags", "value": "하나 둘"},
]


def as_posted(group: str, rows: list[Row]) -> MultiDict[str, str]:
    """The form as a browser sends it back: lines end in CR LF."""
    form: MultiDict[str, str] = MultiDict()
    for index, row in enumerate(rows):
        for name in ("kept_json", "field", "operator", "value", "subject", "body"):
            key = f"{group}-{index}-{name.removesuffix('_json')}"
            form.add(key, getattr(row, name).replace("\n", "\r\n"))
    return form


@pytest.mark.parametrize("raw", CONDITIONS, ids=str)
def test_a_condition_that_is_only_looked_at_goes_back_as_it_came(raw: dict[str, Any]) -> None:
    (posted,) = rows_in(as_posted("all", [condition_row(raw)]), "all")
    assert condition_json(posted) == raw


@pytest.mark.parametrize("raw", ACTIONS, ids=str)
def test_an_action_that_is_only_looked_at_goes_back_as_it_came(raw: dict[str, Any]) -> None:
    (posted,) = rows_in(as_posted("actions", [action_row(raw)]), "actions")
    assert action_json(posted) == raw


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(json_values, some.sampled_from(["status", "notification_user", "nonsense"]))
def test_no_json_value_breaks_a_row_or_is_lost_by_looking_at_it(value: object, field: str) -> None:
    condition = {"field": field, "operator": "is", "value": value}
    assert condition_json(condition_row(condition)) == condition
    action = {"field": field, "value": value}
    assert action_json(action_row(action)) == action


def test_a_changed_value_keeps_the_keys_we_do_not_know() -> None:
    form = as_posted("all", [condition_row({"field": "status", "operator": "is", "value": "new", "colour": "red"})])
    form["all-0-value"] = "open"
    (posted,) = rows_in(form, "all")
    assert condition_json(posted) == {"field": "status", "operator": "is", "value": "open", "colour": "red"}


def test_a_message_is_put_together_from_its_parts() -> None:
    form = MultiDict({"actions-3-field": "notification_user", "actions-3-value": "requester_id"})
    form["actions-3-subject"], form["actions-3-body"] = "제목", "내용\r\n끝"
    (posted,) = rows_in(form, "actions")
    assert action_json(posted) == {"field": "notification_user", "value": ["requester_id", "제목", "내용\n끝"]}


def test_rows_stand_in_the_order_they_were_sent_and_blank_ones_are_left_out() -> None:
    form = MultiDict([
        ("all-10001-field", "priority"), ("all-10001-value", "high"),
        ("all-2-field", ""), ("all-2-value", ""),
        ("all-0-field", "status"), ("all-0-value", "new"),
    ])  # fmt: skip
    assert [row.field for row in rows_in(form, "all")] == ["priority", "status"]


@pytest.mark.parametrize("kept", ["{", "[1]", "null", "[" * 100_000, '"x"'])
def test_a_broken_memory_of_a_row_is_forgotten(kept: str) -> None:
    form = MultiDict({"all-0-field": "status", "all-0-value": "new", "all-0-kept": kept})
    assert rows_in(form, "all")[0].kept is None


def test_buttons_move_rows_without_a_script() -> None:
    rows = (Row("a"), Row("b"), Row("c"))

    def fields(text: str) -> str:
        press = Press.read(text)
        assert press is not None
        return "".join(row.field or "_" for row in press.on(rows))

    assert fields("add:all") == "abc_"
    assert fields("remove:all:1") == "ac"
    assert fields("up:all:2") == "acb"
    assert fields("up:all:0") == "abc"
    assert fields("down:all:0") == "bac"
    assert fields("down:all:2") == "abc"
    assert fields("remove:all:99") == "abc"
    assert fields("follow:all") == "abc"
    assert Press.read("save") is None
    assert Press.read(None) is None
