"""The values that terms are made of, read from JSON or from what was typed; what cannot be read is refused with its
field named. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from app.errors import Refusal
from app.words import Words, say

MOST_ROWS = 24
LARGEST_AMOUNT = 10**12
LONGEST_CLAUSE = 40
C = TypeVar("C", bound=StrEnum)


def wrong(field_name: str, words: Words) -> Refusal:
    return Refusal(words, field=field_name)


def plain(percent: Decimal) -> int | str:
    """A percentage as JSON: a whole number where it is one, its text where not; never a float."""
    return int(percent) if percent == percent.to_integral_value() else str(percent.normalize())


def percent_text(percent: Decimal) -> str:
    return f"{plain(percent)}%"


def rows_in(raw: Mapping[Any, Any], name: str) -> list[Mapping[Any, Any]]:
    """Refuses what is no list of objects, at the row."""
    rows = raw.get(name)
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise wrong(name, say(f"행은 {MOST_ROWS}개까지 적을 수 있습니다.", f"There can be up to {MOST_ROWS} rows."))
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise wrong(f"{name}[{at}]", say(f"{at + 1}번째 행을 읽을 수 없습니다.", f"Row {at + 1} cannot be read."))
    return rows


def choice_in(raw: Mapping[Any, Any], name: str, choices: type[C], *, place: str = "") -> C:
    try:
        return choices(str(raw.get(name)))
    except ValueError:
        allowed = ", ".join(choices)
        words = say("{name}: {allowed} 가운데 하나여야 합니다.", "{name} must be one of {allowed}.")
        raise wrong(place or name, words.fill(name=name, allowed=allowed)) from None


def percent_in(raw: object, name: str, most: int = 100) -> Decimal:
    words = say(
        f"비율은 0에서 {most}까지, 소수점 둘째 자리까지 적어 주세요.",
        f"A percentage is 0 to {most}, with up to two decimals.",
    )
    try:
        percent = Decimal(str(raw)) if not isinstance(raw, bool) else Decimal("NaN")
    except InvalidOperation:
        raise wrong(name, words) from None
    if not percent.is_finite() or not 0 <= percent <= most or percent != round(percent, 2):
        raise wrong(name, words)
    return percent


def whole_in(raw: object, name: str, most: int = 10_000) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool) or not re.fullmatch(r"[0-9]{1,13}", text) or int(text) > most:
        raise wrong(name, say(f"0에서 {most:,}까지의 정수를 적어 주세요.", f"Give a whole number from 0 to {most:,}."))
    return int(text)


def is_blank(raw: object) -> bool:
    return raw is None or raw == ""


def whole_or_none(raw: object, name: str, most: int = 10_000) -> int | None:
    return None if is_blank(raw) else whole_in(raw, name, most)


def percent_or_none(raw: object, name: str) -> Decimal | None:
    return None if is_blank(raw) else percent_in(raw, name)


def clause_in(raw: object) -> str:
    return str(raw or "")[:LONGEST_CLAUSE]
