"""What a ticket may not become, and choices that are tags."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("checks"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


@pytest.fixture(scope="module")
def kept(box: Client) -> Any:
    """A ticket that refusals leave as it is."""
    return box.ticket()


def field(box: Client, kind: str, title: str, **more: Any) -> int:
    given = {"type": kind, "title": title} | more
    return int(box.send("POST", "/ticket_fields", {"ticket_field": given})["ticket_field"]["id"])


def value_of(ticket: Any, number: int) -> Any:
    return next(row["value"] for row in ticket["custom_fields"] if row["id"] == number)


def refused(box: Client, ticket: Any, **change: Any) -> dict[str, list[dict[str, str]]]:
    path = f"/tickets/{ticket['id']}"
    before = box.read(path)["ticket"]
    reply = box.ask("PUT", path, {"ticket": change})
    body = reply.json()
    assert (reply.status_code, body.get("error"), body.get("description")) == (
        422, "RecordInvalid", "Record validation errors")  # fmt: skip
    assert box.read(path)["ticket"] == before
    details: dict[str, list[dict[str, str]]] = body["details"]
    return details


def test_a_ticket_names_nothing_that_is_not_there(box: Client, kept: Any) -> None:
    keys = ("brand_id", "ticket_form_id", "organization_id", "problem_id", "submitter_id", "custom_status_id")
    told = {key: next(iter(refused(box, kept, **{key: 404404}).values()))[0]["description"] for key in keys}
    names = ("Brand", "Ticket form", "Organization", "Problem", "Submitter", "Custom status")
    assert told == {key: f"{name}: is invalid" for key, name in zip(keys, names, strict=True)}
    given = {"ticket": {"comment": {"body": "x"}, "brand_id": 404404}}
    assert box.ask("POST", "/tickets", given).status_code == 422
    mine = {"brand_id": kept["brand_id"], "ticket_form_id": kept["ticket_form_id"], "organization_id": None}
    assert box.change(kept["id"], **mine)["ticket"]["brand_id"] == kept["brand_id"]


@pytest.mark.parametrize(("change", "key"), [
    ({"due_at": "soon"}, "due_at"), ({"custom_status_id": "x"}, "custom_status"),
    ({"comment": {"body": "x" * 65_537}}, "comment"), ({"comment": {"uploads": ["token"]}}, "comment"),
])  # fmt: skip
def test_nonsense_is_refused_whole(box: Client, kept: Any, change: Any, key: str) -> None:
    assert key in refused(box, kept, subject="Changed", **change)


def test_the_longest_comment_is_taken(box: Client, kept: Any) -> None:
    box.change(kept["id"], comment={"body": "x" * 65_536})
    assert len(box.read(f"/tickets/{kept['id']}/comments")["comments"][-1]["body"]) == 65_536


@pytest.mark.parametrize("status", ["open", "pending", "solved"])
def test_nothing_becomes_new_again(box: Client, status: str) -> None:
    ticket = box.ticket(status=status)
    assert "status" in refused(box, ticket, status="new")


def test_whoever_was_deleted_requests_nothing(box: Client, kept: Any) -> None:
    gone = box.user("Gone")
    box.send("DELETE", f"/users/{gone['id']}")
    assert refused(box, kept, requester_id=gone["id"])["requester_id"][0]["description"] == "Requester: is deleted"


@pytest.mark.parametrize(("kind", "more", "good", "bad"), [
    ("date", {}, ["2026-02-28", "2026-02-28T09:00:00Z"], ["2026-02-30", "soon", "20260228", 7]),
    ("integer", {}, ["42", -42], ["4.2", "four", True]), ("decimal", {}, ["4.2", 4, "1e3"], ["nan", "four", "inf"]),
    ("regexp", {"regexp_for_validation": r"\A\d{3}-\d{4}$"}, ["010-1234"], ["0101234", "x010-1234"]),
])  # fmt: skip
def test_fields_take_values_of_their_type(
    box: Client, kept: Any, kind: str, more: Any, good: list[Any], bad: list[Any]
) -> None:
    number = field(box, kind, f"A {kind}", **more)
    for value in [*good, None]:
        after = box.change(kept["id"], custom_fields=[{"id": number, "value": value}])["ticket"]
        assert value_of(after, number) == value
    for value in bad:
        told = refused(box, kept, custom_fields=[{"id": number, "value": value}])
        assert told["base"][0]["description"] == f"A {kind}: {value} is not valid"


def test_an_agent_solves_only_what_is_filled_in(box: Client) -> None:
    number = field(box, "text", "Cause", required=True)
    try:
        ticket = box.ticket()
        told = refused(box, ticket, status="solved")
        assert told["base"][0]["description"] == "Cause: is required when solving a ticket"
        filled = [{"id": number, "value": "Traffic"}]
        assert box.change(ticket["id"], status="solved", custom_fields=filled)["ticket"]["status"] == "solved"
        box.change(ticket["id"], custom_fields=[{"id": number, "value": None}])
        problem = box.ticket(type="problem", custom_fields=filled)
        incident = box.ticket(type="incident", problem_id=problem["id"])
        box.change(problem["id"], status="solved")
        assert box.read(f"/tickets/{incident['id']}")["ticket"]["status"] == "solved"
    finally:
        box.send("PUT", f"/ticket_fields/{number}", {"ticket_field": {"required": False}})


def test_tags_and_choices_are_tied_both_ways(box: Client) -> None:
    options = [{"name": name, "value": name} for name in ("hall", "kitchen")]
    room = field(box, "tagger", "Room", custom_field_options=options)
    rooms = field(box, "multiselect", "Extras", custom_field_options=[
        {"name": name, "value": name} for name in ("oven", "fridge")])  # fmt: skip
    vip = field(box, "checkbox", "VIP", tag="is_vip")

    def state(ticket: Any) -> Any:
        return [value_of(ticket, number) for number in (room, rooms, vip)], ticket["tags"]

    ticket = box.ticket(tags=["hall", "oven", "x"])
    assert state(ticket) == (["hall", ["oven"], None], ["hall", "oven", "x"])
    after = box.change(ticket["id"], additional_tags=["kitchen", "fridge", "is_vip"])["ticket"]
    assert state(after) == (["kitchen", ["oven", "fridge"], True], ["fridge", "is_vip", "kitchen", "oven", "x"])
    after = box.change(ticket["id"], remove_tags=["kitchen", "oven", "is_vip"])["ticket"]
    assert state(after) == ([None, ["fridge"], False], ["fridge", "x"])
    after = box.change(ticket["id"], tags=["y"], custom_fields=[{"id": room, "value": "hall"}])["ticket"]
    assert state(after)[0][0] == "hall"
    assert after["tags"] == ["hall", "y"]


def test_what_is_closed_without_solving_was_solved_then(box: Client) -> None:
    ticket = box.ticket()
    box.change(ticket["id"], status="closed")
    told = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]
    closed = box.read(f"/tickets/{ticket['id']}/audits")["audits"][-1]["created_at"]
    assert told["solved_at"] == closed
