"""Refunds of what was paid through Toss Payments: its cancel API (docs.tosspayments.com/reference), over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import requests

from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.money import toss_minor, toss_number
from integrations.payments.port import Amount, Outcome, OutcomeState, Refunded, Why
from integrations.payments.reach import never_connected

API_URL = "https://api.tosspayments.com"
# Seconds to connect and to wait for a byte. A look-up and a refund together stay below a worker's lease of 25 s.
LOOK, PAY = (2.0, 4.0), (2.0, 10.0)
_PAGE = 1000
_KOREA = timezone(timedelta(hours=9))
_MARK = re.compile(r"\[([!-Z^-~]{1,64})\]\s*\Z")
_STATES = {"DONE": OutcomeState.paid, "ABORTED": OutcomeState.failed, "EXPIRED": OutcomeState.failed}
_UNKNOWN_PAYMENT = frozenset({"NOT_FOUND_PAYMENT", "NOT_FOUND", "INVALID_PAYMENT_KEY"})
_MORE_THAN_LEFT = frozenset(
    {
        "NOT_CANCELABLE_AMOUNT",
        "ALREADY_CANCELED_PAYMENT",
        "ALREADY_REFUND_PAYMENT",
        "NOT_MATCHES_REFUNDABLE_AMOUNT",
        "EXCEED_CANCEL_AMOUNT",
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
    }
)
# A no for good: nothing was cancelled, and the same request will never be.
_REFUSED = frozenset(
    {
        "NOT_CANCELABLE_PAYMENT",
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
        "EXCEED_MAX_REFUND_DUE",
        "NOT_ALLOWED_PARTIAL_REFUND",
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
        "REFUND_REJECTED",
        "FORBIDDEN_BANK_REFUND_REQUEST",
        "INVALID_REFUND_ACCOUNT_INFO",
        "INVALID_REFUND_ACCOUNT_NUMBER",
        "INVALID_BANK",
        "NOT_AVAILABLE_BANK",
        "INVALID_REQUEST",
        "INVALID_IDEMPOTENCY_KEY",
    }
)
_OUR_KEY = frozenset({"UNAUTHORIZED_KEY", "INVALID_API_KEY", "INCORRECT_BASIC_AUTH_FORMAT", "FORBIDDEN_REQUEST"})
_LATER = frozenset({"FORBIDDEN_CONSECUTIVE_REQUEST", "EXCEED_MAX_REQUEST"})


class TossProvider:
    """`payment` is a paymentKey. Our key is the Idempotency-Key, which Toss keeps for 15 days, and ends the reason of
    the cancel, which it gives back word for word for as long as it knows the payment.
    """

    def __init__(
        self,
        secret_key: str,
        url: str = API_URL,
        *,
        look: tuple[float, float] = LOOK,
        pay: tuple[float, float] = PAY,
    ) -> None:
        self._auth, self._url, self._look, self._pay = (secret_key, ""), url.rstrip("/"), look, pay

    def refund(self, key: str, payment: str, amount: Amount) -> Outcome:
        number = toss_number(amount)
        found = self._payment(payment)
        if found is None:
            return Outcome(OutcomeState.failed, "", Why.unknown_payment)
        if found.get("currency") != amount.currency:
            return Outcome(OutcomeState.failed, "", Why.other_currency)
        answer = self._send(
            f"/v1/payments/{quote(payment, safe='')}/cancel",
            {"cancelReason": reason_of(key), "cancelAmount": number},
            key,
        )
        if answer.status_code == 200:
            made = _of_key(_body(answer), key)
            if made is None:
                raise Unknown("Toss Payments cancelled, and did not give our cancel back")
            return made
        return self._not_done(key, payment, answer)

    def lookup(self, key: str, payment: str) -> Outcome | None:
        found = self._payment(payment)
        return None if found is None else _of_key(found, key)

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        """Toss lists transactions by time, without the reason of a cancel: the payments that had one are read."""
        payments = dict.fromkeys(row["paymentKey"] for row in self._transactions(since, until) if _is_cancel(row))
        found = []
        for payment in payments:
            told = self._payment(payment)
            for cancel in (told or {}).get("cancels") or ():
                at = datetime.fromisoformat(cancel["canceledAt"])
                if since <= at < until and _state(cancel) is OutcomeState.paid:
                    found.append((at, told or {}, cancel))
        for at, told, cancel in sorted(found, key=lambda row: row[0]):
            currency = str(told["currency"])
            minor = toss_minor(cancel["cancelAmount"], currency)
            yield Refunded(_key(cancel), cancel["transactionKey"], told["paymentKey"], minor, currency, at)

    def _transactions(self, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
        span = {"startDate": _local(since), "endDate": _local(until + timedelta(seconds=1)), "limit": str(_PAGE)}
        after: dict[str, str] = {}
        while True:
            answer = self._read("/v1/transactions", span | after)
            rows = _body(answer)
            if answer.status_code != 200 or not isinstance(rows, list):
                raise _unreadable(answer)
            yield from rows
            if len(rows) < _PAGE:
                return
            after = {"startingAfter": rows[-1]["transactionKey"]}

    def _payment(self, payment: str) -> Mapping[str, Any] | None:
        """None when Toss does not know it."""
        answer = self._read(f"/v1/payments/{quote(payment, safe='')}", {})
        body = _body(answer)
        if answer.status_code == 200 and isinstance(body, dict):
            return body
        if answer.status_code in {400, 404} and _code(body) in _UNKNOWN_PAYMENT:
            return None
        raise _unreadable(answer)

    def _not_done(self, key: str, payment: str, answer: requests.Response) -> Outcome:
        """A no is believed only after our own cancel was looked for: an earlier try of the same key may be what has
        taken the money. A no that is not in the tables is none: the refund stays held.
        """
        code = _code(_body(answer))
        if answer.status_code == 429 or code in _LATER:
            raise Unavailable("Toss Payments asks us to wait", retry_after=5.0)
        if code in _OUR_KEY:
            raise Unavailable(f"Toss Payments does not take our key ({code})", retry_after=60.0)
        if answer.status_code >= 500 or code not in _UNKNOWN_PAYMENT | _MORE_THAN_LEFT | _REFUSED:
            raise Unknown(f"Toss Payments did not say what became of the cancel ({answer.status_code} {code})")
        found = self.lookup(key, payment)
        if found is not None:
            return found
        if code in _UNKNOWN_PAYMENT:
            return Outcome(OutcomeState.failed, "", Why.unknown_payment)
        if code in _MORE_THAN_LEFT:
            return Outcome(OutcomeState.failed, "", Why.more_than_paid)
        words = str(_body(answer).get("message", ""))[:300]
        raise Refused(f"Toss Payments refused the cancel ({code})", status=answer.status_code, words=words)

    def _read(self, path: str, query: Mapping[str, str]) -> requests.Response:
        try:
            return self._ask("GET", path, self._look, params=query)
        except requests.RequestException as failure:
            raise Unavailable(f"Toss Payments did not answer a look-up ({type(failure).__name__})") from None

    def _send(self, path: str, body: Mapping[str, Any], key: str) -> requests.Response:
        try:
            return self._ask("POST", path, self._pay, json=body, headers={"Idempotency-Key": key})
        except requests.RequestException as failure:
            if never_connected(failure):
                raise Unavailable("Toss Payments cannot be reached") from None
            raise Unknown(f"no answer from Toss Payments ({type(failure).__name__})") from None

    def _ask(self, method: str, path: str, seconds: tuple[float, float], **more: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = not self._url.startswith("http://127.0.0.1")
            return session.request(
                method, self._url + path, auth=self._auth, timeout=seconds, allow_redirects=False, **more
            )


def reason_of(key: str) -> str:
    """What stands in Toss's books and in the shop's dashboard; our key ends it."""
    return f"환불 [{key}]"


def _of_key(payment: Any, key: str) -> Outcome | None:
    for cancel in (payment.get("cancels") if isinstance(payment, dict) else None) or ():
        if _key(cancel) == key:
            state = _state(cancel)
            reference = str(cancel.get("transactionKey") or "")
            return Outcome(state, reference, Why.declined if state is OutcomeState.failed else None)
    return None


def key_in(reason: str) -> str | None:
    """None where somebody cancelled in the dashboard."""
    found = _MARK.search(reason)
    return None if found is None else found[1]


def _key(cancel: Mapping[str, Any]) -> str | None:
    return key_in(str(cancel.get("cancelReason") or ""))


def _state(cancel: Mapping[str, Any]) -> OutcomeState:
    """Without a status (versions of the API before 2022-11-16) a cancel that is listed is done."""
    status = cancel.get("cancelStatus")
    return OutcomeState.paid if status is None else _STATES.get(str(status), OutcomeState.pending)


def _is_cancel(row: Mapping[str, Any]) -> bool:
    return row.get("status") in {"CANCELED", "PARTIAL_CANCELED"}


def _local(at: datetime) -> str:
    """Toss reads times of its API as Korea's."""
    return at.astimezone(_KOREA).strftime("%Y-%m-%dT%H:%M:%S")


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {}


def _code(body: Any) -> str:
    return str(body.get("code", ""))[:64] if isinstance(body, dict) else ""


def _unreadable(answer: requests.Response) -> Unavailable:
    code = _code(_body(answer))
    wait = 60.0 if code in _OUR_KEY or answer.status_code == 401 else None
    return Unavailable(f"Toss Payments did not answer a look-up ({answer.status_code} {code})", retry_after=wait)
