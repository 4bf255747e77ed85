"""Rules as rows: found, changed together, put in order, defined; views as tables; macros with what belongs to them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.state import wall_clock
from tests.integrations.sandbox.client import TOKEN, Client


class Hours:
    """A clock that a test moves."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return wall_clock() + self.ahead


@pytest.fixture(scope="module")
def clock() -> Hours:
    return Hours()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, clock: Hours) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("rules"), token=TOKEN, withhold_seconds=0, clock=clock)
    yield Client(made.start())
    made.stop()


ONE = {"macros": "macro", "triggers": "trigger", "automations": "automation", "views": "view"}
BODY: dict[str, Any] = {
    "macros": {"actions": [{"field": "status", "value": "solved"}]},
    "triggers": {"actions": [{"field": "status", "value": "open"}], "conditions": {"all": [
        {"field": "status", "operator": "is", "value": "hold"}], "any": []}},
    "automations": {"actions": [{"field": "status", "value": "closed"}], "conditions": {"all": [
        {"field": "status", "operator": "is", "value": "solved"},
        {"field": "SOLVED", "operator": "greater_than", "value": "96"}], "any": []}},
    "views": {"all": [{"field": "status", "operator": "less_than", "value": "solved"}]},
}  # fmt: skip


def made(box: Client, kind: str, title: str, **fields: Any) -> Any:
    return box.send("POST", f"/{kind}", {ONE[kind]: {"title": title, **BODY[kind], **fields}}, 201)[ONE[kind]]


@pytest.mark.parametrize("kind", ONE)
def test_rules_are_found_by_words_and_changed_together(box: Client, kind: str) -> None:
    rows = [made(box, kind, f"{word} {kind}") for word in ("Late cleaner", "Late guest", "Refund")]
    found = box.read(f"/{kind}/search.json", query=f"late {kind}")[kind]
    assert {row["title"] for row in found} == {f"Late cleaner {kind}", f"Late guest {kind}"}
    wanted = {kind: [{"id": rows[0]["id"], "active": False}, {"id": rows[2]["id"], "position": 3}]}
    changed = box.send("PUT", f"/{kind}/update_many.json", wanted, 200)[kind]
    assert [(row["id"], row["active"]) for row in changed] == [(rows[0]["id"], False), (rows[2]["id"], True)]
    assert [row["id"] for row in box.read(f"/{kind}/search", query=f"late {kind}", active="true")[kind]] == [
        rows[1]["id"]
    ]
    half = {kind: [{"id": rows[1]["id"], "active": False}, {"id": 77, "active": False}]}
    assert box.ask("PUT", f"/{kind}/update_many", half).status_code == 404
    assert box.read(f"/{kind}/{rows[1]['id']}")[ONE[kind]]["active"] is True
    many = {kind: [{"id": rows[1]["id"]}] * 101}
    assert box.ask("PUT", f"/{kind}/update_many", many).json()["error"] == "TooManyValues"
    shown = box.read(f"/{kind}/show_many?ids={rows[0]['id']},{rows[1]['id']},77")[kind]
    assert {row["id"] for row in shown} == {rows[0]["id"], rows[1]["id"]}
    by_title = box.read(f"/{kind}", sort_by="alphabetical", sort_order="desc")[kind]
    titles = [row["title"].lower() for row in by_title]
    assert titles == sorted(titles, reverse=True)


def test_triggers_and_forms_are_put_in_order(box: Client) -> None:
    rows = [made(box, "triggers", f"Order {letter}") for letter in "abc"]
    wanted = [row["id"] for row in rows[::-1]]
    assert box.send("PUT", "/triggers/reorder.json", {"trigger_ids": wanted}, 200)["trigger"]["id"] == wanted[0]
    assert [row["id"] for row in box.read("/triggers")["triggers"]][:3] == wanted
    assert box.ask("PUT", "/triggers/reorder", {"trigger_ids": [77]}).status_code == 404
    assert box.ask("PUT", "/triggers/reorder", {}).status_code == 400
    forms = [box.send("POST", "/ticket_forms", {"ticket_form": {"name": name}})["ticket_form"]["id"] for name in "xy"]
    told = box.send("PUT", "/ticket_forms/reorder", {"ticket_form_ids": forms[::-1]}, 200)["ticket_forms"]
    assert [row["id"] for row in told][:2] == forms[::-1]
    copy = box.send("POST", f"/ticket_forms/{forms[0]}/clone", None, 200)["ticket_form"]
    assert (copy["name"], copy["default"]) == ("x (clone)", False)
    assert len(box.read(f"/ticket_forms/show_many?ids={forms[0]},{copy['id']}")["ticket_forms"]) == 2


def test_a_trigger_keeps_what_it_was(box: Client) -> None:
    trigger = made(box, "triggers", "Before")
    box.send("PUT", f"/triggers/{trigger['id']}", {"trigger": {"title": "After"}})
    box.send("PUT", f"/triggers/{trigger['id']}", {"trigger": {"position": 5}})
    rows = box.read(f"/triggers/{trigger['id']}/revisions")["trigger_revisions"]
    assert [row["snapshot"]["title"] for row in rows] == ["After", "Before"]
    title = [{"change": "-", "content": "Before"}, {"change": "+", "content": "After"}]
    assert (rows[0]["diff"]["title"], rows[0]["diff"]["active"][0]["change"]) == (title, "=")
    one = box.read(f"/triggers/{trigger['id']}/revisions/{rows[1]['id']}")["trigger_revision"]
    assert (one["snapshot"], "diff" in one) == (rows[1]["snapshot"], False)
    assert box.ask("GET", f"/triggers/{trigger['id']}/revisions/77").status_code == 404


def test_triggers_move_between_categories_all_or_none(box: Client) -> None:
    category = box.send("POST", "/trigger_categories", {"trigger_category": {"name": "Two"}})["trigger_category"]
    trigger = made(box, "triggers", "Moving")
    moved = {"id": str(trigger["id"]), "category_id": str(category["id"]), "active": False}
    items: Any = {"trigger_categories": [{"id": str(category["id"]), "position": 4}], "triggers": [moved]}
    done = box.send("POST", "/trigger_categories/jobs", {"job": {"action": "patch", "items": items}}, 200)
    assert done["status"] == "complete"
    assert done["results"]["triggers"][0]["category_id"] == str(category["id"])
    items["triggers"].append({"id": "77", "active": True})
    items["triggers"][0]["active"] = True
    refused = box.ask("POST", "/trigger_categories/jobs", {"job": {"action": "patch", "items": items}})
    assert (refused.status_code, refused.json()["errors"][0]["trigger_id"]) == (400, "77")
    assert box.read(f"/triggers/{trigger['id']}")["trigger"]["active"] is False


@pytest.mark.parametrize(
    ("path", "side"),
    [("triggers", "conditions_all"), ("automations", "conditions_any"), ("views", "conditions_all"),
     ("macros", "actions"), ("slas/policies", "all"), ("group_slas/policies", "all"), ("queues", "conditions_all")],
)  # fmt: skip
def test_each_kind_of_rule_has_a_vocabulary_of_this_account(box: Client, path: str, side: str) -> None:
    group = box.send("POST", "/groups", {"group": {"name": f"Group of {path}"}})["group"]
    words = box.read(f"/{path}/definitions.json")["definitions"][side]
    subjects = {word.get("subject", word.get("value")): word for word in words}
    values = subjects["group_id"]["values"]
    listed = values if isinstance(values, list) else values["list"]
    assert str(group["id"]) in {str(row["value"]) for row in listed}
    seen_changing = any(row["value"] == "changed" for row in subjects["group_id"].get("operators", []))
    assert seen_changing is (path == "triggers")


def test_a_custom_field_is_part_of_the_vocabulary(box: Client) -> None:
    options = [{"name": "Seoul", "value": "seoul"}]
    field = {"type": "tagger", "title": "City", "custom_field_options": options}
    number = box.send("POST", "/ticket_fields", {"ticket_field": field})["ticket_field"]["id"]
    told = box.read("/triggers/definitions")["definitions"]
    word = next(row for row in told["conditions_any"] if row["subject"] == f"custom_fields_{number}")
    assert [row["value"] for row in word["values"]] == ["__NULL__", "seoul"]
    assert f"custom_fields_{number}" in {row["field"] for row in box.read("/macros/actions")["actions"]}


def test_a_view_is_tried_counted_and_shown_as_a_table(box: Client) -> None:
    group = box.send("POST", "/groups", {"group": {"name": "Tables"}})["group"]["id"]
    tickets = [box.ticket(group_id=group, subject=subject, priority=level) for subject, level in (
        ("B", "low"), ("A", "urgent"), ("C", None))]  # fmt: skip
    output = {"columns": ["nice_id", "subject", "requester"], "sort_by": "subject", "sort_order": "asc"}
    asked = {"all": [{"field": "group_id", "operator": "is", "value": str(group)}], "output": output}
    found = box.send("POST", "/views/preview.json", {"view": asked}, 200)
    assert [column["id"] for column in found["columns"]] == ["nice_id", "subject", "requester"]
    assert [row["subject"] for row in found["rows"]] == ["A", "B", "C"]
    assert found["rows"][0]["requester_id"] in {user["id"] for user in found["users"]}
    assert box.send("POST", "/views/preview/count", {"view": asked}, 200)["view_count"]["value"] == 3
    view = box.send("POST", "/views", {"view": {"title": "Table", **asked}})["view"]
    assert box.read(f"/views/{view['id']}/execute")["rows"] == found["rows"]
    assert [row["subject"] for row in box.read(f"/views/{view['id']}/tickets")["tickets"]] == ["A", "B", "C"]
    by_id = box.read(f"/views/{view['id']}/tickets", sort_by="id", sort_order="desc")["tickets"]
    assert by_id[0]["id"] == tickets[-1]["id"]
    page = box.read(f"/views/{view['id']}/execute", per_page=2)
    assert (len(page["rows"]), page["count"], "page=2" in page["next_page"]) == (2, 3, True)
    counts = box.read(f"/views/count_many?ids={view['id']},77")["view_counts"]
    assert [(row["view_id"], row["value"]) for row in counts] == [(view["id"], 3)]
    assert box.read(f"/views/{view['id']}/export")["export"]["view_id"] == view["id"]
    assert box.ask("POST", "/views/preview", {}).status_code == 400


def shown(box: Client, *conditions: tuple[str, str, Any]) -> int:
    asked = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    found: int = box.send("POST", "/views/preview/count", {"view": {"all": asked}})["view_count"]["value"]
    return found


def test_views_ask_for_ages_custom_fields_and_custom_statuses(box: Client, clock: Hours) -> None:
    field = {"type": "multiselect", "title": "Rooms", "custom_field_options": [
        {"name": name, "value": name} for name in ("bath", "kitchen")]}  # fmt: skip
    number = box.send("POST", "/ticket_fields", {"ticket_field": field})["ticket_field"]["id"]
    box.ticket(custom_fields=[{"id": number, "value": ["bath"]}], tags=["aged"])
    mine = ("current_tags", "includes", "aged")
    name = f"custom_fields_{number}"
    assert [shown(box, mine, (name, operator, "bath")) for operator in ("includes", "not_includes")] == [1, 0]
    assert [shown(box, mine, (name, operator, None)) for operator in ("present", "not_present")] == [1, 0]
    assert shown(box, mine, (name, "includes", "kitchen")) == 0
    statuses = [row["id"] for row in box.read("/custom_statuses")["custom_statuses"] if row["status_category"] == "new"]
    assert shown(box, mine, ("custom_status_id", "includes", [str(statuses[0])])) == 1
    assert shown(box, mine, ("custom_status_id", "not_includes", [str(statuses[0])])) == 0
    assert shown(box, mine, ("NEW", "greater_than", "5")) == 0
    clock.ahead = timedelta(hours=6)
    assert shown(box, mine, ("NEW", "greater_than", "5")) == 1
    assert [shown(box, mine, ("NEW", "less_than", "5")), shown(box, mine, ("updated_at", "is", "6"))] == [0, 1]
    clock.ahead = timedelta()


def test_macros_have_categories_files_and_are_made_from_tickets(box: Client) -> None:
    macro = made(box, "macros", "Late::Sorry")
    assert "Late" in box.read("/macros/categories")["categories"]
    assert [row["id"] for row in box.read("/macros", category="Late")["macros"] if "::" in row["title"]] == [
        macro["id"]
    ]
    copy = box.read("/macros/new", macro_id=macro["id"])["macro"]
    assert ("id" in copy, copy["actions"]) == (False, macro["actions"])
    ticket = box.ticket(priority="high", tags=["late"])
    actions = box.read("/macros/new", ticket_id=ticket["id"])["macro"]["actions"]
    assert {"field": "priority", "value": "high"} in actions
    assert {"field": "current_tags", "value": "late"} in actions
    assert box.ask("GET", "/macros/new").status_code == 400
    auth = (f"{box.email}/token", box.token)
    reply = requests.post(
        f"{box.url}/api/v2/macros/{macro['id']}/attachments.json", auth=auth, timeout=20,
        files={"attachment": ("map.txt", b"left, then right", "text/plain")}, data={"filename": "way.txt"},
    )  # fmt: skip
    assert reply.status_code == 201, reply.text
    file = reply.json()["macro_attachment"]
    assert (file["filename"], file["size"]) == ("way.txt", 16)
    assert requests.get(file["content_url"], timeout=20).content == b"left, then right"
    assert box.read(f"/macros/{macro['id']}/attachments")["macro_attachments"] == [file]
    assert box.read(f"/macros/attachments/{file['id']}")["macro_attachment"] == file


def test_one_status_of_a_category_is_the_default_one(box: Client) -> None:
    status = {"status_category": "open", "agent_label": "Urgent", "end_user_label": "Urgent"}
    made_here = box.send("POST", "/custom_statuses", {"custom_status": status})["custom_status"]
    assert box.send("PUT", "/custom_status/default", {"ids": str(made_here["id"])}, 200) == {}
    rows = box.read("/custom_statuses", status_categories="open", default="true")["custom_statuses"]
    assert [row["id"] for row in rows] == [made_here["id"]]
    assert box.ask("PUT", "/custom_status/default", {"ids": "77"}).status_code == 404
    assert box.ticket(assignee_id=box.read("/users/me")["user"]["id"])["custom_status_id"] == made_here["id"]
    lost = status | {"status_category": "lost"}
    assert box.ask("POST", "/custom_statuses", {"custom_status": lost}).status_code == 422
