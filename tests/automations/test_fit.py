"""What of a decided change still fits the ticket as it is now."""

from __future__ import annotations

from typing import Any

import pytest

from app.tickets.model import Ticket
from automations.fit import fit


def a_ticket(**values: Any) -> Ticket:
    return Ticket(**{"status": "open", "priority": None, "group_id": None, "tags": [], "custom_fields": {}, **values})


@pytest.mark.parametrize(
    ("change", "before", "ticket", "left"),
    [
        ({"priority": "high"}, {"priority": None}, a_ticket(), {"priority": "high"}),
        ({"priority": "high"}, {"priority": None}, a_ticket(priority="high"), {}),
        ({"priority": "high"}, {"priority": None}, a_ticket(priority="low"), {}),
        ({"group_id": 7}, {"group_id": None}, a_ticket(group_id=7), {}),
        ({"additional_tags": ["a", "b"]}, {}, a_ticket(tags=["a"]), {"additional_tags": ["b"]}),
        ({"remove_tags": ["a", "b"]}, {}, a_ticket(tags=["a"]), {"remove_tags": ["a"]}),
        ({"comment": {"body": "hi"}}, {}, a_ticket(), {"comment": {"body": "hi"}}),
        ({"comment": {"body": "hi"}}, {}, a_ticket(status="closed"), {}),
        ({"macro_ids": [3], "priority": "low"}, {"priority": None}, a_ticket(priority="low"), {}),
        (
            {"custom_fields": [{"id": 5, "value": "x"}, {"id": 6, "value": "y"}]},
            {"custom_fields": {"5": None, "6": None}},
            a_ticket(custom_fields={"5": "touched", "6": None}),
            {"custom_fields": [{"id": 6, "value": "y"}]},
        ),
    ],
)
def test_what_somebody_touched_or_what_is_so_already_is_left_out(
    change: dict[str, Any], before: dict[str, Any], ticket: Ticket, left: dict[str, Any]
) -> None:
    assert fit(change, before, ticket) == left
