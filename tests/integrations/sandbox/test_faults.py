"""Faults happen where they are asked for, and the journal tells what was really committed."""

import time
from pathlib import Path

import pytest
import requests

from integrations.zendesk.sandbox.faults import FaultInvalid, Plan, read
from tests.integrations.sandbox.client import Client, until
from tests.integrations.sandbox.conftest import Opener

COMMENT = {"ticket": {"comment": {"body": "Once only"}, "metadata": {"custom": {"mark": "m-1"}}}}


def comments(box: Client) -> list[str]:
    return [row["body"] for row in box.read("/tickets/1/comments")["comments"]]


def commits(box: Client) -> int:
    return sum("comment" in note["changed"] for note in box.committed(1)) - 1


def test_a_cut_after_the_commit_leaves_the_change_and_the_journal_says_so(box: Client) -> None:
    box.ticket()
    box.break_next(method="PUT", path="/api/v2/tickets/*", kind="cut", when="after")
    with pytest.raises(requests.ConnectionError):
        box.ask("PUT", "/tickets/1.json", COMMENT)
    assert comments(box) == ["Nobody came", "Once only"]
    line = next(line for line in box.journal() if line["method"] == "PUT")
    assert (line["status"], line["fault"]) == (0, "cut after")
    assert line["committed"][0]["marker"] == {"mark": "m-1"}
    assert box.ask("PUT", "/tickets/1", COMMENT).status_code == 200, "a fault with one time is spent"
    assert commits(box) == 2, "whoever sends again without looking says it twice"


def test_a_cut_before_leaves_nothing(box: Client) -> None:
    box.ticket()
    box.break_next(method="PUT", path="*", kind="cut", when="before")
    with pytest.raises(requests.ConnectionError):
        box.ask("PUT", "/tickets/1", COMMENT)
    assert commits(box) == 0


@pytest.mark.parametrize(("when", "number"), [("before", 0), ("after", 1)])
def test_a_status_takes_the_place_of_the_reply(box: Client, when: str, number: int) -> None:
    box.ticket()
    box.break_next(method="PUT", path="/api/v2/tickets/1", kind="status", status=503, when=when)
    assert box.ask("PUT", "/tickets/1.json", COMMENT).status_code == 503
    assert commits(box) == number


def test_too_many_requests_are_told_in_plain_text(box: Client) -> None:
    box.break_next(kind="429", seconds=7)
    reply = box.ask("GET", "/tickets")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.text == "Number of allowed API requests per minute exceeded"


@pytest.mark.parametrize("error", ["DatabaseConflict", "UpdateConflict"])
def test_a_conflict_is_told_by_its_name_and_nothing_is_changed(box: Client, error: str) -> None:
    box.ticket()
    box.break_next(method="PUT", path="/api/v2/tickets/*", kind="409", error=error)
    reply = box.ask("PUT", "/tickets/1", COMMENT)
    assert (reply.status_code, reply.json()["error"]) == (409, error)
    assert commits(box) == 0


def test_an_outage_may_say_when_to_come_back(box: Client) -> None:
    box.break_next(kind="status", status=503, seconds=7)
    reply = box.ask("GET", "/tickets")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "7")


def test_the_seed_of_a_plan_makes_all_its_dice_fall_the_same_way(opened: Opener) -> None:
    rows = [{"kind": "status", "status": status, "times": None, "probability": 0.3} for status in (500, 503)]
    seen = []
    for seed in (5, 5, 6):
        box = opened()
        told = box.door("POST", "/faults", {"seed": seed, "faults": rows})["faults"]
        assert told[0]["seed"] != told[1]["seed"]
        seen.append([box.ask("GET", "/tickets").status_code for _ in range(24)])
    assert seen[0] == seen[1] != seen[2]
    assert set(seen[0]) == {200, 500, 503}


@pytest.mark.parametrize(("when", "number"), [("before", 0), ("after", 1)])
def test_a_late_answer_is_late_before_or_after_the_commit(box: Client, when: str, number: int) -> None:
    box.ticket()
    box.break_next(method="PUT", path="*", kind="delay", seconds=0.6, when=when)
    auth = (f"{box.email}/token", box.token)
    with pytest.raises(requests.ReadTimeout):
        requests.put(f"{box.url}/api/v2/tickets/1", json=COMMENT, auth=auth, timeout=0.2)
    assert commits(box) == number
    until(lambda: box.door("GET", "/health")["requests_under_way"] == 0)
    assert commits(box) == 1, "what nobody waited for any more was carried out all the same"


def test_a_slow_body_comes_whole(box: Client) -> None:
    box.ticket()
    whole = box.read("/tickets/1")
    box.break_next(method="GET", path="*", kind="slow", seconds=0.3, when="after")
    started = time.monotonic()
    assert box.read("/tickets/1") == whole
    assert time.monotonic() - started >= 0.25


def test_chance_is_repeatable_by_its_seed(opened: Opener) -> None:
    seen = []
    for _ in range(2):
        box = opened()
        box.break_next(kind="status", status=500, times=None, probability=0.5, seed=7)
        seen.append([box.ask("GET", "/tickets").status_code for _ in range(12)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500}


def test_faults_are_told_and_taken_away(box: Client) -> None:
    box.break_next(kind="cut", path="/api/v2/tickets", times=None)
    assert box.door("GET", "/faults")["faults"][0]["kind"] == "cut"
    box.door("DELETE", "/faults")
    assert box.ask("GET", "/tickets").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"kind": "fire"}, {"kind": "cut", "when": "never"}, {"kind": "delay", "seconds": "long"},
              {"kind": "delay", "seconds": 999}, {"kind": "webhook", "mode": "eat"}, "cut",
              {"kind": "cut", "wehn": "after"}, {"kind": "slow"}, {"kind": "409", "error": "Nothing"},
              {"kind": "cut", "times": 0}]
)  # fmt: skip
def test_a_fault_that_cannot_be_is_refused_with_all_beside_it(box: Client, wrong: object) -> None:
    reply = requests.post(f"{box.url}/_sandbox/faults", json={"faults": [{"kind": "cut"}, wrong]}, timeout=20)
    assert reply.status_code == 422
    assert box.door("GET", "/faults")["faults"] == []


@pytest.mark.parametrize(("text", "why"), [("[", "is no JSON"), (None, "cannot be read"), ("7", None)])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str | None, why: str | None) -> None:
    path = tmp_path / "faults.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(FaultInvalid, match=why or "must be a list"):
        Plan().add(*read(path))


def test_the_journal_goes_on_from_where_one_has_read(box: Client) -> None:
    box.ticket()
    last = box.journal()[-1]["seq"]
    box.read("/tickets")
    lines = box.journal(last)
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("GET", "/api/v2/tickets", 200)]


def test_pages_of_other_sites_may_not_use_these_doors(box: Client) -> None:
    for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
        assert requests.post(f"{box.url}/_sandbox/faults", headers=headers, json={}, timeout=20).status_code == 403
        assert requests.get(f"{box.url}/queue", headers=headers, timeout=20).status_code == 403
    assert requests.get(f"{box.url}/_sandbox/nothing", timeout=20).status_code == 404


def test_rate_limits_hold_where_a_plan_is_set(opened: Opener) -> None:
    box = opened(plan="essential")
    replies = [box.ask("GET", "/tickets") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert replies[-1].text == "Number of allowed API requests per minute exceeded"
    assert 0 < int(replies[-1].headers["retry-after"]) <= 60
    assert replies[0].headers["x-rate-limit-remaining"] == replies[0].headers["ratelimit-remaining"] == "9"


def test_exports_have_a_limit_of_their_own_told_in_json(opened: Opener) -> None:
    box = opened(plan="enterprise")
    replies = [box.ask("GET", "/incremental/tickets/cursor?start_time=0") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert replies[-1].json()["error"] == "APIRateLimitExceeded"
    assert box.ask("GET", "/tickets").status_code == 200


def test_one_ticket_takes_thirty_updates_in_ten_minutes(opened: Opener) -> None:
    box = opened(plan="enterprise")
    box.ticket()
    box.ticket()
    replies = [box.ask("PUT", "/tickets/1", {"ticket": {"subject": f"{number}"}}) for number in range(31)]
    assert [reply.status_code for reply in replies] == [200] * 30 + [429]
    assert replies[0].headers["zendesk-ratelimit-per-ticket-updates"].startswith("total=30; remaining=29; resets=")
    assert box.ask("PUT", "/tickets/2", {"ticket": {"subject": "x"}}).status_code == 200


def test_all_tickets_together_take_a_hundred_updates_a_minute(opened: Opener) -> None:
    box = opened(plan="enterprise")
    for _ in range(4):
        box.ticket()
    replies = [box.ask("PUT", f"/tickets/{number % 4 + 1}", {"ticket": {}}) for number in range(101)]
    assert [reply.status_code for reply in replies] == [200] * 100 + [429]
    assert replies[0].headers["zendesk-ratelimit-tickets-update"].startswith("total=100; remaining=99; resets=")
    assert replies[-1].json()["error"] == "APIRateLimitExceeded"


def test_without_a_plan_nothing_is_limited(box: Client) -> None:
    assert {box.ask("GET", "/incremental/tickets/cursor?start_time=0").status_code for _ in range(15)} == {200}
