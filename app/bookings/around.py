"""What other screens know of a booking or a customer, narrowed to what one may see there.

Rooms further up the house are not imported here: their screens are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import or_

from app.actor import acting
from app.bookings.model import Booking, Customer
from app.desk.lists import SCREENS
from app.desk.states import named
from app.money import shown
from app.words import Words, say

MOST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a time line; `endpoint` and `id` lead to the record, where there is one."""

    at: datetime
    icon: str
    words: Words
    endpoint: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Around:
    """Newest first, at most fifty of each."""

    bookings: Sequence[Booking]
    tickets: Sequence[Any]
    refunds: Sequence[Any]
    goodwills: Sequence[Any] = ()

    def time_line(self) -> list[Entry]:
        """Everything that happened or will, newest first."""
        entries = [entry for booking in self.bookings for entry in _of_booking(booking)]
        entries += [
            Entry(
                ticket.created_at,
                "ticket",
                say(f"티켓 {ticket}: {ticket.subject or ''}", f"Ticket {ticket}: {ticket.subject or ''}"),
                "tickets.details_view",
                ticket.id,
            )
            for ticket in self.tickets
        ]
        entries += [entry for refund in self.refunds for entry in _of_refund(refund)]
        entries += [_of_goodwill(one) for one in self.goodwills]
        return sorted(entries, key=lambda entry: entry.at, reverse=True)


def around(bookings: Sequence[Booking], customer: Customer) -> Around:
    """Three queries, however many bookings."""
    ids = [booking.id for booking in bookings]
    tickets = _rows(
        "tickets",
        lambda ticket: or_(
            ticket.booking_id.in_(ids),
            ticket.requester_id == customer.zendesk_id if customer.zendesk_id is not None else ticket.id < 0,
        ),
    )
    goodwills = _rows("goodwill", lambda one: one.booking_id.in_(ids))
    return Around(bookings, tickets, _rows("refunds", lambda refund: refund.booking_id.in_(ids)), goodwills)


def _rows(endpoint: str, where: Any) -> Sequence[Any]:
    screen = next(one for one in current_app.extensions[SCREENS] if one.endpoint == endpoint)
    if not acting().may(screen.view_right):
        return ()
    rows: Sequence[Any] = screen.seen().filter(where(screen.model)).order_by(screen.model.id.desc()).limit(MOST).all()
    return rows


def _of_booking(booking: Booking) -> list[Entry]:
    ref, product = booking.ref, named(booking.product).words
    paid = shown(booking.paid_minor, booking.currency)
    told = (
        (booking.created_at, "calendar-days", say("{ref} 예약 ({product})", "{ref} booked ({product})")),
        (booking.paid_at, "wallet", say("{ref} {paid} 결제", "{ref}: {paid} paid")),
        (booking.starts_at, "play", say("{ref} 시작", "{ref} starts")),
        (booking.ends_at, "circle-check", say("{ref} 끝", "{ref} ends")),
    )
    return [
        Entry(at, icon, words.fill(ref=ref, product=product, paid=paid), "bookings.details_view", booking.id)
        for at, icon, words in told
    ]


def _of_refund(refund: Any) -> list[Entry]:
    amount = shown(refund.amount_minor, refund.currency)
    words = say("환불 {ref} {amount}: {state}", "Refund {ref}, {amount}: {state}")
    return [
        Entry(
            move.at,
            "banknote",
            words.fill(ref=refund.ref, amount=amount, state=named(move.now).words),
            "refunds.details_view",
            refund.id,
        )
        for move in refund.moves
    ]


def _of_goodwill(one: Any) -> Entry:
    words = say("보상 {ref} {name}: {state}", "Goodwill {ref}, {name}: {state}")
    told = words.fill(ref=one.ref, name=one.words, state=named(one.state).words)
    return Entry(one.given_at, "heart-handshake", told, "goodwill.details_view", one.id)
