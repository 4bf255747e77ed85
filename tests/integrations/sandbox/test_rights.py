"""What agents may not do to staff, and what customers may neither say nor see."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("rights"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


@pytest.fixture(scope="module")
def kim(box: Client) -> Any:
    return box.user("Kim", "agent")


@pytest.fixture(scope="module")
def agent(box: Client, kim: Any) -> Client:
    return box.as_user(kim)


@pytest.fixture(scope="module")
def boss(box: Client) -> Any:
    return box.user("Boss", "admin", external_id="boss-1")


def done(own: Client, method: str, path: str, body: Any) -> Any:
    job = own.send(method, path, body)["job_status"]
    return until(lambda: next((found for found in [own.read(f"/job_statuses/{job['id']}")["job_status"]]
                               if found["status"] == "completed"), None))  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/users/{boss}", {"user": {"role": "end-user"}}),
    ("PUT", "/users/{boss}", {"user": {"name": "Nobody"}}),
    ("PUT", "/users/{boss}", {"user": {"email": "stolen@demo.example"}}),
    ("PUT", "/users/{me}", {"user": {"role": "admin"}}),
    ("PUT", "/users/{me}", {"user": {"custom_role_id": 7}}),
    ("PUT", "/users/update_many", {"users": [{"id": "{me}", "role": "admin"}]}),
    ("PUT", "/users/update_many", {"users": [{"id": "{boss}", "suspended": True}]}),
    ("PUT", "/users/update_many", {"users": [{"external_id": "boss-1", "role": "end-user"}]}),
    ("PUT", "/users/update_many?ids={boss}", {"user": {"role": "end-user"}}),
    ("POST", "/users/create_many", {"users": [{"name": "Mine", "role": "admin"}]}),
    ("POST", "/users/create_or_update_many", {"users": [{"external_id": "boss-1", "name": "Nobody"}]}),
    ("POST", "/users/create_or_update", {"user": {"email": "boss@demo.example", "name": "Nobody"}}),
    ("POST", "/users/create_or_update", {"user": {"email": "new@demo.example", "name": "N", "role": "agent"}}),
    ("POST", "/users/{boss}/identities", {"identity": {"type": "email", "value": "door@demo.example"}}),
    ("PUT", "/users/{boss}/tags", {"tags": ["x"]}),
])  # fmt: skip
def test_an_agent_neither_makes_nor_changes_staff(
    box: Client, agent: Client, boss: Any, kim: Any, method: str, path: str, body: Any
) -> None:
    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        if isinstance(value, list):
            return [named(one) for one in value]
        return value.format(boss=boss["id"], me=kim["id"]) if isinstance(value, str) else value

    staff = "/users?role[]=admin&role[]=agent"
    before, jobs = box.read(staff)["users"], box.read("/job_statuses")["job_statuses"]
    assert agent.ask(method, named(path), named(body)).status_code == 403
    assert box.read(staff)["users"] == before
    assert box.read("/job_statuses")["job_statuses"] == jobs


def test_an_agent_changes_customers_and_herself(box: Client, agent: Client, kim: Any) -> None:
    minji = box.user("Minji")
    changed = agent.send("PUT", f"/users/{minji['id']}", {"user": minji | {"phone": "010-1"}})["user"]
    assert changed["phone"] == "010-1"
    assert agent.send("PUT", f"/users/{kim['id']}", {"user": kim | {"alias": "K"}})["user"]["alias"] == "K"
    agent.send("PUT", f"/users/{minji['id']}/tags", {"tags": ["vip"]})
    rows = [{"id": minji["id"], "details": "third floor"}]
    assert done(agent, "PUT", "/users/update_many", {"users": rows})["results"][0]["success"] is True
    assert box.read(f"/users/{minji['id']}")["user"]["details"] == "third floor"


def test_an_admin_makes_and_unmakes_staff(box: Client) -> None:
    ann = box.user("Ann")
    box.send("PUT", f"/users/{ann['id']}", {"user": {"role": "agent"}})
    rows = [{"id": ann["id"], "role": "end-user"}]
    done(box, "PUT", "/users/update_many", {"users": rows})
    assert box.read(f"/users/{ann['id']}")["user"]["role"] == "end-user"


def test_a_customer_writes_as_herself_in_public(box: Client, boss: Any) -> None:
    mina = box.user("Mina")
    own = box.as_user(mina)
    forged = {"body": "Refund her", "author_id": boss["id"], "public": False}
    given = {"subject": "Hello", "comment": forged, "custom_status_id": 1, "collaborator_ids": [boss["id"]]}
    request = own.send("POST", "/requests", {"request": given}, 201)["request"]
    own.send("PUT", f"/requests/{request['id']}", {"request": {"comment": forged}})
    said = box.read(f"/tickets/{request['id']}/comments")["comments"]
    assert [(row["author_id"], row["public"]) for row in said] == [(mina["id"], True)] * 2
    assert (request["collaborator_ids"], request["status"]) == ([], "new")


def test_a_customer_fills_in_only_fields_that_are_hers(box: Client) -> None:
    fields = {}
    for title, hers in (("Door", True), ("Margin", False)):
        wanted = {"type": "text", "title": title, "visible_in_portal": True, "editable_in_portal": hers}
        fields[title] = box.send("POST", "/ticket_fields", {"ticket_field": wanted})["ticket_field"]["id"]
    own = box.as_user(box.user("Hana"))
    given = {"subject": "Hi", "comment": {"body": "x"}, "custom_fields": [
        {"id": number, "value": "7"} for number in fields.values()]}  # fmt: skip
    request = own.send("POST", "/requests", {"request": given}, 201)["request"]
    ticket = box.read(f"/tickets/{request['id']}")["ticket"]
    assert [row["id"] for row in ticket["custom_fields"] if row["value"]] == [fields["Door"]]


def test_internal_tickets_are_not_seen_by_customers(box: Client) -> None:
    yuna, friend = box.user("Yuna"), box.user("Friend")
    inner = box.ticket(subject="Fraud?", requester_id=yuna["id"], email_cc_ids=[friend["id"]],
                       comment={"body": "Suspicious", "public": False})  # fmt: skip
    path = f"/requests/{inner['id']}"
    hers, friends = box.as_user(yuna), box.as_user(friend)

    def seen() -> list[Any]:
        paths = ("/requests", "/requests/open", "/requests/search?query=Fraud")
        told = [hers.ask("GET", where) for where in paths] + [friends.ask("GET", "/requests/ccd")]
        return [[row["id"] for row in reply.json()["requests"]] for reply in told]

    assert seen() == [[]] * 4
    for own in (hers, friends):
        assert [own.ask("GET", path).status_code, own.ask("GET", f"{path}/comments").status_code] == [404, 404]
        assert own.ask("PUT", path, {"request": {"comment": {"body": "Hm"}}}).status_code == 404
    assert box.read(path)["request"]["is_public"] is False
    box.change(inner["id"], comment={"body": "Could you call us?", "public": True})
    assert seen() == [[inner["id"]]] * 4
    assert [row["body"] for row in hers.read(f"{path}/comments")["comments"]] == ["Could you call us?"]
