"""What Opsroom asks of a payment provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Amount(Protocol):
    """Money, of whatever class: an integer of minor units (won, cents) and an ISO 4217 currency."""

    @property
    def minor(self) -> int: ...

    @property
    def currency(self) -> str: ...


class OutcomeState(StrEnum):
    """`paid` and `failed` are final. `pending`: the provider has taken it on and will decide; look it up later."""

    paid = "paid"
    failed = "failed"
    pending = "pending"


class Why(StrEnum):
    """Why money did not go back."""

    unknown_payment = "unknown_payment"
    other_currency = "other_currency"
    more_than_paid = "more_than_paid"
    declined = "declined"


# Korean, English: said to the person who asked for the refund.
WORDS: dict[Why, tuple[str, str]] = {
    Why.unknown_payment: ("결제사가 이 결제를 알지 못합니다.", "The payment provider does not know this payment."),
    Why.other_currency: ("결제한 통화와 다릅니다.", "The payment was made in another currency."),
    Why.more_than_paid: (
        "결제한 금액에서 이미 환불한 금액을 뺀 나머지보다 큽니다.",
        "This is more than what is left of the payment.",
    ),
    Why.declined: ("결제사가 환불을 거절했습니다.", "The payment provider declined the refund."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reference` is the provider's own number of the refund. `why` is set when, and only when, it failed."""

    state: OutcomeState
    reference: str
    why: Why | None = None

    def __post_init__(self) -> None:
        if (self.state is OutcomeState.failed) != (self.why is not None):
            raise ValueError("an outcome has a reason when, and only when, it failed")


@dataclass(frozen=True, slots=True)
class Refunded:
    """One refund that the provider carried out. `key` is ours, None where somebody refunded without; `at` is aware."""

    key: str | None
    reference: str
    payment: str
    minor: int
    currency: str
    at: datetime


class Provider(Protocol):
    """Gives money back, once for each key."""

    def refund(self, key: str, payment: str, amount: Amount) -> Outcome:
        """The same key with the same request gives the same outcome, however often it is sent.

        Raises Refused when the key was used for another request or the request makes no sense, Unavailable when
        nothing was done, and Unknown when it may have been done: look the key up, and never take a new one.
        """
        ...

    def lookup(self, key: str, payment: str) -> Outcome | None:
        """What became of `key`, sent for `payment`; None when the provider has never carried it out. Raises
        Unavailable.
        """
        ...

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        """Every refund the provider carried out in that time, oldest first. Raises Unavailable."""
        ...
