"""Options of fields and variants of texts: rows inside of rows, each with an address of its own."""

from typing import Any

import pytest

from tests.integrations.sandbox.client import Client


@pytest.mark.parametrize("place", ["ticket_fields", "user_fields"])
def test_options_are_made_changed_moved_and_removed(box: Client, place: str) -> None:
    one = place.removesuffix("s")
    kind = "tagger" if place == "ticket_fields" else "dropdown"
    options = [{"name": name.capitalize(), "value": name} for name in ("seoul", "busan")]
    field = {"type": kind, "title": "City", "key": "city", "custom_field_options": options}
    row = box.send("POST", f"/{place}", {one: field}, 201)[one]
    path = f"/{place}/{row['id']}/options"

    def put(status: int, **fields: Any) -> Any:
        return box.send("POST", path, {"custom_field_option": fields}, status).get("custom_field_option")

    def listed() -> list[str]:
        return [one["value"] for one in box.read(path)["custom_field_options"]]

    made = put(201, name="Jeju", value="jeju", position=0)
    assert listed() == ["jeju", "seoul", "busan"]
    assert put(200, id=made["id"], name="Jeju island", position=2)["raw_name"] == "Jeju island"
    assert listed() == ["seoul", "busan", "jeju"]
    put(422, name="Again", value="seoul")
    put(422, name="No value")
    put(404, id=77, name="x")
    assert box.read(f"{path}/{made['id']}")["custom_field_option"]["position"] == 2
    assert box.ask("DELETE", f"{path}/{made['id']}").status_code == 204
    assert box.ask("DELETE", f"{path}/{made['id']}").status_code == 404
    assert listed() == ["seoul", "busan"]
    if place == "ticket_fields":
        body = {"ticket": {"comment": {"body": "x"}, "custom_fields": [{"id": row["id"], "value": "jeju"}]}}
        assert box.ask("POST", "/tickets", body).status_code == 422


def test_a_text_field_has_no_options(box: Client) -> None:
    row = box.send("POST", "/ticket_fields", {"ticket_field": {"type": "text", "title": "x"}})["ticket_field"]
    assert box.ask("GET", f"/ticket_fields/{row['id']}/options").status_code == 404


def test_a_text_has_a_variant_a_language(box: Client) -> None:
    korean, english = {"locale_id": 69, "content": "안녕", "default": True}, {"locale_id": 1, "content": "Hello"}
    wanted = {"name": "Greeting", "default_locale_id": 69, "variants": [korean]}
    item = box.send("POST", "/dynamic_content/items", {"item": wanted}, 201)["item"]
    path = f"/dynamic_content/items/{item['id']}/variants"
    second = box.send("POST", path, {"variant": english}, 201)["variant"]
    assert [row["content"] for row in box.read(path)["variants"]] == ["안녕", "Hello"]
    assert box.ask("POST", path, {"variant": english}).json()["details"]["locale_id"][0]["error"] == "DuplicateValue"
    assert box.ask("POST", path, {"variant": {"locale_id": 77, "content": "x"}}).status_code == 422
    assert box.ask("POST", path, {"variant": {"locale_id": 67}}).status_code == 422
    changed = box.send("PUT", f"{path}/{second['id']}", {"variant": {"content": "Hi", "default": True}})["variant"]
    assert (changed["content"], changed["default"]) == ("Hi", True)
    first = box.read(path)["variants"][0]
    assert first["default"] is False
    assert box.ask("DELETE", f"{path}/{second['id']}").status_code == 422
    rows = [{"id": first["id"], "content": "안녕하세요"}, {"id": second["id"], "content": "Good day"}]
    many = box.send("PUT", f"{path}/update_many", {"variants": rows}, 200)["variants"]
    assert [row["content"] for row in many] == ["안녕하세요", "Good day"]
    more = [{"locale_id": 67, "content": "こんにちは"}, {"locale_id": 10, "content": "你好"}]
    assert len(box.send("POST", f"{path}/create_many", {"variants": more}, 201)["variants"]) == 2
    assert box.ask("DELETE", f"{path}/{first['id']}").status_code == 204
    assert box.ask("GET", f"{path}/{first['id']}").status_code == 404
    found = box.read("/dynamic_content/items/show_many", identifiers="greeting,other")["items"]
    assert [len(row["variants"]) for row in found] == [3]
