"""Webhooks that triggers call: the author's own text, filled in, sent as the webhook says."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.automations.sandbox.acts import CREATED, audit, rule
from tests.integrations.sandbox.client import Client, Receiver, receiving, until

TRIGGERED = "conditional_ticket_events"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def connected(box: Client, endpoint: str, method: str = "POST", form: str = "json", **more: Any) -> Any:
    hook = {"name": "Ops", "endpoint": endpoint, "http_method": method, "request_format": form, "status": "active"}
    return box.send("POST", "/webhooks", {"webhook": hook | {"subscriptions": [TRIGGERED]} | more}, 201)["webhook"]


def calls(box: Client, hook: Any, body: Any) -> None:
    rule(box, "call", [CREATED], ("notification_webhook", [hook["id"], body]))


def signed(box: Client, hook: Any, headers: dict[str, str], body: bytes) -> bool:
    secret = box.read(f"/webhooks/{hook['id']}/signing_secret")["signing_secret"]["secret"]
    message = headers["x-zendesk-webhook-signature-timestamp"].encode() + body
    expected = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return headers["x-zendesk-webhook-signature"] == base64.b64encode(expected).decode()


def invocations(box: Client, hook: Any, **filters: str) -> Any:
    return box.read(f"/webhooks/{hook['id']}/invocations", **filters)["invocations"]


def test_a_trigger_calls_a_webhook_with_its_own_text_filled_in_and_signed(box: Client, receiver: Receiver) -> None:
    hook = connected(box, receiver.url)
    calls(box, hook, '{"ticket": {{ticket.id}}, "by": "{{ticket.requester.name}}", "title": "{{ticket.title}}"}')
    ticket = box.ticket(subject="Late", requester_id=box.user("Jiwoo")["id"])
    until(lambda: receiver.came)
    headers, body = receiver.came[0]
    assert json.loads(body) == {"ticket": ticket["id"], "by": "Jiwoo", "title": "Late"}
    assert signed(box, hook, headers, body)
    assert (headers["user-agent"], headers["x-zendesk-webhook-id"]) == ("Zendesk Webhook", hook["id"])
    assert [event["type"] for event in audit(box, ticket)["events"]][-1] == "External"
    told = box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"][0]
    assert (told["kind"], told["recipients"]) == ("notification_webhook", [hook["id"]])
    row = until(lambda: [one for one in invocations(box, hook) if one["latest_completed_at"]])[0]
    assert (row["id"], row["status"]) == (told["invocation"], "success") == (
        headers["x-zendesk-webhook-invocation-id"], "success")  # fmt: skip


def test_what_a_customer_wrote_is_not_escaped_so_the_json_may_be_none(box: Client, receiver: Receiver) -> None:
    calls(box, connected(box, receiver.url), '{"said": "{{ticket.description}}"}')
    box.ticket(comment={"body": 'She said "no"'})
    until(lambda: receiver.came)
    assert receiver.came[0][1] == b'{"said": "She said "no""}'


@pytest.mark.parametrize(
    ("method", "form", "body", "line", "sent", "content_type"),
    [
        ("PUT", "json", "{}", "PUT /hook", b"{}", "application/json"),
        ("PATCH", "xml", "<t>{{ticket.title}}</t>", "PATCH /hook", b"<t>A leak</t>", "application/xml"),
        ("POST", "form_encoded", [["title", "{{ticket.title}}"]], "POST /hook", b"title=A+leak",
         "application/x-www-form-urlencoded"),
        ("GET", "json", [["title", "{{ticket.title}}"]], "GET /hook?title=A+leak", b"", "application/json"),
        ("DELETE", "json", "", "DELETE /hook", b"", "application/json"),
    ],
)  # fmt: skip
def test_it_is_sent_by_the_method_and_in_the_format_of_the_webhook(
    box: Client, receiver: Receiver, method: str, form: str, body: Any, line: str, sent: bytes, content_type: str
) -> None:
    hook = connected(box, receiver.url, method, form)
    calls(box, hook, body)
    box.ticket(subject="A leak")
    until(lambda: receiver.came)
    assert (receiver.lines[0], receiver.came[0][1]) == (line, sent)
    assert receiver.came[0][0]["content-type"].startswith(content_type)
    assert signed(box, hook, *receiver.came[0])


def test_a_webhook_that_is_switched_off_is_told_of_nothing(box: Client, receiver: Receiver) -> None:
    off, on = connected(box, receiver.url, status="inactive"), connected(box, receiver.url)
    rule(box, "off", [CREATED], ("notification_webhook", [off["id"], "off"]), position=1)
    rule(box, "on", [CREATED], ("notification_webhook", [on["id"], "on"]), position=2)
    box.ticket()
    until(lambda: receiver.came)
    assert [body for _, body in receiver.came] == [b"on"]
    assert invocations(box, off) == []


def test_invocations_are_found_by_status_and_time(box: Client, receiver: Receiver) -> None:
    hook = connected(box, receiver.url)
    calls(box, hook, "{}")
    receiver.answers += [(500, {}), (200, {})]

    def finished() -> int:
        return sum(bool(one["latest_completed_at"]) for one in invocations(box, hook))

    box.ticket()
    until(lambda: finished() == 1)
    box.ticket()
    until(lambda: finished() == 2)
    failed = invocations(box, hook, **{"filter[status]": "failed"})
    assert [(row["status"], row["status_code"]) for row in failed] == [("failed", 500)]
    assert invocations(box, hook, **{"filter[from_ts]": "2099-01-01T00:00:00Z"}) == []
    assert len(invocations(box, hook, **{"filter[to_ts]": "2099-01-01T00:00:00Z"})) == 2
    oldest_first = invocations(box, hook, sort="latest_completed_at")
    assert [row["status"] for row in oldest_first] == ["failed", "success"]
