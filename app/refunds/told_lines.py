"""How an amount came about, as a customer reads it in an answer. Pure: from the quote as it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.money import shown
from app.words import say

_MORE = say("담당자가 더해 드린 금액", "Added by our team")
_LESS = say("요청하신 부분만 환불", "Only the part that was asked for")


def told_lines(quote: Mapping[str, Any], amount_minor: int, language: str) -> str:
    """One line for each step of the quote, and one for what was asked on top or less; they sum to `amount_minor`."""
    currency = quote["currency"]
    told = [(line[language], line["amount_minor"]) for line in quote["lines"]]
    gap = amount_minor - quote["amount_minor"]
    if gap:
        told.append(((_MORE if gap > 0 else _LESS).in_language(language), gap))
    return "\n".join(f"- {words}: {signed(minor, currency)}" for words, minor in told)


def signed(minor: int, currency: str) -> str:
    return shown(minor, currency) if minor <= 0 else f"+{shown(minor, currency)}"


def fee_back_of(quote: Mapping[str, Any]) -> int | None:
    """What of the service fee goes back: all of it, or nothing; None where the booking had none or it is not asked."""
    fee: int = quote["booking"]["service_fee_minor"]
    line = next((one["amount_minor"] for one in quote["lines"] if one["step"] == "service_fee"), None)
    return None if not fee or line is None else max(line, 0)
