"""Providers' webhooks: who may ring, and about which payment. What they say of a refund is not believed, only looked
up.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import stripe

_LONGEST = 200


class BadSignature(Exception):
    """Not from the provider, or not lately; nothing of it may be kept."""


class Unreadable(Exception):
    """From the provider, and nothing that we can read."""


@dataclass(frozen=True, slots=True)
class Rung:
    """`event_id` is the same however often the event is sent. `payments`: the names the provider has for the payment;
    none where the event is not about money that goes back.
    """

    event_id: str
    kind: str
    payments: tuple[str, ...] = ()


def rung_by_stripe(body: bytes, signature: str | None, secret: str) -> Rung:
    """The official library checks the signature over the raw body, and that it is younger than five minutes."""
    if not signature or not signature.isascii():
        raise BadSignature
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        raise BadSignature from None
    told = _object(body)
    thing = _inner(_inner(told, "data"), "object")
    kind = _text(told.get("type"))
    event_id = _text(told.get("id"))
    if not event_id:
        raise Unreadable
    about_refunds = kind.startswith("refund.") or kind in {"charge.refunded", "charge.refund.updated"}
    names = (thing.get("payment_intent"), thing.get("id") if thing.get("object") == "charge" else thing.get("charge"))
    return Rung(event_id, kind, _named(names) if about_refunds else ())


def rung_by_toss(body: bytes, key: str | None, secret: str, transmission_id: str | None) -> Rung:
    """Toss signs no event of a payment: `key` is what stands in the address that was given to Toss."""
    if not key or not hmac.compare_digest(key.encode(), secret.encode()):
        raise BadSignature
    told = _object(body)
    kind = _text(told.get("eventType"))
    about = _inner(told, "data")
    event_id = _text(transmission_id) or hashlib.sha256(body).hexdigest()
    about_refunds = kind in {"PAYMENT_STATUS_CHANGED", "CANCEL_STATUS_CHANGED"}
    return Rung(event_id, kind, _named((about.get("paymentKey"),)) if about_refunds else ())


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(told, dict):
        raise Unreadable
    return told


def _inner(told: dict[str, Any], name: str) -> dict[str, Any]:
    inside = told.get(name)
    return inside if isinstance(inside, dict) else {}


def _text(value: object) -> str:
    """Printable ASCII of a sane length, or nothing: ids and kinds are nothing else."""
    text = value if isinstance(value, str) else ""
    return text if text.isascii() and text.isprintable() and len(text) <= _LONGEST else ""


def _named(names: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(name for name in map(_text, names) if name)
