"""What a webhook's body is about, and keeping it once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.facts import Fact, announce
from app.inbox.model import InboxState, WebhookEvent
from app.resident_number import without_resident_numbers

TICKET_EVENT = "zen:event-type:ticket."
DEPTH_LIMIT = 40
BIGGEST_ID = 2**63 - 1


class Unreadable(Exception):
    """Not JSON, or not JSON that we take; `why` is a constant word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Told:
    """`ticket_id` None: nothing to look at, kept as ignored."""

    event_type: str
    ticket_id: int | None
    why_ignored: str | None = None


def read_body(body: bytes) -> Told:
    """Zendesk's event envelope, or a trigger's own {"ticket_id": …}. Raises Unreadable."""
    if _depth(body) > DEPTH_LIMIT:
        raise Unreadable("too_deep")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if not isinstance(told, dict):
        raise Unreadable("not_an_object")
    event_type = _printable(str(told.get("type") or ""))[:80]
    ticket_id = _ticket_id(told)
    if event_type and not event_type.startswith(TICKET_EVENT):
        return Told(event_type, None, "unknown_event_type")
    if ticket_id is None:
        return Told(event_type, None, "no_ticket")
    return Told(event_type or "trigger", ticket_id)


def _printable(text: str) -> str:
    """Without what no database takes: a NUL, half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _depth(body: bytes) -> int:
    """An upper bound of the nesting, counted without building anything."""
    deepest = depth = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _ticket_id(told: dict[str, Any]) -> int | None:
    detail = told.get("detail")
    named = detail.get("id") if isinstance(detail, dict) else told.get("ticket_id")
    if isinstance(named, bool) or not isinstance(named, int | str):
        return None
    text = str(named)
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    return int(text) if 0 < int(text) <= BIGGEST_ID else None


def keep(  # noqa: PLR0913 - the columns of a row
    session: Session,
    *,
    source: str,
    invocation_id: str,
    ticket_id: int | None,
    event_type: str = "",
    webhook_id: str | None = None,
    payment: str | None = None,
    body: bytes | None = None,
    why_ignored: str | None = None,
) -> bool:
    """One row for one invocation, however often it comes; True when it is new. The caller commits.

    With neither a ticket nor a payment there is nothing to do: it is kept as ignored.
    """
    now = clock.now()
    is_new = ticket_id is not None or payment is not None
    row = {
        "source": source,
        "invocation_id": invocation_id,
        "ticket_zendesk_id": ticket_id,
        "event_type": event_type,
        "webhook_id": webhook_id,
        "payment_ref": payment,
        "body": body and _without_resident_numbers(body),
        "body_sha256": hashlib.sha256(body).hexdigest() if body else "",
        "state": InboxState.new if is_new else InboxState.ignored,
        "why": why_ignored,
        "tries": 0,
        "due_at": now,
        "received_at": now,
        "done_at": None if is_new else now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    once = dialect.insert(WebhookEvent).values(row).on_conflict_do_nothing(index_elements=["source", "invocation_id"])
    kept = session.execute(once.returning(WebhookEvent.id)).first() is not None
    if kept and is_new:
        announce(session, Fact.inbox_filled if ticket_id is not None else Fact.refund_approved)
    return kept


def _without_resident_numbers(body: bytes) -> bytes:
    """Only the hash still tells of the body as it came."""
    text = body.decode("utf-8", "surrogateescape")
    return str(without_resident_numbers(text)).encode("utf-8", "surrogateescape")


def keep_many(session: Session, rows: list[dict[str, Any]]) -> None:
    """Bulk twin of `keep` for the sync; rows are WebhookEvent columns, and those already there are left alone."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(WebhookEvent).on_conflict_do_nothing(index_elements=["source", "invocation_id"]), rows
    )
    announce(session, Fact.inbox_filled)
