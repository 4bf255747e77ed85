"""Filling the account: by a seed, by a folder of bodies or exchanges; all of it or nothing, newest version last."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox import importer
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.importer import ImportRefused, Source
from integrations.zendesk.sandbox.state import FolderHeld
from tests.integrations.sandbox.client import TOKEN, Client

SEED: dict[str, Any] = {
    "users": [{"id": 501, "name": "Kim", "email": "kim@demo.example", "role": "agent", "api_token": "kims-own"},
              {"id": 502, "name": "박민지", "email": "minji@customer.example", "locale": "ko"}],
    "groups": [{"id": 601, "name": "환불"}],
    "group_memberships": [{"user_id": 501, "group_id": 601, "default": True}],
    "macros": [{"id": 701, "title": "안내", "actions": [{"field": "status", "value": "pending"}]}],
    "tickets": [{
        "id": 40, "subject": "환불", "status": "open", "requester_id": 502, "assignee_id": 501, "group_id": 601,
        "tags": ["refund"], "created_at": "2026-10-01T01:00:00Z",
        "comments": [{"author_id": 502, "body": "돌려주세요", "public": True, "created_at": "2026-10-01T01:00:00Z"},
                     {"author_id": 501, "body": "확인 중", "public": False, "created_at": "2026-10-01T02:00:00Z"}],
    }],
}  # fmt: skip


def write(folder: Path, name: str, body: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(body, ensure_ascii=False))


def exchange(method: str, uri: str, status: int, body: object) -> object:
    return {"request": {"method": method, "uri": f"https://acme.zendesk.com/api/v2{uri}", "body": None},
            "response": {"status": status, "headers": {}, "body": body}}  # fmt: skip


def test_a_seed_keeps_ids_and_the_past(box: Client) -> None:
    told = box.door("POST", "/seed", SEED)
    assert told["counts"] == {"user": 2, "group": 1, "group_membership": 1, "macro": 1, "ticket": 1}
    ticket = box.read("/tickets/40")["ticket"]
    assert (ticket["description"], ticket["updated_at"]) == ("돌려주세요", "2026-10-01T02:00:00Z")
    assert [(row["body"], row["public"]) for row in box.read("/tickets/40/comments")["comments"]] == [
        ("돌려주세요", True), ("확인 중", False),
    ]  # fmt: skip
    audits = box.read("/tickets/40/audits")["audits"]
    assert [audit["created_at"] for audit in audits] == ["2026-10-01T01:00:00Z", "2026-10-01T02:00:00Z"]
    told = {event["field_name"]: (event["previous_value"], event["value"]) for event in audits[-1]["events"][1:]}
    assert told["status"] == ("new", "open"), "how it came to be as it is stands in its history"
    assert told["tags"] == ([], ["refund"])
    assert box.read("/users/502")["user"]["locale"] == "ko"
    assert box.ticket()["id"] == 41, "ids that came from outside are never given out again"
    assert Client(box.url, "kim@demo.example", "kims-own").read("/users/me")["user"]["id"] == 501
    assert [row["id"] for row in box.read("/users/501/groups")["groups"]] == [601]


def test_what_is_filled_in_is_old_in_the_export_but_never_behind_a_cursor(box: Client) -> None:
    box.door("POST", "/seed", SEED)
    page = box.read("/incremental/tickets/cursor", start_time=0)
    assert page["tickets"][0]["generated_timestamp"] == 1790820000
    box.ticket()
    page = box.read("/incremental/tickets/cursor", cursor=page["after_cursor"])
    box.door("POST", "/seed", {"tickets": [SEED["tickets"][0] | {"id": 90}]})
    later = box.read("/incremental/tickets/cursor", cursor=page["after_cursor"])
    assert [ticket["id"] for ticket in later["tickets"]] == [90]


def test_one_bad_row_leaves_nothing_behind(box: Client) -> None:
    bad = SEED | {"tickets": [*SEED["tickets"], {"id": 41, "status": "somehow"}]}
    reply = requests.post(f"{box.url}/_sandbox/seed", json=bad, timeout=20)
    assert reply.status_code == 422
    assert "somehow" in reply.json()["error"]
    assert box.read("/tickets")["count"] == 0
    assert box.ask("GET", "/users/502").status_code == 404


def test_a_folder_of_bodies_and_exchanges_goes_in_by_the_direct_door(tmp_path: Path) -> None:
    folder, account = tmp_path / "from", tmp_path / "account"
    write(folder, "a.json", {"users": SEED["users"], "count": 2, "next_page": None})
    write(folder, "b.json", {"ticket": SEED["tickets"][0]})
    write(folder, "c.json", [
        exchange("GET", "/tickets/40.json", 200, {"ticket": {"id": 40, "subject": "환불 요청", "requester_id": 502,
                 "created_at": "2026-10-01T01:00:00Z", "updated_at": "2026-10-03T00:00:00Z", "status": "open"}}),
        exchange("GET", "/tickets/40.json", 200, {"ticket": {"id": 40, "subject": "older",
                 "created_at": "2026-10-01T01:00:00Z", "updated_at": "2026-10-02T00:00:00Z", "status": "new"}}),
        exchange("DELETE", "/tickets/40.json", 204, None),
        exchange("GET", "/tickets/9.json", 404, {"error": "RecordNotFound"}),
        exchange("GET", "/calls/9.json", 200, {"call": {"id": 9}}),
    ])  # fmt: skip
    taken = importer.into_folder(importer.read_folder(folder), account)
    assert taken.counts == {"user": 2, "ticket": 2}
    assert dict(taken.ignored) == {"delete": 1, "error reply": 1, "unknown kind: call": 1,
                                   "ticket: older than what is known": 1}  # fmt: skip
    box = Sandbox(account, token=TOKEN)
    assert Client(box.start()).read("/tickets/40")["ticket"]["subject"] == "환불 요청"
    box.stop()


def test_the_same_folder_goes_in_over_http(box: Client, tmp_path: Path) -> None:
    write(tmp_path / "from", "a.json", SEED)
    told = importer.over_http(importer.read_folder(tmp_path / "from"), box.url)
    assert told["counts"]["ticket"] == 1
    assert box.read("/tickets/40")["ticket"]["tags"] == ["refund"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("broken.json", "{", "broken.json: this is no JSON"),
        ("number.json", "1", "number.json: a JSON object or a list"),
        ("list.json", "[1]", "list.json: entry 0 is no exchange"),
        ("row.json", '{"tickets": [1]}', "row.json: ticket 0 is no object"),
        ("id.json", '{"users": [{"id": "x", "name": "x"}]}', "id.json: a user cannot be taken in"),
    ],
)
def test_a_bad_file_is_named_and_nothing_goes_in(tmp_path: Path, name: str, text: str, words: str) -> None:
    folder, account = tmp_path / "from", tmp_path / "account"
    write(folder, "a.json", SEED)
    (folder / name).write_text(text)
    with pytest.raises(ImportRefused) as refused:
        importer.into_folder(importer.read_folder(folder), account)
    assert str(refused.value).startswith(words)
    box = Sandbox(account, token=TOKEN)
    assert Client(box.start()).read("/tickets")["count"] == 0
    box.stop()


def test_the_direct_door_is_shut_while_a_sandbox_has_the_folder(tmp_path: Path) -> None:
    box = Sandbox(tmp_path, token=TOKEN)
    with pytest.raises(FolderHeld, match="Talk to it over HTTP"):
        importer.into_folder([Source("x", SEED)], tmp_path)
    box.stop()
    importer.into_folder([Source("x", SEED)], tmp_path)


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ImportRefused):
            importer.read_folder(folder)


def test_rows_of_a_real_account_take_the_place_of_the_founding_ones(box: Client) -> None:
    before = box.read("/ticket_fields")["count"]
    box.door("POST", "/seed", {
        "ticket_fields": [{"id": 71, "type": "subject", "title": "제목"}, {"id": 72, "type": "text", "title": "주문"}],
        "brands": [{"id": 73, "name": "Acme", "default": True}],
    })  # fmt: skip
    fields = box.read("/ticket_fields")
    assert fields["count"] == before + 1
    assert [row["title"] for row in fields["ticket_fields"] if row["type"] == "subject"] == ["제목"]
    assert [row["id"] for row in box.read("/brands")["brands"]] == [73]


def test_a_webhook_from_elsewhere_arrives_switched_off(box: Client) -> None:
    hook = {"id": "01HANAHAFTBVF1NA2AVFK4W763", "name": "x", "description": None, "status": "active",
            "subscriptions": ["zen:event-type:ticket.created"], "created_at": "2023-09-18T23:38:14Z", "created_by": "1",
            "endpoint": "https://example.com", "http_method": "POST", "request_format": "json"}  # fmt: skip
    box.door("POST", "/seed", {"webhooks": [hook]})
    assert box.read(f"/webhooks/{hook['id']}")["webhook"]["status"] == "inactive"


def test_the_admin_and_the_default_group_of_another_account_take_the_places_of_this_ones(box: Client) -> None:
    agent = box.agent_in(box.read("/groups")["groups"][0]["id"])
    users = [{"id": 777, "name": "Boss", "email": "Admin@demo.example", "role": "admin"}]
    box.door("POST", "/seed", {"users": users, "groups": [{"id": 888, "name": "First", "default": True}]})
    me = box.read("/users/me")["user"]
    assert (me["id"], me["name"], me["default_group_id"]) == (777, "Boss", None)
    assert [row["id"] for row in box.read("/users")["users"]] == [777, agent["id"]]
    assert [row["id"] for row in box.read("/groups")["groups"]] == [888]
    members = {row["user_id"] for row in box.read("/group_memberships")["group_memberships"]}
    assert members == {777, agent["id"]}
    assert {row["group_id"] for row in box.read("/group_memberships")["group_memberships"]} == {888}


def test_another_who_is_no_admin_of_this_account_takes_nobodys_place(box: Client) -> None:
    group = {"id": 888, "name": "Second", "default": False}
    box.door("POST", "/seed", {"users": [{"id": 777, "name": "Kim", "email": "kim@demo.example"}], "groups": [group]})
    assert box.read("/users/me")["user"]["id"] != 777
    assert {row["name"] for row in box.read("/groups")["groups"]} == {"Support", "Second"}
