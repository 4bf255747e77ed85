"""A line of a quote before it is rounded, and what several kinds of lines are made with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.policies.terms import Base, Terms
from app.refunds.case import BookingFacts
from app.words import Words


@dataclass(frozen=True, slots=True)
class Part:
    """`exact` is in minor units, negative where it is kept; `percent` of `base_minor`, where it is a share."""

    step: str
    clause: str
    base_minor: int | None
    percent: Decimal | None
    exact: Fraction
    words: Words


def base_of(booking: BookingFacts, base: Base) -> int:
    return booking.total_minor if base is Base.total else booking.first_period_minor


def share(minor: int, percent: Decimal) -> Fraction:
    return Fraction(minor) * Fraction(percent) / 100


def clause_of(terms: Terms, section: str) -> str:
    return terms.clauses.get(section, "")


def total_of(parts: list[Part]) -> Fraction:
    return sum((part.exact for part in parts), Fraction())
