"""What is sent and what comes back: each shape is declared here once, for reading, for writing and for the OpenAPI
document.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from app.bookings.happenings import Happening
from app.bookings.model import BookingState, Tier
from app.money import EXPONENTS
from app.policies.model import Product
from app.refunds.reasons import Reason

# No control characters: a NUL is nobody's word, and a line break in a name breaks lists.
PLAIN = r"^[^\x00-\x1f\x7f]*$"
# What every program that reads JSON keeps exact.
LARGEST = 2**53 - 1

Text = Annotated[str, Meta(max_length=40, min_length=1, pattern=PLAIN)]
Ref = Annotated[
    str,
    Meta(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="The booking's own number."),
]
Minor = Annotated[
    int, Meta(ge=0, le=LARGEST, description="Minor units of the currency: won have none, so ₩48,000 is 48000.")
]
At = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset.")]
Currency = Annotated[str, Meta(pattern="^(" + "|".join(EXPONENTS) + ")$", description="ISO 4217.")]


class Tongue(StrEnum):
    ko = "ko"
    en = "en"


class Outcome(StrEnum):
    created = "created"
    updated = "updated"
    unchanged = "unchanged"


class Both(Struct, frozen=True):
    """A text in both languages."""

    ko: str
    en: str


class Problem(Struct, frozen=True):
    """`code` is for programs and does not change; `field` tells where in the body, as `customer.email`."""

    code: str
    ko: str
    en: str
    field: str | None


class Failed(Struct, frozen=True):
    """Every answer that is not 2xx."""

    error: Problem


class QuoteFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """A booking that is not (yet) ours, by what its policy and its price depend on. Without `contracted_at`, paying
    made the contract.
    """

    product: Product
    city: Text
    paid_at: At
    starts_at: At
    total_minor: Minor
    paid_minor: Minor
    currency: Currency = "KRW"
    gateway: Text = "toss"
    channel: Text = "app"
    first_period_minor: Minor | UnsetType = UNSET
    service_fee_minor: Minor = 0
    ends_at: At | UnsetType = UNSET
    contracted_at: At | UnsetType = UNSET


class QuoteAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Give `booking` or `facts`, not both. `at` is when the customer cancels or the thing happened. `extent` is the
    minutes late, or the percentage not done, for the reasons that have one.
    """

    reason: Reason
    at: At
    booking: Ref | UnsetType = UNSET
    facts: QuoteFacts | UnsetType = UNSET
    extent: Annotated[int, Meta(ge=1, le=1440)] | UnsetType = UNSET


class QuoteLine(Struct, frozen=True):
    """`percent` of `base_minor` is `amount_minor`, negative where it is kept."""

    step: str
    clause: str
    base_minor: int | None
    percent: str | None
    amount_minor: int
    words: Both


class QuotePolicy(Struct, frozen=True):
    """The version of the policy that binds the booking."""

    version_id: int
    number: int
    name: Both


class QuoteTold(Struct, frozen=True):
    """The lines sum to `amount_minor`. It promises nothing. `id` and `hash` are of what was computed from what: the
    same facts under the same version give the same, byte for byte.
    """

    id: str
    hash: str
    booking: str | None
    amount_minor: int
    currency: str
    amount: str
    reason: Reason
    at: str
    extent: int | None
    policy: QuotePolicy
    lines: list[QuoteLine]
    promises: Both


class CustomerSent(Struct, frozen=True, forbid_unknown_fields=True):
    """Known by `zendesk_id`, else by `email`: one of them must be there. What is left out stays as it is."""

    name: Annotated[str, Meta(min_length=1, max_length=120, pattern=PLAIN)]
    email: (
        Annotated[str, Meta(max_length=254, pattern=r"^[^@\s\x00]{1,64}@[^@\s\x00]+\.[^@\s\x00]{2,}$")] | UnsetType
    ) = UNSET
    zendesk_id: Annotated[int, Meta(ge=1, le=LARGEST)] | UnsetType = UNSET
    phone: Text | UnsetType | None = UNSET
    language: Tongue | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    city: Text | UnsetType | None = UNSET


class BookingSent(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole booking; a `ref` that is known is brought up to it. `partner` is a business number, an id of ours or the
    one partner of that name; null is none. The policy in force when it was paid, or when the contract was made, binds a
    new booking, and stays. What is left out stays as it is; a new booking is in won, by Toss and the app, with no fee,
    and its first period is the whole.
    """

    ref: Ref
    customer: CustomerSent
    product: Product
    city: Text
    total_minor: Minor
    paid_minor: Minor
    paid_at: At
    starts_at: At
    ends_at: At
    currency: Currency | UnsetType = UNSET
    gateway: Text | UnsetType = UNSET
    channel: Text | UnsetType = UNSET
    first_period_minor: Minor | UnsetType = UNSET
    service_fee_minor: Minor | UnsetType = UNSET
    contracted_at: At | UnsetType = UNSET
    payment_ref: Annotated[str, Meta(min_length=1, max_length=200, pattern=PLAIN)] | UnsetType | None = UNSET
    partner: Annotated[str, Meta(min_length=1, max_length=120, pattern=PLAIN)] | UnsetType | None = UNSET
    state: BookingState | UnsetType = UNSET


class BookingTold(Struct, frozen=True):
    """`changed` are the fields that were different. Nothing about the customer but our number."""

    booking: str
    outcome: Outcome
    changed: list[str]
    customer_id: int
    state: BookingState
    left_minor: int
    policy: QuotePolicy | None


class EventSent(Struct, frozen=True, forbid_unknown_fields=True):
    """What happened, when, and who says so. `visit` counts from 1; `planned_at` is when that visit was to begin, where
    it is not the booking's start. `partner` is who it is about, where it is not the booking's own.
    """

    kind: Happening
    at: At
    visit: Annotated[int, Meta(ge=1, le=500)] | UnsetType = UNSET
    planned_at: At | UnsetType = UNSET
    partner: Annotated[str, Meta(min_length=1, max_length=120, pattern=PLAIN)] | UnsetType = UNSET
    channel: Text | UnsetType = UNSET
    note: Annotated[str, Meta(max_length=500, pattern=PLAIN)] | UnsetType = UNSET
    by: Annotated[str, Meta(min_length=1, max_length=120, pattern=PLAIN)] | UnsetType = UNSET


class EventTold(Struct, frozen=True):
    """What the visit's facts say now: minutes late, and who did not come."""

    event: int
    booking: str
    kind: Happening
    visit: int
    minutes_late: int | None
    no_show: Happening | None


def encoded(answer: Struct) -> bytes:
    """The same answer is the same bytes: fields stand in the order they are declared in."""
    return msgspec.json.encode(answer)
