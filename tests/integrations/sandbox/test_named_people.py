"""People named by e-mail, and tickets and users named by ids of other systems."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("named"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def names(box: Client, numbers: list[int]) -> list[str]:
    return [box.read(f"/users/{number}")["user"]["email"] for number in numbers]


def done(box: Client, reply: Any) -> Any:
    place = f"/job_statuses/{reply['job_status']['id']}"

    def look() -> Any:
        found = box.read(place)["job_status"]
        return found if found["status"] == "completed" else None

    return until(look)


@pytest.mark.parametrize(("key", "kept"), [("email_ccs", "email_cc_ids"), ("followers", "follower_ids")])
def test_copies_and_followers_come_and_go_by_address(box: Client, key: str, kept: str) -> None:
    first, second = f"{key}.one@demo.example", f"{key}.two@demo.example"
    ticket = box.ticket(**{key: [{"user_email": first, "user_name": "One"}]})
    assert names(box, ticket[kept]) == [first]
    assert box.read(f"/users/{ticket[kept][0]}")["user"]["name"] == "One"
    after = box.change(ticket["id"], **{key: [{"user_email": second}]})["ticket"]
    assert names(box, after[kept]) == [first, second]
    after = box.change(ticket["id"], **{key: [{"user_email": first, "action": "delete"}]})["ticket"]
    assert names(box, after[kept]) == [second]
    again = {"user_email": second.upper(), "action": "put"}
    assert box.change(ticket["id"], **{key: [again]})["ticket"][kept] == after[kept]
    gone = {"user_id": after[kept][0], "action": "delete"}
    assert box.change(ticket["id"], **{key: [gone]})["ticket"][kept] == []


def test_whoever_leaves_by_an_unknown_address_is_not_made(box: Client) -> None:
    box.ticket(email_ccs=[{"user_email": "unknown@demo.example", "action": "delete"}])
    assert box.read("/users/search", query="unknown@demo.example")["users"] == []


def test_collaborators_are_named_in_each_way(box: Client) -> None:
    known = box.user("Known")
    given = [known["id"], "a@demo.example", {"name": "Bo", "email": "b@demo.example"}]
    ticket = box.ticket(collaborators=given)
    emails = ["known@demo.example", "a@demo.example", "b@demo.example"]
    assert names(box, ticket["collaborator_ids"]) == emails
    after = box.change(ticket["id"], additional_collaborators=["c@demo.example"])["ticket"]
    assert names(box, after["collaborator_ids"]) == [*emails, "c@demo.example"]
    after = box.change(ticket["id"], collaborators=["a@demo.example"])["ticket"]
    assert names(box, after["collaborator_ids"]) == ["a@demo.example"]


def test_a_customer_puts_people_in_copy_by_address(box: Client) -> None:
    own = box.as_user(box.user("Sora"))
    given = {"subject": "Hi", "comment": {"body": "x"}, "email_ccs": [{"user_email": "mum@demo.example"}]}
    request = own.send("POST", "/requests", {"request": given}, 201)["request"]
    assert names(box, request["email_cc_ids"]) == ["mum@demo.example"]
    more = {"request": {"additional_collaborators": ["dad@demo.example"]}}
    request = own.send("PUT", f"/requests/{request['id']}", more)["request"]
    assert names(box, request["collaborator_ids"]) == ["dad@demo.example"]


def test_tickets_change_by_ids_of_another_system(box: Client) -> None:
    first, second, twin = (box.ticket(external_id=name) for name in ("B-1", "B-2", "B-2"))
    job = done(box, box.send("PUT", "/tickets/update_many?external_ids=B-1,B-2,B-9", {"ticket": {"priority": "high"}}))
    assert [row["success"] for row in job["results"]] == [True, True, True, False]
    assert [row.get("id") for row in job["results"]] == [first["id"], second["id"], twin["id"], None]
    assert box.read(f"/tickets/{twin['id']}")["ticket"]["priority"] == "high"


def test_users_change_and_go_by_ids_of_another_system(box: Client) -> None:
    one = box.user("Extern", external_id="c-1")
    done(box, box.send("PUT", "/users/update_many?external_ids=c-1", {"user": {"notes": "regular"}}))
    done(box, box.send("PUT", "/users/update_many", {"users": [{"external_id": "c-1", "details": "blue door"}]}))
    row = box.read(f"/users/{one['id']}")["user"]
    assert (row["notes"], row["details"]) == ("regular", "blue door")
    job = done(box, box.send("DELETE", "/users/destroy_many?external_ids=c-1,c-9"))
    assert [row["success"] for row in job["results"]] == [True, False]
    assert box.read(f"/users/{one['id']}")["user"]["active"] is False
