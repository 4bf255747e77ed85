"""A rule as JSON in the form: there and back unchanged for every shape of row, each fault at its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.macros.rows import Press
from app.people.model import Role
from app.rules.form import RuleForm
from app.rules.model import Rule, RuleKind
from app.rules.raw import RawRefused, lines_of, read_raw
from tests.app.rules.test_rule_screen import shown_form
from tests.marketplace import a_user
from tests.seat import Seat, hidden

SHAPES: tuple[dict[str, Any], ...] = (
    {"field": "status", "operator": "is", "value": "new"},
    {"field": "status", "value": "new"},
    {"field": "status", "operator": "changed", "value": None},
    {"field": "current_tags", "operator": "includes", "value": "a b"},
    {"field": "current_tags", "operator": "includes", "value": ["a", "b"]},
    {"field": "subject_includes_word", "operator": "is", "value": "두 줄\r\n글", "colour": {"of": ["ours"]}},
    {"field": "custom_fields_1", "operator": "is", "value": {"odd": [1, 2.5, None]}},
    {"field": "custom_fields_1", "operator": "is", "value": True},
    {"field": "PENDING", "operator": "greater_than", "value": 24},
    {"field": "gone", "operator": "contains", "value": "x"},
)
ACTIONS: tuple[dict[str, Any], ...] = (
    {"field": "priority", "value": "high"},
    {"field": "notification_user", "value": ["requester_id", "제목", "내용 {{ticket.id}}"]},
    {"field": "notification_webhook", "value": ["01H", [["a", "b"]]]},
    {"field": "set_tags", "value": ""},
    {"field": "custom_fields_1", "value": None, "note": "kept"},
)
AROUND: tuple[dict[str, Any], ...] = (
    {"conditions": {"all": [*SHAPES], "any": [SHAPES[0]]}, "actions": [*ACTIONS], "category_id": "7", "raw_title": "x"},
    {"conditions": {"all": [*SHAPES], "any": None, "odd": 1}, "actions": [*ACTIONS], "active": False},
    {"conditions": {"any": [*SHAPES]}, "actions": [*ACTIONS], "description": "설명"},
    {"all": [*SHAPES], "any": [], "actions": [*ACTIONS], "position": 3},
)


@pytest.mark.parametrize("around", AROUND, ids=",".join)
def test_rows_and_json_are_made_from_each_other_without_loss(around: dict[str, Any]) -> None:
    definition = {"title": "규칙", **around}
    start = RuleForm.of(Rule(title="규칙", kind=RuleKind.trigger, description="", definition=definition))
    raw = start.pressed(Press("as", "raw"))
    assert raw.raw is not None
    assert json.loads(raw.raw) == {**definition, **({"description": ""} if "description" in definition else {})}
    there = raw.pressed(Press("as", "rows"))
    assert there.raw is None
    assert there.definition() == json.loads(raw.raw)
    assert there.pressed(Press("as", "raw")).raw == raw.raw


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"conditions": {"all": [1]}}', '{"actions": {}}', '{"a": NaN}'])
def test_a_text_that_is_no_rule_stays_a_text(text: str) -> None:
    form = RuleForm(raw=text).pressed(Press("as", "rows"))
    assert form.raw == text


@pytest.mark.parametrize(("text", "line"), [("{\n  x\n}", 2), ("[]", 1), ("[" * 100_000, 1), ('{"a": Infinity}', 1)])
def test_what_is_no_json_is_refused_at_its_line(text: str, line: int) -> None:
    with pytest.raises(RawRefused) as refused:
        read_raw(text)
    assert refused.value.line == line


@pytest.mark.parametrize("value", ["[" * 61 + "]" * 61, '"\\u0000"', '"\\ud800"', "1e400"])
def test_what_no_database_keeps_is_refused_in_words(office: Flask, value: str) -> None:
    text = (
        '{"conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},'
        f' "actions": [{{"field": "status", "value": "open"}}], "more": {value}}}'
    )
    seat = Seat(office, a_user(Role.ops_manager))
    for press in ({}, {"press": "as:rows"}):
        answer = seat.send("/admin/rules/new/", {"title": "x", "kind": "trigger", "raw": text, **press})
        assert answer.status_code in {200, 422}
        assert "more" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Rule)) == 0
    around = {"base": text, "all-0-kept": text, "all-0-field": "status", "all-0-operator": "is", "all-0-value": "new"}
    rows = {"actions-0-field": "status", "actions-0-value": "open"}
    seat.press("/admin/rules/new/", {"title": "x", "kind": "trigger", **around, **rows})
    assert "more" not in db.session.scalars(select(Rule)).one().definition


def test_each_path_has_its_line() -> None:
    text = json.dumps({"title": "x", **AROUND[0]}, indent=2, ensure_ascii=False)
    lines, rows = lines_of(text), text.split("\n")
    for at in range(len(SHAPES)):
        assert f'"{SHAPES[at]["field"]}"' in rows[lines[f"conditions.all[{at}].field"] - 1]
    assert "제목" in rows[lines["actions[1].value[1]"] - 1]
    wrapped = lines_of(json.dumps({"trigger": {"title": "x"}}, indent=2))
    assert wrapped["title"] == 3
    assert lines_of('{"a": [1,\n 2') == {"": 1, "a": 1, "a[0]": 1, "a[1]": 2}


def a_seat(office: Flask, language: str = "ko") -> Seat:
    return Seat(office, a_user(Role.ops_manager), language)


def test_a_rule_is_written_as_json_with_its_unknown_keys(office: Flask) -> None:
    conditions = {"all": [SHAPES[0]], "any": []}
    raw = json.dumps(
        {"trigger": {"title": " 붙여 넣음 ", "colour": "red", "conditions": conditions, "actions": [ACTIONS[0]]}}
    )
    a_seat(office).press("/admin/rules/new/", {"kind": "trigger", "raw": raw})
    rule = db.session.scalars(select(Rule)).one()
    assert (rule.title, rule.definition["colour"]) == ("붙여 넣음", "red")


def test_a_refused_json_comes_back_as_typed_with_its_lines(office: Flask) -> None:
    raw = '{"title": "x",\n "conditions":\n {"all": [\n  {"field": "subject", "operator": "is"}\n ]}, "actions": []}'
    answer = a_seat(office).send("/admin/rules/new/", {"kind": "trigger", "raw": raw})
    assert answer.status_code == 422
    form = shown_form(answer.text)
    assert form["raw"].replace("&lt;", "<").replace("&#34;", '"') == raw
    assert 'data-line="4"' in answer.text
    assert "conditions.all[0].field" in answer.text
    broken = a_seat(office, "en").send("/admin/rules/new/", {"kind": "trigger", "raw": "{\n\n oh"})
    assert (broken.status_code, 'data-line="3"' in broken.text) == (422, True)
    assert db.session.scalars(select(Rule)).all() == []


def test_a_rule_that_came_from_zendesk_goes_through_both_ways_and_is_saved_the_same(office: Flask) -> None:
    seat = a_seat(office)
    good = {
        "title": "규칙",
        "conditions": {"all": [SHAPES[0], SHAPES[4]], "any": []},
        "actions": [*ACTIONS[:2]],
        "own": 1,
    }
    seat.press("/admin/rules/new/", {"kind": "trigger", "raw": json.dumps(good)})
    rule = db.session.scalars(select(Rule)).one()
    shown = shown_form(seat.read("/admin/rules/edit/", id=rule.id))
    there = seat.send("/admin/rules/edit/", {**shown, "press": "as:raw"}, id=rule.id).text
    back = seat.send("/admin/rules/edit/", {**shown_form(there), "press": "as:rows"}, id=rule.id).text
    seat.press("/admin/rules/edit/", shown_form(back), id=rule.id)
    assert (rule.number, rule.definition) == (1, good)


def test_a_stale_json_is_not_saved_over_somebody_elses(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    good = {"title": "규칙", "conditions": {"all": [SHAPES[0]], "any": []}, "actions": [ACTIONS[0]]}
    seat.press("/admin/rules/new/", {"kind": "trigger", "raw": json.dumps(good)})
    rule = db.session.scalars(select(Rule)).one()
    seen = hidden(seat.read("/admin/rules/edit/", id=rule.id), "version_seen")
    for title, status in (("먼저", 302), ("나중", 409)):
        sent = {"raw": json.dumps({**good, "title": title}), "version_seen": seen}
        assert seat.send("/admin/rules/edit/", sent, id=rule.id).status_code == status
    late = seat.send("/admin/rules/edit/", {"raw": "{", "version_seen": seen}, id=rule.id)
    assert late.status_code == 409
    assert rule.title == "먼저"
