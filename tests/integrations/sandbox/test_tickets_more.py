"""Tickets that are deleted, restored, merged, imported, and found by what they have to do with each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.sandbox.box import Sandbox
from tests.integrations.sandbox.client import TOKEN, Client, receiving, until


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One account for all of these: each asks only after tickets of its own."""
    made = Sandbox(Path(tmp_path_factory.mktemp("more")), token=TOKEN, withhold_seconds=0)
    yield Client(made.start())
    made.stop()


def finished(box: Client, reply: Any) -> Any:
    """The job once it is completed."""
    path = f"/job_statuses/{reply['job_status']['id']}.json"

    def done() -> Any:
        job = box.read(path)["job_status"]
        return job if job["status"] == "completed" else None

    return until(done)


def listed(box: Client, path: str, many: str = "tickets") -> list[int]:
    return [row["id"] for row in box.read(path)[many]]


def test_a_deleted_ticket_is_listed_with_who_and_what_it_was_and_comes_back(box: Client) -> None:
    ticket = box.ticket(status="pending")
    box.ask("DELETE", f"/tickets/{ticket['id']}")
    row = next(row for row in box.read("/deleted_tickets.json")["deleted_tickets"] if row["id"] == ticket["id"])
    assert (row["previous_state"], row["actor"]["name"], row["subject"]) == ("pending", "Admin", ticket["subject"])
    assert box.ask("PUT", f"/deleted_tickets/{ticket['id']}/restore.json").status_code == 200
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["status"] == "pending"
    assert ticket["id"] not in listed(box, "/deleted_tickets", "deleted_tickets")
    assert box.ask("PUT", f"/deleted_tickets/{ticket['id']}/restore").status_code == 404


def test_many_are_restored_together_or_not_at_all(box: Client) -> None:
    gone, there = box.ticket(), box.ticket()
    box.ask("DELETE", f"/tickets/{gone['id']}")
    assert box.ask("PUT", f"/deleted_tickets/restore_many?ids={gone['id']},{there['id']}").status_code == 404
    assert box.ask("GET", f"/tickets/{gone['id']}").status_code == 404
    assert box.ask("PUT", f"/deleted_tickets/restore_many?ids={gone['id']}").status_code == 200
    assert box.ask("GET", f"/tickets/{gone['id']}").status_code == 200


def test_what_is_deleted_for_good_leaves_only_its_id_in_exports(box: Client) -> None:
    ticket = box.ticket(subject="A passport", comment={"body": "Passport 1234"})
    box.ask("DELETE", f"/tickets/{ticket['id']}")
    job = finished(box, box.send("DELETE", f"/deleted_tickets/{ticket['id']}"))
    assert (job["results"], job["total"], job["progress"]) == ({"success": True}, None, None)
    assert box.ask("PUT", f"/deleted_tickets/{ticket['id']}/restore").status_code == 404
    rows = box.read("/incremental/tickets", start_time=0)["tickets"]
    row = next(row for row in rows if row["id"] == ticket["id"])
    assert (row["status"], row["subject"], row["description"]) == ("deleted", "SCRUBBED", "SCRUBBED")
    assert "Passport 1234" not in box.ask("GET", "/incremental/ticket_events?start_time=0&include=comment_events").text


def test_merging_closes_the_one_and_tells_the_other(box: Client) -> None:
    customer = box.user("Merger")
    source = box.ticket(requester_id=customer["id"], comment={"body": "Still nobody", "author_id": customer["id"]})
    target, closed = box.ticket(subject="Late"), box.ticket(status="closed")
    wanted = {"ids": [source["id"], closed["id"]], "target_comment_is_public": True}
    job = finished(box, box.send("POST", f"/tickets/{target['id']}/merge.json", wanted))
    assert [row["success"] for row in job["results"]] == [True, False]
    assert "closed prevents ticket update" in job["results"][1]["details"]
    merged = box.read(f"/tickets/{source['id']}")["ticket"]
    assert (merged["status"], "closed_by_merge" in merged["tags"]) == ("closed", True)
    told = box.read(f"/tickets/{target['id']}/comments")["comments"][-1]
    assert "Still nobody" in told["body"]
    assert told["via"]["source"]["rel"] == "merge"
    assert customer["id"] in box.read(f"/tickets/{target['id']}")["ticket"]["email_cc_ids"]
    assert box.ask("POST", f"/tickets/{target['id']}/merge", {"ids": []}).status_code == 400
    into_itself = box.ask("POST", f"/tickets/{target['id']}/merge", {"ids": [target["id"]]})
    assert (into_itself.status_code, into_itself.json()["error"]) == (400, "SourceInvalid")
    assert box.ask("POST", f"/tickets/{closed['id']}/merge", {"ids": [target["id"]]}).status_code == 422


def test_spam_is_deleted_and_its_sender_suspended(box: Client) -> None:
    spammer = box.user("Spammer")
    one, other = (box.ticket(requester_id=spammer["id"]) for _ in range(2))
    assert box.ask("PUT", f"/tickets/{one['id']}/mark_as_spam").status_code == 200
    assert box.read(f"/users/{spammer['id']}")["user"]["suspended"] is True
    job = finished(box, box.send("PUT", f"/tickets/mark_many_as_spam?ids={other['id']},{one['id']}"))
    assert [row["success"] for row in job["results"]] == [True, False]
    assert {one["id"], other["id"]} <= set(listed(box, "/deleted_tickets", "deleted_tickets"))


def test_an_old_ticket_comes_in_with_its_dates_and_comments(box: Client) -> None:
    customer = box.user("Older")
    old = {
        "subject": "From before", "requester_id": customer["id"], "description": "The first words",
        "created_at": "2020-01-01T10:00:00Z", "solved_at": "2020-01-03T10:00:00Z", "status": "closed",
        "comments": [{"author_id": customer["id"], "value": "Hello?", "created_at": "2020-01-02T10:00:00Z"},
                     {"value": "A note", "public": False, "created_at": "2020-01-02T11:00:00Z"}],
    }  # fmt: skip
    reply = box.ask("POST", "/imports/tickets.json", {"ticket": old})
    assert reply.status_code == 201, reply.text
    ticket = reply.json()["ticket"]
    assert (ticket["created_at"], ticket["updated_at"]) == ("2020-01-01T10:00:00Z", "2020-01-03T10:00:00Z")
    assert ticket["status"] == "closed"
    comments = box.read(f"/tickets/{ticket['id']}/comments")["comments"]
    assert [(row["body"], row["public"]) for row in comments] == [
        ("The first words", True), ("Hello?", True), ("A note", False),
    ]  # fmt: skip
    assert comments[1]["created_at"] == "2020-01-02T10:00:00Z"
    metric = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]
    assert metric["full_resolution_time_in_minutes"]["calendar"] == 2 * 24 * 60
    ahead = box.ask("POST", "/imports/tickets", {"ticket": old | {"created_at": "2999-01-01T10:00:00Z"}})
    assert (ahead.status_code, ahead.json()["error"]) == (422, "RecordInvalid")
    job = finished(box, box.send("POST", "/imports/tickets/create_many", {"tickets": [old, {"subject": "Bare"}]}))
    assert [row.get("success", True) for row in job["results"]] == [True, True]


def test_problems_and_their_incidents_are_found(box: Client) -> None:
    problem = box.ticket(type="problem", subject="The whole street is out")
    incident = box.ticket(type="incident", problem_id=problem["id"])
    assert listed(box, f"/tickets/{problem['id']}/incidents") == [incident["id"]]
    assert problem["id"] in listed(box, "/problems")
    found = box.send("POST", "/problems/autocomplete.json", {"text": "street"})["tickets"]
    assert [row["id"] for row in found] == [problem["id"]]
    assert box.send("POST", "/problems/autocomplete.json?text=nothing-like-it")["tickets"] == []


def test_tickets_are_found_by_whom_they_have_to_do_with(box: Client) -> None:
    friend = box.user("Friend")
    ticket = box.ticket(email_cc_ids=[friend["id"]], follower_ids=[friend["id"]])
    for way in ("ccd", "followed"):
        assert listed(box, f"/users/{friend['id']}/tickets/{way}") == [ticket["id"]]
        assert box.read(f"/users/{friend['id']}/tickets/{way}/count")["count"]["value"] == 1
    assert box.read(f"/users/{friend['id']}/tickets/requested/count")["count"]["value"] == 0
    last = box.ticket()
    assert listed(box, "/tickets/recent")[0] == last["id"]


def test_people_who_join_a_ticket_are_kept_and_told(box: Client) -> None:
    friend, other = box.user("Joiner"), box.user("Leaver")
    ticket = box.ticket(email_cc_ids=[other["id"]])
    box.change(ticket["id"], email_cc_ids=[friend["id"]], follower_ids=[friend["id"]])
    row = box.read(f"/tickets/{ticket['id']}")["ticket"]
    assert (row["email_cc_ids"], row["follower_ids"]) == ([friend["id"]], [friend["id"]])
    told = {event["type"]: event for event in box.read(f"/tickets/{ticket['id']}/audits")["audits"][-1]["events"]}
    assert told["EmailCcChange"]["previous_email_ccs"] == [other["email"]]
    assert told["FollowerChange"]["current_followers"] == [friend["email"]]


def test_tags_are_counted_and_completed(box: Client) -> None:
    box.ticket(tags=["lockout", "vip"])
    box.ticket(tags=["lockout"])
    assert {"name": "lockout", "count": 2} in box.read("/tags.json")["tags"]
    assert box.read("/tags/count")["count"]["value"] >= 2
    assert box.read("/autocomplete/tags", name="loc")["tags"] == ["lockout"]
    assert box.read("/autocomplete/tags", name="l")["tags"] == []


@pytest.mark.parametrize("place", ["users", "organizations"])
def test_users_and_organizations_have_tags_of_their_own(box: Client, place: str) -> None:
    one = place.removesuffix("s")
    row = box.user("Tagged") if one == "user" else box.send("POST", "/organizations", {one: {"name": "Tagged"}})[one]
    path = f"/{place}/{row['id']}/tags"
    assert box.send("POST", path, {"tags": ["b", "a"]}, 201)["tags"] == ["a", "b"]
    assert box.send("PUT", path, {"tags": ["c"]}, 200)["tags"] == ["a", "b", "c"]
    assert box.send("DELETE", path, {"tags": ["b"]})["tags"] == ["a", "c"]
    assert box.read(path)["tags"] == ["a", "c"]
    assert box.read(f"/{place}/{row['id']}")[one]["tags"] == ["a", "c"]
    assert box.ask("PUT", path, {}).status_code == 422


def test_the_jobs_are_listed_newest_first(box: Client) -> None:
    ticket = box.ticket()
    jobs = [box.send("DELETE", f"/tickets/destroy_many?ids={ticket['id']}")["job_status"]["id"] for _ in range(2)]
    assert [row["id"] for row in box.read("/job_statuses", **{"page[size]": 2})["job_statuses"]] == jobs[::-1]


def test_webhooks_hear_of_what_no_field_tells(box: Client) -> None:
    with receiving() as receiver:
        names = ("soft_deleted", "undeleted", "marked_as_spam", "merged")
        hook = {"name": "Fates", "endpoint": receiver.url, "http_method": "POST", "request_format": "json",
                "status": "active", "subscriptions": [f"zen:event-type:ticket.{name}" for name in names]}  # fmt: skip
        box.send("POST", "/webhooks", {"webhook": hook})
        one, other = box.ticket(requester_id=box.user("Fate")["id"]), box.ticket()
        box.ask("DELETE", f"/tickets/{one['id']}")
        box.ask("PUT", f"/deleted_tickets/{one['id']}/restore")
        box.ask("PUT", f"/tickets/{one['id']}/mark_as_spam")
        box.ask("PUT", f"/deleted_tickets/{one['id']}/restore")
        finished(box, box.send("POST", f"/tickets/{other['id']}/merge", {"ids": [one["id"]]}))
        until(lambda: len(receiver.came) == 6)
        assert sorted(receiver.types()) == sorted(["soft_deleted", "undeleted"] * 2 + ["marked_as_spam", "merged"])


def test_a_follow_up_leads_back_to_the_closed_ticket(box: Client) -> None:
    customer = box.user("Follower")
    old = box.ticket(subject="Broken lamp", requester_id=customer["id"])
    wanted = {"comment": {"body": "It broke again"}, "via_followup_source_id": old["id"]}
    assert box.ask("POST", "/tickets", {"ticket": wanted}).status_code == 422
    box.change(old["id"], status="closed")
    new = box.send("POST", "/tickets", {"ticket": wanted})["ticket"]
    assert (new["subject"], new["requester_id"]) == ("Broken lamp", customer["id"])
    assert (new["via"]["source"]["rel"], new["via"]["source"]["from"]["ticket_id"]) == ("follow_up", old["id"])
    assert box.read(f"/tickets/{old['id']}")["ticket"]["followup_ids"] == [new["id"]]
    assert box.read(f"/tickets/{new['id']}/related")["ticket_related"]["followup_source_ids"] == [old["id"]]
    assert box.ask("POST", "/tickets", {"ticket": wanted | {"via_followup_source_id": 77777}}).status_code == 404


def test_a_problem_knows_of_its_incidents_and_is_solved_with_them(box: Client) -> None:
    problem, other = box.ticket(type="problem"), box.ticket(type="problem")
    incidents = [box.ticket(type="incident", problem_id=problem["id"]) for _ in range(3)]
    assert box.read(f"/tickets/{problem['id']}")["ticket"]["has_incidents"] is True
    box.change(incidents[2]["id"], problem_id=other["id"])
    box.change(incidents[1]["id"], status="closed")
    box.change(problem["id"], status="solved")
    statuses = [box.read(f"/tickets/{row['id']}")["ticket"]["status"] for row in incidents]
    assert statuses == ["solved", "closed", "new"]
    via = box.read(f"/tickets/{incidents[0]['id']}/audits")["audits"][-1]["via"]["source"]
    assert (via["rel"], via["from"]["ticket_id"]) == ("problem", problem["id"])
    box.change(incidents[2]["id"], problem_id=None)
    assert box.read(f"/tickets/{other['id']}")["ticket"]["has_incidents"] is False


def test_a_ticket_is_made_and_changed_later_where_asked(box: Client) -> None:
    reply = box.ask("POST", "/tickets.json?async=true", {"ticket": {"comment": {"body": "Later"}}})
    assert reply.status_code == 202
    number = int(reply.headers["location"].rsplit("/", 1)[1].removesuffix(".json"))
    assert finished(box, reply.json())["results"][0]["id"] == number
    assert box.read(f"/tickets/{number}")["ticket"]["description"] == "Later"
    later = box.ask("PUT", f"/tickets/{number}?async=true", {"ticket": {"subject": "Changed"}})
    assert later.status_code == 202
    finished(box, later.json())
    assert box.read(f"/tickets/{number}")["ticket"]["subject"] == "Changed"
    assert box.ask("PUT", "/tickets/77777?async=true", {"ticket": {}}).status_code == 404
