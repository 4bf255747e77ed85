"""A thousand comments pushed by our client under every fault of the plan: the sandbox's journal says each came once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from integrations.errors import Conflict, Unavailable, Unknown
from integrations.zendesk.client import Zendesk
from tests.integrations.zendesk.box import CUSTOMER, EMAIL, TOKEN, Box, running_box

# Half of the writes are hit, again and again, by dice that fall the same way each time.
FAULTS: dict[str, dict[str, Any]] = {
    "none": {"kind": "delay", "when": "before", "seconds": 0},
    "late before": {"kind": "delay", "when": "before", "seconds": 0.9, "probability": 0.15},
    "late after": {"kind": "delay", "when": "after", "seconds": 0.9, "probability": 0.15},
    "slow body": {"kind": "slow", "when": "after", "seconds": 0.9, "probability": 0.15},
    "429": {"kind": "429", "seconds": 1},
    "409 collision": {"kind": "409"},
    "409 stale": {"kind": "409", "error": "UpdateConflict"},
    "500 before": {"kind": "status", "status": 500},
    "502 after": {"kind": "status", "status": 502, "when": "after"},
    "503 before": {"kind": "status", "status": 503, "seconds": 1},
    "503 after": {"kind": "status", "status": 503, "when": "after"},
    "504 after": {"kind": "status", "status": 504, "when": "after"},
    "cut before": {"kind": "cut"},
    "cut after": {"kind": "cut", "when": "after"},
}
EACH = -(-1000 // len(FAULTS))
HANDS = 4
TRIES = 40
LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def old_tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """Tickets that nobody has touched for long, so that a stamp of theirs tells every later write."""
    said = [{"author_id": CUSTOMER, "body": "언제 오시나요?", "public": True, "created_at": LONG_AGO}]
    with running_box(tmp_path_factory.mktemp("thousand")) as box:
        numbers = range(1, EACH * len(FAULTS) + 11)
        rows = [{"id": number, "requester_id": CUSTOMER, "status": "open", "updated_at": LONG_AGO, "comments": said}
                for number in numbers]  # fmt: skip
        box.post("/_sandbox/seed", {"tickets": rows})
        yield box


def push(account: Zendesk, ticket_id: int) -> None:
    """As the outbox does it: sent with the stamp it saw; whatever may have been carried out is looked for first."""
    stamp, marker, must_look = LONG_AGO, f"push-{ticket_id}", False
    for _ in range(TRIES):
        try:
            if must_look and account.find_marker(ticket_id, marker) is not None:
                return
            must_look = True
            change = {"comment": {"body": f"내일 10시에 갑니다 {ticket_id}", "public": True}}
            account.update_ticket(ticket_id, change, updated_stamp=stamp, marker=marker)
        except (Conflict, Unknown, Unavailable):
            continue
        else:
            return
    raise AssertionError(f"ticket {ticket_id} was not written in {TRIES} tries")


def settled(box: Box) -> list[Any]:
    """The journal once nothing is under way in it any more: what arrived late has arrived."""
    deadline = time.monotonic() + 60
    while requests.get(f"{box.url}/_sandbox/health", timeout=30).json()["requests_under_way"]:
        assert time.monotonic() < deadline
    lines: list[Any] = []
    while True:
        since = lines[-1]["seq"] if lines else 0
        part = requests.get(f"{box.url}/_sandbox/journal", params={"since": since}, timeout=30).json()["journal"]
        if not part:
            return lines
        lines += part


def comments_committed(lines: list[Any]) -> Counter[tuple[int, str]]:
    return Counter(
        (note["id"], note["marker"]["opsroom"])
        for line in lines
        for note in line["committed"]
        if line["method"] == "PUT" and "comment" in note["changed"]
    )


@pytest.mark.parametrize("name", FAULTS)
def test_each_comment_is_committed_once(old_tickets: Box, name: str) -> None:
    fault = {"method": "PUT", "path": "/api/v2/tickets/*", "times": None, "probability": 0.5} | FAULTS[name]
    before = settled(old_tickets)[-1:]
    old_tickets.post("/_sandbox/faults", {"seed": 20260101, "faults": [fault]})
    first = 1 + EACH * list(FAULTS).index(name)
    numbers = range(first, first + EACH)

    def take(hand: int) -> None:
        account = Zendesk(old_tickets.url, EMAIL, TOKEN, timeout=(0.2, 0.2))
        for ticket_id in numbers[hand::HANDS]:
            push(account, ticket_id)
        account.close()

    try:
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(take, range(HANDS)))
    finally:
        hits = requests.get(f"{old_tickets.url}/_sandbox/faults", timeout=30).json()["faults"][0]["hits"]
        old_tickets.mend()
    since = before[0]["seq"] if before else 0
    lines = [line for line in settled(old_tickets) if line["seq"] > since]
    assert comments_committed(lines) == Counter({(number, f"push-{number}"): 1 for number in numbers})
    assert hits > 0
    assert sum(line["fault"] is not None for line in lines) == hits


def test_whoever_sends_again_without_looking_says_it_twice(old_tickets: Box) -> None:
    """The negative control: the same journal sees what the stamp and the marker prevent."""
    account = Zendesk(old_tickets.url, EMAIL, TOKEN)
    numbers = range(EACH * len(FAULTS) + 1, EACH * len(FAULTS) + 11)
    for ticket_id in numbers:
        old_tickets.break_next(method="PUT", path="/api/v2/tickets/*", kind="cut", when="after")
        change = {"comment": {"body": "두 번", "public": True}}
        with pytest.raises(Unknown):
            account.update_ticket(ticket_id, change, updated_stamp=None, marker="twice")
        account.update_ticket(ticket_id, change, updated_stamp=None, marker="twice")
    account.close()
    counted = comments_committed(settled(old_tickets))
    assert [counted[number, "twice"] for number in numbers] == [2] * 10
