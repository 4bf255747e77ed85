"""Custom objects: kinds that the account thinks up, with fields, records and jobs."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("custom"), token=TOKEN)
    yield Client(made.start())
    made.stop()


def an_object(box: Client, key: str, **fields: str) -> str:
    wanted = {"key": key, "title": key.capitalize(), "title_pluralized": f"{key}s"}
    box.send("POST", "/custom_objects.json", {"custom_object": wanted}, 201)
    for name, kind in fields.items():
        options = [{"name": value, "value": value} for value in ("small", "big")] if kind == "dropdown" else None
        field = {"key": name, "type": kind, "title": name, **({"custom_field_options": options} if options else {})}
        box.send("POST", f"/custom_objects/{key}/fields", {"custom_object_field": field}, 201)
    return f"/custom_objects/{key}"


def put(box: Client, path: str, name: str, external_id: str | None = None, **values: Any) -> Any:
    wanted = {"name": name, "external_id": external_id, "custom_object_fields": values}
    return box.send("POST", f"{path}/records", {"custom_object_record": wanted}, 201)["custom_object_record"]


def names(box: Client, path: str, **params: Any) -> list[str]:
    return [row["name"] for row in box.read(path, **params)["custom_object_records"]]


def test_an_object_is_made_changed_and_removed_with_all_that_is_in_it(box: Client) -> None:
    path = an_object(box, "room", floor="integer")
    put(box, path, "Attic", floor=3)
    changed = box.send("PATCH", path, {"custom_object": {"title": "Chamber", "key": "other"}}, 200)["custom_object"]
    assert (changed["title"], changed["raw_title"], changed["key"]) == ("Chamber", "Chamber", "room")
    again = {"custom_object": {"key": "room", "title": "x", "title_pluralized": "x"}}
    assert box.ask("POST", "/custom_objects", again).json()["details"]["key"][0]["error"] == "DuplicateValue"
    assert box.ask("POST", "/custom_objects", {"custom_object": {"key": "No key"}}).status_code == 422
    before = box.read("/custom_objects/limits/record_limit")["count"]
    assert box.ask("DELETE", path).status_code == 204
    assert box.read("/custom_objects/limits/record_limit")["count"] == before - 1
    assert [box.ask("GET", one).status_code for one in (path, f"{path}/fields", f"{path}/records")] == [404] * 3
    assert "room" not in [row["key"] for row in box.read("/custom_objects")["custom_objects"]]


def test_fields_are_found_by_id_or_key_and_put_in_order(box: Client) -> None:
    path = an_object(box, "tool", weight="decimal", colour="text")
    rows = box.read(f"{path}/fields")["custom_object_fields"]
    assert [row["key"] for row in rows] == ["weight", "colour"]
    assert box.read(f"{path}/fields/weight") == box.read(f"{path}/fields/{rows[0]['id']}")
    changed = box.send("PATCH", f"{path}/fields/weight", {"custom_object_field": {"title": "Weight", "type": "text"}})
    assert (changed["custom_object_field"]["title"], changed["custom_object_field"]["type"]) == ("Weight", "decimal")
    order = {"custom_object_field_ids": [rows[1]["id"], rows[0]["id"]]}
    assert box.ask("PUT", f"{path}/fields/reorder", order).status_code == 200
    assert [row["key"] for row in box.read(f"{path}/fields")["custom_object_fields"]] == ["colour", "weight"]
    with_standard = box.read(f"{path}/fields", include_standard_fields="true")["custom_object_fields"]
    assert [row["key"] for row in with_standard][:2] == ["standard::name", "standard::external_id"]
    assert box.read(f"{path}/limits/field_limit") == {"count": 2, "limit": 400}
    put(box, path, "Mop", weight=1, colour="red")
    assert box.ask("DELETE", f"{path}/fields/colour").status_code == 204
    assert box.read(f"{path}/records")["custom_object_records"][0]["custom_object_fields"] == {"weight": 1.0}
    wrong = {"custom_object_field": {"key": "x", "type": "colour", "title": "x"}}
    assert box.ask("POST", f"{path}/fields", wrong).status_code == 422


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [("integer", "7", 7), ("decimal", 2, 2.0), ("checkbox", "true", True),
     ("date", "2026-11-01T10:00:00Z", "2026-11-01"),
     ("text", 5, "5"), ("dropdown", "big", "big"), ("text", None, None)],
)  # fmt: skip
def test_values_are_cast_to_their_fields(box: Client, kind: str, given: object, kept: object) -> None:
    path = an_object(box, f"cast_{kind}_{type(given).__name__.lower()}", it=kind)
    assert put(box, path, "One", it=given)["custom_object_fields"] == {"it": kept}


@pytest.mark.parametrize(("kind", "given"), [("integer", "x"), ("decimal", []), ("date", "soon"), ("dropdown", "huge")])
def test_values_that_do_not_fit_are_refused(box: Client, kind: str, given: object) -> None:
    path = an_object(box, f"unfit_{kind}", it=kind)
    wanted = {"custom_object_record": {"name": "x", "custom_object_fields": {"it": given}}}
    assert box.ask("POST", f"{path}/records", wanted).json()["error"] == "RecordInvalid"
    strange = {"custom_object_record": {"name": "x", "custom_object_fields": {"no_field": 1}}}
    assert box.ask("POST", f"{path}/records", strange).status_code == 422
    assert box.ask("POST", f"{path}/records", {"custom_object_record": {}}).status_code == 422


def test_records_are_known_by_their_external_id(box: Client) -> None:
    path = an_object(box, "key", shape="text")
    first = put(box, path, "Front", "k-1", shape="round")
    assert box.read(f"{path}/records/{first['id']}")["custom_object_record"] == first
    body = {"custom_object_record": {"name": "Front door"}}
    same = box.send("PATCH", f"{path}/records?external_id=k-1", body, 200)["custom_object_record"]
    assert (same["id"], same["name"], same["custom_object_fields"]) == (first["id"], "Front door", {"shape": "round"})
    new = box.send("PATCH", f"{path}/records?external_id=k-2", {"custom_object_record": {"name": "Back"}}, 200)
    assert new["custom_object_record"]["id"] != first["id"]
    taken = {"custom_object_record": {"name": "x", "external_id": "k-1"}}
    assert box.ask("POST", f"{path}/records", taken).json()["details"]["external_id"][0]["error"] == "DuplicateValue"
    moved = {"custom_object_record": {"custom_object_fields": {"shape": "flat"}}}
    path_of_first = f"{path}/records/{first['id']}"
    changed = box.send("PATCH", path_of_first, moved, 200)["custom_object_record"]
    assert (changed["custom_object_fields"], changed["external_id"]) == ({"shape": "flat"}, "k-1")
    assert box.ask("DELETE", f"{path}/records?external_id=k-2").status_code == 204
    assert box.ask("DELETE", f"{path}/records?external_id=k-2").status_code == 404
    assert box.ask("DELETE", f"{path}/records").status_code == 400
    assert box.ask("DELETE", path_of_first).status_code == 204
    assert box.read(f"{path}/records/count")["count"]["value"] == 0


def test_records_are_listed_found_and_paged(box: Client) -> None:
    path = an_object(box, "flat", city="text")
    made = [
        put(box, path, name, f"f-{name}", city=city)
        for name, city in (("B1", "Seoul"), ("A1", "Busan"), ("A2", "Seoul"))
    ]
    assert names(box, f"{path}/records", sort="name") == ["A1", "A2", "B1"]
    assert names(box, f"{path}/records", sort="-name") == ["B1", "A2", "A1"]
    assert names(box, f"{path}/records", **{"filter[external_ids]": "f-B1,f-A2", "sort": "name"}) == ["A2", "B1"]
    assert names(box, f"{path}/records", **{"filter[ids]": made[1]["id"]}) == ["A1"]
    assert names(box, f"{path}/records/search", query="seoul a") == ["A2"]
    assert names(box, f"{path}/records/autocomplete", name="a", sort="name") == ["A1", "A2"]
    page = box.read(f"{path}/records", **{"page[size]": 2, "sort": "name"})
    assert (page["count"], page["meta"]["has_more"]) == (3, True)
    rest = names(
        box, f"{path}/records", **{"page[size]": 2, "sort": "name", "page[after]": page["meta"]["after_cursor"]}
    )
    assert rest == ["B1"]
    assert box.ask("GET", f"{path}/records?sort=colour").status_code == 400


def test_many_records_are_made_changed_and_removed_in_jobs(box: Client) -> None:
    path = an_object(box, "shift", hours="integer")

    def work(action: str, items: list[Any]) -> Any:
        job = box.send("POST", f"{path}/jobs", {"job": {"action": action, "items": items}}, 201)["job_status"]
        look = f"/job_statuses/{job['id']}"
        return until(lambda: (row := box.read(look)["job_status"])["status"] == "completed" and row)["results"]

    rows = [{"name": "Early", "custom_object_fields": {"hours": 8}}, {"name": "Late", "external_id": "l"}, {"name": ""}]
    made = work("create", rows)
    assert [row["success"] for row in made] == [True, True, False]
    upserted = work("create_or_update_by_external_id", [{"external_id": "l", "name": "Later"},
                                                        {"external_id": "n", "name": "Night"}])  # fmt: skip
    assert [row["status"] for row in upserted] == ["Updated", "Created"]
    work("update", [{"id": made[0]["id"], "custom_object_fields": {"hours": 6}}])
    assert names(box, f"{path}/records", sort="name") == ["Early", "Later", "Night"]
    assert [row["success"] for row in work("delete_by_external_id", ["n", "none"])] == [True, False]
    work("delete", [made[0]["id"]])
    assert names(box, f"{path}/records") == ["Later"]
    assert box.ask("POST", f"{path}/jobs", {"job": {"action": "paint", "items": []}}).status_code == 400
    many = {"job": {"action": "delete", "items": ["x"] * 101}}
    assert box.ask("POST", f"{path}/jobs", many).json()["error"] == "TooManyValues"


def test_only_admins_think_up_objects(box: Client) -> None:
    agent = box.as_user(box.user("Olga", "agent"))
    wanted = {"custom_object": {"key": "mine", "title": "x", "title_pluralized": "x"}}
    assert agent.ask("POST", "/custom_objects", wanted).status_code == 403
    path = an_object(box, "shared", it="text")
    assert put(agent, path, "Hers")["name"] == "Hers"
