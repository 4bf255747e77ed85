"""What is wrong with conditions and actions in Zendesk's JSON, row by row: found all at once, never by raising."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from app.language.kinds import Action, Field, TextCheck, Use
from app.language.value_problems import action_value_problem, condition_value_problem
from app.language.values import text_of
from app.language.vocabulary import ACTIONS, FIELDS, OPERATORS, action_of, field_of
from app.words import Words, say

_GROUPS = {"all": say("모두 충족 조건", "ALL condition"), "any": say("하나 이상 충족 조건", "ANY condition")}
_USES = {
    Use.trigger: say("트리거", "a trigger"),
    Use.automation: say("자동화", "an automation"),
    Use.view: say("보기", "a view"),
    Use.sla_policy: say("SLA 정책", "an SLA policy"),
    Use.macro: say("매크로", "a macro"),
    Use.terms: say("정책 조건", "policy terms"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `path` is where it stands ("conditions.all[0].operator"), `words` name the row and what to do.

    A `warning` does not keep the rule out.
    """

    path: str
    words: Words
    value: object = None
    warning: bool = False

    def to_json(self) -> dict[str, Any]:
        words = {"ko": self.words.in_language("ko"), "en": self.words.in_language("en")}
        return {"path": self.path, "words": words, "value": self.value, "warning": self.warning}


def condition_problems(raw: object, use: Use, path: str = "conditions") -> list[Problem]:
    """`raw` is the object of all and any; `path` is "" where those stand at the top."""
    if not isinstance(raw, dict):
        return [Problem(path, say("조건이 all과 any의 묶음이 아닙니다.", "The conditions are not all and any."), raw)]
    found: list[Problem] = []
    stem = f"{path}." if path else ""
    for group, label in _GROUPS.items():
        rows = raw.get(group)
        if rows is None:
            continue
        if not isinstance(rows, list):
            found.append(
                Problem(f"{stem}{group}", say("조건이 목록이 아닙니다.", "The conditions are not a list."), rows)
            )
            continue
        for index, row in enumerate(rows):
            found += _condition_row(row, use, group, f"{stem}{group}[{index}]", _row(label, index))
    return found


def action_problems(raw: object, use: Use, check_text: TextCheck, path: str = "actions") -> list[Problem]:
    if not isinstance(raw, list):
        return [Problem(path, say("동작이 목록이 아닙니다.", "The actions are not a list."), raw)]
    found: list[Problem] = []
    for index, row in enumerate(raw):
        found += _action_row(row, use, check_text, f"{path}[{index}]", _row(say("동작", "Action"), index))
    return found


def shown_value(value: object) -> str:
    """A value inside a sentence: short, on one line."""
    text = " ".join(text_of(value).split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _row(label: Words, index: int) -> Words:
    return say("{label} {row}행", "{label} row {row}").fill(label=label, row=index + 1)


def _in_row(row: Words, words: Words) -> Words:
    return row + ": " + words


def _condition_row(raw: object, use: Use, group: str, path: str, row: Words) -> Iterator[Problem]:
    if not isinstance(raw, dict) or not isinstance(raw.get("field"), str):
        yield Problem(path, _in_row(row, say("field가 없습니다.", "it has no field.")), raw)
        return
    key, operator, value = raw["field"], raw.get("operator"), raw.get("value")
    field = field_of(key)
    if field is None:
        yield Problem(f"{path}.field", _in_row(row, _unknown(key, list(FIELDS))), key)
        return
    if use not in field.valid_for:
        yield Problem(f"{path}.field", _in_row(row, _misplaced(field, use)), key)
        return
    if field.only_in_all and group == "any":
        words = say(
            "{label}: 시간 조건은 모두 충족에만 둘 수 있습니다.", "{label}: a time condition may stand in ALL only."
        )
        yield Problem(f"{path}.field", _in_row(row, words.fill(label=field.label)), key)
    fitting = field.operators_for(use)
    if operator is None and fitting == ("is",):
        operator = "is"
    if not isinstance(operator, str) or operator not in fitting:
        yield Problem(f"{path}.operator", _in_row(row, _wrong_operator(field, operator, fitting)), operator)
        return
    words_of_value = condition_value_problem(field, operator, value)
    if words_of_value is not None:
        yield Problem(f"{path}.value", _in_row(row, field.label + ": " + words_of_value), value)


def _action_row(raw: object, use: Use, check_text: TextCheck, path: str, row: Words) -> Iterator[Problem]:
    if not isinstance(raw, dict) or not isinstance(raw.get("field"), str):
        yield Problem(path, _in_row(row, say("field가 없습니다.", "it has no field.")), raw)
        return
    key, value = raw["field"], raw.get("value")
    action = action_of(key)
    if action is None:
        yield Problem(f"{path}.field", _in_row(row, _unknown(key, list(ACTIONS))), key)
        return
    if use not in action.valid_for:
        yield Problem(f"{path}.field", _in_row(row, _misplaced(action, use)), key)
        return
    words_of_value = action_value_problem(action, use, value, check_text)
    if words_of_value is not None:
        yield Problem(f"{path}.value", _in_row(row, action.label + ": " + words_of_value), value)


def _unknown(key: str, known: list[str]) -> Words:
    parts = [one for one in known if one.startswith(f"{key}_") or one.endswith(f"_{key}")]
    near = parts[:1] or get_close_matches(key, known, 1)
    hint = say(" 혹시 “{near}”인가요?", " Did you mean “{near}”?").fill(near=near[0]) if near else say("", "")
    return (
        say("“{key}”은(는) 알 수 없는 필드입니다.", "“{key}” is not a known field.").fill(key=shown_value(key)) + hint
    )


def _misplaced(one: Field | Action, use: Use) -> Words:
    words = say("{label}({key})은(는) {use}에 쓸 수 없습니다.", "{label} ({key}) cannot stand in {use}.")
    return words.fill(label=one.label, key=one.key, use=_USES[use])


def _wrong_operator(field: Field, operator: object, fitting: tuple[str, ...]) -> Words:
    if isinstance(operator, str) and operator in OPERATORS and operator in field.operators:
        words = say(
            "{label}에서 “{operator}”은(는) 트리거에만 쓸 수 있습니다.", "{label}: “{operator}” is for triggers only."
        )
    else:
        words = say(
            "{label}에 “{operator}” 연산자는 없습니다. 쓸 수 있는 것: {fitting}",
            "{label} has no operator “{operator}”. It has: {fitting}",
        )
    return words.fill(label=field.label, operator=shown_value(operator), fitting=", ".join(fitting))
