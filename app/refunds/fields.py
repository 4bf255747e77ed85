"""An amount of money in a form."""

from __future__ import annotations

from typing import Any

from wtforms import StringField

from app.errors import Refusal
from app.money import Money, amount_text, read_amount


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
        if not typed or not isinstance(self.object_data, Money):
            return
        currency = self.object_data.currency
        try:
            self.data = Money(read_amount(typed, currency), currency)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None
