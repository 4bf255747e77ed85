"""Skills, layouts, look-ups and what apps bring along."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("skills"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def skill(box: Client, name: str, *values: str) -> tuple[Any, list[Any]]:
    made = box.send("POST", "/routing/attributes.json", {"attribute": {"name": name}}, 201)["attribute"]
    path = f"/routing/attributes/{made['id']}/values"
    return made, [
        box.send("POST", path, {"attribute_value": {"name": value}}, 201)["attribute_value"] for value in values
    ]


def test_a_skill_has_values_and_goes_with_them(box: Client) -> None:
    made, (korean, english) = skill(box, "Language", "Korean", "English")
    path = f"/routing/attributes/{made['id']}"
    assert box.send("PUT", path, {"attribute": {"name": "Tongue"}})["attribute"]["name"] == "Tongue"
    assert [row["name"] for row in box.read(f"{path}/values")["attribute_values"]] == ["English", "Korean"]
    renamed = box.send("PATCH", f"{path}/values/{korean['id']}", {"attribute_value": {"name": "한국어"}})
    assert renamed["attribute_value"]["name"] == "한국어"
    assert box.read(f"{path}/values/{korean['id']}") == renamed
    assert box.ask("POST", "/routing/attributes", {"attribute": {"name": "Tongue"}}).status_code == 422
    assert box.ask("POST", f"{path}/values", {"attribute_value": {"name": ""}}).status_code == 422
    assert box.ask("DELETE", f"{path}/values/{english['id']}").status_code == 204
    assert box.ask("GET", f"{path}/values/{english['id']}").status_code == 404
    assert box.ask("DELETE", path).status_code == 204
    assert [box.ask("GET", one).status_code for one in (path, f"{path}/values")] == [404, 404]


def test_an_agent_fulfils_what_a_ticket_needs(box: Client) -> None:
    _, (night, lock) = skill(box, "Work", "Night", "Lock")
    ticket, free = box.ticket(), box.ticket()
    me = box.read("/users/me")["user"]["id"]
    path = f"/routing/tickets/{ticket['id']}/instance_values"
    wanted = {"attribute_value_ids": [night["id"], lock["id"], "unknown"]}
    told = box.send("POST", path, wanted, 200)["attribute_values"]
    assert [row["name"] for row in told] == ["Night", "Lock"]
    asked = f"/routing/requirements/fulfilled?ticket_ids={ticket['id']},{free['id']}"
    box.send("POST", f"/routing/agents/{me}/instance_values", {"attribute_value_ids": [night["id"]]}, 200)
    assert box.read(asked)["fulfilled_ticket_ids"] == [free["id"]]
    box.send("POST", path, {"attribute_value_ids": [night["id"]]}, 200)
    assert box.read(asked)["fulfilled_ticket_ids"] == [ticket["id"], free["id"]]
    assert [row["name"] for row in box.read(f"/routing/agents/{me}/instance_values")["attribute_values"]] == ["Night"]
    customer = box.user("Nobody")
    assert box.ask("GET", f"/routing/agents/{customer['id']}/instance_values").status_code == 404
    assert box.ask("POST", path, {}).status_code == 400


def test_changes_of_skills_are_exported(box: Client) -> None:
    made, (value,) = skill(box, "Export", "Fast")
    me = box.read("/users/me")["user"]["id"]
    path = f"/routing/agents/{me}/instance_values"
    for named in ([value["id"]], []):
        box.send("POST", path, {"attribute_value_ids": named})
    box.ask("DELETE", f"/routing/attributes/{made['id']}")
    told = box.read("/incremental/routing/attributes.json")
    mine = [row["type"] for row in told["attributes"] if row["id"] == made["id"]]
    assert mine == ["create", "delete"]
    links = [row["type"] for row in box.read("/incremental/routing/instance_values")["instance_values"]
             if row["attribute_value_id"] == value["id"]]  # fmt: skip
    assert links == ["associate_agent", "unassociate_agent"]
    cursor = told["next_page"].rsplit("=", 1)[1]
    assert box.read("/incremental/routing/attributes", cursor=cursor)["attributes"] == []
    assert box.ask("GET", "/incremental/routing/attribute_values?cursor=x").status_code == 400


def test_an_essentials_card_is_set_and_reset(box: Client) -> None:
    path = "/object_layouts/zen:user/essentials_card"
    first = box.read(path)["object_layout"]
    assert first["default"] is True
    wanted = {"object_layout": {"fields": [{"zrn": "zen:user:identity:email"}]}}
    changed = box.send("PUT", path, wanted, 200)["object_layout"]
    assert (changed["default"], len(changed["fields"])) == (False, 1)
    shown = {row["key"]: row["default"] for row in box.read("/object_layouts/essentials_cards")["object_layouts"]}
    assert shown == {"zen:user": False, "zen:organization": True, "zen:ticket": True}
    assert box.ask("DELETE", path).status_code == 204
    assert box.read(path)["object_layout"] == first
    assert box.ask("GET", "/object_layouts/zen:moon/essentials_card").status_code == 404
    too_many = {"object_layout": {"fields": [{"zrn": str(number)} for number in range(21)]}}
    assert box.ask("PUT", path, too_many).status_code == 422


def test_rows_that_point_to_another_by_a_look_up_field_are_found(box: Client) -> None:
    wanted = {"type": "lookup", "title": "Buddy", "key": "buddy", "relationship_target_type": "zen:user"}
    field = box.send("POST", "/user_fields", {"user_field": wanted})["user_field"]
    target = box.user("Target")
    pointing = box.user("Pointing", user_fields={"buddy": str(target["id"])})
    path = f"/zen:user/{target['id']}/relationship_fields/{field['id']}/zen:user"
    assert [row["id"] for row in box.read(path)["users"]] == [pointing["id"]]
    assert box.ask("GET", path.replace(str(field["id"]), "77")).status_code == 404
    words = box.read("/relationships/definitions/zen:ticket")["definitions"]["conditions_all"]
    assert "status" in {word["subject"] for word in words}


def test_what_an_app_brings_along_comes_changes_and_goes_together(box: Client) -> None:
    def work(method: str, path: str, payload: Any = None) -> Any:
        job = box.send(method, path, {"payload": payload} if payload else None, 200)["job_status"]
        look = f"/job_statuses/{job['id']}"
        return until(lambda: (row := box.read(look)["job_status"])["status"] == "completed" and row)["results"]

    condition = {"field": "custom_fields_room", "operator": "is", "value": "x"}
    payload: Any = {
        "triggers": {"greet": {"title": "Greet", "all": [condition], "actions": []}},
        "ticket_fields": {"room": {"type": "text", "title": "Room"}},
    }
    assert work("POST", "/resource_collections.json", payload) == {"success": True}
    row = box.read("/resource_collections")["resource_collections"][-1]
    numbers = {one["identifier"]: one["resource_id"] for one in row["resources"]}
    trigger = box.read(f"/triggers/{numbers['greet']}")["trigger"]
    assert trigger["conditions"]["all"][0]["field"] == f"custom_fields_{numbers['room']}"
    path = f"/resource_collections/{row['id']}"
    assert work("PUT", path, {"ticket_fields": {"room": {"type": "text", "title": "Chamber"}}}) == {"success": True}
    assert box.ask("GET", f"/triggers/{numbers['greet']}").status_code == 404
    assert box.read(f"/ticket_fields/{numbers['room']}")["ticket_field"]["title"] == "Chamber"
    assert work("POST", "/resource_collections", {"moons": {"x": {}}}) == {"success": False}
    work("DELETE", path)
    assert box.ask("GET", path).status_code == 404
    assert box.ask("GET", f"/ticket_fields/{numbers['room']}").status_code == 404
