"""Refunds of what was paid through Stripe, by its official library, which is named in this file and in `ringing.py`.

Its own retries are off and its time-outs are ours: what is sent again, and when, is decided by whoever keeps the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.money import stripe_units
from integrations.payments.port import Amount, Outcome, OutcomeState, Refunded, Why
from integrations.payments.reach import never_connected

API_URL = "https://api.stripe.com"
# Seconds to connect and to wait for a byte. A look-up and a refund together stay below a worker's lease of 25 s.
LOOK, PAY = (2.0, 4.0), (2.0, 10.0)
KEY, PAYMENT = "opsroom_key", "opsroom_payment"
_PAGE = 100
_STATES = {
    "succeeded": OutcomeState.paid,
    "pending": OutcomeState.pending,
    "requires_action": OutcomeState.pending,
    "failed": OutcomeState.failed,
    "canceled": OutcomeState.failed,
}
_ALREADY = frozenset({"charge_already_refunded", "amount_too_large"})


class StripeProvider:
    """`payment` is a PaymentIntent (pi_…) or a charge (ch_…, py_…). Our key is Stripe's idempotency key, which Stripe
    keeps for 24 hours, and stands in the refund's metadata, which it keeps for ever.
    """

    def __init__(
        self,
        secret_key: str,
        url: str = API_URL,
        *,
        look: tuple[float, float] = LOOK,
        pay: tuple[float, float] = PAY,
    ) -> None:
        self._looking, self._paying = (
            stripe.StripeClient(
                secret_key,
                base_addresses={"api": url.rstrip("/")},
                max_network_retries=0,
                http_client=stripe.RequestsClient(timeout=seconds),
            )
            for seconds in (look, pay)
        )

    def refund(self, key: str, payment: str, amount: Amount) -> Outcome:
        objection = self._objection(payment, amount)
        if objection is not None:
            return Outcome(OutcomeState.failed, "", objection)
        asked: Any = {**_of(payment), "amount": stripe_units(amount), "metadata": {KEY: key, PAYMENT: payment}}
        try:
            made = self._paying.v1.refunds.create(asked, {"idempotency_key": key})
        except stripe.InvalidRequestError as wrong:
            return self._refused(key, payment, wrong)
        except stripe.StripeError as wrong:
            raise _write_failed(wrong) from None
        return _outcome(made)

    def lookup(self, key: str, payment: str) -> Outcome | None:
        try:
            asked: Any = {**_of(payment), "limit": _PAGE}
            for found in self._looking.v1.refunds.list(asked).auto_paging_iter():
                if _key(found) == key:
                    return _outcome(found)
        except stripe.InvalidRequestError as wrong:
            if _is_missing(wrong):
                return None
            raise _read_failed(wrong) from None
        except stripe.StripeError as wrong:
            raise _read_failed(wrong) from None
        return None

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        span = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        asked: Any = {"created": span, "limit": _PAGE}  # in whole seconds, as Stripe keeps them
        try:
            found = list(self._looking.v1.refunds.list(asked).auto_paging_iter())
        except stripe.StripeError as wrong:
            raise _read_failed(wrong) from None
        for one in reversed(found):  # Stripe lists the newest first
            if one.status == "succeeded":
                yield Refunded(
                    key=_key(one),
                    reference=one.id,
                    payment=_payment(one),
                    minor=one.amount,
                    currency=one.currency.upper(),
                    at=datetime.fromtimestamp(one.created, UTC),
                )

    def _objection(self, payment: str, amount: Amount) -> Why | None:
        """Asked first, for Stripe takes an amount in the payment's own currency, whatever we meant."""
        try:
            found: Any = (
                self._looking.v1.payment_intents.retrieve(payment)
                if payment.startswith("pi_")
                else self._looking.v1.charges.retrieve(payment)
            )
        except stripe.InvalidRequestError as wrong:
            if _is_missing(wrong):
                return Why.unknown_payment
            raise _read_failed(wrong) from None
        except stripe.StripeError as wrong:
            raise _read_failed(wrong) from None
        return None if str(found.currency).upper() == amount.currency else Why.other_currency

    def _refused(self, key: str, payment: str, wrong: stripe.InvalidRequestError) -> Outcome:
        """A no is believed only after our own refund was looked for: an earlier try of the same key may be what has
        taken the money.
        """
        found = self.lookup(key, payment)
        if found is not None:
            return found
        if _is_missing(wrong):
            return Outcome(OutcomeState.failed, "", Why.unknown_payment)
        if wrong.code in _ALREADY or wrong.param == "amount":
            return Outcome(OutcomeState.failed, "", Why.more_than_paid)
        raise Refused(
            f"Stripe refused the refund ({wrong.code or wrong.http_status})",
            status=wrong.http_status,
            words=str(wrong.user_message or "")[:300],
        )


def _of(payment: str) -> Mapping[str, str]:
    return {"payment_intent" if payment.startswith("pi_") else "charge": payment}


def _is_missing(wrong: stripe.InvalidRequestError) -> bool:
    """What is asked for by its id, or named in a list's filter, is not there."""
    return wrong.http_status == 404 or wrong.code == "resource_missing"


def _key(refund: stripe.Refund) -> str | None:
    written: Any = refund.metadata and refund.metadata.to_dict()
    return (written or {}).get(KEY)


def _payment(refund: stripe.Refund) -> str:
    """A payment has two names at Stripe: the one that we asked by, where we did."""
    names = [str(name) for name in (refund.payment_intent, refund.charge) if name]
    written: Any = refund.metadata and refund.metadata.to_dict()
    ours = (written or {}).get(PAYMENT)
    return ours if ours in names else next(iter(names), "")


def _outcome(refund: stripe.Refund) -> Outcome:
    """A status that we do not know is one that Stripe has still to decide."""
    state = _STATES.get(refund.status or "", OutcomeState.pending)
    return Outcome(state, refund.id, Why.declined if state is OutcomeState.failed else None)


def _write_failed(wrong: stripe.StripeError) -> Exception:
    if isinstance(wrong, stripe.RateLimitError):
        return Unavailable("Stripe asks us to wait", retry_after=5.0)
    if isinstance(wrong, (stripe.AuthenticationError, stripe.PermissionError)):
        return Unavailable(f"Stripe does not take our key ({wrong.http_status})", retry_after=60.0)
    if isinstance(wrong, stripe.IdempotencyError):
        return Refused("Stripe knows this key from another refund", status=wrong.http_status)
    if isinstance(wrong, stripe.APIConnectionError) and never_connected(wrong.__cause__):
        return Unavailable("Stripe cannot be reached")
    return Unknown(f"Stripe did not say what became of the refund ({wrong.http_status or type(wrong).__name__})")


def _read_failed(wrong: stripe.StripeError) -> Exception:
    wait = 60.0 if isinstance(wrong, (stripe.AuthenticationError, stripe.PermissionError)) else None
    return Unavailable(
        f"Stripe did not answer a look-up ({wrong.http_status or type(wrong).__name__})", retry_after=wait
    )
