"""Zendesk's incremental exports, a page a step: all tickets that changed since a cursor, all events since a time.

A page is yours before the next is asked for: commit it together with its cursor, and a crash costs one page. After any
error the generator is done: begin again at the last cursor. Zendesk allows 10 of these requests a minute to admins
only, keeps the newest minute back, and may tell a thing twice.
Source: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from integrations.errors import Refused, Unavailable
from integrations.zendesk.client import Zendesk
from integrations.zendesk.types import Group, Ticket, TicketEvent, User, decoded, decoded_each

log = logging.getLogger(__name__)

LARGEST_PAGE = 1000
WITHHELD_SECONDS = 60
_TICKETS = "/api/v2/incremental/tickets/cursor.json"
_EVENTS = "/api/v2/incremental/ticket_events.json"


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor` is where to go on, today or next week; empty where Zendesk gave none, as for an account with no tickets.

    `unreadable` counts the tickets of this page whose shape we do not understand: they are left out.
    """

    tickets: list[Ticket]
    cursor: str
    end_of_stream: bool
    users: list[User]
    groups: list[Group]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class EventPage:
    """`next_start` (Unix seconds) is where to go on: the events of that second come again. `unreadable` counts those
    whose shape we do not understand; `unread_tickets` are the tickets they are of, None where not even that is told.
    """

    events: list[TicketEvent]
    next_start: int
    end_of_stream: bool
    unreadable: int = 0
    unread_tickets: frozenset[int | None] = frozenset()


class Budget:
    """So many requests a minute, counted here. Never waits: who may wait (a command in a terminal) asks how long."""

    def __init__(self, per_minute: int = 10) -> None:
        self._spent: deque[float] = deque(maxlen=per_minute)

    def wait_seconds(self) -> float:
        """How long until one more request fits; 0 when it fits now."""
        if len(self._spent) < (self._spent.maxlen or 0):
            return 0.0
        return max(0.0, self._spent[0] + 60.0 - time.monotonic())

    def spend(self) -> None:
        """Raises Unavailable, with the seconds to wait, in place of a request that Zendesk would refuse."""
        wait = self.wait_seconds()
        if wait > 0:
            raise Unavailable("the budget of export requests is spent", retry_after=wait)
        self._spent.append(time.monotonic())


class _Tickets(msgspec.Struct, frozen=True):
    tickets: list[Ticket]
    after_cursor: str | None = None
    end_of_stream: bool = False
    users: list[User] = []
    groups: list[Group] = []


class _RawTickets(msgspec.Struct, frozen=True):
    tickets: list[msgspec.Raw]
    after_cursor: str | None = None
    end_of_stream: bool | None = None
    users: list[msgspec.Raw] | None = None
    groups: list[msgspec.Raw] | None = None


class _RawEvents(msgspec.Struct, frozen=True):
    ticket_events: list[msgspec.Raw]
    end_time: int | None = None
    end_of_stream: bool | None = None


class _Named(msgspec.Struct, frozen=True):
    id: int
    ticket_id: int | None = None


def pages(
    zendesk: Zendesk,
    *,
    cursor: str | None = None,
    start_at: datetime | None = None,
    per_page: int = LARGEST_PAGE,
    include: Sequence[str] = (),
    budget: Budget | None = None,
) -> Iterator[Page]:
    """The pages after `cursor`, or else of what changed since `start_at`, up to the end of the stream.

    `include` may name "users" and "groups": those that the page's tickets mention.
    """
    if not cursor and start_at is None:
        raise ValueError("an export needs a cursor or a time to start from")
    params: dict[str, str | int] = {"per_page": min(per_page, LARGEST_PAGE)}
    if include:
        params["include"] = ",".join(include)
    here = cursor or ""
    while True:
        where = {"cursor": here} if here else {"start_time": _start(start_at)}
        if budget is not None:
            budget.spend()
        page = _page(zendesk.fetch(_TICKETS, params | where), here)
        yield page
        if page.end_of_stream:
            return
        if page.cursor == here:
            raise Unavailable("Zendesk's export gives the same page again")
        here = page.cursor


def ticket_events(
    zendesk: Zendesk, start_at: datetime, *, include_comments: bool = True, budget: Budget | None = None
) -> Iterator[EventPage]:
    """All updates of all tickets since `start_at`, comments included unless told otherwise.

    This export goes by time: a page begins with the second the last one ended in, so its events come twice. Those
    that this generator gave already are left out. Its next_page is never empty; the end is told by end_of_stream.
    """
    start = _start(start_at)
    given: set[int] = set()
    params: dict[str, str | int] = {"include": "comment_events"} if include_comments else {}
    while True:
        if budget is not None:
            budget.spend()
        told = decoded(zendesk.fetch(_EVENTS, params | {"start_time": start}), _RawEvents)
        events, unreadable = decoded_each(told.ticket_events, TicketEvent)
        _tell_of_unreadable("ticket_events", unreadable)
        unread = _tickets_of(told.ticket_events, {event.id for event in events}) if unreadable else frozenset()
        next_start = max(start, told.end_time or start)
        fresh = [event for event in events if event.id not in given]
        yield EventPage(fresh, next_start, bool(told.end_of_stream), unreadable, unread)
        if told.end_of_stream:
            return
        if next_start == start:
            raise Refused("more events share one second than fit on a page of Zendesk's export")
        start, given = next_start, {event.id for event in events if event.timestamp >= next_start}


def _tickets_of(bodies: Sequence[msgspec.Raw], read: set[int]) -> frozenset[int | None]:
    """Which tickets the events are of that could not be read."""
    named, _ = decoded_each(bodies, _Named)
    lost = len(bodies) - len(named)
    tickets: set[int | None] = {one.ticket_id for one in named if one.id not in read}
    return frozenset(tickets | ({None} if lost else set()))


def _page(body: bytes, asked: str) -> Page:
    try:
        page = msgspec.json.decode(body, type=_Tickets)
    except msgspec.DecodeError:
        return _page_with_oddities(body, asked)
    return Page(page.tickets, page.after_cursor or asked, page.end_of_stream, page.users, page.groups)


def _page_with_oddities(body: bytes, asked: str) -> Page:
    page = decoded(body, _RawTickets)
    tickets, unreadable = decoded_each(page.tickets, Ticket)
    users, _ = decoded_each(page.users or (), User)
    groups, _ = decoded_each(page.groups or (), Group)
    _tell_of_unreadable("tickets", unreadable)
    return Page(tickets, page.after_cursor or asked, bool(page.end_of_stream), users, groups, unreadable)


def _tell_of_unreadable(kind: str, count: int) -> None:
    if count:
        log.warning("zendesk_export_unreadable kind=%s count=%d", kind, count)


def _start(start_at: datetime | None) -> int:
    """Zendesk refuses a start within the minute it keeps back; an earlier one leaves nothing out."""
    if start_at is None or start_at.tzinfo is None:
        raise ValueError("an export starts at an aware time")
    return max(0, min(int(start_at.timestamp()), int(time.time()) - WITHHELD_SECONDS - 1))
