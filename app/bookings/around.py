"""What other screens know of a booking or a customer, narrowed to what one may see there.

Rooms further up the house are not imported here: their screens are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import or_

from app.actor import acting
from app.bookings.model import Booking, Customer
from app.desk.lists import SCREENS

MOST = 50


@dataclass(frozen=True, slots=True)
class Around:
    """Newest first, at most fifty of each."""

    bookings: Sequence[Booking]
    tickets: Sequence[Any]
    refunds: Sequence[Any]
    goodwills: Sequence[Any] = ()


def around(bookings: Sequence[Booking], customer: Customer) -> Around:
    """Three queries, however many bookings, and what the rows themselves ask for."""
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


def screen_of(endpoint: str) -> Any | None:
    """The screen, where the one who acts may view it."""
    screen = next(one for one in current_app.extensions[SCREENS] if one.endpoint == endpoint)
    return screen if acting().may(screen.view_right) else None


def _rows(endpoint: str, where: Any) -> Sequence[Any]:
    screen = screen_of(endpoint)
    if screen is None:
        return ()
    rows: Sequence[Any] = screen.seen().filter(where(screen.model)).order_by(screen.model.id.desc()).limit(MOST).all()
    return rows
