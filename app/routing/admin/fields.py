"""Form fields of routing: levels by name, and choices that are asked of the account when the form is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField

from app.words import Words, say

_PAIR = re.compile(r"(.{1,40}?)\s*[:=]\s*([0-9]{1,4})")
NOT_PAIRS = say("「{part}」을(를) 읽을 수 없습니다. 이름:숫자로 적고 쉼표로 나눠 주세요.",
                "“{part}” cannot be read. Write name:number, with commas between.")  # fmt: skip
OUT_OF = say("「{part}」: {low}에서 {high} 사이로 적어 주세요.", "“{part}”: write {low} to {high}.")
Offered = Sequence[tuple[Any, Words | str]]
Offers = Callable[[], Offered]


class LevelsField(StringField):
    """{name: number}, typed as "refund:3, leak:2"."""

    def __init__(self, label: Any = None, validators: Any = None, *, low: int = 1, high: int = 5, **more: Any) -> None:
        self.low, self.high = low, high
        super().__init__(label, validators, **more)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(f"{name}:{level}" for name, level in sorted((self.data or {}).items()))

    def process_formdata(self, valuelist: list[str]) -> None:
        read: dict[str, int] = {}
        for part in (one.strip() for one in ",".join(valuelist).split(",")):
            if not part:
                continue
            found = _PAIR.fullmatch(part)
            if found is None:
                raise ValueError(str(NOT_PAIRS.fill(part=part)))
            if not self.low <= int(found[2]) <= self.high:
                raise ValueError(str(OUT_OF.fill(part=part, low=self.low, high=self.high)))
            read[found[1]] = int(found[2])
        self.data = read


class PickField(SelectField):
    """One of what `offers` gives when the form is drawn; "" is kept as None. What stands already may stay."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, offers: Callable[[], Offered], **more: Any
    ) -> None:
        super().__init__(label, validators, choices=[], coerce=_text, **more)
        self.offers = offers

    def process(self, *args: Any, **more: Any) -> None:
        super().process(*args, **more)
        self.choices = [(str(value), words) for value, words in self.offers()]
        known = {value for value, _ in self.choices}
        if isinstance(self.object_data, int | str) and str(self.object_data) not in known:
            self.choices.append((str(self.object_data), str(self.object_data)))

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self.data or None)


class PickNumberField(PickField):
    """As PickField, of ids."""

    def __init__(self, label: Any = None, validators: Any = None, **more: Any) -> None:
        super().__init__(label, validators, **more)
        self.coerce = _number


class PickManyField(SelectMultipleField):
    """Some of what `offers` gives when the form is drawn, kept as a list of texts."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, offers: Callable[[], Offered], **more: Any
    ) -> None:
        super().__init__(label, validators, choices=[], coerce=str, **more)
        self.offers = offers

    def process(self, *args: Any, **more: Any) -> None:
        super().process(*args, **more)
        self.choices = [(str(value), words) for value, words in self.offers()]


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
