"""What is over is swept away by the sandbox's own clock; what is not stays."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.clock import SimulatedClock
from integrations.zendesk.sandbox.limits import Limits
from tests.integrations.sandbox.client import TOKEN, Client, Receiver, until
from tests.integrations.sandbox.hooks import finished, subscribed

HOUR, DAY = 3600, 86_400


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Client]:
    sandbox = Sandbox(tmp_path, token=TOKEN, clock=SimulatedClock(tmp_path))
    yield Client(sandbox.start())
    sandbox.stop()


def kept(folder: Path) -> dict[str, int]:
    """How many rows there are of what can be swept."""
    with contextlib.closing(sqlite3.connect(folder / "sandbox.sqlite3")) as db:
        names = ("attachments", "invocations", "attempts", "jobs", "idempotency")
        return {name: db.execute(f"select count(*) from {name}").fetchone()[0] for name in names}


def upload(box: Client) -> Any:
    reply = requests.post(
        f"{box.url}/api/v2/uploads", b"x", params={"filename": "a.txt"}, auth=(f"{box.email}/token", TOKEN), timeout=20
    )
    return reply.json()["upload"]["token"]


def test_each_kind_goes_when_its_time_is_over_and_what_is_in_use_stays(
    box: Client, receiver: Receiver, tmp_path: Path
) -> None:
    hook = subscribed(box, receiver.url, ("created",))
    body = {"ticket": {"comment": {"body": "See", "uploads": [upload(box)]}}}
    assert box.ask("POST", "/tickets", body, headers={"Idempotency-Key": "k"}).status_code == 201
    upload(box)
    job = box.send("PUT", "/tickets/update_many", {"tickets": [{"id": 1, "subject": "x"}]})["job_status"]["id"]
    until(lambda: box.read(f"/job_statuses/{job}")["job_status"]["status"] == "completed" or None)
    finished(box, hook)
    everything = {"attachments": 2, "invocations": 1, "attempts": 1, "jobs": 1, "idempotency": 1}
    steps: list[tuple[int, dict[str, int]]] = [
        (HOUR, {}), (2 * HOUR, {"idempotency": 0}), (22 * HOUR, {"jobs": 0}), (DAY, {}), (DAY, {"attachments": 1}),
        (3 * DAY, {}), (DAY + HOUR, {"invocations": 0, "attempts": 0}),
    ]  # fmt: skip
    for seconds, gone in steps:
        box.door("POST", "/clock", {"advance_seconds": seconds})
        everything |= gone
        assert kept(tmp_path) == everything, f"after {seconds} more seconds"
    assert len(box.read("/tickets/1/comments")["comments"][0]["attachments"]) == 1


def test_a_delivery_that_still_waits_is_not_swept(box: Client, receiver: Receiver, tmp_path: Path) -> None:
    subscribed(box, receiver.url, ("created",))
    receiver.answers += [(503, {"Retry-After": "59"})] * 2
    box.ticket()
    until(lambda: kept(tmp_path)["attempts"] == 1 or None)
    box.door("POST", "/clock", {"advance_seconds": 8 * DAY})
    assert kept(tmp_path)["invocations"] == 1


@pytest.mark.parametrize(("seconds", "remembered"), [(599, 53), (601, 3)])
def test_limits_forget_what_no_longer_counts(seconds: float, remembered: int) -> None:
    now = 1000.0
    limits = Limits("high_volume", lambda: now)
    for number in range(50):
        limits.take("PUT", f"/api/v2/tickets/{number}", 1)
    now += seconds
    limits.take("GET", "/api/v2/tickets", 1)
    limits.take("PUT", "/api/v2/tickets/1", 2)
    assert len(limits._seen) == remembered
