"""An amount of money in a form."""

from __future__ import annotations

from typing import Any

from wtforms import StringField

from app.errors import Refusal
from app.money import Money, amount_text, read_amount
from app.words import say

LONGEST = 40


class AmountField(StringField):  # type: ignore[misc]  # WTForms ships no types
    """As people write it. On a record it holds Money of the record's currency; on an empty form what was typed, until
    the booking tells the currency.
    """

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if isinstance(self.data, Money):
            return amount_text(self.data.minor, self.data.currency)
        return self.data or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = typed
        if len(typed) > LONGEST:
            raise ValueError(str(say(f"{LONGEST}자까지 적을 수 있습니다.", f"{LONGEST} characters at most.")))
        if not typed or not isinstance(self.object_data, Money):
            return
        currency = self.object_data.currency
        try:
            self.data = Money(read_amount(typed, currency), currency)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None

    def populate_obj(self, obj: Any, name: str) -> None:
        """Into the column `<name>_minor`, in the currency that stands before it in the form; empty is None."""
        typed = str(self.raw_data[0]).strip() if self.raw_data else ""
        setattr(obj, f"{name}_minor", read_amount(typed, obj.currency, field=name) if typed else None)
