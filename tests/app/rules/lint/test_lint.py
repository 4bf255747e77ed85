"""What the lint finds in sets of rules, and that it is silent where nothing is wrong."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from app.language.ids import NamedId
from app.language.kinds import ValueKind
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.rules.lint.finding import Finding, Level
from app.rules.lint.lint import lint
from app.rules.lint.subject import Known, Subject

Row = tuple[str, str, Any]
_places = count(1)


def rule(
    title: str, *rows: Row, then: list[tuple[str, Any]], kind: str = "trigger", any_of: list[Row] | None = None
) -> RuleDefinition:
    raw = {
        "title": title,
        "position": next(_places),
        "conditions": {
            "all": [{"field": field, "operator": operator, "value": value} for field, operator, value in rows],
            "any": [{"field": field, "operator": operator, "value": value} for field, operator, value in any_of or []],
        },
        "actions": [{"field": field, "value": value} for field, value in then],
    }
    return RuleDefinition.parse(raw, kind, title)


def found(*rules: RuleDefinition | Subject, known: Known | None = None) -> list[Finding]:
    subjects = [one if isinstance(one, Subject) else Subject(one) for one in rules]
    return lint(subjects, known or Known())


def told(findings: list[Finding]) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(one.code, one.rules, one.may) for one in findings]


def test_rules_that_leave_each_other_alone_are_not_spoken_of() -> None:
    fine = [
        rule("vip", ("customer.tier", "is", "vip"), then=[("priority", "high")]),
        rule(
            "late",
            ("current_tags", "includes", "late"),
            ("status", "less_than", "solved"),
            then=[("current_tags", "seen")],
        ),
        rule(
            "remind",
            ("status", "is", "pending"),
            ("PENDING", "greater_than", "24"),
            ("current_tags", "not_includes", "reminded"),
            then=[("current_tags", "reminded")],
            kind="automation",
        ),
    ]
    assert found(*fine, known=Known(tags={"late"})) == []


def test_a_dead_rule_is_told_with_the_two_rows_that_exclude_each_other() -> None:
    dead = rule(
        "dead",
        ("group_id", "is", "5"),
        ("status", "less_than", "open"),
        ("status", "greater_than", "open"),
        then=[("priority", "high")],
    )
    [finding] = found(dead)
    assert (finding.code, finding.level, finding.path) == ("dead", Level.error, "conditions.all[2]")
    assert "2행과 3행" in finding.words.in_language("ko")
    assert "Rows 2 and 3" in finding.words.in_language("en")


def test_a_rule_that_an_earlier_one_always_forestalls_is_shadowed() -> None:
    first = rule("first", ("status", "is", "new"), then=[("status", "open")])
    second = rule("second", ("status", "is", "new"), ("priority", "is", "high"), then=[("current_tags", "vip")])
    other = rule("other", ("priority", "is", "high"), then=[("current_tags", "x")])
    assert told(found(first, second, other)) == [("shadowed", ("second", "first"), False)]
    # The other way round both have their turn.
    second_first = rule("second", ("status", "is", "new"), ("priority", "is", "high"), then=[("current_tags", "vip")])
    first_second = rule("first", ("status", "is", "new"), then=[("status", "open")])
    assert found(second_first, first_second) == []


def test_two_rules_that_set_one_field_differently_are_told_for_certain_or_as_may_be() -> None:
    one = rule("one", ("status", "is", "new"), then=[("priority", "high")])
    other = rule("other", ("group_id", "is", "5"), then=[("priority", "low")])
    apart = rule("apart", ("status", "is", "open"), then=[("priority", "normal")])
    by_text = rule(
        "by text", ("status", "is", "new"), ("subject_includes_word", "includes", "환불"), then=[("priority", "urgent")]
    )
    assert told(found(one, other)) == [("conflict", ("other", "one"), False)]
    assert found(one, apart) == []
    assert told(found(one, by_text)) == [("conflict", ("by text", "one"), True)]
    assert "수 있습니다" in found(one, by_text)[0].words.in_language("ko")


def test_a_rule_that_carries_on_where_the_earlier_one_ended_is_no_conflict() -> None:
    first = rule("first", ("status", "is", "new"), then=[("status", "open")])
    second = rule("second", ("status", "is", "open"), then=[("status", "pending")])
    assert found(first, second) == []


def test_a_tag_that_one_adds_and_another_removes_is_a_conflict() -> None:
    one = rule("one", ("status", "is", "new"), then=[("current_tags", "vip")])
    other = rule("other", ("status", "is", "new"), then=[("remove_tags", "vip")])
    assert told(found(one, other)) == [("conflict", ("other", "one"), False)]


def test_rules_that_undo_each_other_are_a_loop() -> None:
    up = rule("up", ("priority", "is", "low"), then=[("priority", "high")])
    down = rule("down", ("priority", "is", "high"), then=[("priority", "low")])
    findings = found(up, down)
    assert ("loop", ("up", "down"), False) in told(findings)
    loop = next(one for one in findings if one.code == "loop")
    assert loop.level is Level.error
    assert "「up」 → 「down」 → 「up」" in loop.words.in_language("ko")


def test_a_circle_of_three_by_tags_is_a_loop_and_one_that_settles_is_none() -> None:
    def hop(title: str, wants: str, gives: str) -> RuleDefinition:
        return rule(title, ("current_tags", "includes", wants), then=[("remove_tags", wants), ("current_tags", gives)])

    circle = [hop("a", "x", "y"), hop("b", "y", "z"), hop("c", "z", "x")]
    loop = [one for one in found(*circle) if one.code == "loop"]
    assert [(set(one.rules), one.may) for one in loop] == [({"a", "b", "c"}, False)]
    chain = [hop("a", "x", "y"), hop("b", "y", "z"), hop("c", "z", "end")]
    assert [one.code for one in found(*chain)] == []


def test_a_loop_by_way_of_a_text_may_be_one() -> None:
    up = rule(
        "up", ("priority", "is", "low"), ("subject_includes_word", "includes", "급해요"), then=[("priority", "high")]
    )
    down = rule("down", ("priority", "is", "high"), then=[("priority", "low")])
    [loop] = [one for one in found(up, down) if one.code == "loop"]
    assert (loop.level, loop.may) == (Level.warning, True)


def test_what_is_only_for_new_tickets_ends_every_circle() -> None:
    up = rule("up", ("priority", "is", "low"), ("update_type", "is", "Create"), then=[("priority", "high")])
    down = rule("down", ("priority", "is", "high"), then=[("priority", "low")])
    assert [one.code for one in found(up, down) if one.code == "loop"] == []


@pytest.mark.parametrize(
    ("rows", "then", "ends"),
    [
        ([("status", "is", "pending"), ("PENDING", "greater_than", "24")], [("priority", "high")], False),
        ([("status", "is", "pending"), ("PENDING", "greater_than", "24")], [("status", "solved")], True),
        ([("status", "is", "pending"), ("PENDING", "is", "24")], [("priority", "high")], True),
        ([("status", "is", "open"), ("updated_at", "greater_than", "24")], [("priority", "high")], True),
        # Touching the field is not enough: it must end the condition.
        ([("status", "less_than", "solved"), ("NEW", "greater_than", "24")], [("status", "open")], False),
        ([("status", "is", "open"), ("NEW", "greater_than", "24")], [("current_tags", "old")], False),
    ],
)
def test_an_automation_must_end_itself(rows: list[Row], then: list[tuple[str, Any]], ends: bool) -> None:
    codes = [one.code for one in found(rule("timed", *rows, then=then, kind="automation"))]
    assert ("never_ends" not in codes) is ends


def test_a_macro_without_one_language_is_told_and_a_text_in_one_language_noted() -> None:
    macro = MacroDefinition("첫 답변", bodies={"ko": "안녕하세요", "en": ""}, id="3")
    answers = rule("answers", ("status", "is", "new"), then=[("macro", "3")])
    mails = rule("mails", ("status", "is", "new"), then=[("notification_user", ["requester_id", "안내", "안녕하세요"])])
    both = rule("both", ("status", "is", "new"), then=[("notification_user", ["requester_id", "안내", "{{dc.hello}}"])])
    findings = found(answers, mails, both, known=Known(macros={"3": macro}))
    assert [(one.code, one.path) for one in findings] == [
        ("missing_language", "actions[0].value"),
        ("one_language", "actions[0].value"),
    ]


def test_what_is_not_known_here_is_told_where_it_stands() -> None:
    definition = rule(
        "strange",
        ("current_tags", "includes", "nobody_has_it given"),
        ("group_id", "is", "9"),
        then=[("priority", "high")],
    )
    giver = rule("giver", ("status", "is", "new"), then=[("current_tags", "given")])
    unknown = NamedId("conditions.all[1].value", ValueKind.group, "9")
    findings = found(Subject(definition, unknown=(unknown,)), giver, known=Known(tags={"other"}))
    assert [(one.code, one.level, one.path) for one in findings] == [
        ("unknown_id", Level.error, "conditions.all[1].value"),
        ("unknown_tag", Level.warning, "conditions.all[0]"),
    ]
    assert "nobody_has_it" in str(findings[1].words)
    assert "given" not in str(findings[1].words).replace("nobody_has_it", "")


def test_what_zendesk_does_itself_on_the_same_tickets_is_told() -> None:
    answer = [("notification_user", ["requester_id", "s", "{{dc.b}}"])]
    ours = rule("ours", ("status", "is", "new"), then=[*answer, ("priority", "high")])
    native = rule("native", ("status", "less_than", "pending"), then=answer)
    sets = rule("sets", ("status", "is", "new"), then=[("priority", "low")])
    apart = rule("apart", ("status", "is", "closed"), then=answer)
    findings = found(ours, *(Subject(one, native=True) for one in (native, sets, apart)))
    assert told(findings) == [("native_answers", ("ours", "native"), False), ("native_sets", ("ours", "sets"), False)]
    # Two of Zendesk's own are Zendesk's matter.
    assert found(Subject(native, native=True), Subject(sets, native=True)) == []


def test_a_twin_that_is_active_is_an_error() -> None:
    [finding] = found(Subject(rule("ours", ("status", "is", "new"), then=[("priority", "high")]), twin=True))
    assert (finding.code, finding.level) == ("twin", Level.error)


def test_only_what_concerns_the_rule_asked_about_is_told() -> None:
    up = rule("up", ("priority", "is", "low"), then=[("priority", "high")])
    down = rule("down", ("priority", "is", "high"), then=[("priority", "low")])
    dead = rule("dead", ("status", "is", "new"), ("status", "is", "open"), then=[("type", "task")])
    subjects = [Subject(one) for one in (up, down, dead)]
    assert {one.code for one in lint(subjects, Known(), {"dead"})} == {"dead"}
    assert "dead" not in {one.code for one in lint(subjects, Known(), {"up"})}
    assert "loop" in {one.code for one in lint(subjects, Known(), {"up"})}


def test_hundreds_of_rules_are_looked_over() -> None:
    many = [
        rule(
            f"rule {each}",
            ("status", "is", ("new", "open", "pending")[each % 3]),
            ("group_id", "is", str(each % 40)),
            ("subject_includes_word", "includes", f"word{each % 90}"),
            then=[("current_tags", f"tag{each % 50}"), ("assignee_id", str(each % 31))],
        )
        for each in range(600)
    ]
    findings = found(*many)
    assert {one.code for one in findings} == {"conflict"}
    assert all(one.may for one in findings)
