"""Webhooks: made over the API, sent by the sandbox, signed as documented, tried again as Zendesk does and no more."""

import base64
import contextlib
import hashlib
import hmac
import re
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.sandbox import breaker as breaker_rules
from integrations.zendesk.sandbox import sending
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.breaker import Breaker
from tests.integrations.sandbox.client import TOKEN, Client, Receiver, until
from tests.integrations.sandbox.conftest import Opener
from tests.integrations.sandbox.hooks import attempts, finished, subscribed

DETAIL_KEYS = {
    "actor_id", "assignee_id", "brand_id", "created_at", "custom_status", "description", "external_id", "form_id",
    "group_id", "id", "is_public", "organization_id", "priority", "requester_id", "status", "subject", "submitter_id",
    "tags", "type", "updated_at", "via",
}  # fmt: skip
WEBHOOK_KEYS = {"id", "name", "status", "subscriptions", "created_at", "created_by", "endpoint",
                "http_method", "request_format"}  # fmt: skip


def test_a_change_is_told_at_once_with_every_header_and_a_good_signature(box: Client, receiver: Receiver) -> None:
    hook = subscribed(box, receiver.url)
    secret = box.read(f"/webhooks/{hook['id']}/signing_secret")["signing_secret"]
    assert secret["algorithm"] == "SHA256"
    started = time.monotonic()
    box.ticket()
    until(lambda: len(receiver.came) >= 2)
    assert time.monotonic() - started < 2
    headers, body = receiver.came[0]
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    expected = hmac.new(secret["secret"].encode(), stamp.encode() + body, hashlib.sha256).digest()
    assert headers["x-zendesk-webhook-signature"] == base64.b64encode(expected).decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
    assert headers["x-zendesk-webhook-id"] == hook["id"]
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", headers["x-zendesk-webhook-invocation-id"])
    assert headers["x-zendesk-account-id"].isdecimal()
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"] == "Zendesk Webhook"


def test_the_envelope_is_zendesks(box: Client, receiver: Receiver) -> None:
    subscribed(box, receiver.url, ("created",))
    ticket = box.ticket(priority="low", type="task", tags=["a"])
    until(lambda: receiver.came)
    event = receiver.events()[0]
    assert set(event) == {"account_id", "detail", "event", "id", "subject", "time", "type", "zendesk_event_version"}
    assert isinstance(event["account_id"], int)
    assert (event["subject"], event["type"]) == ("zen:ticket:1", "zen:event-type:ticket.created")
    assert event["zendesk_event_version"] == "2022-11-06"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", event["time"])
    detail = event["detail"]
    assert set(detail) == DETAIL_KEYS
    assert (detail["status"], detail["priority"], detail["type"]) == ("NEW", "LOW", "TASK")
    assert (detail["id"], detail["requester_id"]) == ("1", str(ticket["requester_id"]))
    assert (detail["tags"], detail["group_id"], detail["via"]) == (["a"], None, {"channel": "web_service"})


def test_one_action_is_several_events_of_one_sequence(box: Client, receiver: Receiver) -> None:
    group = box.group("Refunds")
    agent = box.agent_in(group["id"])
    box.ticket(priority="low", tags=["a"])
    subscribed(box, receiver.url)
    box.change(1, priority="high", tags=["b"], assignee_id=agent["id"], comment={"body": "Hello", "public": False})
    until(lambda: len(receiver.came) >= 6)
    found = {event["type"].removeprefix("zen:event-type:ticket."): event["event"] for event in receiver.events()}
    assert set(found) == {"comment_added", "agent_assignment_changed", "group_assignment_changed", "priority_changed",
                          "status_changed", "tags_changed"}  # fmt: skip
    assert (found["priority_changed"]["previous"], found["priority_changed"]["current"]) == ("LOW", "HIGH")
    assert (found["status_changed"]["previous"], found["status_changed"]["current"]) == ("NEW", "OPEN")
    assert (found["tags_changed"]["tags_added"], found["tags_changed"]["tags_removed"]) == (["b"], ["a"])
    assert found["agent_assignment_changed"]["current"] == str(agent["id"])
    comment = found["comment_added"]["comment"]
    assert (comment["body"], comment["is_public"], comment["author"]["is_staff"]) == ("Hello", False, True)
    assert len({event["meta"]["sequence"]["id"] for event in found.values()}) == 1


def test_only_what_was_subscribed_to_is_sent(box: Client, receiver: Receiver) -> None:
    subscribed(box, receiver.url, ("soft_deleted",))
    subscribed(box, receiver.url, ("created",), status="inactive")
    box.ticket()
    box.send("DELETE", "/tickets/1")
    until(lambda: receiver.came)
    assert receiver.types() == ["soft_deleted"]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([(500, {})], 1),
        ([(404, {})], 1),
        ([(409, {})] * 9, 4),
        ([(409, {}), (200, {})], 2),
        ([(429, {})], 1),
        ([(503, {"Retry-After": "60"})], 1),
        ([(503, {"Retry-After": "0"}), (200, {})], 2),
        ([(302, {"Location": "http://127.0.0.1:1/"})], 1),
    ],
)
def test_it_is_tried_again_as_zendesk_does_and_no_more(
    box: Client, receiver: Receiver, answers: list[tuple[int, dict[str, str]]], tries: int
) -> None:
    receiver.answers += answers
    hook = subscribed(box, receiver.url, ("created",))
    box.ticket()
    assert len(attempts(box, hook)) == tries
    assert len(receiver.came) == tries
    assert len({headers["x-zendesk-webhook-invocation-id"] for headers, _ in receiver.came}) == 1


def test_silence_is_a_time_out_tried_five_times_more(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIME_OUT_SECONDS", 0.05)
    box = opened(webhook_back_off_seconds=0.001)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hook = subscribed(box, f"http://127.0.0.1:{silent.getsockname()[1]}/hook", ("created",))
        box.ticket()
        found = attempts(box, hook)
    assert [(one["status"], one["status_code"]) for one in found] == [("failed", 504)] * 6


def test_nobody_there_is_final_and_told(box: Client) -> None:
    hook = subscribed(box, "http://127.0.0.1:9/hook", ("created",))
    box.ticket()
    attempt = attempts(box, hook)[0]
    assert (attempt["status"], attempt["status_code"]) == ("failed", None)


def test_an_attempt_tells_what_was_sent_and_answered(box: Client, receiver: Receiver) -> None:
    hook = subscribed(box, receiver.url, ("created",))
    box.ticket()
    attempt = attempts(box, hook)[0]
    assert set(attempt) == {"id", "invocation_id", "completed_at", "status", "status_code", "request", "response"}
    assert (attempt["status"], attempt["status_code"]) == ("success", 200)
    assert attempt["request"]["payload"] == receiver.came[0][1].decode()
    assert attempt["response"]["payload"] == "ok"
    invocations = box.read(f"/webhooks/{hook['id']}/invocations")
    assert set(invocations) == {"invocations", "meta", "links"}


@pytest.mark.parametrize(
    ("mode", "number", "good"), [("drop", 0, True), ("double", 2, True), ("delay", 1, True), ("badly_signed", 1, False)]
)
def test_deliveries_can_be_spoiled(box: Client, receiver: Receiver, mode: str, number: int, good: bool) -> None:
    hook = subscribed(box, receiver.url, ("created",))
    box.break_next(kind="webhook", mode=mode, seconds=0.3)
    box.ticket()
    finished(box, hook)
    until(lambda: len(receiver.came) >= number or None) if number else None
    assert len(receiver.came) == number
    secret = box.read(f"/webhooks/{hook['id']}/signing_secret")["signing_secret"]["secret"]
    for headers, body in receiver.came:
        message = headers["x-zendesk-webhook-signature-timestamp"].encode() + body
        expected = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
        assert (headers["x-zendesk-webhook-signature"] == expected) is good


def test_what_is_due_together_can_be_turned_round(box: Client, receiver: Receiver) -> None:
    hook = subscribed(box, receiver.url, ("status_changed", "priority_changed", "tags_changed", "subject_changed"))
    box.ticket()
    box.break_next(kind="webhook", mode="reorder")
    box.change(1, status="pending", priority="high", tags=["a"], subject="Turned")
    finished(box, hook, 4)
    until(lambda: len(receiver.came) == 4)
    places = [event["event"]["meta"]["sequence"]["position"] for event in receiver.events()]
    assert places == sorted(places, reverse=True)


def test_what_was_not_sent_before_a_stop_is_sent_after_the_next_start(tmp_path: Path, receiver: Receiver) -> None:
    first = Sandbox(tmp_path, token=TOKEN)
    box = Client(first.start())
    subscribed(box, receiver.url, ("created",))
    box.break_next(kind="webhook", mode="delay", seconds=1)
    box.ticket()
    until(lambda: box.door("GET", "/faults")["faults"][0]["hits"])
    first.stop()
    assert receiver.came == []
    second = Sandbox(tmp_path, token=TOKEN)
    second.start()
    until(lambda: receiver.came)
    second.stop()


def test_a_webhook_is_shown_listed_cloned_changed_and_removed(box: Client) -> None:
    auth = {"type": "basic_auth", "add_position": "header", "data": {"username": "u", "password": "p"}}
    made = subscribed(box, "https://example.com", (), authentication=auth)
    assert set(made) == WEBHOOK_KEYS | {"authentication"}
    assert made["authentication"]["data"] == {"username": "u"}, "the password is never shown"
    assert box.read(f"/webhooks/{made['id']}")["webhook"] == made
    clone = box.ask("POST", f"/webhooks?clone_webhook_id={made['id']}").json()["webhook"]
    assert clone["name"] == "Opsroom (copy)"
    listed = box.read("/webhooks", **{"filter[name_contains]": "COPY"})
    assert [row["id"] for row in listed["webhooks"]] == [clone["id"]]
    assert listed["meta"] == {"has_more": False}
    assert box.ask("PATCH", f"/webhooks/{made['id']}", {"webhook": {"name": "New"}}).status_code == 204
    assert box.read(f"/webhooks/{made['id']}")["webhook"]["name"] == "New"
    assert box.ask("DELETE", f"/webhooks/{made['id']}").status_code == 204
    assert box.ask("GET", f"/webhooks/{made['id']}").status_code == 404


def test_a_secret_can_be_reset(box: Client) -> None:
    path = f"/webhooks/{subscribed(box, 'https://example.com', ())['id']}/signing_secret"
    old = box.read(path)["signing_secret"]["secret"]
    new = box.send("POST", path, None, 201)["signing_secret"]["secret"]
    assert len(base64.b64decode(new)) == 32
    assert new != old
    assert box.read(path)["signing_secret"]["secret"] == new


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"endpoint": "ftp://x"}, {"subscriptions": ["ticket.updated"]}, {"subscriptions": "x"},
     {"authentication": "x"}, {"authentication": {"type": "basic_auth", "data": ["x"]}}, {"http_method": ["x"]},
     {"authentication": {"type": "word_of_honour", "data": {}}}, {"custom_headers": {"x": 1}},
     {"subscriptions": [["x"]]},
     {"authentication": {"type": "bearer_token", "data": {"token": 1}}},
     {"http_method": "GET"}, {"subscriptions": ["conditional_ticket_events", "zen:event-type:ticket.created"]}],
)  # fmt: skip
def test_a_webhook_that_cannot_be_is_refused(box: Client, wrong: dict[str, Any]) -> None:
    good = {"name": "x", "endpoint": "https://example.com", "subscriptions": ["zen:event-type:ticket.created"]}
    assert box.send("POST", "/webhooks", {"webhook": good | wrong}, 400)["errors"]
    made = box.send("POST", "/webhooks", {"webhook": good}, 201)["webhook"]
    assert box.send("PATCH", f"/webhooks/{made['id']}", {"webhook": wrong}, 400)["errors"]


@pytest.mark.parametrize("wrong", [{"authentication": {"type": "basic_auth", "data": ["x"]}}, {"http_method": ["x"]}])
def test_a_test_of_what_cannot_be_is_refused(box: Client, wrong: dict[str, Any]) -> None:
    asked = {"endpoint": "http://127.0.0.1:9"} | wrong
    assert box.send("POST", "/webhooks/test", {"request": asked}, 400)["errors"]


def test_a_webhook_without_subscriptions_hears_nothing_and_stops_nothing(box: Client, receiver: Receiver) -> None:
    quiet, other = subscribed(box, receiver.url), subscribed(box, receiver.url, ("comment_made_private",))
    box.send("PATCH", f"/webhooks/{quiet['id']}", {"webhook": {"subscriptions": None}}, 204)
    assert box.read(f"/webhooks/{quiet['id']}")["webhook"]["subscriptions"] == []
    box.ticket()
    said = box.read("/tickets/1/comments")["comments"][0]["id"]
    box.send("PUT", f"/tickets/1/comments/{said}/make_private")
    finished(box, other)
    assert receiver.types() == ["comment_made_private"]


def test_what_cannot_be_sent_at_all_is_finished_as_failed_and_not_tried_again(opened: Opener, tmp_path: Path) -> None:
    """A webhook as an older sandbox may have kept it: its delivery raises."""
    box = opened()
    hook = subscribed(box, "http://127.0.0.1:9/hook", ("created",))
    with contextlib.closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3", isolation_level=None)) as db:
        sql = "update records set body = json_set(body, '$.authentication', 'x') where kind = 'webhook' and id = ?"
        assert db.execute(sql, (hook["id"],)).rowcount == 1
    box.ticket()
    assert [row["status"] for row in finished(box, hook)] == ["failed"]
    assert box.door("GET", "/health")["deliveries_waiting"] == 0


def test_a_test_request_tells_the_answer(box: Client, receiver: Receiver) -> None:
    hook = subscribed(box, receiver.url)
    reply = box.send("POST", f"/webhooks/test?webhook_id={hook['id']}", {"request": {}}, 200)["response"]
    assert (reply["status_code"], reply["payload"]) == (200, "ok")
    assert {"key", "value"} == set(reply["headers"][0])


def test_the_integrations_own_changes_come_back_as_events(opened: Opener, receiver: Receiver) -> None:
    box = opened()
    subscribed(box, receiver.url, ("tags_changed",))
    me = box.read("/users/me")["user"]
    box.ticket()
    box.change(1, tags=["echo"])
    until(lambda: receiver.came)
    assert receiver.events()[0]["detail"]["actor_id"] == str(me["id"])


@pytest.mark.parametrize(
    ("successes", "errors", "opens"),
    [(0, 99, False), (0, 100, True), (31, 69, False), (30, 70, True), (2000, 1000, False), (2000, 1001, True)],
)
def test_the_circuit_breaks_at_seventy_percent_or_a_thousand_errors(successes: int, errors: int, opens: bool) -> None:
    breaker = Breaker()
    for number in range(successes + errors):
        breaker.count("hook", 1000.0, ok=number < successes)
    assert breaker.is_open("hook", 1004.9) is opens
    assert not breaker.is_open("hook", 1005.0)
    assert not breaker.is_open("another", 1000.0)


def test_errors_older_than_five_minutes_do_not_count() -> None:
    breaker = Breaker()
    for _ in range(99):
        breaker.count("hook", 1000.0, ok=False)
    breaker.count("hook", 1300.0, ok=False)
    assert not breaker.is_open("hook", 1300.0)


@pytest.mark.parametrize("fewest", [3, 100])
def test_what_comes_while_the_circuit_is_broken_is_logged_so_and_never_sent(
    box: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, fewest: int
) -> None:
    """With Zendesk's hundred nothing is held back yet: the same three errors, and the fourth arrives."""
    monkeypatch.setattr(breaker_rules, "FEWEST_REQUESTS", fewest)
    monkeypatch.setattr(breaker_rules, "PAUSE_SECONDS", 3600.0)
    receiver.answers += [(500, {})] * 3
    hook = subscribed(box, receiver.url, ("created",))
    for number in (1, 2, 3, 4):
        box.ticket()
        finished(box, hook, number)
    newest = finished(box, hook, 4)[0]
    attempt = box.read(f"/webhooks/{hook['id']}/invocations/{newest['id']}/attempts")["attempts"][-1]
    if fewest == 3:
        assert (newest["status"], attempt["status"], len(receiver.came)) == ("circuit broken", "circuit broken", 3)
    else:
        assert (newest["status"], attempt["status"], len(receiver.came)) == ("success", "success", 4)
