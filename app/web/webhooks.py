"""POST /webhooks/zendesk: verify over the raw bytes, keep one row, answer. What it means is the workers' matter."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import db
from app.inbox.intake import Unreadable, keep, read_body
from app.link.model import Link
from app.vault import unseal
from integrations.zendesk.signature import BadSignature, verify

log = logging.getLogger(__name__)
webhooks = Blueprint("webhooks", __name__)

BODY_LIMIT = 1024 * 1024
RETRY_AFTER_SECONDS = "10"
ID_LENGTH = 128


@webhooks.post("/webhooks/zendesk")
def from_zendesk() -> ResponseReturnValue:
    """200 once the row is committed (also for a repeat); 401 for a bad or stale signature, with no row; 4xx for what
    is not a delivery; 503 with Retry-After when the database does not answer, which is what Zendesk retries.
    """
    if (request.content_length or 0) > BODY_LIMIT:
        return {"error": "too_large"}, 413
    body = request.get_data(cache=False)
    if len(body) > BODY_LIMIT:
        return {"error": "too_large"}, 413
    try:
        secrets = _secrets()
        verify(
            secrets,
            request.headers.get("X-Zendesk-Webhook-Signature-Timestamp"),
            request.headers.get("X-Zendesk-Webhook-Signature"),
            body,
            clock.now(),
        )
    except BadSignature:
        return {"error": "bad_signature"}, 401
    except SQLAlchemyError:
        log.exception("webhook_database_unavailable")
        return {"error": "try_again"}, 503, {"Retry-After": RETRY_AFTER_SECONDS}
    invocation_id = request.headers.get("X-Zendesk-Webhook-Invocation-Id", "")
    if not invocation_id or len(invocation_id) > ID_LENGTH or not invocation_id.isascii():
        return {"error": "no_invocation_id"}, 400
    try:
        told = read_body(body)
    except Unreadable as unreadable:
        return {"error": unreadable.why}, 400
    try:
        keep(
            db.session(),
            source="webhook",
            invocation_id=invocation_id,
            ticket_id=told.ticket_id,
            event_type=told.event_type,
            webhook_id=(request.headers.get("X-Zendesk-Webhook-Id") or "")[:64] or None,
            body=body,
            why_ignored=told.why_ignored,
        )
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("webhook_database_unavailable")
        return {"error": "try_again"}, 503, {"Retry-After": RETRY_AFTER_SECONDS}
    return {"status": "kept"}, 200


def _secrets() -> list[str]:
    """The signing secret of now and, while it is being changed, the one before; none before `connect`."""
    key = current_app.config["SECRET_KEY"]
    sealed = db.session.execute(select(Link.sealed_secret, Link.sealed_secret_before).where(Link.id == 1)).first()
    return [unseal(secret, key) for secret in sealed or () if secret]
