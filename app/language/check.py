"""What every ready-made check is: how a value is read, whether it holds, and how it is shown to people."""

from __future__ import annotations

import operator as compare
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.language.conditions import Condition
from app.language.facts_of_ticket import Change, Comment, Person
from app.language.readers import Read
from app.language.shape import Shape
from app.language.sight import Sight, Unknown
from app.language.values import text_of
from app.words import say

Holds = Callable[[object, Sight], bool | Unknown]

NOT_A_NUMBER = Unknown(say("숫자로 비교할 수 없는 값입니다.", "The value cannot be compared as a number."))
NOT_A_TIME = Unknown(say("시각으로 비교할 수 없는 값입니다.", "The value cannot be compared as a time."))
NOT_RANKED = Unknown(say("순서를 알 수 없는 값입니다.", "The value has no rank."))
NO_SUCH_SCHEDULE = Unknown(say("여기서 모르는 업무 일정입니다.", "That schedule is not known here."))
NOT_IN_LANGUAGE = Unknown(say("알 수 없는 필드나 연산자입니다.", "The field or the operator is not known."))

EMPTY: tuple[object, ...] = ("", None, [], ())
ABSENT = (*EMPTY, frozenset())
PRESENT, CHANGED, NOTHING = "present", "changed", ("nothing",)
"""Keys that stand for no value of a ticket: it has one, it was changed, it is empty."""

ORDER: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType({
    "is": compare.eq,
    "is_not": compare.ne,
    "less_than": compare.lt,
    "less_than_equal": compare.le,
    "greater_than": compare.gt,
    "greater_than_equal": compare.ge,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """`met` is the quick answer; `look` is the same answer with what was seen, for people, and why it is unknown.

    `shape` says the same once more, where a table can answer it (app/language/index.py).
    """

    condition: Condition
    read: Read
    holds: Holds
    cost: int = 1
    shape: Shape | None = None

    def met(self, sight: Sight) -> bool:
        value = self.read(sight)
        return value.__class__ is not Unknown and self.holds(value, sight) is True

    def look(self, sight: Sight) -> tuple[bool, object, Unknown | None]:
        value = self.read(sight)
        if isinstance(value, Unknown):
            return False, None, value
        answer = self.holds(value, sight)
        if isinstance(answer, Unknown):
            return False, shown(value), answer
        return answer, shown(value), None


def never(_value: object, _sight: Sight) -> bool:
    return False


def shown(value: object) -> object:
    """A value as JSON that people can be shown; never a customer's own words."""
    if isinstance(value, Comment):
        return "public" if value.public else "internal"
    if isinstance(value, Person):
        return {"id": value.id, "role": value.role}
    if isinstance(value, Change):
        return {"before": shown(value.before), "after": shown(value.after)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [text_of(one) for one in value]
    return value if isinstance(value, bool | int) or value is None else text_of(value)
