"""The actions of a rule or a macro in Zendesk's JSON: read, kept whole and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any

from app.errors import Refusal
from app.words import say


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One row. `value` is as it came; `extra` holds keys we do not know, for the way back."""

    field: str
    value: object = None
    extra: Mapping[str, Any] = kept(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, raw: object) -> ActionRow:
        """Refuses what is not an object with a field's name; says nothing of whether the action exists."""
        if not isinstance(raw, dict) or not isinstance(raw.get("field"), str):
            raise Refusal(say("동작에는 field가 있어야 합니다.", "An action needs a field."))
        return cls(
            raw["field"], raw.get("value"), {key: value for key, value in raw.items() if key not in {"field", "value"}}
        )

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "value": self.value, **self.extra}


def action_rows(raw: object) -> tuple[ActionRow, ...]:
    if not isinstance(raw, list):
        raise Refusal(say("actions는 목록이어야 합니다.", "The actions must be a list."))
    return tuple(ActionRow.parse(one) for one in raw)
