"""Who may come in and do what, and the plain kinds that come from one table."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.kinds import KINDS, Kind
from tests.integrations.sandbox.client import TOKEN, Client

# Kinds that cannot be without others; they have tests of their own.
LEANING = {"group_membership", "organization_membership"}
# Kinds whose replies show rows that they name.
DRESSED = {"workspace", "queue"}
USER_KEYS = {
    "id", "url", "name", "email", "created_at", "updated_at", "time_zone", "iana_time_zone", "phone",
    "shared_phone_number", "photo", "locale_id", "locale", "organization_id", "role", "verified", "external_id", "tags",
    "alias", "active", "shared", "shared_agent", "last_login_at", "two_factor_auth_enabled", "signature", "details",
    "notes", "role_type", "custom_role_id", "moderator", "ticket_restriction", "only_private_comments",
    "restricted_agent", "suspended", "default_group_id", "report_csv", "user_fields",
}  # fmt: skip


@pytest.mark.parametrize(
    ("user", "password"),
    [("admin@demo.example/token", "wrong"), ("nobody@demo.example/token", "a-token-for-tests"),
     ("admin@demo.example", "a-token-for-tests"), ("", "")],
)  # fmt: skip
def test_a_stranger_is_refused(box: Client, user: str, password: str) -> None:
    reply = requests.get(f"{box.url}/api/v2/users/me.json", auth=(user, password), timeout=20)
    assert (reply.status_code, reply.json()) == (401, {"error": "Couldn't authenticate you"})


@pytest.mark.parametrize("header", ["", "Basic", "Basic %%%", "Bearer", "Bearer wrong", "Digest x"])
def test_a_broken_header_is_a_stranger(box: Client, header: str) -> None:
    reply = requests.get(f"{box.url}/api/v2/users/me", headers={"Authorization": header}, timeout=20)
    assert reply.status_code == 401


def test_a_bearer_token_speaks_for_its_user(box: Client) -> None:
    agent = box.user("Lee", "agent")
    token = box.as_user(agent).token
    headers = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{box.url}/api/v2/users/me", headers=headers, timeout=20).json()["user"]
    assert (me["email"], me["role"]) == (agent["email"], "agent")


def test_an_agents_own_token_does_not_speak_for_others(box: Client) -> None:
    token = box.as_user(box.user("Lee", "agent")).token
    assert Client(box.url, token=token).ask("GET", "/users/me").status_code == 401


def test_only_admins_export_and_change_the_rules(box: Client) -> None:
    agent = box.as_user(box.user("Lee", "agent"))
    assert agent.ask("GET", "/incremental/tickets/cursor?start_time=0").status_code == 403
    assert agent.ask("POST", "/triggers", {"trigger": {"title": "x"}}).status_code == 403
    assert agent.ask("POST", "/users", {"user": {"name": "x", "role": "admin"}}).status_code == 403
    assert agent.ask("GET", "/tickets").status_code == 200
    assert agent.ask("POST", "/macros", {"macro": {"title": "x", "actions": []}}).status_code == 201


def test_customers_reach_nothing_of_the_agents(box: Client) -> None:
    customer = box.as_user(box.user("Park"))
    assert customer.ask("GET", "/tickets").status_code == 403
    assert customer.ask("GET", "/users/me").status_code == 200


def test_what_is_not_there_is_told_apart_from_what_is_no_address(box: Client) -> None:
    assert box.send("GET", "/tickets/9", None, 404)["error"] == "RecordNotFound"
    assert box.send("GET", "/nothing/here", None, 404)["error"] == "InvalidEndpoint"
    assert box.send("GET", "/triggers/9223372036854775807", None, 404)["error"] == "RecordNotFound"
    assert box.send("GET", "/tickets/99999999999999999999999", None, 404)["error"] == "RecordNotFound"


def test_a_user_has_every_key(box: Client) -> None:
    assert set(box.user("Park")) == USER_KEYS
    assert set(box.read("/users/me")["user"]) == USER_KEYS | {"authenticity_token"}


def test_users_are_made_or_found_by_their_address(box: Client) -> None:
    first = box.ask("POST", "/users/create_or_update", {"user": {"name": "Park", "email": "p@x.example"}})
    again = box.ask("POST", "/users/create_or_update", {"user": {"name": "Park J", "email": "P@x.example"}})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["user"]["id"] == again.json()["user"]["id"]
    assert [user["name"] for user in box.read("/users/search", query="p@x.example")["users"]] == ["Park J"]


def test_one_address_is_one_user(box: Client) -> None:
    box.user("Park", email="p@x.example")
    refused = box.send("POST", "/users", {"user": {"name": "Other", "email": "p@x.example"}}, 422)
    assert refused["details"]["email"][0]["error"] == "DuplicateValue"
    refused = box.send("POST", "/users", {"user": {"name": ""}}, 422)
    assert refused["details"]["name"][0]["error"] == "ValueTooShort"


def test_a_user_who_left_is_answered_and_gone(box: Client) -> None:
    agent = box.user("Lee", "agent")
    gone = box.send("DELETE", f"/users/{agent['id']}", None, 200)["user"]
    assert gone["active"] is False
    assert agent["id"] not in {user["id"] for user in box.read("/users")["users"]}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("kinds"), token=TOKEN)
    yield Client(made.start())
    made.stop()


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.one not in LEANING and "create" not in kind.without],
    ids=lambda kind: kind.many,
)  # fmt: skip
def test_every_plain_kind_is_made_shown_listed_changed_and_removed(shared: Client, kind: Kind) -> None:
    box = shared
    wanted = {key: _value(key) for key in kind.required}
    path = f"/{kind.place}"
    made = box.send("POST", path, {kind.one: wanted}, kind.made)[kind.one]
    shown = (
        set(kind.row) | {"id"} | ({"url"} if kind.with_url else set()) | ({"html_url"} if kind.html_place else set())
    )
    assert set(made) == shown or kind.one in DRESSED
    assert box.read(f"{path}/{made['id']}")[kind.one] == made
    assert made["id"] in {row["id"] for row in box.read(path)[kind.many]}
    reply = box.ask("PUT", f"{path}/{made['id']}.json", {kind.one: {"id": made["id"], **wanted, "junk": 1}})
    assert reply.status_code == 404 if "update" in kind.without else 200
    assert "update" in kind.without or f"{kind.one}.junk" in reply.headers["x-zendesk-api-warn"]
    assert box.ask("DELETE", f"{path}/{made['id']}").status_code == 204
    assert box.ask("GET", f"{path}/{made['id']}").status_code == 404


def _value(key: str) -> object:
    known: dict[str, object] = {
        "type": "text", "object": "ticket", "status_category": "open", "user_id": 5, "group_id": 6,
        "default_locale_id": 1, "filter": {"all": []}, "definition": {"all": []}, "primary_groups_id": [6],
        "priority": 1,
    }  # fmt: skip
    return known.get(key, 5 if key.endswith("_id") else "x")


def test_a_group_membership_needs_an_agent_and_a_group_and_stands_once(box: Client) -> None:
    group, other = box.group("Seoul"), box.group("Busan")
    agent, customer = box.user("Lee", "agent"), box.user("Kim")
    path = "/group_memberships"

    def put(user: Any, place: Any) -> Any:
        return box.ask("POST", path, {"group_membership": {"user_id": user["id"], "group_id": place["id"]}})

    first = put(agent, group).json()["group_membership"]
    assert first["default"] is True
    second = put(agent, other).json()["group_membership"]
    assert second["default"] is False
    assert put(agent, group).json()["details"]["user_id"][0]["error"] == "DuplicateValue"
    assert put(customer, group).status_code == 422
    assert put(agent, {"id": 77}).status_code == 422
    assert box.read(f"/users/{agent['id']}")["user"]["default_group_id"] == group["id"]
    rows = box.send("PUT", f"/users/{agent['id']}/group_memberships/{second['id']}/make_default")["group_memberships"]
    assert [row["default"] for row in rows] == [False, True]
    assert box.read(f"/users/{agent['id']}")["user"]["default_group_id"] == other["id"]
    assert box.ask("DELETE", f"/groups/{other['id']}").status_code == 204
    assert box.ask("GET", f"{path}/{second['id']}").status_code == 404
    assert box.read(f"/users/{agent['id']}")["user"]["default_group_id"] == group["id"]


def test_an_organization_membership_moves_its_user(box: Client) -> None:
    made = [box.send("POST", "/organizations", {"organization": {"name": name}})["organization"] for name in "AB"]
    taken = box.ask("POST", "/organizations", {"organization": {"name": "a"}})
    assert taken.json()["details"]["name"][0]["error"] == "DuplicateValue"
    customer = box.user("Kim")
    path = "/organization_memberships"
    rows = [
        box.send("POST", path, {"organization_membership": {"user_id": customer["id"], "organization_id": one["id"]}})
        for one in made
    ]
    assert [row["organization_membership"]["organization_name"] for row in rows] == ["A", "B"]
    assert box.read(f"/users/{customer['id']}")["user"]["organization_id"] == made[0]["id"]
    box.send("PUT", f"/users/{customer['id']}/organizations/{made[1]['id']}/make_default")
    assert box.read(f"/users/{customer['id']}")["user"]["organization_id"] == made[1]["id"]
    assert box.ask("DELETE", f"/users/{customer['id']}/organizations/{made[1]['id']}").status_code == 204
    assert box.read(f"/users/{customer['id']}")["user"]["organization_id"] == made[0]["id"]
    moved = box.send("PUT", f"/users/{customer['id']}", {"user": {"organization_id": made[1]["id"]}})["user"]
    mine = box.read(f"/users/{moved['id']}/organization_memberships")[path[1:]]
    assert {row["organization_name"]: row["default"] for row in mine} == {"A": False, "B": True}
    assert [row["name"] for row in box.read(f"/users/{moved['id']}/organizations")["organizations"]] == ["A", "B"]
    listed = box.read(f"/organizations/{made[0]['id']}/organization_memberships")[path[1:]]
    assert [row["user_id"] for row in listed] == [customer["id"]]


def test_what_is_required_is_asked_for(box: Client) -> None:
    assert box.send("POST", "/groups", {"group": {}}, 422)["details"]["name"][0]["error"] == "BlankValue"


def test_conditions_may_stand_beside_the_title(box: Client) -> None:
    condition = {"field": "status", "operator": "is", "value": "new"}
    rule = {"title": "x", "all": [condition], "actions": [{"field": "status", "value": "open"}]}
    made = box.send("POST", "/triggers", {"trigger": rule})["trigger"]
    assert made["conditions"] == {"all": [condition], "any": []}
    assert made["raw_title"] == "x"
    changed = box.send("PUT", f"/triggers/{made['id']}", {"trigger": {"active": False}})["trigger"]
    assert (changed["active"], changed["conditions"]) == (False, made["conditions"])
    assert box.read("/triggers/active")["triggers"] == []
    box.send("POST", "/triggers", {"trigger": {"title": "y", "conditions": {"all": "no"}}}, 422)


def test_settings_and_locales_are_there(box: Client) -> None:
    assert box.read("/account/settings")["settings"]["tickets"]["custom_statuses_enabled"] is True
    assert {"ko", "en-US"} <= {row["locale"] for row in box.read("/locales")["locales"]}


def test_without_a_rule_engine_triggers_are_kept_do_not_run_and_the_sandbox_says_so(box: Client) -> None:
    row = {
        "title": "tag", "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]},
        "actions": [{"field": "current_tags", "value": "tagged"}],
    }  # fmt: skip
    made = box.send("POST", "/triggers", {"trigger": row}, 201)["trigger"]
    assert box.ticket()["tags"] == []
    assert box.read("/triggers")["triggers"][0]["title"] == "tag"
    health = box.door("GET", "/health")["rules"]
    assert (health["run"], health["engine"], bool(health["why"])) == (False, None, True)
    assert [(row["id"], row["runs"]) for row in box.door("GET", "/rules")["rules"]] == [(made["id"], False)]
