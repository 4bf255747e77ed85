"""POST /webhooks/stripe and /webhooks/toss: a payment provider rings. Verify, keep one row, answer.

Nothing of what is said is believed: the row only has the refunds of that payment looked up sooner. So a webhook that
comes early, twice, late or never ends the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.bookings.model import Booking
from app.db import db
from app.gateways import STRIPE, TOSS, Gateway
from app.inbox.intake import keep
from integrations.payments.ringing import BadSignature, Rung, Unreadable, rung_by_stripe, rung_by_toss

log = logging.getLogger(__name__)
provider_webhooks = Blueprint("provider_webhooks", __name__)

BODY_LIMIT = 1024 * 1024
RETRY_AFTER_SECONDS = "10"
NOT_ABOUT_REFUNDS = "not about a refund"


@provider_webhooks.post("/webhooks/stripe")
def from_stripe() -> ResponseReturnValue:
    """200 once the row is committed (also for a repeat); 401 for a bad or stale signature, with no row; 4xx for what
    is no event; 503 when the database does not answer: Stripe sends again for three days.
    """
    signature = request.headers.get("Stripe-Signature")
    return _taken(STRIPE, lambda body, secret: rung_by_stripe(body, signature, secret))


@provider_webhooks.post("/webhooks/toss")
def from_toss() -> ResponseReturnValue:
    """As Stripe's. Toss signs no event of a payment: ?key= in the address that it was given stands for a signature."""
    key, sent = request.args.get("key"), request.headers.get("tosspayments-webhook-transmission-id")
    return _taken(TOSS, lambda body, secret: rung_by_toss(body, key, secret, sent))


def _taken(source: str, read: Callable[[bytes, str], Rung]) -> ResponseReturnValue:
    """Without a secret in the settings nobody may ring."""
    if (request.content_length or 0) > BODY_LIMIT:
        return {"error": "too_large"}, 413
    body = request.get_data(cache=False)
    if len(body) > BODY_LIMIT:
        return {"error": "too_large"}, 413
    secret = _secret(source)
    if secret is None:
        return {"error": "bad_signature"}, 401
    try:
        rung = read(body, secret)
    except BadSignature:
        return {"error": "bad_signature"}, 401
    except Unreadable:
        return {"error": "unreadable"}, 400
    return _kept(source, rung, body)


def _secret(name: str) -> str | None:
    gateway: Gateway | None = current_app.extensions["opsroom.settings"].gateways.get(name)
    return None if gateway is None else gateway.webhook_secret


def _kept(source: str, rung: Rung, body: bytes) -> ResponseReturnValue:
    try:
        keep(
            db.session(),
            source=source,
            invocation_id=rung.event_id[:128],
            ticket_id=None,
            payment=_ours(rung),
            event_type=rung.kind[:80],
            body=body,
            why_ignored=None if rung.payments else NOT_ABOUT_REFUNDS,
        )
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("webhook_database_unavailable")
        return {"error": "try_again"}, 503, {"Retry-After": RETRY_AFTER_SECONDS}
    return {"status": "kept"}, 200


def _ours(rung: Rung) -> str | None:
    """The name by which our bookings know the payment, else the first one it has."""
    if not rung.payments:
        return None
    known = db.session.scalar(select(Booking.payment_ref).where(Booking.payment_ref.in_(rung.payments)).limit(1))
    return known or rung.payments[0]
