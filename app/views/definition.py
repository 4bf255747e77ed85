"""One view in Zendesk's JSON: read, checked row by row, written back whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any

from app.errors import Refusal
from app.language.conditions import Conditions
from app.language.kinds import Use
from app.language.problems import Problem, condition_problems
from app.words import say


class ViewRefused(Refusal):
    """The view cannot be taken; `problems` name every fault."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].words)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """`source` is the view as it came: how it groups, sorts and whom it is shown to is kept there and not looked at."""

    title: str
    conditions: Conditions
    active: bool = True
    position: int = 0
    source: Mapping[str, Any] = kept(default_factory=dict, hash=False, compare=False)

    @classmethod
    def parse(cls, raw: object) -> ViewDefinition:
        """Refuses with ViewRefused."""
        faults = problems(raw)
        if faults or not isinstance(raw, dict):
            raise ViewRefused(faults)
        return cls(
            title=raw["title"],
            conditions=Conditions.parse(raw),
            active=raw.get("active") is not False,
            position=raw.get("position") or 0,
            source=deepcopy(raw),
        )

    def to_json(self) -> dict[str, Any]:
        """Zendesk's JSON, as it came."""
        return deepcopy(dict(self.source))


def problems(raw: object) -> list[Problem]:
    """Everything that is wrong with a view in Zendesk's JSON. Never raises on any JSON."""
    if not isinstance(raw, dict):
        return [Problem("", say("보기가 묶음(object)이 아닙니다.", "A view must be an object."), raw)]
    conditions, path = (raw["conditions"], "conditions") if "conditions" in raw else (raw, "")
    found = [*_head_problems(raw), *condition_problems(conditions, Use.view, path)]
    if found:
        return found
    parsed = Conditions.parse(raw)
    if not parsed.all and not parsed.any:
        found.append(Problem("conditions", say("조건이 하나도 없습니다.", "There is not one condition."), conditions))
    return found


def _head_problems(raw: dict[str, Any]) -> Iterator[Problem]:
    title, position, active = raw.get("title"), raw.get("position"), raw.get("active")
    if not isinstance(title, str) or not title.strip():
        yield Problem("title", say("제목이 없습니다.", "The title is missing."), title)
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        yield Problem("position", say("순서는 정수여야 합니다.", "The position must be a whole number."), position)
    if active is not None and not isinstance(active, bool):
        yield Problem("active", say("active는 true나 false여야 합니다.", "active must be true or false."), active)
    execution = raw.get("execution")
    if execution is not None and not isinstance(execution, dict):
        words = say("execution은 묶음(object)이어야 합니다.", "execution must be an object.")
        yield Problem("execution", words, execution)
