"""The exports of the sandbox: page by page, from a cursor on, after a stop too."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Refused
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import pages, ticket_events
from tests.integrations.zendesk.box import CUSTOMER, EMAIL, TOKEN, Box

FIRST, COUNT = 60_000, 25
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(seeded_box: Box) -> set[int]:
    """Ids of tickets that lie in the past."""
    rows = [
        {
            "id": FIRST + number, "subject": f"문의 {number}", "status": "open", "requester_id": CUSTOMER,
            "comments": [
                {"author_id": CUSTOMER, "body": f"말 {number}", "public": True, "created_at": "2026-01-05T01:00:00Z"}
            ],
        }
        for number in range(COUNT)
    ]  # fmt: skip
    seeded_box.post("/_sandbox/seed", {"tickets": rows})
    return {row["id"] for row in rows if isinstance(row["id"], int)}


def test_all_tickets_come_in_pages_up_to_the_end(account: Zendesk, filled: set[int]) -> None:
    given = list(pages(account, start_at=LONG_AGO, per_page=10))
    assert len(given) >= 3
    assert [page.end_of_stream for page in given] == [False] * (len(given) - 1) + [True]
    assert all(len(page.tickets) <= 10 for page in given)
    tickets = {ticket.id: ticket for page in given for ticket in page.tickets}
    assert filled <= set(tickets)
    assert tickets[FIRST].description == "말 0"
    assert tickets[FIRST].generated_timestamp > 0


def test_it_goes_on_where_it_was_stopped(box: Box, account: Zendesk, filled: set[int]) -> None:
    first = next(pages(account, start_at=LONG_AGO, per_page=10))
    # Another process, later, with nothing but the cursor.
    later = Zendesk(box.url, EMAIL, TOKEN)
    rest = [ticket.id for page in pages(later, cursor=first.cursor, per_page=10) for ticket in page.tickets]
    assert filled <= set(rest) | {ticket.id for ticket in first.tickets}
    assert not set(rest) & {ticket.id for ticket in first.tickets}


def test_the_last_cursor_brings_what_changes_later(account: Zendesk, filled: set[int]) -> None:
    *_, last = pages(account, start_at=LONG_AGO)
    changed = min(filled)
    account.update_ticket(changed, {"priority": "urgent"}, updated_stamp=None, marker="later")
    deadline = time.monotonic() + 5
    seen: dict[int, str | None] = {}
    while changed not in seen and time.monotonic() < deadline:
        seen = {ticket.id: ticket.priority for page in pages(account, cursor=last.cursor) for ticket in page.tickets}
    assert seen == {changed: "urgent"}


def test_users_and_groups_come_along_when_asked_for(account: Zendesk, filled: set[int]) -> None:
    given = list(pages(account, start_at=LONG_AGO, include=("users", "groups")))
    assert CUSTOMER in {user.id for page in given for user in page.users}


def test_an_agents_token_may_not_export(box: Box) -> None:
    token = box.post("/_sandbox/tokens", {"email": "kim@demo.example"})["token"]
    agent = Zendesk(box.url, "kim@demo.example", token)
    assert agent.me().role == "agent"
    with pytest.raises(Refused) as refusal:
        next(pages(agent, start_at=LONG_AGO))
    assert refusal.value.status == 403


def test_events_tell_what_was_said_and_changed(account: Zendesk, filled: set[int]) -> None:
    since = datetime.now(UTC) - timedelta(days=400)
    events = [event for page in ticket_events(account, since) for event in page.events]
    assert len({event.id for event in events}) == len(events)
    said = [child.get("body") for event in events if event.ticket_id == FIRST for child in event.child_events]
    assert "말 0" in said


def test_events_without_comments_keep_the_words_out(account: Zendesk, filled: set[int]) -> None:
    events = [event for page in ticket_events(account, LONG_AGO, include_comments=False) for event in page.events]
    said = [child.get("body") for event in events if event.ticket_id == FIRST for child in event.child_events]
    assert "말 0" not in said
