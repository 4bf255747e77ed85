"""Rules and macros come in as Zendesk gives them and go out the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.errors import Refusal
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.rules.exchange import normalised, read, to_text, write

TRIGGER: dict[str, Any] = {
    "url": "https://acme.zendesk.com/api/v2/triggers/1.json", "id": 1, "title": "t", "active": False,
    "updated_at": "2026-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z", "raw_title": "t", "category_id": "9",
    "conditions": {"all": [{"field": "update_type", "value": "Create"}], "any": []},
    "actions": [{"value": "a", "field": "current_tags"}],
}  # fmt: skip
AUTOMATION: dict[str, Any] = {
    "title": "a",
    "conditions": {"all": [{"field": "SOLVED", "operator": "greater_than", "value": "96"}], "any": []},
    "actions": [{"field": "status", "value": "closed"}],
}
MACRO: dict[str, Any] = {"title": "m", "actions": [{"field": "comment_value", "value": "hello"}], "restriction": None}
VIEW: dict[str, Any] = {"title": "v", "conditions": {"all": [], "any": []}, "execution": {"columns": []}}


def kinds(given: object) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in read(given)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (
            {"triggers": [TRIGGER, TRIGGER], "count": 2, "next_page": None},
            [("trigger", "triggers[0]"), ("trigger", "triggers[1]")],
        ),
        ({"automations": [AUTOMATION], "macros": [MACRO]}, [("automation", "automations[0]"), ("macro", "macros[0]")]),
        ({"trigger": TRIGGER}, [("trigger", "trigger")]),
        ({"macro": MACRO}, [("macro", "macro")]),
        (TRIGGER, [("trigger", "")]),
        (AUTOMATION, [("automation", "")]),
        (MACRO, [("macro", "")]),
        ({"title": "t", "all": [], "any": [], "actions": []}, [("trigger", "")]),
        (
            [TRIGGER, {"automation": AUTOMATION}, {"macros": [MACRO]}],
            [("trigger", "[0]"), ("automation", "[1].automation"), ("macro", "[2].macros[0]")],
        ),
        ({"triggers": []}, []),
    ],
)  # fmt: skip
def test_every_shape_of_a_file_is_read(given: object, found: list[tuple[str, str]]) -> None:
    assert kinds(given) == found
    assert kinds(json.dumps(given)) == found
    assert kinds("\ufeff" + json.dumps(given)) == found
    assert kinds(json.dumps(given).encode("utf-8-sig")) == found


def test_what_is_not_taken_says_why() -> None:
    rows = read({"views": [VIEW], "triggers": [TRIGGER], "targets": [1]})
    assert [(one.kind, one.ignored is not None) for one in rows] == [
        ("view", False), ("trigger", False), ("unknown", True),
    ]  # fmt: skip
    assert rows[2].ignored is not None
    assert "targets" in rows[2].ignored.in_language("ko")
    assert [one.kind for one in read([VIEW, 3, {}])] == ["view", "unknown", "unknown"]


@pytest.mark.parametrize(
    "given",
    ["", "{", "[1,", '"rules"', "3", b"\xff\xfe", '{"triggers": NaN}', "[" * 99_999, "[" * 99_999 + "]" * 99_999,
     "9" * 5000],
)  # fmt: skip
def test_what_is_no_json_of_rules_is_refused_in_words(given: str | bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read(given)
    assert refused.value.words.in_language("ko")


def test_the_place_of_a_slip_is_named() -> None:
    with pytest.raises(Refusal) as refused:
        read('{"triggers": [\n  {"title" "x"}]}')
    assert "2행" in refused.value.words.in_language("ko")


def test_what_comes_in_goes_out_the_same_but_for_what_the_account_gave_it() -> None:
    rules = [RuleDefinition.parse(TRIGGER, "trigger"), RuleDefinition.parse(AUTOMATION, "automation")]
    written = write(rules, [MacroDefinition.parse(MACRO)])
    assert list(written) == ["automations", "macros", "triggers"]
    assert written["automations"] == [normalised(AUTOMATION)]
    assert written["macros"] == [normalised(MACRO)]
    given = {key: value for key, value in TRIGGER.items() if key not in {"url", "id", "created_at", "updated_at"}}
    assert written["triggers"] == [given]
    text = to_text(written)
    again = [RuleDefinition.parse(one.raw, one.kind) for one in read(text) if one.kind != "macro"]
    macros = [MacroDefinition.parse(one.raw) for one in read(text) if one.kind == "macro"]
    in_kinds = sorted(again, key=lambda rule: rule.kind == "automation")
    assert to_text(write(in_kinds, macros)) == text


def test_korean_stays_korean_in_the_file() -> None:
    assert "환불" in to_text(write([RuleDefinition.parse({**TRIGGER, "title": "환불"}, "trigger")]))


@pytest.mark.parametrize("given", ['{"triggers": 7}', '{"macros": {"title": "x"}}', '{"foo": []}', "[1, 2]", "7"])
def test_a_file_of_no_rules_is_refused_and_not_passed_over(given: str) -> None:
    with pytest.raises(Refusal):
        read(given)
