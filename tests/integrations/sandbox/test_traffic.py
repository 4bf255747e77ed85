"""Customers who write by themselves: in both languages, at a rate, the same by the same seed."""

from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox.traffic import MOST_A_MINUTE
from tests.integrations.sandbox.client import Client, until
from tests.integrations.sandbox.conftest import Opener


def said(box: Client) -> list[Any]:
    rows = box.read("/incremental/ticket_events", start_time=0, include="comment_events")["ticket_events"]
    return [(row["ticket_id"], child["body"]) for row in rows for child in row["child_events"]
            if child["event_type"] == "Comment"]  # fmt: skip


def test_everything_that_customers_do_happens_and_stands_in_the_journal(box: Client) -> None:
    done = box.door("POST", "/traffic", {"now": 250, "agents": True, "seed": 3})["done"]
    assert set(done) == {"write", "answer", "rate", "reopen", "work"}
    assert sum(done.values()) == 250
    words = [body for _, body in said(box)]
    assert any("\uac00" <= letter <= "\ud7a3" for body in words for letter in body)
    assert any(body.isascii() for body in words)
    lines = [line for line in box.journal() if line["method"] == "TRAFFIC"]
    assert len(lines) == 250
    assert all(note for line in lines for note in line["committed"])
    rated = box.read("/satisfaction_ratings")["satisfaction_ratings"]
    assert {row["score"] for row in rated} <= {"good", "bad"}
    ticket = box.read(f"/tickets/{rated[0]['ticket_id']}")["ticket"]
    assert ticket["satisfaction_rating"]["id"] == rated[0]["id"]
    told = [event for audit in box.read(f"/tickets/{ticket['id']}/audits")["audits"] for event in audit["events"]]
    assert "SatisfactionRating" in {event["type"] for event in told}


def test_a_reopened_ticket_is_open_and_was_solved(box: Client) -> None:
    customer = box.user("Park", locale="ko")
    box.change(box.ticket(requester_id=customer["id"])["id"], status="solved")
    done: dict[str, int] = {}
    while not done.get("reopen"):
        done = box.door("POST", "/traffic", {"now": 10})["done"]
    audits = [event for audit in box.read("/tickets/1/audits")["audits"] for event in audit["events"]]
    moves = {
        (event.get("previous_value"), event.get("value")) for event in audits if event.get("field_name") == "status"
    }
    assert ("solved", "open") in moves


def test_the_same_seed_makes_the_same_traffic(opened: Opener) -> None:
    seen = []
    for seed in (5, 5, 6):
        box = opened()
        box.door("POST", "/traffic", {"seed": seed, "now": 40})
        seen.append(said(box))
    assert seen[0] == seen[1] != seen[2]


def test_a_rate_goes_on_by_itself_until_it_is_nought(box: Client) -> None:
    box.door("POST", "/traffic", {"per_minute": MOST_A_MINUTE})
    until(lambda: sum(box.door("GET", "/traffic")["done"].values()) >= 5)
    box.door("POST", "/traffic", {"per_minute": 0})
    assert box.door("GET", "/traffic")["per_minute"] == 0


@pytest.mark.parametrize(
    "wrong", [{"per_minute": -1}, {"per_minute": "many"}, {"per_minute": MOST_A_MINUTE + 1}, {"now": -1}, {"now": 1.5},
              {"now": True}, {"seed": "x"}]
)  # fmt: skip
def test_what_cannot_be_is_refused(box: Client, wrong: Any) -> None:
    assert requests.post(f"{box.url}/_sandbox/traffic", json=wrong, timeout=20).status_code == 422
    assert box.door("GET", "/traffic") == {"per_minute": 0.0, "agents": False, "done": {}}
