"""What an editor offers for each field, and that nothing that is there already disappears from it."""

from __future__ import annotations

from types import MappingProxyType

from app.language.vocabulary import ACTIONS, FIELDS, Choice, Use, ValueKind
from app.macros.controls import AccountField, Control, Pickers, action_entry, condition_entry, vocabulary
from app.macros.editor import row_views, sections
from app.macros.rows import Row, action_row, condition_row
from app.macros.sentences import action_sentence, condition_sentence
from app.words import say, spoken

GROUP = Choice("77", say("글로벌팀", "Global team"))
PICKERS = Pickers(
    lists=MappingProxyType({ValueKind.group: (GROUP,), ValueKind.agent: (Choice("5", say("김하늘", "Haneul")),)}),
    fields=MappingProxyType(
        {
            "custom_fields_9": AccountField(
                "custom_fields_9", "tagger", "상품", (Choice("deep_clean", say("대청소", "Deep clean")),)
            ),
            "custom_fields_8": AccountField("custom_fields_8", "checkbox", "보험"),
        }
    ),
)


def test_every_field_and_action_of_the_vocabulary_has_a_control() -> None:
    for use in (Use.trigger, Use.automation):
        for key in FIELDS:
            entry = condition_entry(key, use, PICKERS)
            assert entry is not None
            assert entry.control in Control
            if entry.control is Control.pick:
                assert entry.choices or entry.offers, key
        for key in ACTIONS:
            assert action_entry(key, use, PICKERS) is not None


def test_operators_follow_the_field_and_the_kind_of_rule() -> None:
    status = condition_entry("status", Use.automation, PICKERS)
    assert status is not None
    assert "changed" not in status.operators
    assert "less_than" in status.operators
    triggered = condition_entry("status", Use.trigger, PICKERS)
    assert triggered is not None
    assert "changed" in triggered.operators
    assert triggered.control_for("changed") is Control.nothing


def test_a_field_of_the_account_gets_the_control_of_its_type() -> None:
    product = condition_entry("custom_fields_9", Use.trigger, PICKERS)
    assert product is not None
    assert (product.control, str(product.label)) == (Control.pick, "상품")
    assert "includes_words" not in product.operators
    insured = condition_entry("custom_fields_8", Use.trigger, PICKERS)
    assert insured is not None
    assert [one.value for one in insured.choices] == ["true", "false"]


def test_a_value_that_is_not_known_here_stays_and_is_shown_as_such() -> None:
    (view,) = row_views("actions", [action_row({"field": "group_id", "value": "999"})], Use.trigger, PICKERS)
    assert [one.value for one in view.options] == ["", "77", "999"]
    assert "여기에 없는 값" in str(view.options[-1].label)


def test_a_field_and_an_operator_that_do_not_fit_stay_to_be_seen() -> None:
    (view,) = row_views("all", [Row("subject", "contains", "x")], Use.trigger, PICKERS)
    assert view.stray
    assert [one.value for one in view.operators] == ["contains"]
    (misplaced,) = row_views("all", [Row("status", "changed")], Use.automation, PICKERS)
    assert misplaced.operators[-1].value == "changed"


def test_a_control_never_swallows_what_is_there() -> None:
    rows = [
        condition_row({"field": "subject_includes_word", "operator": "is", "value": "two\nlines"}),
        condition_row({"field": "custom_fields_2", "operator": "is", "value": {"odd": 1}}),
    ]
    assert [view.control for view in row_views("all", rows, Use.trigger, PICKERS)] == [
        Control.long_text,
        Control.kept,
    ]


def test_the_vocabulary_of_the_script_is_in_the_readers_language() -> None:
    with spoken("en"):
        words = vocabulary(Use.trigger, PICKERS)
    assert words["fields"]["status"]["label"] == "Status"
    assert words["operators"]["changed"]["bare"] is True
    assert words["lists"]["group"] == [{"value": "77", "label": "Global team"}]
    assert "comment_value" not in vocabulary(Use.macro, PICKERS)["actions"]
    assert vocabulary(Use.macro, PICKERS)["fields"] == {}


def test_long_lists_stand_under_headings() -> None:
    labels = [str(one.label) for one in sections(Use.trigger, PICKERS, actions=False)]
    assert labels[0] == "티켓"
    assert {"예약", "고객", "환불"} <= set(labels)
    assert len(labels) == len(set(labels))


def test_conditions_and_actions_read_as_sentences() -> None:
    status = condition_sentence({"field": "status", "operator": "is", "value": "new"}, Use.trigger, PICKERS)
    assert (str(status.label), str(status.operator), str(status.value)) == ("상태", "다음과 같음", "신규")
    changed = condition_sentence({"field": "status", "operator": "changed", "value": None}, Use.trigger, PICKERS)
    assert str(changed.value) == ""
    group = action_sentence({"field": "group_id", "value": "77"}, Use.trigger, PICKERS)
    assert (str(group.value), group.known) == ("글로벌팀", True)
    stray = action_sentence({"field": "group_id", "value": "999"}, Use.trigger, PICKERS)
    assert (str(stray.value), stray.known) == ("999", False)
    none = action_sentence({"field": "assignee_id", "value": ""}, Use.trigger, PICKERS)
    assert (str(none.value), none.known) == ("(없음)", True)
    mail = action_sentence({"field": "notification_user", "value": ["5", "제목", "내용"]}, Use.trigger, PICKERS)
    assert (str(mail.value), mail.detail) == ("김하늘", "제목\n\n내용")
    unknown = condition_sentence({"field": "subject", "operator": "contains", "value": "x"}, Use.trigger, PICKERS)
    assert (str(unknown.label), unknown.known) == ("subject", False)
