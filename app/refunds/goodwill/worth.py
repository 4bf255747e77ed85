"""What an entry of the catalogue is worth on a booking, and whether its limits leave room. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.money import rounded
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Price:
    """Either an amount, or a percentage of what was paid, at most `most_minor`. `cost_minor`: what it costs us where
    that is not what it is worth to the customer.
    """

    amount_minor: int | None
    percent: Decimal | None
    most_minor: int | None
    cost_minor: int | None


@dataclass(frozen=True, slots=True)
class Worth:
    amount_minor: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How often it may be given: None is no limit."""

    per_booking: int | None
    per_customer: int | None
    customer_days: int
    per_giver_month: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How often it was given already: on this booking, to this customer in those days, by this person this month."""

    booking: int
    customer: int
    giver: int


def worth(price: Price, paid_minor: int) -> Worth:
    amount = price.amount_minor or 0
    if price.percent is not None:
        amount = rounded(Fraction(paid_minor) * Fraction(price.percent) / 100)
        amount = amount if price.most_minor is None else min(amount, price.most_minor)
    return Worth(amount, amount if price.cost_minor is None else price.cost_minor)


def over(limits: Limits, counts: Counts) -> Words | None:
    """Which limit is reached, in words; None while there is room for one more."""
    if limits.per_booking is not None and counts.booking >= limits.per_booking:
        return say(
            f"이 예약에는 이미 {counts.booking}번 드렸습니다. 예약 하나에 {limits.per_booking}번까지입니다.",
            f"It was given {counts.booking} × on this booking already: {limits.per_booking} at most.",
        )
    if limits.per_customer is not None and counts.customer >= limits.per_customer:
        return say(
            f"이 고객에게 {limits.customer_days}일 안에 이미 {counts.customer}번 드렸습니다. "
            f"{limits.per_customer}번까지입니다.",
            f"This customer got it {counts.customer} × within {limits.customer_days} days: "
            f"{limits.per_customer} at most.",
        )
    if limits.per_giver_month is not None and counts.giver >= limits.per_giver_month:
        return say(
            f"이번 달에 이미 {counts.giver}번 드리셨습니다. 한 사람이 한 달에 {limits.per_giver_month}번까지입니다. "
            "다른 사람에게 부탁해 주세요.",
            f"You gave it {counts.giver} × this month: {limits.per_giver_month} a person at most. Ask somebody else.",
        )
    return None
