"""Money: an integer of minor units with an ISO 4217 currency. Won and yen have no minor unit: ₩1,000 is 1000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from app.errors import Refusal
from app.words import say

EXPONENTS = {"KRW": 0, "JPY": 0, "VND": 0, "USD": 2, "EUR": 2, "GBP": 2, "CNY": 2, "SGD": 2, "KWD": 3}
SIGNS = {"KRW": "₩", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
MINUS = "−"
LARGEST_MINOR = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Money:
    """Refuses fractions of a minor unit and currencies whose exponent is not known here."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {self.minor!r}")
        exponent(self.currency)

    def __str__(self) -> str:
        return shown(self.minor, self.currency)


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    if currency not in EXPONENTS:
        raise Refusal(
            say(f"모르는 통화입니다: {currency}.", f"This currency is not known here: {currency}."), field="currency"
        )
    return EXPONENTS[currency]


def shown(minor: int, currency: str) -> str:
    """₩480,000 · $12.50 · −₩840,000; a currency without a sign of its own is named: CNY 12.50."""
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{MINUS if minor < 0 else ''}{sign}{amount_text(abs(minor), currency)}"


def amount_text(minor: int, currency: str) -> str:
    """The figure alone, with thousands separated."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):,.{places}f}"


def exact_shown(exact: Fraction, currency: str) -> str:
    """With all its decimals, or with what is over a whole minor unit as a fraction: ₩500.5 · $0.125 · ₩333 + 1/3."""
    places = exponent(currency)
    sign = MINUS if exact < 0 else ""
    whole, over = divmod(abs(exact), 1)
    if not over:
        return shown(int(exact), currency)
    if _is_decimal(over):
        value = (Decimal(whole) + Decimal(over.numerator) / Decimal(over.denominator)).scaleb(-places)
        return f"{sign}{SIGNS.get(currency, f'{currency} ')}{value:,f}"
    told = f"{shown(int(whole), currency)} + {over}"
    return f"{MINUS}({told})" if sign else told


def _is_decimal(over: Fraction) -> bool:
    """Whether at most nine decimals write it whole."""
    return 10**9 % over.denominator == 0


def read_amount(text: str, currency: str, *, field: str = "amount") -> int:
    """Minor units from what a person typed: "480,000", "₩480,000", "12.50". Refuses in words what is no amount."""
    places = exponent(currency)
    bare = text.strip().replace(",", "").replace(" ", "").removeprefix(SIGNS.get(currency, currency)).removesuffix("원")
    try:
        minor = Decimal(bare).scaleb(places)
    except InvalidOperation:
        raise _no_amount(text, field) from None
    if not minor.is_finite() or abs(minor) > LARGEST_MINOR:
        raise _no_amount(text, field)
    if minor != minor.to_integral_value():
        raise Refusal(
            say(
                f"{currency} 금액은 소수점 {places}자리까지만 적을 수 있습니다: {text}",
                f"An amount in {currency} has at most {places} decimals: {text}",
            ),
            field=field,
        )
    return int(minor)


def rounded(exact: Fraction) -> int:
    """To the nearest whole minor unit; a half goes up."""
    return (exact + Fraction(1, 2)).__floor__()


def settled(parts: Sequence[Fraction], whole: int) -> list[int]:
    """Whole minor units for exact parts, so that they sum to `whole`: the largest remainders get what is left.

    `whole` must be what the parts sum to, rounded to a neighbouring integer.
    """
    floors = [part.__floor__() for part in parts]
    left = whole - sum(floors)
    order = sorted(range(len(parts)), key=lambda at: (floors[at] - parts[at], at))
    if not 0 <= left <= len(parts):
        raise ValueError("the whole is not what the parts sum to")
    for at in order[:left]:
        floors[at] += 1
    return floors


def shares(whole: int, weights: Sequence[int]) -> list[int]:
    """`whole` minor units split by weight, to the last one, by the largest remainders (of two that are equal the first
    one's): the parts sum to `whole`, and each is within one unit of its exact share. Refuses weights that are negative
    or all zero. In integers alone, since a ledger splits many.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be positive")
    parts, over = [], []
    for at, weight in enumerate(weights):
        part, left = divmod(whole * weight, total)
        parts.append(part)
        over.append((-left, at))
    missing = whole - sum(parts)
    if missing:
        over.sort()
        for _, at in over[:missing]:
            parts[at] += 1
    return parts


def _no_amount(text: str, field: str) -> Refusal:
    return Refusal(say(f"금액으로 읽을 수 없습니다: {text}", f"This cannot be read as an amount: {text}"), field=field)
