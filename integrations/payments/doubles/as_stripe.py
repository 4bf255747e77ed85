"""As Stripe speaks: forms in, JSON out, keys of 24 hours that belong to one request. The part of its API that refunds
touch, after docs.stripe.com/api.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

import stripe

from integrations.payments.doubles.books import FAILED, PAID, PENDING, Booked, book, payment_of, refund_of, refunds_of
from integrations.payments.doubles.call import Answer, Call, under_key

_KEY_FIELD = "metadata[opsroom_key]"
_STATUS = {PAID: "succeeded", PENDING: "pending", FAILED: "failed"}


class AsStripe:
    name = "stripe"
    refuses_other_request = True

    def __init__(self, secret_key: str) -> None:
        self._authorization = f"Bearer {secret_key}"

    def answer(self, db: sqlite3.Connection, call: Call) -> Answer:
        if not secrets.compare_digest(call.authorization.encode(), self._authorization.encode()):
            return _error(401, "invalid_request_error", "Invalid API Key provided")
        if (call.method, call.path) == ("POST", "/v1/refunds"):
            return under_key(db, self, call, lambda: self._refund(db, call))
        if (call.method, call.path) == ("GET", "/v1/refunds"):
            return self._list(db, call)
        found = re.fullmatch(r"/v1/(payment_intents|charges|refunds)/([\w.-]+)", call.path)
        if call.method != "GET" or found is None:
            return _error(404, "invalid_request_error", f"Unrecognized request URL ({call.method}: {call.path})")
        if found[1] == "refunds":
            refund = refund_of(db, found[2])
            return _missing(found[2]) if refund is None else Answer(200, _refund(refund))
        payment = payment_of(db, found[2])
        return _missing(found[2]) if payment is None else Answer(200, _payment(payment))

    def trouble(self, status: int) -> Any:
        return _error(status, "api_error", "The double was told to answer so").body

    def in_progress(self) -> Answer:
        return _error(
            409, "invalid_request_error", "Another request with this key is in progress", "idempotency_key_in_use"
        )

    def other_request(self) -> Answer:
        return _error(400, "idempotency_error", "Keys can only be used with the same parameters they were first used")

    def event(self, db: sqlite3.Connection, refund: Booked, event_id: str) -> Any:
        kind = "refund.failed" if refund.state == FAILED else "refund.updated"
        return {
            "id": event_id,
            "object": "event",
            "created": int(time.time()),
            "type": kind,
            "data": {"object": _refund(refund)},
        }

    def signed(self, body: bytes, event_id: str, secret: str, url: str) -> tuple[str, Mapping[str, str]]:
        return url, {"Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body.decode(), secret)}

    def _refund(self, db: sqlite3.Connection, call: Call) -> Answer:
        name = str(call.given.get("payment_intent") or call.given.get("charge") or "")
        payment = payment_of(db, name)
        if payment is None:
            return _missing(name)
        left = payment["minor"] - payment["refunded"]
        given = str(call.given.get("amount", left))
        if not given.isdigit() or int(given) == 0:
            return _error(400, "invalid_request_error", "Invalid positive integer", param="amount")
        if left == 0:
            return _error(400, "invalid_request_error", "Already refunded", "charge_already_refunded")
        if int(given) > left:
            return _error(
                400, "invalid_request_error", "The amount is greater than what is not refunded yet", param="amount"
            )
        state = {"declined": FAILED, "pending": PENDING}.get(call.twist or "", PAID)
        note = str(call.given.get(_KEY_FIELD, ""))
        made = book(db, payment, int(given), state, note, f"re_{secrets.token_hex(12)}")
        return Answer(200, _refund(made), made)

    def _list(self, db: sqlite3.Connection, call: Call) -> Answer:
        """Newest first, a page at a time."""
        name = call.query.get("payment_intent") or call.query.get("charge")
        if name is not None and payment_of(db, name) is None:
            return _missing(name)
        rows = refunds_of(db, name) if name else [refund_of(db, row["reference"]) for row in _all(db, call.query)]
        rows.reverse()
        names = [row.reference for row in rows if row]
        after = call.query.get("starting_after")
        start = names.index(after) + 1 if after in names else 0
        limit = int(call.query.get("limit", "10"))
        page = [_refund(row) for row in rows[start : start + limit] if row]
        return Answer(
            200, {"object": "list", "url": "/v1/refunds", "has_more": len(rows) > start + limit, "data": page}
        )


def _all(db: sqlite3.Connection, query: Mapping[str, str]) -> list[sqlite3.Row]:
    since, until = float(query.get("created[gte]", "0")), float(query.get("created[lt]", "1e12"))
    return db.execute("SELECT reference FROM refunds WHERE at >= ? AND at < ? ORDER BY id", (since, until)).fetchall()


def _payment(row: sqlite3.Row) -> Any:
    is_intent = row["payment"].startswith("pi_")
    return {
        "id": row["payment"],
        "object": "payment_intent" if is_intent else "charge",
        "amount": row["minor"],
        "amount_refunded": row["refunded"],
        "currency": row["currency"].lower(),
        "status": "succeeded",
    }


def _refund(refund: Booked) -> Any:
    is_intent = refund.payment.startswith("pi_")
    return {
        "id": refund.reference,
        "object": "refund",
        "amount": refund.minor,
        "currency": refund.currency.lower(),
        "created": int(refund.at),
        "metadata": {"opsroom_key": refund.note, "opsroom_payment": refund.payment} if refund.note else {},
        "payment_intent": refund.payment if is_intent else None,
        "charge": None if is_intent else refund.payment,
        "status": _STATUS[refund.state],
    }


def _missing(name: str) -> Answer:
    return _error(404, "invalid_request_error", f"No such object: '{name}'", "resource_missing")


def _error(status: int, kind: str, message: str, code: str | None = None, param: str | None = None) -> Answer:
    return Answer(status, {"error": {"type": kind, "message": message, "code": code, "param": param}})
