"""A ticket as it was just after one of its updates."""

from __future__ import annotations

from typing import Any

from app.language.facts_of_ticket import Change
from app.rules.then import changes_of, values_then, with_waiting
from app.tickets.model import Ticket, TicketEvent


def a_ticket(**values: Any) -> Ticket:
    return Ticket(**{"status": "open", "tags": ["b"], "custom_fields": {"9": "now"}, "is_public": True, **values})


def an_event(audit_id: int, **changes: Any) -> TicketEvent:
    return TicketEvent(audit_id=audit_id, changes=changes)


def test_later_updates_are_taken_back_newest_first() -> None:
    ticket = a_ticket(status="solved", priority="high")
    later = [
        an_event(2, status=["new", "open"], tags=[["a"], ["a", "b"]]),
        an_event(3, status=["open", "solved"], **{"9": [None, "now"]}),
    ]
    then = values_then(ticket, later)
    assert (then["status"], then["tags"], then["9"], then["priority"]) == ("new", ["a"], None, "high")


def test_what_is_owed_counts_as_done() -> None:
    values = values_then(a_ticket(), [])
    after = with_waiting(values, [{"priority": "high", "additional_tags": ["c"], "remove_tags": ["b"]}])
    assert (after["priority"], after["tags"]) == ("high", ["c"])


def test_changes_carry_the_names_that_conditions_use() -> None:
    event = an_event(1, tags=[None, "a b"], priority=[None, "high"], **{"360": [None, "x"]})
    assert changes_of(event) == {
        "current_tags": Change(frozenset(), frozenset({"a", "b"})),
        "priority": Change("", "high"),
        "custom_fields_360": Change("", "x"),
    }
