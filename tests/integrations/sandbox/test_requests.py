"""Requests and ratings: tickets as their customers see them, and what customers may reach at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    made = Sandbox(tmp_path_factory.mktemp("requests"), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def customer(box: Client, name: str) -> tuple[Any, Client]:
    user = box.user(name)
    return user, box.as_user(user)


def asked(own: Client, **fields: Any) -> Any:
    given = {"subject": "Late", "comment": {"body": "Nobody came"}} | fields
    return own.send("POST", "/requests", {"request": given}, 201)["request"]


def listed(own: Client, path: str) -> list[int]:
    return [row["id"] for row in own.read(path)["requests"]]


def test_a_customer_asks_reads_and_answers_her_own_request(box: Client) -> None:
    user, own = customer(box, "Ria")
    request = asked(own, requester={"name": "Somebody else", "email": "else@demo.example"})
    assert (request["requester_id"], request["status"]) == (user["id"], "new")
    box.change(request["id"], comment={"body": "We know", "public": False}, status="hold")
    box.change(request["id"], comment={"body": "On our way"})
    shown = own.read(f"/requests/{request['id']}.json")["request"]
    assert (shown["status"], shown["can_be_solved_by_me"]) == ("open", False)
    own.send("PUT", f"/requests/{request['id']}", {"request": {"comment": {"body": "Thanks"}}})
    found = own.read(f"/requests/{request['id']}/comments")
    assert [row["body"] for row in found["comments"]] == ["Nobody came", "On our way", "Thanks"]
    assert {(row["name"], row["agent"]) for row in found["users"]} == {("Ria", False), ("Admin", True)}
    agents = own.read(f"/requests/{request['id']}/comments", role="agent")["comments"]
    assert [row["body"] for row in agents] == ["On our way"]
    one = found["comments"][1]
    assert own.read(f"/requests/{request['id']}/comments/{one['id']}")["comment"] == one
    inner = box.read(f"/tickets/{request['id']}/comments")["comments"][1]
    assert own.ask("GET", f"/requests/{request['id']}/comments/{inner['id']}").status_code == 404


def test_requests_of_others_are_not_found(box: Client) -> None:
    request = asked(customer(box, "Ola")[1])
    friend, own = customer(box, "Uma")
    path = f"/requests/{request['id']}"
    assert [own.ask("GET", path).status_code, own.ask("GET", f"{path}/comments").status_code] == [404, 404]
    assert own.ask("PUT", path, {"request": {"comment": {"body": "Me too"}}}).status_code == 404
    box.change(request["id"], email_cc_ids=[friend["id"]])
    assert own.read(path)["request"]["id"] == request["id"]
    assert (listed(own, "/requests"), listed(own, "/requests/ccd")) == ([], [request["id"]])


def test_requests_are_listed_by_state_and_found_by_words(box: Client) -> None:
    user, own = customer(box, "Ivy")
    first, second = asked(own, subject="Broken lamp"), asked(own)
    box.change(second["id"], comment={"body": "The lamp is a secret", "public": False}, status="solved")
    assert (listed(own, "/requests/open"), listed(own, "/requests/solved")) == ([first["id"]], [second["id"]])
    assert listed(own, "/requests?status=solved,closed") == [second["id"]]
    assert listed(own, "/requests/search?query=lamp") == [first["id"]]
    assert listed(box, f"/users/{user['id']}/requests") == [first["id"], second["id"]]


def test_a_customer_solves_what_was_assigned(box: Client) -> None:
    _, own = customer(box, "Sol")
    request = asked(own)
    wanted = {"request": {"solved": True}}
    refused = own.ask("PUT", f"/requests/{request['id']}", wanted)
    assert (refused.status_code, refused.json()["error"]) == (422, "RecordInvalid")
    box.change(request["id"], assignee_id=box.read("/users/me")["user"]["id"])
    assert own.send("PUT", f"/requests/{request['id']}", wanted)["request"]["status"] == "solved"


def test_a_customer_sees_the_fields_that_are_for_her(box: Client) -> None:
    fields = [box.send("POST", "/ticket_fields", {"ticket_field": {
        "type": "text", "title": title, "visible_in_portal": seen,
        "editable_in_portal": True}})["ticket_field"]["id"]
        for title, seen in (("Door", True), ("Margin", False))]  # fmt: skip
    _, own = customer(box, "Fia")
    request = asked(own, custom_fields=[{"id": number, "value": "7"} for number in fields])
    assert [row["id"] for row in request["custom_fields"] if row["value"]] == [fields[0]]


def test_only_whose_request_was_solved_rates_it(box: Client) -> None:
    user, own = customer(box, "Rae")
    _, other = customer(box, "Oda")
    request = asked(own)
    path = f"/tickets/{request['id']}/satisfaction_rating.json"
    wanted = {"satisfaction_rating": {"score": "bad", "comment": "Too late"}}
    assert own.ask("POST", path, wanted).status_code == 422
    box.change(request["id"], status="solved")
    assert other.ask("POST", path, wanted).status_code == 403
    assert own.ask("POST", path, {"satisfaction_rating": {"score": "so-so"}}).status_code == 422
    first = own.send("POST", path, wanted)["satisfaction_rating"]
    again = own.send("POST", path, {"satisfaction_rating": {"score": "good"}})["satisfaction_rating"]
    assert (again["id"], again["score"]) == (first["id"], "good")
    ticket = box.read(f"/tickets/{request['id']}")["ticket"]
    assert ticket["satisfaction_rating"]["score"] == "good"
    events = [event for audit in box.read(f"/tickets/{request['id']}/audits")["audits"] for event in audit["events"]]
    assert [event["score"] for event in events if event["type"] == "SatisfactionRating"] == ["bad", "good"]
    rated = box.read("/satisfaction_ratings", score="good")["satisfaction_ratings"]
    assert [row["requester_id"] for row in rated] == [user["id"]]
    assert box.read("/satisfaction_ratings", score="bad")["satisfaction_ratings"] == []
    assert box.read("/satisfaction_ratings", start_time=int(datetime(2999, 1, 1, tzinfo=UTC).timestamp()))["count"] == 0


@pytest.mark.parametrize("path", ["/tickets", "/users", "/triggers", "/search?query=x", "/requestsx", "/macros"])
def test_the_rest_is_closed_to_customers(box: Client, path: str) -> None:
    own = box.as_user(box.user(f"Cee{path[1:4]}{len(path)}"))
    assert own.ask("GET", path).status_code == 403
    assert own.ask("GET", "/ticket_forms").status_code == 200
    assert own.ask("POST", "/ticket_forms", {"ticket_form": {"name": "x"}}).status_code == 403


def test_sideloads_stand_in_the_ticket_or_beside_it(box: Client) -> None:
    problem = box.ticket(type="problem")
    box.ticket(type="incident", problem_id=problem["id"])
    box.change(problem["id"], comment={"body": "We look"})
    wanted = "users,comment_count,incident_counts,dates,metric_sets,last_audits"
    found = box.read(f"/tickets/{problem['id']}", include=wanted)
    ticket = found["ticket"]
    assert (ticket["comment_count"], ticket["incident_count"]) == (2, 1)
    assert ticket["metric_set"]["ticket_id"] == problem["id"]
    assert ticket["dates"]["latest_comment_added_at"] == ticket["metric_set"]["latest_comment_added_at"]
    assert found["last_audits"][0]["events"][0]["body"] == "We look"
    rows = box.read("/tickets", include=wanted)
    assert next(row for row in rows["tickets"] if row["id"] == problem["id"]) == ticket
    assert {row["id"] for row in rows["users"]} >= {ticket["requester_id"]}
    exported = box.read("/incremental/tickets/cursor", start_time=0, include="comment_count,last_audits")
    assert next(row for row in exported["tickets"] if row["id"] == problem["id"])["comment_count"] == 2
    assert "last_audits" not in exported


def test_organizations_are_exported_and_exports_are_tried_on_fifty_rows(box: Client) -> None:
    for name in "abc":
        box.send("POST", "/organizations", {"organization": {"name": f"Export {name}"}})
    found = box.read("/incremental/organizations", start_time=0)
    assert (found["count"], found["end_of_stream"]) == (len(found["organizations"]), True)
    assert [row["name"] for row in found["organizations"]][-3:] == ["Export a", "Export b", "Export c"]
    assert box.read("/incremental/organizations", start_time=found["end_time"] + 1)["organizations"] == []
    for _ in range(60):
        box.ticket()
    sample = box.read("/incremental/tickets/sample", start_time=0)
    assert len(sample["tickets"]) >= 50
    assert sample["end_of_stream"] is False or len(sample["tickets"]) > 50
    assert box.ask("GET", "/incremental/nothing/sample?start_time=0").status_code == 404


def test_settings_are_changed_by_their_kind_and_strangers_are_told(box: Client) -> None:
    change = {"tickets": {"status_hold": False, "colour": "red"}, "weather": {"sun": True}}
    reply = box.ask("PUT", "/account/settings.json", {"settings": change})
    assert (reply.status_code, reply.json()["settings"]["tickets"]["status_hold"]) == (200, False)
    warned = reply.headers["x-zendesk-api-warn"]
    assert "settings.tickets.colour" in warned
    assert "settings.weather" in warned
    assert box.read("/account/settings")["settings"]["tickets"]["status_hold"] is False
    assert box.ask("PUT", "/account/settings", {"settings": {"tickets": {"tagging": "no"}}}).status_code == 400


def test_the_best_language_is_found_by_what_the_reader_wishes(box: Client) -> None:
    reply = box.ask("GET", "/locales/detect_best_locale", headers={"accept-language": "fr, ko;q=0.8"})
    assert reply.json()["locale"]["locale"] == "ko"
    assert box.read("/locales/current")["locale"]["locale"] == "en-US"
