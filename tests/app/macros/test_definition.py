"""A macro in Zendesk's JSON, with an answer in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.language.action_rows import ActionRow
from app.language.facts_of_ticket import Person, TicketFacts, Update
from app.language.kinds import ValueKind
from app.language.plan import PlannedComment
from app.macros.definition import MacroDefinition, MacroRefused, problems
from app.macros.render import TemplateRefused

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
FACTS = TicketFacts(
    id="31", status="open", group_id="2", requester_id="9", requester=Person("9", name="김민지"),
    update=Update("Change", updater=Person("7", "agent", "이준", group_ids=("11",))),
)  # fmt: skip
NO_ANSWER: dict[str, Any] = {
    "id": 5, "title": "Customer not responding", "active": True, "position": 9999, "restriction": None,
    "actions": [
        {"field": "status", "value": "pending"},
        {"field": "comment_value", "value": "Hello {{ticket.requester.name}}. {{current_user.name}} has tried."},
    ],
}  # fmt: skip
BOTH: dict[str, Any] = {
    "title": "접수",
    "actions": [{"field": "current_tags", "value": "told"}],
    "bodies": {"ko": "{{ticket.requester.name}} 님, 접수했습니다.", "en": "Received, {{ticket.requester.name}}."},
}


def test_a_zendesk_macro_has_the_language_its_comment_is_written_in() -> None:
    macro = MacroDefinition.parse(NO_ANSWER)
    assert macro.id == "5"
    assert list(macro.bodies) == ["en"]
    assert macro.actions == (ActionRow("status", "pending"),)
    assert macro.to_json() == NO_ANSWER
    plan, dropped = macro.apply(FACTS, NOW, "ko")
    assert plan.sets == {"status": "pending"}
    assert plan.comments == (PlannedComment("Hello 김민지. 이준 has tried.", macro_id="5", language="en"),)
    assert dropped == ()


def test_our_macro_answers_in_either_language() -> None:
    macro = MacroDefinition.parse(BOTH, "12")
    assert [macro.apply(FACTS, NOW, one)[0].comments[0].body for one in ("ko", "en")] == [
        "김민지 님, 접수했습니다.", "Received, 김민지.",
    ]  # fmt: skip
    assert macro.apply(FACTS, NOW, "en")[0].macro_ids == ("12",)
    assert macro.to_json() == BOTH


def test_a_macro_kept_in_columns_goes_out_as_zendesks_json_and_comes_back() -> None:
    macro = MacroDefinition(
        "환불 안내",
        (ActionRow("status", "pending"),),
        {"ko": "환불했습니다", "en": "Refunded"},
        public=False,
        source={"title": "환불 안내", "actions": [{"field": "status", "value": "open"}], "category": "kept"},
    )
    written = macro.to_json()
    assert written["actions"] == [
        {"field": "status", "value": "pending"},
        {"field": "comment_value", "value": "환불했습니다"},
        {"field": "comment_mode_is_public", "value": "false"},
    ]
    assert written["bodies"] == {"ko": "환불했습니다", "en": "Refunded"}
    assert written["category"] == "kept"
    assert MacroDefinition.parse(written) == macro
    one_language = replace(macro, bodies={"ko": "환불했습니다", "en": ""}).to_json()
    assert "bodies" not in one_language


def test_an_internal_note_and_rich_text_stay_what_they_are() -> None:
    raw = {
        "title": "n",
        "actions": [
            {"field": "comment_value_html", "value": "<b>{{ticket.requester.name}}</b>"},
            {"field": "comment_mode_is_public", "value": "false"},
        ],
    }
    facts = replace(FACTS, requester=Person("9", name="<i>"))
    (comment,) = MacroDefinition.parse(raw).apply(facts, NOW)[0].comments
    assert (comment.body, comment.public, comment.html) == ("<b>&lt;i&gt;</b>", False, True)


def test_a_comment_may_name_its_channel() -> None:
    raw = {"title": "c", "actions": [{"field": "comment_value", "value": ["channel:all", "안녕하세요"]}]}
    macro = MacroDefinition.parse(raw)
    assert macro.bodies == {"ko": "안녕하세요"}
    assert macro.to_json() == raw


def test_words_of_a_macro_become_values() -> None:
    raw = {
        "title": "w",
        "actions": [
            {"field": "group_id", "value": "current_groups"},
            {"field": "assignee_id", "value": "current_user"},
            {"field": "subject", "value": "[{{ticket.id}}] 접수"},
            {"field": "follower", "value": "current_user"},
        ],
    }
    plan, _ = MacroDefinition.parse(raw).apply(FACTS, NOW)
    assert plan.sets == {"group_id": "11", "assignee_id": "7", "subject": "[31] 접수"}
    assert plan.followers == ("7",)
    nobody, dropped = MacroDefinition.parse(raw).apply(replace(FACTS, update=None), NOW)
    assert nobody.sets == {"subject": "[31] 접수"}
    assert [one.field for one in dropped] == ["group_id", "assignee_id", "follower"]


def test_what_the_ticket_has_already_is_dropped() -> None:
    plan, dropped = MacroDefinition.parse(NO_ANSWER).apply(replace(FACTS, status="pending"), NOW)
    assert plan.sets == {}
    assert [one.field for one in dropped] == ["status"]
    assert plan.comments, "the answer stays"


def test_a_text_that_cannot_be_made_refuses_the_whole() -> None:
    macro = MacroDefinition("x", (ActionRow("status", "pending"),), {"ko": "{% for i in (1..9999) %}x{% endfor %}"})
    with pytest.raises(TemplateRefused):
        macro.apply(FACTS, NOW)


def test_every_fault_is_named() -> None:
    raw = {
        "title": "",
        "position": True,
        "actions": [
            {"field": "status", "value": "closed"},
            {"field": "comment_value", "value": "{{ticket.id"},
            {"field": "notification_user", "value": ["1", "s", "b"]},
        ],
        "bodies": {"ko": "{{", "en": 3},
    }
    assert [one.path for one in problems(raw)] == [
        "title", "actions[0].value", "actions[1].value", "actions[2].field", "position", "bodies.ko", "bodies.en",
    ]  # fmt: skip
    with pytest.raises(MacroRefused):
        MacroDefinition.parse(raw)


@pytest.mark.parametrize(
    "raw",
    [None, [], {"title": "t"}, {"title": "t", "actions": []}, {"title": "t", "actions": [1]},
     {**BOTH, "bodies": {"fr": "Bonjour"}}, {**BOTH, "bodies": "hello"}],
)  # fmt: skip
def test_what_is_no_macro_is_refused(raw: object) -> None:
    assert len(problems(raw)) == 1
    with pytest.raises(MacroRefused):
        MacroDefinition.parse(raw)


def test_ids_that_are_not_known_here_are_listed() -> None:
    macro = MacroDefinition("t", (ActionRow("group_id", "11"), ActionRow("custom_fields_360", "x")))
    found = macro.unknown_ids({ValueKind.group: set(), ValueKind.custom: {"360"}})
    assert [(one.path, one.value) for one in found] == [("actions[0].value", "11")]


TEXTS = st.sampled_from(["", "환불했습니다", "Refunded", "{{ticket.id}}"])


@settings(max_examples=100)
@given(
    bodies=st.fixed_dictionaries({"ko": TEXTS, "en": TEXTS}),
    public=st.booleans(),
    active=st.booleans(),
    position=st.integers(0, 9),
    tags=st.sampled_from(["a", "a b"]),
)
def test_a_macro_means_the_same_once_it_was_written_and_read(
    *, bodies: dict[str, str], public: bool, active: bool, position: int, tags: str
) -> None:
    macro = MacroDefinition(
        "t", (ActionRow("current_tags", tags),), bodies, public=public, active=active, position=position
    )
    again = MacroDefinition.parse(macro.to_json())
    assert (again.actions, again.public, again.active, again.position) == (macro.actions, public, active, position)
    for language in ("ko", "en"):
        assert again.body_in(language) == macro.body_in(language)
