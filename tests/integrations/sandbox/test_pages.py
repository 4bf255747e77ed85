"""The sandbox's own pages: a customer writes, an agent answers, and both go the way of the API."""

import re
from pathlib import Path

import pytest
import requests

from integrations.zendesk.sandbox.clock import SimulatedClock
from tests.integrations.sandbox.client import Client, receiving, until
from tests.integrations.sandbox.conftest import Opener

LETTER = {"name": "이서준", "email": "seojun@customer.example", "language": "ko", "subject": "환불", "channel": "email",
          "message": "첫 줄\r\n<b>둘째 줄</b>"}  # fmt: skip


def post(box: Client, place: str, /, **fields: str) -> requests.Response:
    return requests.post(f"{box.url}{place}", data=fields, timeout=20)


def page(box: Client, path: str, language: str = "ko") -> str:
    reply = requests.get(f"{box.url}{path}", cookies={"sandbox_language": language}, timeout=20)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'self'")
    return reply.text


def comments(text: str) -> list[tuple[str, str]]:
    return re.findall(r'class="comment[^"]*" data-public="(\w+)" data-role="([\w-]+)"', text)


def test_a_customer_writes_and_lands_on_her_ticket(box: Client) -> None:
    reply = post(box, "/write", **LETTER)
    assert reply.url == f"{box.url}/tickets/1"
    assert comments(reply.text) == [("true", "end-user")]
    assert "첫 줄\n&lt;b&gt;둘째 줄&lt;/b&gt;" in reply.text
    ticket = box.read("/tickets/1", include="users")
    assert ticket["ticket"]["via"]["channel"] == "email"
    customer = box.read(f"/users/{ticket['ticket']['requester_id']}")["user"]
    assert (customer["name"], customer["locale"], customer["role"]) == ("이서준", "ko", "end-user")
    line = next(line for line in box.journal() if line["path"] == "/write")
    assert [note["kind"] for note in line["committed"]] == ["user", "ticket"]


@pytest.mark.parametrize("missing", ["name", "email", "message"])
def test_what_was_typed_is_kept_where_something_is_missing(box: Client, missing: str) -> None:
    reply = post(box, "/write", **(LETTER | {missing: " "}))
    assert reply.status_code == 422
    assert 'role="alert"' in reply.text
    assert "환불" in reply.text
    assert box.read("/tickets")["count"] == 0


def test_a_bad_address_is_refused_in_words(box: Client) -> None:
    reply = post(box, "/write", **(LETTER | {"email": "nowhere"}))
    assert reply.status_code == 422
    assert "nowhere" in reply.text


def test_both_sides_speak_and_the_customer_sees_only_what_is_public(box: Client) -> None:
    post(box, "/write", **LETTER)
    post(box, "/tickets/1/reply", message="확인하겠습니다", public="true", status="pending")
    post(box, "/tickets/1/reply", message="내부 메모입니다", public="false")
    reply = post(box, "/tickets/1/reply", message="아직인가요?", seat="customer")
    assert reply.url.endswith("?seat=customer")
    assert comments(page(box, "/tickets/1")) == [
        ("true", "end-user"), ("true", "admin"), ("false", "admin"), ("true", "end-user"),
    ]  # fmt: skip
    assert "내부 메모입니다" not in page(box, "/tickets/1?seat=customer")
    assert box.read("/tickets/1")["ticket"]["status"] == "open"


def test_an_agent_changes_the_ticket_and_applies_a_macro(box: Client) -> None:
    group = box.group("환불팀")
    agent = box.agent_in(group["id"])
    macro = {"title": "안내", "actions": [{"field": "comment_value", "value": "{{ticket.requester.name}}님"}]}
    macro_id = box.send("POST", "/macros", {"macro": macro})["macro"]["id"]
    post(box, "/write", **LETTER)
    post(
        box, "/tickets/1/change", status="open", priority="high", group_id="", assignee_id=str(agent["id"]), tags="a b"
    )
    text = post(box, "/tickets/1/macro", macro_id=str(macro_id)).text
    assert "이서준님" in text
    assert ("true", "agent") in comments(text)
    for name, value in (("status", "open"), ("priority", "high"), ("assignee", str(agent["id"])), ("tags", "a b")):
        assert f'data-field="{name}" data-value="{value}"' in text


def test_a_closed_ticket_says_so(box: Client) -> None:
    post(box, "/write", **LETTER)
    box.change(1, status="closed")
    assert post(box, "/tickets/1/reply", message="x", seat="customer").status_code == 422
    assert "customer-reply" not in page(box, "/tickets/1")


def test_the_queue_shows_all_or_one_status_or_one_view(box: Client) -> None:
    post(box, "/write", **LETTER)
    conditions = {"all": [{"field": "status", "operator": "is", "value": "solved"}], "any": []}
    view = box.send("POST", "/views", {"view": {"title": "Done", "conditions": conditions}})["view"]
    assert 'data-ticket="1"' in page(box, "/queue")
    assert 'data-ticket="1"' in page(box, "/queue?status=new")
    assert 'data-ticket="1"' not in page(box, f"/queue?view={view['id']}")


@pytest.mark.parametrize(
    ("path", "ko", "en"),
    [
        ("/", "보내기", "Send"),
        ("/queue", "모든 티켓", "All tickets"),
        ("/webhooks", "보낸 것", "Deliveries"),
        ("/faults", "켜기", "Turn on"),
        ("/rules", "보낸 알림", "Notifications"),
        ("/world", "이 속도로", "Set this rate"),
    ],
)
def test_each_page_speaks_korean_and_english(box: Client, path: str, ko: str, en: str) -> None:
    assert ko in page(box, path, "ko")
    english = page(box, path, "en")
    assert en in english
    assert not re.search("[가-힣]", english.replace("한국어", ""))


def test_the_language_is_switched_and_leads_back(box: Client) -> None:
    session = requests.Session()
    reply = session.post(f"{box.url}/language", data={"language": "en", "back": "/queue?status=new"}, timeout=20)
    assert reply.url == f"{box.url}/queue?status=new"
    assert "All tickets" in reply.text
    away = session.post(f"{box.url}/language", data={"back": "//elsewhere.example"}, timeout=20, allow_redirects=False)
    assert away.headers["location"] == "/"


def test_faults_are_turned_on_and_off(box: Client) -> None:
    text = post(box, "/faults", kind="status", when="after", method="GET", path="*", status="500", times="always").text
    assert 'data-kind="status"' in text
    assert box.ask("GET", "/tickets").status_code == 500
    assert post(box, "/faults", kind="delay", seconds="999").status_code == 422
    post(box, "/faults/clear")
    assert box.ask("GET", "/tickets").status_code == 200


def test_a_form_of_another_site_is_refused(box: Client) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    reply = requests.post(f"{box.url}/write", data=LETTER, headers=headers, timeout=20)
    assert reply.status_code == 403
    assert box.read("/tickets")["count"] == 0


@pytest.mark.parametrize("path", ["/tickets/9", "/tickets/x", "/nothing", "/static/nothing.css", "/static/..%2fbox.py"])
def test_what_is_not_there_is_not_found(box: Client, path: str) -> None:
    assert requests.get(f"{box.url}{path}", timeout=20).status_code == 404


def test_only_what_belongs_to_the_kind_of_fault_is_taken_from_the_form(box: Client) -> None:
    fields = {"method": "GET", "path": "*", "status": "503", "mode": "drop", "times": "1", "seconds": "2"}
    post(box, "/faults", kind="409", when="before", error="UpdateConflict", **fields)
    post(box, "/faults", kind="slow", when="before", **fields)
    told = box.door("GET", "/faults")["faults"]
    assert [(row["kind"], row["error"], row["when"], row["seconds"]) for row in told] == [
        ("409", "UpdateConflict", "before", 0), ("slow", "DatabaseConflict", "after", 2),
    ]  # fmt: skip
    refused = post(box, "/faults", kind="delay", when="before", path="/api/v2/users", seconds="999")
    assert 'value="/api/v2/users"' in refused.text, "what was typed is kept"


def test_a_delivery_is_sent_again_under_its_own_id(box: Client) -> None:
    with receiving() as receiver:
        hook = {"name": "Ours", "endpoint": receiver.url, "http_method": "POST", "request_format": "json",
                "status": "active", "subscriptions": ["zen:event-type:ticket.created"]}  # fmt: skip
        box.send("POST", "/webhooks", {"webhook": hook})
        post(box, "/write", **LETTER)
        until(lambda: len(receiver.came) == 1)
        sent = until(lambda: re.findall(r'data-delivery="(\w+)" data-status="success"', page(box, "/webhooks")))
        assert post(box, f"/webhooks/{sent[0]}/again").url == f"{box.url}/webhooks"
        until(lambda: len(receiver.came) == 2)
    ids = {headers["x-zendesk-webhook-invocation-id"] for headers, _ in receiver.came}
    assert ids == set(sent)
    assert post(box, "/webhooks/none/again").status_code == 404


def test_traffic_is_set_and_made_from_its_page(box: Client) -> None:
    assert 'data-total="0"' in page(box, "/world")
    post(box, "/world/traffic", now="3")
    assert 'data-total="3"' in page(box, "/world")
    post(box, "/world/traffic", per_minute="0.5", agents="on")
    told = box.door("GET", "/traffic")
    assert (told["per_minute"], told["agents"]) == (0.5, True)
    for wrong in ({"per_minute": "many"}, {"per_minute": "-1"}, {"now": "x"}):
        assert 'role="alert"' in post(box, "/world/traffic", **wrong).text
    assert post(box, "/world/clock", seconds="3600").status_code == 422, "the wall's clock is not moved"


def test_a_simulated_clock_is_moved_from_its_page(opened: Opener, tmp_path: Path) -> None:
    box = opened(clock=SimulatedClock(tmp_path / "box-0"))
    before = box.door("GET", "/clock")["now"]
    post(box, "/world/clock", seconds="86400")
    assert box.door("GET", "/clock")["now"][:10] > before[:10]
