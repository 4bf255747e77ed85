"""One rule in Zendesk's JSON: read, checked row by row, written back whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any

from app.errors import Refusal
from app.language.action_rows import ActionRow, action_rows
from app.language.conditions import Condition, Conditions
from app.language.ids import NamedId, named_ids, unknown_among
from app.language.kinds import Use, ValueKind
from app.language.problems import Problem, action_problems, condition_problems
from app.language.values import text_of
from app.macros.definition import placeholder_warnings
from app.macros.render import text_problem
from app.words import say

KINDS = (Use.trigger, Use.automation)

_NARROWING = frozenset({"status", "custom_status_id", "type", "group_id", "assignee_id", "requester_id"})
_CONDITION_OF_ACTION = {"set_tags": "current_tags", "remove_tags": "current_tags"}


class RuleRefused(Refusal):
    """The rule cannot be taken; `problems` name every fault."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].words)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A trigger or an automation. `id` is the caller's own and comes back in decisions; `active` is the account's.

    `source` is the rule as it came, so that nothing is lost on the way back.
    """

    title: str
    kind: Use
    conditions: Conditions
    actions: tuple[ActionRow, ...]
    position: int = 0
    active: bool = True
    id: str = ""
    source: Mapping[str, Any] = kept(default_factory=dict, hash=False, compare=False)

    @classmethod
    def parse(cls, raw: object, kind: str, id: str = "") -> RuleDefinition:
        """`kind`: "trigger" or "automation". Refuses with RuleRefused; what is only a warning passes."""
        faults = [one for one in problems(raw, kind) if not one.warning]
        if faults or not isinstance(raw, dict):
            raise RuleRefused(faults)
        return cls(
            title=raw["title"],
            kind=Use(kind),
            conditions=Conditions.parse(raw),
            actions=action_rows(raw["actions"]),
            position=raw.get("position") or 0,
            active=raw.get("active") is not False,
            id=id or text_of(raw.get("id")),
            source=deepcopy(raw),
        )

    def to_json(self) -> dict[str, Any]:
        """Zendesk's JSON: exactly what came in when nothing was changed since; else the source with what changed."""
        if self.source and RuleDefinition.parse(dict(self.source), self.kind, self.id) == self:
            return deepcopy(dict(self.source))
        written = {
            **{key: value for key, value in deepcopy(dict(self.source)).items() if key not in {"all", "any"}},
            "title": self.title,
            "conditions": self.conditions.to_json(),
            "actions": [row.to_json() for row in self.actions],
            "active": self.active,
        }
        if self.position or "position" in written:
            written["position"] = self.position
        return written


def problems(raw: object, kind: str) -> list[Problem]:
    """Everything that is wrong with a rule in Zendesk's JSON, warnings last. Never raises on any JSON."""
    if not isinstance(raw, dict):
        return [Problem("", say("규칙이 묶음(object)이 아닙니다.", "A rule must be an object."), raw)]
    if kind not in KINDS:
        return [Problem("", say("트리거나 자동화가 아닙니다.", "It is neither a trigger nor an automation."), kind)]
    use = Use(kind)
    found = [*_head_problems(raw)]
    conditions, path = (raw["conditions"], "conditions") if "conditions" in raw else (raw, "")
    found += condition_problems(conditions, use, path)
    found += action_problems(raw.get("actions"), use, text_problem)
    if raw.get("actions") == []:
        found.append(Problem("actions", say("동작이 없습니다.", "There are no actions."), []))
    if found:
        return found
    parsed = Conditions.parse(raw)
    if not parsed.all and not parsed.any:
        return [Problem("conditions", say("조건이 하나도 없습니다.", "There is not one condition."), conditions)]
    rows = action_rows(raw["actions"])
    return [*(_automation_problems(parsed, rows) if use is Use.automation else ()), *placeholder_warnings(rows)]


def unknown_ids(definition: RuleDefinition, known: Mapping[ValueKind, Collection[str]]) -> list[NamedId]:
    """Ids that the account does not have (by kind, as text); kinds that `known` leaves out are not looked at.

    Custom fields are ValueKind.custom, webhooks ValueKind.webhook. The rule is kept, as a draft.
    """
    return unknown_among(named_ids(definition.conditions, definition.actions), known)


def _head_problems(raw: dict[str, Any]) -> Iterator[Problem]:
    title, position, active = raw.get("title"), raw.get("position"), raw.get("active")
    if not isinstance(title, str) or not title.strip():
        yield Problem("title", say("제목이 없습니다.", "The title is missing."), title)
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        yield Problem("position", say("순서는 정수여야 합니다.", "The position must be a whole number."), position)
    if active is not None and not isinstance(active, bool):
        yield Problem("active", say("active는 true나 false여야 합니다.", "active must be true or false."), active)


def _automation_problems(conditions: Conditions, actions: tuple[ActionRow, ...]) -> Iterator[Problem]:
    """Zendesk's own rules for automations. It takes some that may never stop firing, so that one is a warning."""
    if not conditions.timed():
        words = say(
            "자동화에는 모두 충족 조건에 시간 조건이 하나는 있어야 합니다.",
            "An automation needs a time condition among its ALL conditions.",
        )
        yield Problem("conditions.all", words)
    if not any(row.field in _NARROWING for row in conditions.all):
        words = say(
            "모두 충족 조건에 상태·유형·그룹·담당자·요청자 중 하나를 두세요.",
            "Ask for a status, type, group, assignee or requester among the ALL conditions.",
        )
        yield Problem("conditions.all", words, warning=True)
    if not _ends_itself(conditions, actions):
        words = say(
            "이 동작을 해도 조건이 그대로라서 매시간 다시 실행될 수 있습니다.",
            "The conditions stay met after these actions, so it may run again every hour.",
        )
        yield Problem("actions", words, warning=True)


def _ends_itself(conditions: Conditions, actions: tuple[ActionRow, ...]) -> bool:
    """Whether an action touches what a condition asks, or a condition is met for one hour only."""
    rows: tuple[Condition, ...] = conditions.all + conditions.any
    asked = {row.field for row in rows}
    touched = {_CONDITION_OF_ACTION.get(row.field, row.field) for row in actions}
    return bool(asked & touched) or any(row.operator in {"is", "is_business_hours"} for row in rows if _is_hours(row))


def _is_hours(row: Condition) -> bool:
    return Conditions(all=(row,)).timed()
