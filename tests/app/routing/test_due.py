"""What time asks of a routed ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.language.account import Calendar
from app.routing.desk import DeskAgent, PresenceState, Queue
from app.routing.due import Again, Ends, Stands, due
from app.routing.routed import RoutedState, RoutingCause

# A Monday, 10:00 in Seoul.
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PLAN = Queue("general", group_id="7", overflow_minutes=10, idle_minutes=30, most_moves=2)
HERE = DeskAgent("1", presence=PresenceState.online)
GIVEN = Stands(RoutedState.given, "open", 1, 1, 7, 7, NOW - timedelta(minutes=29), agent=HERE)
WAITS = Stands(RoutedState.waiting, "new", None, None, 7, 7, NOW - timedelta(minutes=9))


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, None),
        ({"since": NOW - timedelta(minutes=30)}, Again(RoutingCause.idle)),
        ({"since": NOW - timedelta(minutes=30), "replied": True}, Ends(RoutedState.answered, RoutingCause.reply)),
        ({"since": NOW - timedelta(minutes=30), "times": 2}, Ends(RoutedState.kept, RoutingCause.limit)),
        ({"agent": replace(HERE, presence=PresenceState.offline)}, Again(RoutingCause.offline)),
        ({"agent": replace(HERE, presence=PresenceState.on_break)}, None),
        ({"has_agent_id": 2}, Ends(RoutedState.left, RoutingCause.person)),
        ({"has_agent_id": None}, Ends(RoutedState.left, RoutingCause.person)),
        ({"status": "solved"}, Ends(RoutedState.closed, RoutingCause.status)),
    ],
)
def test_what_is_due_for_a_ticket_that_was_given(change: dict[str, object], wanted: Again | Ends | None) -> None:
    assert due(replace(GIVEN, **change), PLAN, Calendar(), NOW) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, Again(RoutingCause.room)),
        ({"since": NOW - timedelta(minutes=10)}, Again(RoutingCause.overflow)),
        ({"has_agent_id": 2}, Ends(RoutedState.left, RoutingCause.person)),
        ({"has_group_id": 8}, Ends(RoutedState.left, RoutingCause.person)),
        ({"status": "deleted"}, Ends(RoutedState.closed, RoutingCause.status)),
    ],
)
def test_what_is_due_for_a_ticket_that_waits(change: dict[str, object], wanted: Again | Ends) -> None:
    assert due(replace(WAITS, **change), PLAN, Calendar(), NOW) == wanted  # type: ignore[arg-type]


def test_minutes_without_a_reply_are_business_minutes() -> None:
    """Given on Friday at 17:50, it is late on Monday at 09:20 and not before."""
    friday = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
    stands, monday = replace(GIVEN, since=friday), datetime(2026, 11, 23, 0, 19, tzinfo=UTC)
    assert due(stands, PLAN, Calendar(), monday) is None
    assert due(stands, PLAN, Calendar(), monday + timedelta(minutes=1)) == Again(RoutingCause.idle)
