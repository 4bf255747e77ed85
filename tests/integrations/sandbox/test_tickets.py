"""Tickets over the API: their shape, what a change does, what it refuses, and the audit it leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.zendesk.sandbox import tickets
from tests.integrations.sandbox.client import Client, until
from tests.integrations.sandbox.conftest import Opener

# Zendesk's keys of a ticket, from its OpenAPI file and from what its API shows beside it.
TICKET_KEYS = {
    "url", "id", "external_id", "via", "created_at", "updated_at", "type", "subject",
    "raw_subject", "description", "priority", "status", "recipient", "requester_id", "submitter_id",
    "assignee_id", "organization_id", "group_id", "collaborator_ids", "follower_ids", "email_cc_ids",
    "forum_topic_id", "problem_id", "has_incidents", "is_public", "due_at", "tags", "custom_fields",
    "satisfaction_rating", "sharing_agreement_ids", "custom_status_id", "fields", "followup_ids",
    "ticket_form_id", "brand_id", "allow_channelback", "allow_attachments", "from_messaging_channel",
}  # fmt: skip
AUDIT_KEYS = {"id", "ticket_id", "created_at", "author_id", "metadata", "events", "via"}
COMMENT_KEYS = {
    "id", "type", "author_id", "body", "html_body", "plain_body", "public", "attachments", "audit_id", "via",
    "created_at", "metadata",
}  # fmt: skip


def changes(audit: dict[str, object]) -> dict[str, tuple[object, object]]:
    events = audit["events"]
    assert isinstance(events, list)
    found = [event for event in events if event["type"] == "Change"]
    return {event["field_name"]: (event["previous_value"], event["value"]) for event in found}


def test_a_ticket_has_every_key_wherever_it_is_shown(box: Client) -> None:
    reply = box.ask("POST", "/tickets.json", {"ticket": {"subject": "Hi", "description": "First words"}})
    assert reply.status_code == 201
    assert reply.headers["location"] == f"{box.url}/api/v2/tickets/1.json"
    assert set(reply.json()["ticket"]) == TICKET_KEYS
    assert set(reply.json()["audit"]) == AUDIT_KEYS
    assert set(box.read("/tickets/1.json")["ticket"]) == TICKET_KEYS
    assert set(box.read("/tickets")["tickets"][0]) == TICKET_KEYS
    assert set(box.read("/tickets/show_many", ids="1")["tickets"][0]) == TICKET_KEYS
    assert set(box.read("/tickets/1/comments")["comments"][0]) == COMMENT_KEYS


def test_ticket_ids_count_up_and_other_ids_are_big(box: Client) -> None:
    first, second = box.ticket(), box.ticket()
    assert (first["id"], second["id"]) == (1, 2)
    assert box.group("Refunds")["id"] > 10**9


def test_the_first_audit_tells_how_the_ticket_was_made(box: Client) -> None:
    made = box.send("POST", "/tickets", {"ticket": {"subject": "Hi", "comment": {"body": "One\n\nTwo"}, "tags": "b A"}})
    events = made["audit"]["events"]
    assert events[0]["type"] == "Comment"
    assert events[0]["html_body"].count("<p") == 2
    told = {event["field_name"]: event["value"] for event in events[1:]}
    assert told["subject"] == "Hi"
    assert told["priority"] is None
    assert told["tags"] == ["a", "b"]
    assert told["requester_id"] == str(made["ticket"]["requester_id"])


def test_an_update_tells_each_change_with_what_was_before(box: Client) -> None:
    ticket = box.ticket(priority="low")
    group = box.group("Refunds")
    agent = box.agent_in(group["id"])
    reply = box.change(
        ticket["id"], priority="high", assignee_id=agent["id"], comment={"body": "On it", "public": False}
    )
    assert reply["ticket"]["status"] == "open", "a new ticket opens once someone has it"
    assert reply["ticket"]["group_id"] == group["id"], "the assignee brings her group"
    told = changes(reply["audit"])
    assert told["priority"] == ("low", "high")
    assert told["status"] == ("new", "open")
    assert told["assignee_id"] == (None, str(agent["id"]))
    assert [event["public"] for event in reply["audit"]["events"] if event["type"] == "Comment"] == [False]
    assert [audit["id"] for audit in box.read(f"/tickets/{ticket['id']}/audits")["audits"]][-1] == reply["audit"]["id"]


def test_a_change_that_changes_nothing_leaves_no_trace(box: Client) -> None:
    ticket = box.ticket(tags=["a"])
    before = box.read("/tickets/1")["ticket"]
    assert box.change(ticket["id"], tags=["a"])["audit"]["events"] == []
    assert box.read("/tickets/1")["ticket"] == before
    assert len(box.read("/tickets/1/audits")["audits"]) == 1


def test_generated_timestamp_moves_on_every_write(box: Client) -> None:
    ticket = box.ticket()
    assert "generated_timestamp" not in ticket
    seen = [exported(box)]
    for word in ("a", "b", "c"):
        changed = box.change(ticket["id"], subject=word)["ticket"]
        assert "generated_timestamp" not in changed
        seen.append(exported(box))
    assert seen == sorted(set(seen))


def exported(box: Client) -> int:
    """The one ticket's timestamp, which exports alone tell."""
    [ticket] = box.read("/incremental/tickets/cursor?start_time=0")["tickets"]
    return int(ticket["generated_timestamp"])


def test_the_marker_in_the_metadata_comes_back_in_the_audit_and_the_journal(box: Client) -> None:
    ticket = box.ticket()
    box.change(ticket["id"], comment={"body": "x"}, metadata={"custom": {"opsroom": "m-1"}})
    assert box.read("/tickets/1/audits")["audits"][-1]["metadata"]["custom"] == {"opsroom": "m-1"}
    assert box.committed(ticket["id"])[-1]["marker"] == {"opsroom": "m-1"}


def test_macro_ids_leave_a_reference(box: Client) -> None:
    macro = box.send("POST", "/macros", {"macro": {"title": "Sorry", "actions": []}})["macro"]
    audit = box.change(box.ticket()["id"], comment={"body": "x"}, macro_ids=[macro["id"]])["audit"]
    found = [event for event in audit["events"] if event["type"] == "AgentMacroReference"]
    assert [(event["macro_id"], event["macro_title"]) for event in found] == [(str(macro["id"]), "Sorry")]


def test_a_stale_safe_update_is_refused_and_a_fresh_one_is_not(box: Client) -> None:
    ticket = box.ticket()
    stale = {"subject": "x", "safe_update": True, "updated_stamp": "2020-01-01T00:00:00Z"}
    refused = box.send("PUT", "/tickets/1", {"ticket": stale}, 409)
    assert refused["error"] == "UpdateConflict"
    assert box.read("/tickets/1")["ticket"]["subject"] == ticket["subject"]
    box.change(1, subject="x", safe_update=True, updated_stamp=ticket["updated_at"])
    box.change(1, subject="y", updated_stamp="2020-01-01T00:00:00Z")


def test_tags_are_added_set_and_removed_and_can_be_safe_too(box: Client) -> None:
    box.ticket(tags=["a"])
    assert box.send("PUT", "/tickets/1/tags", {"tags": ["B"]}, 200)["tags"] == ["a", "b"]
    assert box.send("DELETE", "/tickets/1/tags", {"tags": ["a"]}, 200)["tags"] == ["b"]
    assert box.send("POST", "/tickets/1/tags", {"tags": ["c"]}, 201)["tags"] == ["c"]
    stale = {"tags": ["d"], "safe_update": "true", "updated_stamp": "2020-01-01T00:00:00Z"}
    box.send("PUT", "/tickets/1/tags", stale, 409)


def test_a_closed_ticket_refuses(box: Client) -> None:
    box.ticket()
    box.change(1, status="closed")
    refused = box.send("PUT", "/tickets/1", {"ticket": {"subject": "x"}}, 422)
    assert refused["details"] == {"status": [{"description": "Status: closed prevents ticket update"}]}
    box.send("PUT", "/tickets/1/tags", {"tags": ["x"]}, 422)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "done"}, "status"),
        ({"priority": "max"}, "priority"),
        ({"group_id": 5}, "group"),
        ({"assignee_id": 5}, "assignee"),
        ({"requester_id": 5}, "requester_id"),
        ({"assignee_id": 10**30}, "assignee"),
        ({"assignee_id": ["x"]}, "assignee"),
        ({"comment": {"body": "x", "author_id": 5}}, "author_id"),
    ],
)
def test_what_cannot_be_is_refused_whole(box: Client, fields: dict[str, object], name: str) -> None:
    box.ticket()
    before = box.read("/tickets/1")
    refused = box.send("PUT", "/tickets/1", {"ticket": {"subject": "changed", **fields}}, 422)
    assert refused["error"] == "RecordInvalid"
    assert list(refused["details"]) == [name]
    assert box.read("/tickets/1") == before


def test_a_ticket_without_words_is_refused(box: Client) -> None:
    refused = box.send("POST", "/tickets", {"ticket": {"subject": "Hi"}}, 422)
    assert refused["details"]["base"][0]["error"] == "BlankValue"
    assert box.read("/tickets")["count"] == 0


def test_unknown_keys_are_dropped_and_owned_up_to(box: Client) -> None:
    reply = box.ask("POST", "/tickets", {"ticket": {"description": "x", "colour": "red"}})
    assert reply.status_code == 201
    assert 'unpermitted_keys=>["ticket.colour"]' in reply.headers["x-zendesk-api-warn"]
    assert "x-zendesk-api-warn" not in box.ask("PUT", "/tickets/1", {"ticket": {"subject": "y"}}).headers


def test_an_idempotency_key_makes_one_ticket(box: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    body = {"ticket": {"description": "x"}}
    first, again = (box.ask("POST", "/tickets", body, headers=key) for _ in range(2))
    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert first.json() == again.json()
    other = box.ask("POST", "/tickets", {"ticket": {"description": "y"}}, headers=key)
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    assert box.read("/tickets")["count"] == 1
    assert box.ask("POST", "/tickets", body).status_code == 201, "without the key it is another ticket"


def test_an_idempotency_key_lives_for_two_hours_and_is_free_after_a_refusal(opened: Opener) -> None:
    now = [datetime(2026, 11, 1, 9, 0, tzinfo=UTC)]
    box = opened(clock=lambda: now[0])
    body = {"ticket": {"description": "x"}}

    def lookup(sent: object = body) -> str:
        reply = box.ask("POST", "/tickets", sent, headers={"Idempotency-Key": "k2"})
        return reply.headers.get("x-idempotency-lookup", str(reply.status_code))

    assert [lookup({"ticket": {}}), lookup(), lookup()] == ["422", "miss", "hit"]
    now[0] += timedelta(hours=1, minutes=59)
    assert lookup() == "hit"
    now[0] += timedelta(minutes=2)
    assert lookup() == "miss"
    assert box.read("/tickets")["count"] == 2
    long = box.ask("POST", "/tickets", body, headers={"Idempotency-Key": "k" * 256})
    assert (long.status_code, long.json()["error"]) == (400, "IdempotentRequestError")


def test_a_key_is_free_again_after_a_request_that_failed(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OverflowError

    body, key = {"ticket": {"description": "x"}}, {"Idempotency-Key": "k1"}
    with monkeypatch.context() as broken:
        broken.setattr(tickets, "create", fails)
        assert box.ask("POST", "/tickets", body, headers=key).status_code == 422
    again = box.ask("POST", "/tickets", body, headers=key)
    assert (again.status_code, again.headers["x-idempotency-lookup"]) == (201, "miss")


def test_each_user_has_keys_of_her_own(box: Client) -> None:
    body, key = {"ticket": {"description": "x"}}, {"Idempotency-Key": "k1"}
    other = box.as_user(box.user("Kim", "admin"))
    found = [asked.ask("POST", "/tickets", body, headers=key) for asked in (box, other, box)]
    assert [reply.headers["x-idempotency-lookup"] for reply in found] == ["miss", "miss", "hit"]
    assert [reply.json()["ticket"]["id"] for reply in found] == [1, 2, 1]


def test_a_key_guards_a_ticket_that_a_job_makes(box: Client) -> None:
    body, key = {"ticket": {"description": "x"}}, {"Idempotency-Key": "k1"}
    found = [box.ask("POST", "/tickets?async=true", body, headers=key) for _ in range(2)]
    assert [reply.status_code for reply in found] == [202, 202]
    assert [reply.headers["x-idempotency-lookup"] for reply in found] == ["miss", "hit"]
    assert found[0].json() == found[1].json()
    job = found[0].json()["job_status"]["id"]
    until(lambda: box.read(f"/job_statuses/{job}")["job_status"]["status"] == "completed" or None)
    assert [ticket["id"] for ticket in box.read("/tickets")["tickets"]] == [1]
    assert box.ask("POST", "/tickets", body, headers=key).status_code == 400, "not by a job it is another request"


def test_a_customers_answer_reopens(box: Client) -> None:
    customer = box.user("Park")
    box.ticket(requester_id=customer["id"])
    box.change(1, status="solved")
    assert box.change(1, comment={"body": "Still broken", "author_id": customer["id"]})["ticket"]["status"] == "open"


def test_solving_an_unassigned_ticket_takes_it(box: Client) -> None:
    box.ticket()
    me = box.read("/users/me")["user"]
    assert box.change(1, status="solved")["ticket"]["assignee_id"] == me["id"]


def test_another_group_lets_go_of_the_assignee_who_is_not_in_it(box: Client) -> None:
    first, second = box.group("A"), box.group("B")
    agent = box.agent_in(first["id"])
    box.ticket(assignee_id=agent["id"])
    ticket = box.change(1, group_id=second["id"])["ticket"]
    assert (ticket["group_id"], ticket["assignee_id"]) == (second["id"], None)


def test_a_drop_down_is_a_tag_too(box: Client) -> None:
    options = [{"name": "Late", "value": "late"}, {"name": "No show", "value": "no_show"}]
    field = {"type": "tagger", "title": "Reason", "custom_field_options": options}
    number = box.send("POST", "/ticket_fields", {"ticket_field": field})["ticket_field"]["id"]
    box.ticket(custom_fields=[{"id": number, "value": "late"}])
    reply = box.change(1, custom_fields=[{"id": number, "value": "no_show"}])
    assert reply["ticket"]["tags"] == ["no_show"]
    assert reply["ticket"]["custom_fields"] == reply["ticket"]["fields"] == [{"id": number, "value": "no_show"}]
    assert changes(reply["audit"])[str(number)] == ("late", "no_show")
    box.send("PUT", "/tickets/1", {"ticket": {"custom_fields": [{"id": number, "value": "never"}]}}, 422)


def test_a_deleted_ticket_is_gone_but_still_exported(box: Client) -> None:
    box.ticket()
    assert box.ask("DELETE", "/tickets/1").status_code == 204
    assert box.send("GET", "/tickets/1", None, 404) == {"error": "RecordNotFound", "description": "Not found"}
    assert box.read("/tickets")["tickets"] == []
    exported = box.read("/incremental/tickets/cursor", start_time=0)["tickets"]
    assert [(ticket["id"], ticket["status"]) for ticket in exported] == [(1, "deleted")]


def test_a_comment_made_private_stays_so(box: Client) -> None:
    box.ticket()
    comment = box.read("/tickets/1/comments")["comments"][0]
    box.send("PUT", f"/tickets/1/comments/{comment['id']}/make_private", {})
    assert box.read("/tickets/1/comments")["comments"][0]["public"] is False
    assert box.read("/tickets/1/audits")["audits"][-1]["events"][0]["type"] == "CommentPrivacyChange"


def test_sideloads_bring_the_people_and_groups_along(box: Client) -> None:
    group = box.group("A")
    agent = box.agent_in(group["id"])
    box.ticket(assignee_id=agent["id"])
    for path in ("/tickets", "/tickets/1", "/incremental/tickets/cursor"):
        reply = box.read(path, include="users,groups", start_time=0)
        assert agent["id"] in {user["id"] for user in reply["users"]}
        assert [found["id"] for found in reply["groups"]] == [group["id"]]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(box: Client, body: bytes) -> None:
    reply = box.ask("POST", "/tickets", data=body, headers={"content-type": "application/json"})
    assert reply.status_code == 422


def test_a_body_without_its_object_is_refused(box: Client) -> None:
    assert box.send("POST", "/tickets", {"tickets": 1}, 400)["error"]["title"] == "Invalid attribute"
