"""What stands around tickets: bookmarks, skips, suspended tickets, the audit log, who can be given work, addresses."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("desk"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def test_a_bookmark_is_ones_own_and_made_once(box: Client) -> None:
    ticket = box.ticket()
    wanted = {"bookmark": {"ticket_id": ticket["id"]}}
    mark = box.send("POST", "/bookmarks.json", wanted, 201)["bookmark"]
    assert box.send("POST", "/bookmarks", wanted, 200)["bookmark"]["id"] == mark["id"]
    assert mark["ticket"]["subject"] == ticket["subject"]
    agent = box.as_user(box.user("Bo", "agent"))
    assert agent.read("/bookmarks")["bookmarks"] == []
    assert agent.ask("DELETE", f"/bookmarks/{mark['id']}").status_code == 404
    assert [row["id"] for row in box.read("/bookmarks")["bookmarks"]] == [mark["id"]]
    assert box.ask("DELETE", f"/bookmarks/{mark['id']}").status_code == 204
    assert box.read("/bookmarks")["count"] == 0
    assert box.ask("POST", "/bookmarks", {"bookmark": {"ticket_id": 77}}).status_code == 404


def test_a_ticket_that_was_passed_over_is_told_with_its_reason(box: Client) -> None:
    one, other = box.ticket(), box.ticket()
    me = box.read("/users/me")["user"]["id"]
    for ticket in (one, other):
        box.send("POST", "/skips", {"skip": {"ticket_id": ticket["id"], "reason": "Not my language"}}, 201)
    rows = box.read(f"/users/{me}/skips", sort_order="desc")["skips"]
    assert [row["ticket"]["id"] for row in rows] == [other["id"], one["id"]]
    assert [row["reason"] for row in box.read(f"/tickets/{one['id']}/skips")["skips"]] == ["Not my language"]
    assert box.ask("POST", "/skips", {"skip": {"ticket_id": one["id"]}}).status_code == 422


def test_a_suspended_ticket_is_recovered_or_removed(box: Client) -> None:
    rows = [{"author": {"name": "Sue", "email": "sue@demo.example"}, "subject": "Spam?", "content": "No, a real one",
             "cause": "Detected as spam"} for _ in range(3)]  # fmt: skip
    box.door("POST", "/seed", {"suspended_tickets": [*rows, {"subject": "From nobody", "content": "x"}]})
    ids = [row["id"] for row in box.read("/suspended_tickets.json")["suspended_tickets"]]
    assert len(ids) == 4
    assert box.read(f"/suspended_tickets/{ids[0]}")["suspended_ticket"]["cause"] == "Detected as spam"
    told = box.send("PUT", f"/suspended_tickets/{ids[0]}/recover", None, 200)["ticket"][0]
    ticket = box.read(f"/tickets/{told['ticket_id']}")["ticket"]
    assert (ticket["subject"], ticket["description"], ticket["via"]["channel"]) == ("Spam?", "No, a real one", "email")
    assert box.read(f"/users/{ticket['requester_id']}")["user"]["email"] == "sue@demo.example"
    assert box.ask("PUT", f"/suspended_tickets/{ids[3]}/recover").status_code == 422
    assert len(box.send("PUT", f"/suspended_tickets/recover_many?ids={ids[1]}", None, 200)["tickets"]) == 1
    assert box.ask("PUT", f"/suspended_tickets/{ids[1]}/recover").status_code == 404
    assert box.ask("DELETE", f"/suspended_tickets/destroy_many?ids={ids[2]}").status_code == 204
    assert [row["id"] for row in box.read("/suspended_tickets")["suspended_tickets"]] == [ids[3]]
    assert box.send("POST", "/suspended_tickets/export", None, 200)["export"]["status"] == "enqueued"


def test_the_audit_log_tells_who_changed_the_account(box: Client) -> None:
    group = box.send("POST", "/groups", {"group": {"name": "Audited"}})["group"]
    box.send("PUT", f"/groups/{group['id']}", {"group": {"name": "Renamed"}})
    agent = box.user("Audie", "agent")
    box.send("PUT", f"/users/{agent['id']}", {"user": {"role": "admin", "notes": "x"}})
    box.send("PUT", f"/users/{agent['id']}", {"user": {"notes": "y"}})
    box.ask("DELETE", f"/groups/{group['id']}")
    params = {"filter[source_type]": "group", "filter[source_id]": group["id"], "sort": "created_at"}
    rows = box.read("/audit_logs.json", **params)["audit_logs"]
    assert [row["action"] for row in rows] == ["create", "update", "destroy"]
    assert (rows[1]["source_label"], rows[1]["actor_name"]) == ("Renamed", "Admin")
    assert "name" in rows[1]["change_description"]
    assert rows[0]["ip_address"] == "127.0.0.1"
    of_user = box.read("/audit_logs", **{"filter[source_type]": "user", "filter[source_id]": agent["id"]})["audit_logs"]
    assert [row["change_description"] for row in of_user] == ["Changed: role"] * 2
    assert box.read(f"/audit_logs/{rows[0]['id']}")["audit_log"] == rows[0]
    assert box.ask("POST", "/audit_logs/export").status_code == 202
    before = {"filter[created_at]": [datetime(2001, 1, 1, tzinfo=UTC).isoformat(), "2001-02-01T00:00:00Z"]}
    assert box.read("/audit_logs", **before)["audit_logs"] == []
    assert box.as_user(box.user("Nosy", "agent")).ask("GET", "/audit_logs").status_code == 403


def test_the_assignee_field_finds_groups_and_their_agents(box: Client) -> None:
    group = box.group("Night shift")
    agent = box.agent_in(group["id"], "Nina")
    reply = box.ask("GET", "/../lotus/assignables/groups.json")
    assert reply.status_code == 200, reply.text
    assert group["id"] in [row["id"] for row in reply.json()["groups"]]
    agents = box.ask("GET", f"/../lotus/assignables/groups/{group['id']}/agents.json").json()["agents"]
    assert [row["id"] for row in agents] == [agent["id"]]
    found = box.ask("GET", "/../lotus/assignables/autocomplete.json?name=ni").json()
    assert [row["group"] for row in found["agents"]] == ["Night shift"]
    assert [row["name"] for row in found["groups"]] == ["Night shift"]


def test_addresses_are_checked_without_asking_the_network(box: Client) -> None:
    params = {"subdomain": "demo", "host_mapping": "help.demo.example"}
    assert box.read("/brands/check_host_mapping", **params) == {"is_valid": True, "cname": "demo.zendesk.com"}
    assert box.read("/brands/check_host_mapping", subdomain="demo", host_mapping="x y")["is_valid"] is False
    brand = box.read("/brands")["brands"][0]
    assert box.read(f"/brands/{brand['id']}/check_host_mapping")["reason"] == "not_a_cname"
    assert [box.read("/accounts/available", subdomain=name)["success"] for name in ("fresh-name", "demo", "-x")] == [
        True, False, False,
    ]  # fmt: skip
    address = {"recipient_address": {"email": "help@demo.example", "name": "Help"}}
    made = box.send("POST", "/recipient_addresses", address)["recipient_address"]
    assert box.ask("PUT", f"/recipient_addresses/{made['id']}/verify", {"type": "forwarding"}).status_code == 200
    shown = box.read(f"/recipient_addresses/{made['id']}")["recipient_address"]
    assert shown["forwarding_status"] == "verified"


def test_workspaces_and_queues_show_what_they_name(box: Client) -> None:
    macro = box.send("POST", "/macros", {"macro": {"title": "Hi", "actions": []}})["macro"]
    made = [box.send("POST", "/workspaces", {"workspace": {"title": title, "macros": [macro["id"], 77]}})["workspace"]
            for title in "ab"]  # fmt: skip
    assert made[0]["macro_ids"] == [macro["id"], 77]
    assert [row["title"] for row in made[0]["selected_macros"]] == ["Hi"]
    assert box.ask("PUT", "/workspaces/reorder", {"ids": [made[1]["id"], made[0]["id"]]}).status_code == 200
    assert [row["title"] for row in box.read("/workspaces")["workspaces"]] == ["b", "a"]
    assert box.ask("DELETE", f"/workspaces/destroy_many?ids={made[0]['id']},{made[1]['id']}").status_code == 200
    assert box.read("/workspaces")["workspaces"] == []
    group = box.group("Queued")
    wanted = {"name": "Q", "definition": {"all": []}, "priority": 1, "primary_groups_id": [group["id"]]}
    queue = box.send("POST", "/queues", {"queue": wanted})["queue"]
    assert queue["primary_groups"] == {"count": 1, "groups": [{"id": group["id"], "name": "Queued"}]}
    assert queue["secondary_groups"] == {"count": 0, "groups": []}


def test_no_telephone_is_registered_here(box: Client) -> None:
    path = "/push_notification_devices/destroy_many"
    assert box.ask("POST", path, {"push_notification_devices": ["x"]}).status_code == 200
    assert box.ask("POST", path, {}).status_code == 400
