"""What a quote is computed from: plain values, so that it can be computed again in years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.policies.terms import Terms
from app.refunds.reasons import Reason


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """Money in minor units of `currency`; the service fee comes on top of the total, both are within what was paid.
    `ends_at` is None in quotes of form 1, which did not look at it.
    """

    ref: str
    currency: str
    total_minor: int
    first_period_minor: int
    service_fee_minor: int
    paid_minor: int
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """The version that binds the booking; `name_*` are its policy's."""

    id: int
    number: int
    name_ko: str
    name_en: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Case:
    """`at`: when the customer cancelled or the thing happened. `extent`: see Quote."""

    booking: BookingFacts
    terms: Terms
    reason: Reason
    at: datetime
    extent: int | None
