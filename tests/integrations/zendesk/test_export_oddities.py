"""What an export may do on a bad day: odd records, the same page again, a next page that never ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import Refused, Unavailable
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import Budget, pages, ticket_events
from tests.integrations.zendesk.stand_in import StandIn, reply
from tests.integrations.zendesk.test_types import TICKET

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def tickets(*ids: Any, cursor: str | None = "c", end: bool = True, **more: Any) -> dict[str, Any]:
    rows = [TICKET | {"id": number, "generated_timestamp": 1_767_225_600} for number in ids]
    return {"tickets": rows, "after_cursor": cursor, "end_of_stream": end} | more


def events(start: int, *ids: int, end_time: int | None, end: bool = True) -> dict[str, Any]:
    rows = [
        {
            "id": number, "ticket_id": 7, "timestamp": start, "created_at": "2026-01-01T00:00:00Z", "updater_id": 3,
            "via": "API", "event_type": "Audit", "child_events": [{"status": "open", "previous_value": "new"}],
        }
        for number in ids
    ]  # fmt: skip
    return {"ticket_events": rows, "end_time": end_time, "end_of_stream": end, "next_page": "https://a.example/again"}


def test_a_ticket_of_an_unknown_shape_is_counted_and_the_others_are_given(stand_in: StandIn, zendesk: Zendesk) -> None:
    odd = {"id": "no number", "subject": "환불"}
    page = tickets(1, 3)
    page["tickets"].insert(1, odd)
    page["tickets"].append(TICKET | {"id": 4, "tags": None, "group_id": "36"})
    stand_in.then(reply(body=page))
    (given,) = pages(zendesk, start_at=LONG_AGO)
    assert [ticket.id for ticket in given.tickets] == [1, 3, 4]
    assert (given.unreadable, given.cursor, given.tickets[2].group_id) == (1, "c", 36)


def test_a_page_whose_sideloads_are_null_is_read(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets(1, users=None, groups=None)))
    (page,) = pages(zendesk, cursor="x")
    assert ([ticket.id for ticket in page.tickets], page.users, page.groups) == ([1], [], [])


@pytest.mark.parametrize("body", [{"tickets": None, "end_of_stream": False}, {"count": 0}, []])
def test_a_page_without_tickets_is_refused_in_place_of_passing_for_an_empty_one(
    stand_in: StandIn, zendesk: Zendesk, body: Any
) -> None:
    stand_in.then(reply(body=body))
    with pytest.raises(Refused):
        next(pages(zendesk, cursor="x"))


def test_sideloaded_users_and_groups_come_with_the_page(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets(1, users=[{"id": 5, "name": "A"}], groups=[{"id": 6, "name": "B"}])))
    (page,) = pages(zendesk, cursor="x", include=("users", "groups"))
    assert ([user.id for user in page.users], [group.id for group in page.groups]) == ([5], [6])
    assert "include=users%2Cgroups" in stand_in.heard[0].path


def test_the_same_cursor_again_is_no_reason_to_ask_for_ever(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets(1, cursor="same", end=False)))
    reading = pages(zendesk, start_at=LONG_AGO)
    assert [next(reading).cursor, next(reading).cursor] == ["same", "same"]
    with pytest.raises(Unavailable, match="same page"):
        next(reading)
    assert len(stand_in.heard) == 2


def test_a_page_is_asked_for_only_when_the_last_one_was_taken(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets(1, cursor="a", end=False)), reply(body=tickets(2, cursor="b")))
    reading = pages(zendesk, start_at=LONG_AGO)
    assert next(reading).cursor == "a"
    assert len(stand_in.heard) == 1
    assert next(reading).cursor == "b"
    assert "cursor=a" in stand_in.heard[1].path
    assert "start_time" not in stand_in.heard[1].path


def test_an_empty_account_has_no_cursor_and_an_idle_one_keeps_its_own(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets(cursor=None)))
    assert [page.cursor for page in pages(zendesk, start_at=LONG_AGO)] == [""]
    assert [page.cursor for page in pages(zendesk, cursor="kept")] == ["kept"]


def test_an_export_starts_at_least_a_minute_ago(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=tickets()))
    list(pages(zendesk, start_at=datetime.now(UTC) + timedelta(hours=1)))
    asked = int(stand_in.heard[0].path.partition("start_time=")[2].partition("&")[0])
    assert asked <= time.time() - 60


@pytest.mark.parametrize("start_at", [None, datetime(2026, 1, 1)])  # noqa: DTZ001 - that is the mistake
def test_an_export_needs_a_place_to_start(zendesk: Zendesk, start_at: datetime | None) -> None:
    with pytest.raises(ValueError):
        next(pages(zendesk, start_at=start_at))


def test_the_export_limit_raises_at_once_and_the_last_cursor_still_holds(stand_in: StandIn, zendesk: Zendesk) -> None:
    limit = {"error": "APIRateLimitExceeded", "description": "Number of allowed incremental export API requests"}
    stand_in.then(
        reply(body=tickets(1, cursor="a", end=False)),
        reply(429, limit, {"Retry-After": "31"}),
        reply(body=tickets(2, cursor="b")),
    )
    reading = pages(zendesk, start_at=LONG_AGO)
    cursor = next(reading).cursor
    with pytest.raises(Unavailable) as limited:
        next(reading)
    assert limited.value.retry_after == 31
    assert [page.tickets[0].id for page in pages(zendesk, cursor=cursor)] == [2]


def test_a_spent_budget_raises_before_anything_is_sent(stand_in: StandIn, zendesk: Zendesk) -> None:
    budget = Budget(per_minute=2)
    stand_in.then(reply(body=tickets(1)))
    assert budget.wait_seconds() == 0
    for _ in range(2):
        list(pages(zendesk, cursor="x", budget=budget))
    assert 59 < budget.wait_seconds() <= 60
    with pytest.raises(Unavailable) as spent:
        list(pages(zendesk, cursor="x", budget=budget))
    assert spent.value.retry_after is not None
    assert 59 < spent.value.retry_after <= 60
    assert len(stand_in.heard) == 2


def test_events_end_with_the_stream_although_a_next_page_is_named(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=events(1_767_225_700, 1, 2, end_time=1_767_225_700)))
    (page,) = ticket_events(zendesk, LONG_AGO)
    assert ([event.id for event in page.events], page.next_start) == ([1, 2], 1_767_225_700)
    assert page.events[0].child_events == ({"status": "open", "previous_value": "new"},)
    assert len(stand_in.heard) == 1


def test_events_of_the_second_between_two_pages_are_given_once(stand_in: StandIn, zendesk: Zendesk) -> None:
    first, second = 1_767_225_700, 1_767_225_800
    stand_in.then(
        reply(body=events(first, 1, 2, end_time=first, end=False)),
        reply(body=events(first, 2, 3, end_time=second, end=False)),
        reply(body=events(second, 4, end_time=second)),
    )
    given = [[event.id for event in page.events] for page in ticket_events(zendesk, LONG_AGO)]
    assert given == [[1, 2], [3], [4]]


def test_no_events_leave_the_start_where_it_was(stand_in: StandIn, zendesk: Zendesk) -> None:
    stand_in.then(reply(body=events(0, end_time=None)))
    (page,) = ticket_events(zendesk, LONG_AGO, include_comments=False)
    assert page.next_start == int(LONG_AGO.timestamp())
    assert "include" not in stand_in.heard[0].path


def test_a_second_with_more_events_than_a_page_holds_ends_in_words_not_in_a_loop(
    stand_in: StandIn, zendesk: Zendesk
) -> None:
    start = int(LONG_AGO.timestamp())
    stand_in.then(reply(body=events(start, 1, end_time=start, end=False)))
    reading = ticket_events(zendesk, LONG_AGO)
    next(reading)
    with pytest.raises(Refused, match="one second"):
        next(reading)
    assert len(stand_in.heard) == 1
