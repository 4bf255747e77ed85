"""Conditions in Zendesk's JSON: read, kept whole and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as kept
from types import MappingProxyType
from typing import Any

from app.errors import Refusal
from app.language.kinds import Use
from app.language.vocabulary import field_of
from app.words import say

_OWN_KEYS = frozenset({"field", "operator", "value"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One row. `value` is as it came (text, a JSON bool, a list); `extra` holds keys we do not know, for the way back.

    `operator_given` is False where the operator was left out, which Zendesk allows for fields with only one.
    """

    field: str
    operator: str = "is"
    value: object = None
    extra: Mapping[str, Any] = kept(default_factory=dict, hash=False)
    operator_given: bool = True

    @classmethod
    def parse(cls, raw: object) -> Condition:
        """Refuses what is not an object with a field's name; says nothing of whether the field exists."""
        if not isinstance(raw, dict) or not isinstance(raw.get("field"), str):
            raise Refusal(say("조건에는 field가 있어야 합니다.", "A condition needs a field."))
        operator = raw.get("operator")
        if operator is not None and not isinstance(operator, str):
            raise Refusal(say("조건의 operator는 글자여야 합니다.", "The operator of a condition must be text."))
        extra = MappingProxyType({key: value for key, value in raw.items() if key not in _OWN_KEYS})
        return cls(raw["field"], operator or "is", raw.get("value"), extra, operator_given=bool(operator))

    def to_json(self) -> dict[str, Any]:
        operator = {"operator": self.operator} if self.operator_given else {}
        return {"field": self.field, **operator, "value": self.value, **self.extra}


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of `all`, and at least one of `any` when there is any; none at all are always met."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    @classmethod
    def parse(cls, raw: object) -> Conditions:
        """From {"conditions": {"all", "any"}}, or all/any at the top as Zendesk takes them in writing."""
        if isinstance(raw, dict) and "conditions" in raw:
            raw = raw["conditions"]
        if not isinstance(raw, dict):
            raise Refusal(say("조건은 all과 any의 묶음이어야 합니다.", "Conditions must be an object of all and any."))
        return cls(_rows(raw, "all"), _rows(raw, "any"))

    def to_json(self) -> dict[str, Any]:
        return {"all": [one.to_json() for one in self.all], "any": [one.to_json() for one in self.any]}

    def timed(self) -> bool:
        """Whether one of `all` asks about time going by, which is what makes a rule an automation."""
        fields = (field_of(one.field) for one in self.all)
        return any(one is not None and one.time and Use.automation in one.valid_for for one in fields)


def _rows(raw: dict[str, Any], group: str) -> tuple[Condition, ...]:
    rows = raw.get(group)
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise Refusal(say(f"조건의 {group}은 목록이어야 합니다.", f"The {group} of conditions must be a list."))
    return tuple(Condition.parse(one) for one in rows)
