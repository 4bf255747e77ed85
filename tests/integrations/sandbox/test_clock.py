"""The sandbox's own time: real, or standing still until it is told to move."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.clock import SimulatedClock
from tests.integrations.sandbox.client import TOKEN, Client, receiving, until
from tests.integrations.sandbox.conftest import Opener


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Callable[[], Client]]:
    """Opens the same folder with a clock that stands; the one before is stopped."""
    boxes: list[Sandbox] = []

    def opens() -> Client:
        for box in boxes:
            box.stop()
        boxes.append(Sandbox(tmp_path, token=TOKEN, clock=SimulatedClock(tmp_path)))
        return Client(boxes[-1].start())

    yield opens
    boxes[-1].stop()


def moved(box: Client, body: Any) -> requests.Response:
    return requests.post(f"{box.url}/_sandbox/clock", json=body, timeout=20)


def told(box: Client) -> datetime:
    return datetime.fromisoformat(box.door("GET", "/clock")["now"])


def test_everything_is_stamped_by_the_clock_and_it_outlives_a_restart(still: Callable[[], Client]) -> None:
    box = still()
    before = told(box)
    first = box.ticket()
    assert moved(box, {"advance_seconds": 7200}).json()["clock"] == "simulated"
    second = box.ticket()
    made = [datetime.fromisoformat(ticket["created_at"]) for ticket in (first, second)]
    assert made[1] - made[0] == timedelta(hours=2)
    assert made[0] == before.replace(microsecond=0)
    box = still()
    assert told(box) == before + timedelta(hours=2)
    assert moved(box, {"set": "2099-01-01T09:00:00+09:00"}).status_code == 422
    later = (before + timedelta(days=300)).isoformat()
    assert moved(box, {"set": later}).ok
    assert told(box) == before + timedelta(days=300)


NO_TIMES: tuple[dict[str, Any], ...] = (
    {}, {"advance_seconds": -1}, {"advance_seconds": "1"}, {"advance_seconds": 1e12}, {"set": "tomorrow"},
    {"set": "2001-01-01T00:00:00Z"}, {"advance_seconds": 1, "set": "2001-01-01T00:00:00Z"},
)  # fmt: skip


@pytest.mark.parametrize("body", NO_TIMES)
def test_it_moves_forward_only_and_says_what_it_takes(still: Callable[[], Client], body: Any) -> None:
    box = still()
    before = told(box)
    refused = moved(box, body)
    assert refused.status_code == 422
    assert refused.json()["error"]
    assert told(box) == before


def test_the_walls_clock_is_not_moved(opened: Opener) -> None:
    box = opened()
    assert box.door("GET", "/clock")["clock"] == "real"
    assert moved(box, {"advance_seconds": 60}).status_code == 422


def test_the_export_withholds_a_minute_of_the_sandboxs_time(still: Callable[[], Client]) -> None:
    box = still()
    ticket = box.ticket()
    start = int((told(box) - timedelta(days=1)).timestamp())

    def exported() -> list[int]:
        return [row["id"] for row in box.read("/incremental/tickets/cursor", start_time=start)["tickets"]]

    assert exported() == []
    moved(box, {"advance_seconds": 61})
    assert exported() == [ticket["id"]]


def test_a_webhook_is_tried_again_when_the_sandboxs_time_has_come(still: Callable[[], Client]) -> None:
    box = still()
    with receiving() as receiver:
        receiver.answers.append((503, {"Retry-After": "30"}))
        hook = {"name": "x", "endpoint": receiver.url, "subscriptions": ["zen:event-type:ticket.created"]}
        made = box.send("POST", "/webhooks", {"webhook": hook}, 201)["webhook"]
        box.ticket()
        path = f"/webhooks/{made['id']}/invocations"
        until(lambda: [row for row in box.read(path)["invocations"] if row["status"] == "retrying"])
        moved(box, {"advance_seconds": 29})
        assert len(receiver.came) == 1
        moved(box, {"advance_seconds": 1})
        until(lambda: len(receiver.came) == 2)
