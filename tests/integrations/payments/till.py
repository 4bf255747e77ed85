"""A provider's double over real HTTP, with our connector to it: what tests of both Stripe and Toss stand on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from integrations.payments.doubles.as_stripe import AsStripe
from integrations.payments.doubles.as_toss import AsToss
from integrations.payments.doubles.books import Booked
from integrations.payments.doubles.call import Manner
from integrations.payments.doubles.desk import serving
from integrations.payments.doubles.double import Double
from integrations.payments.doubles.rings import Hook
from integrations.payments.port import Provider
from integrations.payments.stripe import StripeProvider
from integrations.payments.toss import TossProvider

SECRET = "sk_test_of_the_double"
HOOK_SECRET = "whsec_of_the_double"
GATEWAYS = ("stripe", "toss")
MANNERS: dict[str, Callable[[str], Manner]] = {"stripe": AsStripe, "toss": AsToss}
PROVIDERS: dict[str, Callable[..., Provider]] = {"stripe": StripeProvider, "toss": TossProvider}
# What a time-out test waits for; as short as a slow machine allows.
PATIENCE = (2.0, 0.6)


@dataclass(frozen=True, slots=True)
class Won:
    minor: int
    currency: str = "KRW"


@dataclass(frozen=True, slots=True)
class Till:
    gateway: str
    url: str
    double: Double
    provider: Provider

    def take(self, minor: int, currency: str = "KRW") -> str:
        """A customer has paid; gives the payment's name."""
        payment = f"{'pi_' if self.gateway == 'stripe' else 'tkey'}{secrets.token_hex(8)}"
        self.door("POST", "payments", payment=payment, minor=minor, currency=currency)
        return payment

    def fault(self, **fault: Any) -> None:
        self.door("POST", "faults", faults=[fault])

    def door(self, method: str, name: str, **body: Any) -> Any:
        answer = requests.request(method, f"{self.url}/_double/{name}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def booked(self) -> list[Booked]:
        """The oracle: the refunds that the double's own books have."""
        return self.double.books.refunds()

    def sent(self) -> list[dict[str, Any]]:
        """The requests for a refund that reached it, with the key of each."""
        return [line for line in self.double.books.journal() if line["method"] == "POST"]


@contextmanager
def a_till(gateway: str, folder: Path, hook_url: str = "", patience: tuple[float, float] = PATIENCE) -> Iterator[Till]:
    hook = Hook(f"{hook_url}/{gateway}", HOOK_SECRET) if hook_url else None
    double = Double(folder / f"{gateway}.sqlite3", MANNERS[gateway](SECRET), hook)
    with serving([double]) as url:
        base = f"{url}/{gateway}"
        yield Till(gateway, base, double, PROVIDERS[gateway](SECRET, base, look=(2.0, 4.0), pay=patience))
