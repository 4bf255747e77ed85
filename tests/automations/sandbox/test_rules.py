"""The account's own triggers run as Zendesk's: in order, from the top after a change, each once an update."""

from typing import Any

import pytest

from integrations.zendesk.sandbox import triggers
from tests.automations.sandbox.acts import CHANGED, CREATED, audit, by_rules, rule, says
from tests.integrations.sandbox.client import Client, until


def test_a_trigger_changes_the_ticket_in_the_reply_itself_and_says_so_in_the_same_audit(box: Client) -> None:
    made = rule(box, "Urgent", [CREATED, ("subject_includes_word", "includes", "flood")], ("priority", "urgent"))
    reply = box.send("POST", "/tickets", {"ticket": {"subject": "A flood", "comment": {"body": "Water"}}})
    assert reply["ticket"]["priority"] == "urgent"
    assert box.ticket(subject="A leak")["priority"] is None
    change = reply["audit"]["events"][-1]
    assert (change["type"], change["field_name"], change["value"], change["previous_value"]) == (
        "Change", "priority", "urgent", None)  # fmt: skip
    assert change["via"] == {
        "channel": "rule",
        "source": {
            "from": {"deleted": False, "title": "Urgent", "id": made["id"], "revision_id": 1},
            "to": {}, "rel": "trigger",
        },
    }  # fmt: skip
    assert reply["audit"]["via"]["channel"] == "api"
    assert len(box.read(f"/tickets/{reply['ticket']['id']}/audits")["audits"]) == 1


def test_after_a_change_the_next_look_starts_at_the_top_and_each_fires_once(box: Client) -> None:
    rule(box, "second", [("priority", "is", "high")], ("current_tags", "seen_high"), position=1)
    rule(box, "first", [CREATED], ("priority", "high"), position=2)
    rule(box, "never again", [("current_tags", "includes", "seen_high")], ("current_tags", "end"), position=3)
    ticket = box.ticket()
    assert by_rules(audit(box, ticket)) == [
        ("first", "priority", "high"), ("second", "tags", ["seen_high"]), ("never again", "tags", ["end", "seen_high"]),
    ]  # fmt: skip


def flip_and_flop(box: Client) -> None:
    rule(box, "flip", [("current_tags", "not_includes", "on")], ("current_tags", "on"))
    rule(box, "flop", [("current_tags", "includes", "on")], ("remove_tags", "on"))


def test_two_triggers_that_undo_each_other_end_because_each_fires_once(box: Client) -> None:
    flip_and_flop(box)
    assert [title for title, *_ in by_rules(audit(box, box.ticket()))] == ["flip", "flop"]


def test_without_that_memory_they_would_never_end(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    flip_and_flop(box)

    class Forgetful(set[int]):
        kept = 0

        def add(self, _number: int) -> None:
            Forgetful.kept += 1
            if Forgetful.kept > 9:
                raise RecursionError

    monkeypatch.setattr(triggers, "set", Forgetful, raising=False)
    assert box.ask("POST", "/tickets", {"ticket": {"comment": {"body": "Round"}}}).status_code == 422
    assert Forgetful.kept > 9


def test_what_a_trigger_changed_counts_as_changed_by_the_update(box: Client) -> None:
    group = box.group("Nights")
    agent = box.agent_in(group["id"], "Night")
    rule(box, "assign", [CREATED], ("assignee_id", str(agent["id"])), position=1)
    rule(
        box, "tell her", [("assignee_id", "changed", None), ("assignee_id", "is_not", "current_user")],
        ("notification_user", ["assignee_id", "#{{ticket.id}} is yours", "{{ticket.latest_comment.value}}"]),
    )  # fmt: skip
    ticket = box.ticket(comment={"body": "Nobody came"})
    assert (ticket["assignee_id"], ticket["group_id"], ticket["status"]) == (agent["id"], group["id"], "open")
    told = [event for event in audit(box, ticket)["events"] if event["type"] == "Notification"]
    assert [(one["subject"], one["body"], one["recipients"]) for one in told] == [
        (f"#{ticket['id']} is yours", "Nobody came", [agent["id"]])
    ]
    assert told[0]["via"]["source"]["rel"] == "trigger"
    kept = box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"]
    assert [(one["rule_title"], one["recipients"]) for one in kept] == [("tell her", [agent["id"]])]
    box.change(ticket["id"], tags=["x"])
    assert len(box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"]) == 1


@pytest.mark.parametrize(
    ("operator", "value", "fires"),
    [
        ("changed", None, True), ("not_changed", None, False), ("value", "pending", True), ("value", "solved", False),
        ("value_previous", "open", True), ("value_previous", "new", False), ("not_value_previous", "open", False),
        ("not_value", "solved", True), ("less_than", "solved", True), ("greater_than", "pending", False),
    ],
)  # fmt: skip
def test_conditions_on_the_change_of_a_status(box: Client, operator: str, value: Any, fires: bool) -> None:
    ticket = box.ticket(status="open")
    rule(box, "seen", [CHANGED, ("status", operator, value)], ("current_tags", "seen"))
    assert ("seen" in box.change(ticket["id"], status="pending")["ticket"]["tags"]) is fires


def test_a_customers_answer_is_known_from_an_agents(box: Client) -> None:
    rule(box, "answered", [CHANGED, ("comment_is_public", "is", True), ("role", "is", "end_user")],
         ("current_tags", "answered"), ("status", "open"))  # fmt: skip
    customer = box.user("Minji")
    ticket = box.ticket(requester_id=customer["id"], status="pending")
    noted = box.change(ticket["id"], comment={"body": "Calling her", "public": False})["ticket"]
    assert (noted["tags"], noted["status"]) == ([], "pending")
    says(box, ticket, "Still here")
    heard = box.read(f"/tickets/{ticket['id']}")["ticket"]
    assert (heard["tags"], heard["status"]) == (["answered"], "open")


def test_what_is_not_understood_is_left_out_and_told_and_the_others_run(box: Client) -> None:
    broken = rule(box, "broken", [("no_such_field", "is", "x")], ("current_tags", "broken"))
    rule(box, "works", [CREATED], ("current_tags", "works"))
    assert box.ticket()["tags"] == ["works"]
    told = {row["id"]: row for row in box.door("GET", "/rules")["rules"]}
    assert (told[broken["id"]]["runs"], bool(told[broken["id"]]["why"])) == (False, True)
    assert sum(row["runs"] for row in told.values()) == 1
    assert box.door("GET", "/health")["rules"]["run"] is True


def test_a_trigger_that_is_switched_off_or_deleted_stops_at_once(box: Client) -> None:
    made = rule(box, "tag", [CREATED], ("current_tags", "tagged"))
    assert box.ticket()["tags"] == ["tagged"]
    box.send("PUT", f"/triggers/{made['id']}", {"trigger": {"active": False}})
    assert box.ticket()["tags"] == []
    box.send("PUT", f"/triggers/{made['id']}", {"trigger": {"active": True}})
    assert box.ticket()["tags"] == ["tagged"]
    box.send("DELETE", f"/triggers/{made['id']}")
    assert box.ticket()["tags"] == []


def test_actions_set_fields_people_and_owners(box: Client) -> None:
    field = box.send("POST", "/ticket_fields", {"ticket_field": {"type": "text", "title": "Address"}})["ticket_field"]
    watcher, customer = box.user("Watcher", "agent"), box.user("Sora")
    key = {"user_field": {"key": "tier", "title": "Tier", "type": "text"}}
    box.send("POST", "/user_fields", key)
    rule(
        box, "all of it", [CREATED], (f"custom_fields_{field['id']}", "Seoul"), ("follower", str(watcher["id"])),
        ("type", "problem"), ("requester.custom_fields.tier", "gold"), ("set_tags", "only this"),
    )  # fmt: skip
    ticket = box.ticket(requester_id=customer["id"], tags=["before"])
    assert {"id": field["id"], "value": "Seoul"} in ticket["custom_fields"]
    assert (ticket["type"], ticket["tags"], ticket["follower_ids"]) == ("problem", ["only", "this"], [watcher["id"]])
    assert box.read(f"/users/{customer['id']}")["user"]["user_fields"] == {"tier": "gold"}
    other = box.user("Second", "agent")
    rule(box, "one more", [CHANGED], ("follower", str(other["id"])))
    assert box.change(ticket["id"], priority="low")["ticket"]["follower_ids"] == [watcher["id"], other["id"]]


def test_an_action_that_cannot_be_done_fails_no_update(box: Client) -> None:
    rule(box, "gone", [CREATED], ("assignee_id", "4711"), position=1)
    rule(box, "next", [CREATED], ("current_tags", "next"), position=2)
    ticket = box.ticket()
    assert (ticket["assignee_id"], ticket["tags"]) == (None, ["next"])


def test_bulk_jobs_and_replays_run_the_triggers_once(box: Client) -> None:
    rule(box, "tag", [CREATED], ("current_tags", "bulk"))
    job = box.send("POST", "/tickets/create_many", {"tickets": [{"comment": {"body": "one"}}]})["job_status"]
    done = until(lambda: (row := box.read(f"/job_statuses/{job['id']}")["job_status"])["status"] == "completed" and row)
    ticket = box.read(f"/tickets/{done['results'][0]['id']}")["ticket"]
    assert ticket["tags"] == ["bulk"]
    assert len(by_rules(audit(box, ticket))) == 1


def test_a_rating_and_a_merge_are_updates_that_triggers_hear_of(box: Client) -> None:
    rule(box, "Sad", [CHANGED, ("satisfaction_score", "is", "bad_with_comment")], ("current_tags", "call_back"))
    customer = box.user("Rater")
    ticket = box.ticket(requester_id=customer["id"], status="solved")
    rating = {"satisfaction_rating": {"score": "bad", "comment": "Nobody came"}}
    box.as_user(customer).send("POST", f"/tickets/{ticket['id']}/satisfaction_rating", rating)
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["tags"] == ["call_back"]
    rule(box, "Merged", [("current_tags", "includes", "closed_by_merge")], ("priority", "low"))
    source, target = box.ticket(), box.ticket()
    job = box.send("POST", f"/tickets/{target['id']}/merge", {"ids": [source["id"]]})["job_status"]
    until(lambda: box.read(f"/job_statuses/{job['id']}")["job_status"]["status"] == "completed")
    merged = box.read(f"/tickets/{source['id']}")["ticket"]
    assert (merged["status"], merged["priority"]) == ("closed", "low")
    assert box.read(f"/tickets/{target['id']}")["ticket"]["priority"] is None


def test_a_macro_is_filled_in_by_the_same_engine(box: Client) -> None:
    """Without one the sandbox knows the ticket's plain values alone: not its conversation, nor dynamic content."""
    said = {"locale_id": 1, "default": True, "content": "Bye, {{ticket.requester.first_name}}", "active": True}
    content = {"name": "Bye", "default_locale_id": 1, "placeholder": "{{dc.bye}}", "variants": [said]}
    item = box.send("POST", "/dynamic_content/items", {"item": content}, 201)["item"]
    words = "{{current_user.name}}: {{ticket.latest_comment.value}} {{dc.bye}}"
    row = {"title": "Answer", "actions": [{"field": "comment_value", "value": words}]}
    macro = box.send("POST", "/macros", {"macro": row}, 201)["macro"]
    customer = box.user("Nara Kim", email="nara@demo.example")
    ticket = box.ticket(requester_id=customer["id"], comment={"body": "Where is she?", "author_id": customer["id"]})
    result = box.read(f"/tickets/{ticket['id']}/macros/{macro['id']}/apply")["result"]["ticket"]
    assert item["name"] == "Bye"
    assert result["comment"]["body"] == "Admin: Where is she? Bye, Nara"


def test_the_export_of_events_tells_which_of_them_a_rule_made(box: Client) -> None:
    made = rule(box, "Urgent", [CREATED], ("priority", "urgent"))
    ticket = box.ticket(status="open")
    rows = box.read("/incremental/ticket_events", start_time=0)["ticket_events"]
    children = next(row for row in rows if row["ticket_id"] == ticket["id"])["child_events"]
    by_rule = [child for child in children if child["via"] == "Rule"]
    assert [(child["priority"], child["via_reference_id"]) for child in by_rule] == [("urgent", made["id"])]
    assert {child["via"] for child in children} == {"api", "Rule"}
