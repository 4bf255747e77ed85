"""What can be asked of the API: one row for each, read by the doors and by the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.api.model import Scope
from app.api.noting import noted
from app.api.quoting import quoted
from app.api.shapes import BookingSent, BookingTold, EventSent, EventTold, QuoteAsked, QuoteTold
from app.api.taking import taken
from app.words import Words, say

Act = Callable[..., tuple[int, msgspec.Struct]]


@dataclass(frozen=True, slots=True)
class Operation:
    """`act` takes the session, the body and what the path names; it gives a status and an answer, and does not commit.
    `is_once`: it changes something, so it needs an Idempotency-Key.
    """

    name: str
    path: str
    scope: Scope
    takes: type[msgspec.Struct]
    gives: type[msgspec.Struct]
    statuses: tuple[int, ...]
    is_once: bool
    act: Act
    summary: Words

    def is_at(self, path: str) -> bool:
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), path) is not None


def _quote(session: Session, sent: Any) -> tuple[int, msgspec.Struct]:
    return 200, quoted(session, sent)


def _booking(session: Session, sent: Any) -> tuple[int, msgspec.Struct]:
    return taken(session, sent)


def _event(session: Session, sent: Any, ref: str) -> tuple[int, msgspec.Struct]:
    return noted(session, sent, ref)


QUOTES = Operation(
    "quotes",
    "/api/v1/quotes",
    Scope.quotes_read,
    QuoteAsked,
    QuoteTold,
    (200,),
    False,
    _quote,
    say(
        "환불액 계산: 아무것도 쓰지 않고 약속하지 않습니다.",
        "What a refund would be: writes nothing, promises nothing.",
    ),
)
BOOKINGS = Operation(
    "bookings",
    "/api/v1/bookings",
    Scope.bookings_write,
    BookingSent,
    BookingTold,
    (200, 201),
    True,
    _booking,
    say("예약과 고객을 만들거나 고칩니다.", "Makes a booking and its customer, or brings them up to date."),
)
EVENTS = Operation(
    "events",
    "/api/v1/bookings/{ref}/events",
    Scope.events_write,
    EventSent,
    EventTold,
    (201,),
    True,
    _event,
    say("예약에 있었던 일을 적습니다.", "Notes what happened on a booking's way."),
)
OPERATIONS = (QUOTES, BOOKINGS, EVENTS)
