"""One attempt of a webhook: its headers, its signature, its request, and how it was answered."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

import requests

from . import exchange
from .shape import Json, stamp

TIME_OUT_SECONDS = 12.0
KEPT_OF_A_REPLY = 4000
_WITHOUT_BODY = frozenset({"GET", "DELETE"})
_CONTENT_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "form_encoded": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """How one attempt went. No status_code: nobody answered; `timed_out` tells a slow one from a refused one."""

    request: Json
    status_code: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    payload: str = ""
    timed_out: bool = False


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """base64 of HMAC-SHA256 over the timestamp's text and the raw body, with the secret's text as the key."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def send(
    hook: Json, invocation_id: str, body: bytes, now: datetime, account_id: int, secret: str | None = None
) -> Sent:
    """One attempt over a connection of its own. Never raises for what the other side does. What GET and DELETE say
    stands in the address, so that their signature is over the time alone."""
    timestamp, address = stamp(now), hook["endpoint"]
    if hook["http_method"] in _WITHOUT_BODY and body:
        address += ("&" if "?" in address else "?") + body.decode("utf-8", "replace")
    body = b"" if hook["http_method"] in _WITHOUT_BODY else body
    headers = {
        "x-zendesk-webhook-signature-timestamp": timestamp,
        "x-zendesk-webhook-signature": signature(secret or hook["secret"], timestamp, body),
        "content-type": f"{_CONTENT_TYPES.get(hook['request_format'], _CONTENT_TYPES['json'])}; charset=utf-8",
        "user-agent": "Zendesk Webhook",
        "x-zendesk-account-id": str(account_id),
        "x-zendesk-webhook-id": hook["id"],
        "x-zendesk-webhook-invocation-id": invocation_id,
        "connection": "close",
    }
    signs_in = _authentication(hook)
    own = {str(key).lower(): str(value) for key, value in (hook.get("custom_headers") or {}).items()}
    headers = own | headers | signs_in
    request = {"endpoint": address, "http_method": hook["http_method"],
               "headers": [{"key": key, "value": value} for key, value in headers.items() if key not in signs_in],
               "payload": body.decode("utf-8", "replace")}  # fmt: skip
    try:
        answer = exchange.ask(hook["http_method"], address, body, headers, TIME_OUT_SECONDS)
    except exchange.TooSlow:
        return Sent(request, 504, timed_out=True)
    except (requests.RequestException, ValueError) as wrong:
        return Sent(request, payload=type(wrong).__name__)
    return Sent(request, answer.status_code, answer.headers, answer.text[:KEPT_OF_A_REPLY])


def _authentication(hook: Json) -> dict[str, str]:
    given = hook.get("authentication") or {}
    told = given.get("data") or {}
    if given.get("type") == "basic_auth":
        pair = f"{told.get('username', '')}:{told.get('password', '')}".encode()
        return {"authorization": "Basic " + base64.b64encode(pair).decode()}
    if given.get("type") == "bearer_token":
        return {"authorization": f"Bearer {told.get('token', '')}"}
    if given.get("type") == "api_key":
        return {str(told.get("name", "x-api-key")).lower(): str(told.get("value", ""))}
    return {}
