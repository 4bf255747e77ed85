"""Users: the addresses they are known by, deleting for good, merging, and what belongs to them."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("people"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def known_by(box: Client, user: Any) -> list[tuple[str, bool]]:
    rows = box.read(f"/users/{user['id']}/identities.json")["identities"]
    return [(row["value"], row["primary"]) for row in rows]


def add(box: Client, user: Any, kind: str, value: str, **more: Any) -> Any:
    path = f"/users/{user['id']}/identities"
    return box.send("POST", path, {"identity": {"type": kind, "value": value, **more}}, 201)["identity"]


def test_an_e_mail_address_is_an_identity_and_another_becomes_the_primary_one(box: Client) -> None:
    user = box.user("Ida")
    second = add(box, user, "email", "ida2@demo.example")
    assert known_by(box, user) == [("ida@demo.example", True), ("ida2@demo.example", False)]
    path = f"/users/{user['id']}/identities/{second['id']}"
    first = box.read(f"/users/{user['id']}/identities")["identities"][0]
    assert box.read(f"/users/{user['id']}/identities/{first['id']}")["identity"] == first
    rows = box.send("PUT", f"{path}/make_primary")["identities"]
    assert [(row["value"], row["primary"]) for row in rows] == known_by(box, user)
    assert known_by(box, user) == [("ida2@demo.example", True), ("ida@demo.example", False)]
    assert box.read(f"/users/{user['id']}")["user"]["email"] == "ida2@demo.example"
    assert box.ask("DELETE", path).status_code == 422
    assert box.ask("DELETE", f"/users/{user['id']}/identities/{first['id']}").status_code == 204
    assert known_by(box, user) == [("ida2@demo.example", True)]


def test_an_address_belongs_to_one_user(box: Client) -> None:
    user, other = box.user("Una"), box.user("Odo")
    add(box, user, "email", "shared@demo.example")
    wanted = {"identity": {"type": "email", "value": "shared@demo.example"}}
    refused = box.ask("POST", f"/users/{other['id']}/identities", wanted)
    assert refused.json()["details"]["email"][0]["error"] == "DuplicateValue"
    assert box.ask("POST", "/users", {"user": {"name": "X", "email": "shared@demo.example"}}).status_code == 422
    ticket = box.ticket(requester={"email": "shared@demo.example", "name": "Someone"})
    assert ticket["requester_id"] == user["id"]
    assert box.ask("POST", f"/users/{user['id']}/identities", {"identity": {"type": "fax"}}).status_code == 422
    assert box.ask("GET", f"/users/{other['id']}/identities/{user['id'] + 1}").status_code == 404


def test_an_identity_is_verified_and_changed(box: Client) -> None:
    user = box.user("Vera")
    first = box.read(f"/users/{user['id']}/identities")["identities"][0]
    path = f"/users/{user['id']}/identities/{first['id']}"
    assert box.send("PUT", f"{path}/verify")["identity"]["verified"] is True
    assert box.read(f"/users/{user['id']}")["user"]["verified"] is True
    changed = box.send("PUT", path, {"identity": {"value": "vera2@demo.example"}})["identity"]
    assert (changed["value"], changed["primary"]) == ("vera2@demo.example", True)
    assert box.send("PUT", f"{path}/request_verification") == {}
    phone = add(box, user, "phone_number", "+8210111")
    assert phone["primary"] is True
    assert box.read(f"/users/{user['id']}")["user"]["phone"] == "+8210111"


def test_a_new_user_brings_identities_and_an_organization_by_name(box: Client) -> None:
    made = box.send("POST", "/organizations", {"organization": {"name": "VIPs"}})["organization"]
    wanted: Any = {"identities": [{"type": "twitter", "value": "nara84"}], "organization": {"name": "vips"}}
    user = box.user("Nara", **wanted)
    assert user["organization_id"] == made["id"]
    assert known_by(box, user) == [("nara@demo.example", True), ("nara84", False)]


def test_whoever_has_open_requests_is_not_deleted(box: Client) -> None:
    customer = box.user("Busy")
    ticket = box.ticket(requester_id=customer["id"])
    refused = box.ask("DELETE", f"/users/{customer['id']}")
    assert (refused.status_code, refused.json()["error"]) == (422, "RecordInvalid")
    box.change(ticket["id"], status="closed")
    assert box.ask("DELETE", f"/users/{customer['id']}").status_code == 200


def test_a_deleted_user_is_listed_and_then_gone_for_good(box: Client) -> None:
    user = box.user("Gone")
    assert box.ask("DELETE", f"/deleted_users/{user['id']}").status_code == 404
    box.ask("DELETE", f"/users/{user['id']}")
    assert user["id"] in [row["id"] for row in box.read("/deleted_users.json")["deleted_users"]]
    before = box.read("/deleted_users/count")["count"]["value"]
    assert box.read(f"/deleted_users/{user['id']}")["deleted_user"]["email"] == "gone@demo.example"
    assert box.read(f"/users/{user['id']}/compliance_deletion_statuses")["compliance_deletion_statuses"] == []
    assert box.send("DELETE", f"/deleted_users/{user['id']}", None, 200)["deleted_user"]["name"] == "Gone"
    assert box.read("/deleted_users/count")["count"]["value"] == before - 1
    row = box.read(f"/users/{user['id']}")["user"]
    assert (row["active"], row["email"], row["name"]) == (False, None, "Permanently Deleted User")
    told = box.read(f"/users/{user['id']}/compliance_deletion_statuses?application=support")
    assert [one["action"] for one in told["compliance_deletion_statuses"]] == ["started", "complete"]


def test_merging_users_leaves_one_with_everything(box: Client) -> None:
    loser, winner = box.user("Lose", tags=["a"]), box.user("Win", tags=["b"])
    ticket = box.ticket(requester_id=loser["id"])
    merged = box.send("PUT", f"/users/{loser['id']}/merge", {"user": {"id": winner["id"]}})["user"]
    assert (merged["id"], merged["tags"]) == (winner["id"], ["a", "b"])
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["requester_id"] == winner["id"]
    assert box.read(f"/users/{loser['id']}")["user"]["active"] is False
    related = box.read(f"/users/{winner['id']}/related")["user_related"]
    assert (related["requested_tickets"], related["assigned_tickets"]) == (1, 0)
    assert box.ask("PUT", f"/users/{winner['id']}/merge", {"user": {"id": winner["id"]}}).status_code == 422
    admin = box.read("/users/me")["user"]
    assert box.ask("PUT", f"/users/{admin['id']}/merge", {"user": {"id": winner["id"]}}).status_code == 422


def test_many_users_are_made_or_changed_in_one_job(box: Client) -> None:
    known = box.user("Known", external_id="k-1")
    rows = [
        {"external_id": "k-1", "name": "Known better"},
        {"name": "Fresh", "email": "fresh@demo.example"},
        {"name": ""},
    ]
    job = box.send("POST", "/users/create_or_update_many", {"users": rows})["job_status"]
    path = f"/job_statuses/{job['id']}"
    done = until(lambda: (found := box.read(path)["job_status"])["status"] == "completed" and found)
    assert [row["status"] for row in done["results"]] == ["Updated", "Created", "Failed"]
    assert box.read(f"/users/{known['id']}")["user"]["name"] == "Known better"
    assert [row["id"] for row in box.read("/users?external_id=k-1")["users"]] == [known["id"]]
    agent = box.as_user(box.user("Agnes", "agent"))
    assert agent.ask("POST", "/users/create_or_update_many", {"users": [{"role": "admin"}]}).status_code == 403


def test_passwords_are_long_enough_and_ones_own_alone(box: Client) -> None:
    user = box.user("Pia", "agent")
    path = f"/users/{user['id']}/password"
    assert box.ask("POST", path, {"password": "abc"}).status_code == 422
    assert box.ask("POST", path, {"password": "pia@demo.example"}).status_code == 422
    assert box.ask("POST", path, {"password": "abcdef"}).status_code == 200
    assert box.ask("PUT", path, {"password": "abcdefg"}).status_code == 403
    own = box.as_user(user)
    assert own.ask("PUT", path, {"previous_password": "wrong", "password": "abcdefg"}).status_code == 422
    assert own.ask("PUT", path, {"previous_password": "abcdef", "password": "abcdefg"}).status_code == 200
    assert len(box.read(f"{path}/requirements")["requirements"]) == 2


def test_tokens_open_no_sessions(box: Client) -> None:
    user = box.user("Sera", "agent")
    assert box.read("/sessions")["sessions"] == box.read(f"/users/{user['id']}/sessions")["sessions"] == []
    assert box.ask("GET", f"/users/{user['id']}/sessions/7").json()["error"] == "RecordNotFound"
    assert box.read("/users/me/session") == {"session": []}
    assert box.ask("DELETE", "/users/me/logout").status_code == 204
    assert box.ask("POST", f"/users/logout_many?ids={user['id']}").status_code == 202
    assert box.read("/users/me/session/renew")["authenticity_token"]


def test_a_customer_sees_no_one_elses_identities(box: Client) -> None:
    one, other = box.user("Cara"), box.user("Dora")
    assert box.as_user(one).ask("GET", f"/users/{other['id']}/identities").status_code == 403


def test_users_bring_along_what_include_asks_for(box: Client) -> None:
    organization = box.send("POST", "/organizations", {"organization": {"name": "Loaded"}})["organization"]
    user = box.user("Lola", organization_id=organization["id"])
    second = add(box, user, "email", "lola2@demo.example")
    box.ticket(requester_id=user["id"])
    wanted = "organizations,identities,open_ticket_count,roles"
    for found in (box.read(f"/users/{user['id']}", include=wanted),
                  box.read(f"/users/show_many?ids={user['id']}", include=wanted),
                  box.read("/users/search", query="lola2@demo.example", include=wanted)):  # fmt: skip
        assert [row["id"] for row in found["organizations"]] == [organization["id"]]
        assert second["id"] in [row["id"] for row in found["identities"]]
        assert found["open_ticket_count"] == {str(user["id"]): 1}


def test_an_organization_has_all_its_members_and_tells_who_they_are(box: Client) -> None:
    made = [box.send("POST", "/organizations", {"organization": {"name": f"Member {name}"}})["organization"]
            for name in "xy"]  # fmt: skip
    user = box.user("Mira", organization_id=made[0]["id"])
    wanted = {"organization_membership": {"user_id": user["id"], "organization_id": made[1]["id"]}}
    box.send("POST", "/organization_memberships", wanted)
    for one in made:
        assert [row["id"] for row in box.read(f"/organizations/{one['id']}/users")["users"]] == [user["id"]]
        assert box.read(f"/organizations/{one['id']}/related")["organization_related"]["users_count"] == 1
    path = f"/users/{user['id']}/organization_memberships"
    found = box.read(path, include="users,organizations")
    assert [row["id"] for row in found["users"]] == [user["id"]]
    assert {row["name"] for row in found["organizations"]} == {"Member x", "Member y"}
    agent = box.agent_in(box.group("Included")["id"], "Inga")
    groups = box.read(f"/users/{agent['id']}/groups")["groups"]
    assert [row["name"] for row in groups] == ["Included"]
