"""As Toss Payments speaks: JSON, Basic sign-in, keys of 15 days that belong to one address. The part of its API that
cancels touch, after docs.tosspayments.com/reference.
"""

from __future__ import annotations

import base64
import re
import secrets
import sqlite3
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlencode

from integrations.payments.doubles.books import FAILED, PAID, PENDING, Booked, book, payment_of, refunds_of
from integrations.payments.doubles.call import Answer, Call, under_key
from integrations.payments.money import toss_minor

_KOREA = timezone(timedelta(hours=9))
_STATUS = {PAID: "DONE", PENDING: "IN_PROGRESS", FAILED: "ABORTED"}
_LONGEST_KEY, _LONGEST_REASON = 300, 200


class AsToss:
    name = "toss"
    refuses_other_request = False

    def __init__(self, secret_key: str) -> None:
        self._authorization = "Basic " + base64.b64encode(f"{secret_key}:".encode()).decode()

    def answer(self, db: sqlite3.Connection, call: Call) -> Answer:
        if not secrets.compare_digest(call.authorization.encode(), self._authorization.encode()):
            return _error(401, "UNAUTHORIZED_KEY", "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.")
        if call.key is not None and len(call.key) > _LONGEST_KEY:
            return _error(400, "INVALID_IDEMPOTENCY_KEY", "멱등키는 300자 이하여야 합니다.")
        cancel = re.fullmatch(r"/v1/payments/([^/]+)/cancel", call.path)
        if cancel and call.method == "POST":
            name = unquote(cancel[1])
            return under_key(db, self, call, lambda: self._cancel(db, name, call))
        one = re.fullmatch(r"/v1/payments/([^/]+)", call.path)
        if one and call.method == "GET":
            payment = payment_of(db, unquote(one[1]))
            return _missing() if payment is None else Answer(200, _payment(db, payment))
        if (call.method, call.path) == ("GET", "/v1/transactions"):
            return self._transactions(db, call.query)
        return _error(404, "NOT_FOUND", "존재하지 않는 정보 입니다.")

    def trouble(self, status: int) -> Any:
        return {"code": "FAILED_INTERNAL_SYSTEM_PROCESSING", "message": "내부 시스템 처리 작업이 실패했습니다."}

    def in_progress(self) -> Answer:
        return _error(409, "IDEMPOTENT_REQUEST_PROCESSING", "이전 멱등 요청이 처리중입니다.")

    def other_request(self) -> Answer:
        raise AssertionError("Toss answers as it did first")

    def event(self, db: sqlite3.Connection, refund: Booked, event_id: str) -> Any:
        payment = payment_of(db, refund.payment)
        assert payment is not None  # noqa: S101 - a refund has one, by its foreign key
        return {"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": _at(time.time()), "data": _payment(db, payment)}

    def signed(self, body: bytes, event_id: str, secret: str, url: str) -> tuple[str, Mapping[str, str]]:
        """Toss signs nothing of a payment: the address itself is the secret."""
        headers = {
            "tosspayments-webhook-transmission-id": event_id,
            "tosspayments-webhook-transmission-time": _at(time.time()),
            "tosspayments-webhook-transmission-retried-count": "0",
        }
        return f"{url}?{urlencode({'key': secret})}", headers

    def _cancel(self, db: sqlite3.Connection, name: str, call: Call) -> Answer:
        payment = payment_of(db, name)
        if payment is None:
            return _missing()
        reason, number = str(call.given.get("cancelReason", "")), call.given.get("cancelAmount")
        if not 0 < len(reason) <= _LONGEST_REASON:
            return _error(400, "INVALID_REQUEST", "잘못된 요청입니다.")
        left = payment["minor"] - payment["refunded"]
        minor = left if number is None else toss_minor(number, payment["currency"])
        if left == 0:
            return _error(400, "ALREADY_CANCELED_PAYMENT", "이미 취소된 결제 입니다.")
        if call.twist == "declined":
            return _error(403, "NOT_CANCELABLE_PAYMENT", "취소 할 수 없는 결제 입니다.")
        if not 0 < minor <= left:
            return _error(403, "NOT_CANCELABLE_AMOUNT", "취소 할 수 없는 금액 입니다.")
        made = book(db, payment, minor, PENDING if call.twist == "pending" else PAID, reason, secrets.token_hex(16))
        changed = payment_of(db, name)
        assert changed is not None  # noqa: S101 - it was there a line before, in this transaction
        return Answer(200, _payment(db, changed), made)

    def _transactions(self, db: sqlite3.Connection, query: Mapping[str, str]) -> Answer:
        """Every payment and every cancel, by time; times without a zone are Korea's."""
        since, until = (
            datetime.fromisoformat(query[name]).replace(tzinfo=_KOREA).timestamp() for name in ("startDate", "endDate")
        )
        rows = [
            _transaction(row["payment"], row, "DONE", row["payment"]) for row in db.execute("SELECT * FROM payments")
        ]
        rows += [
            _transaction(row["reference"], row, "PARTIAL_CANCELED" if row["left_minor"] else "CANCELED", row["payment"])
            for row in db.execute("SELECT * FROM refunds WHERE state = 'paid'")
        ]
        found = sorted(
            (row for row in rows if since <= row[0] <= until), key=lambda row: (row[0], row[1]["transactionKey"])
        )
        names = [row["transactionKey"] for _, row in found]
        after = query.get("startingAfter")
        start = names.index(after) + 1 if after in names else 0
        return Answer(200, [row for _, row in found[start : start + int(query.get("limit", "100"))]])


def _transaction(key: str, row: sqlite3.Row, status: str, payment: str) -> tuple[float, dict[str, Any]]:
    told = {
        "transactionKey": key,
        "paymentKey": payment,
        "currency": row["currency"],
        "amount": row["minor"],
        "status": status,
        "transactionAt": _at(row["at"]),
    }
    return row["at"], told


def _payment(db: sqlite3.Connection, row: sqlite3.Row) -> Any:
    cancels = [_cancel(one) for one in refunds_of(db, row["payment"])]
    left = row["minor"] - row["refunded"]
    status = "DONE" if not row["refunded"] else "CANCELED" if left == 0 else "PARTIAL_CANCELED"
    return {
        "version": "2022-11-16",
        "paymentKey": row["payment"],
        "orderId": f"order-{row['payment']}"[:64],
        "currency": row["currency"],
        "method": "카드",
        "totalAmount": _number(row["minor"], row["currency"]),
        "balanceAmount": _number(left, row["currency"]),
        "status": status,
        "approvedAt": _at(row["at"]),
        "lastTransactionKey": cancels[-1]["transactionKey"] if cancels else row["payment"],
        "cancels": cancels or None,
    }


def _cancel(refund: Booked) -> dict[str, Any]:
    return {
        "transactionKey": refund.reference,
        "cancelReason": refund.note,
        "cancelAmount": _number(refund.minor, refund.currency),
        "refundableAmount": _number(refund.left_minor, refund.currency),
        "taxFreeAmount": 0,
        "canceledAt": _at(refund.at),
        "cancelStatus": _STATUS[refund.state],
    }


def _number(minor: int, currency: str) -> int | float:
    return minor / 100 if currency == "USD" else minor


def _at(at: float) -> str:
    return datetime.fromtimestamp(at, _KOREA).isoformat(timespec="milliseconds")


def _missing() -> Answer:
    return _error(404, "NOT_FOUND_PAYMENT", "존재하지 않는 결제 정보 입니다.")


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"code": code, "message": message})
