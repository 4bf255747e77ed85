"""Korean resident registration numbers: recognised wherever they are typed, so that they are never kept.

The law lets nobody keep one without a law that names it (Personal Information Protection Act, article 24-2). Since
October 2020 the last digits are drawn at random, so there is no checksum to go by: a date, a digit for century and
sex, and six digits more are enough.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from sqlalchemy import Connection, String, event, inspect
from sqlalchemy.orm import Mapper

from app.errors import Refusal
from app.words import say

_NUMBER = re.compile(
    r"(?<![0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s?[-‐-―－.~_/*]?\s?([1-8][0-9]{6})(?![0-9])"
)
_SIX_DIGITS = re.compile("[0-9０-９]{6}")
_FULL_WIDTH = {ord("０") + digit: ord("0") + digit for digit in range(10)}
NOT_KEPT = say(
    "주민등록번호는 적을 수 없습니다. 번호를 지우고 다시 저장해 주세요.",
    "A resident registration number must not be kept here. Take it out and save again.",
)
# The `info` of a column that nobody types into: keys and sums at random hold every row of digits sooner or later.
MADE_HERE = {"made_here": True}
Model = TypeVar("Model", bound=type[Any])


def holds_resident_number(text: str) -> bool:
    return _NUMBER.search(text.translate(_FULL_WIDTH)) is not None


def without_resident_numbers(value: Any) -> Any:
    """`value`, and whatever text lists and dicts in it hold, with the seven secret digits of each number as stars: for
    what others write and cannot be asked to take out.
    """
    if isinstance(value, str):
        return _starred(value)
    if isinstance(value, list):
        return [without_resident_numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: without_resident_numbers(one) for key, one in value.items()}
    return value


def _starred(text: str) -> str:
    if _SIX_DIGITS.search(text) is None:
        return text
    kept = list(text)
    for found in _NUMBER.finditer(text.translate(_FULL_WIDTH)):
        kept[found.start(1) : found.end(1)] = "*" * 7
    return "".join(kept)


def keeps_no_resident_number(model: Model) -> Model:
    """For a table with text that people type: a row whose text holds such a number is refused before it is written,
    with the field named. The refusal does not repeat the number.
    """
    event.listen(model, "before_insert", _refuse)
    event.listen(model, "before_update", _refuse)
    return model


def _refuse(mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    state = inspect(row)
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if not isinstance(column.type, String) or column.info.get("made_here"):
            continue
        history = state.attrs[attribute.key].history
        if any(isinstance(value, str) and holds_resident_number(value) for value in history.added or ()):
            raise Refusal(NOT_KEPT, field=attribute.key)
