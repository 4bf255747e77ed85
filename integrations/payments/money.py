"""How providers count money. Ours is an integer of ISO 4217 minor units."""

from __future__ import annotations

from decimal import Decimal

from integrations.errors import Refused
from integrations.payments.port import Amount

# docs.stripe.com/currencies: charged in its smallest unit, which is ISO 4217's, but for these.
_NOT_AS_ISO = frozenset({"ISK", "UGX", "MGA", "HUF", "TWD"})
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Toss Payments counts in whole units of the currency, with decimals where it has some.
_TOSS = {"KRW": 0, "JPY": 0, "USD": 2}


def stripe_units(amount: Amount) -> int:
    """₩1,000 is 1000, $12.50 is 1250, KWD 1.250 is 1250. Raises Refused for what Stripe counts in another way, and
    for thousandths, which it does not pay: an amount of three decimals must end in 0.
    """
    if amount.currency in _NOT_AS_ISO:
        raise Refused(f"Stripe counts {amount.currency} in a way of its own: refund it in Stripe's dashboard")
    if amount.currency in _THREE_DECIMALS and amount.minor % 10:
        raise Refused(f"Stripe takes {amount.currency} to two decimals only: the last of three must be 0")
    return amount.minor


def toss_number(amount: Amount) -> int | float:
    """₩1,000 is 1000, $12.50 is 12.5. Raises Refused for a currency that Toss Payments does not settle."""
    places = _places(amount.currency)
    return amount.minor if places == 0 else float(Decimal(amount.minor).scaleb(-places))


def toss_minor(number: object, currency: str) -> int:
    """The reverse, exact to the minor unit."""
    return int(Decimal(str(number)).scaleb(_places(currency)).to_integral_exact())


def _places(currency: str) -> int:
    if currency not in _TOSS:
        raise Refused(f"Toss Payments does not settle {currency}")
    return _TOSS[currency]
