"""SLA in the sandbox: the policy that binds, its clocks by the sandbox's time, and what is told of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.clock import SimulatedClock
from tests.automations.sandbox.acts import rule, says
from tests.integrations.sandbox.client import TOKEN, Client, receiving, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("sla")
    box = Sandbox(folder, token=TOKEN, engine=OpsroomEngine(), clock=SimulatedClock(folder), withhold_seconds=0)
    yield Client(box.start())
    box.stop()


@pytest.fixture
def customer(box: Client) -> Any:
    number = len(box.read("/users")["users"])
    return box.user(f"Customer{number}")


def policy(box: Client, title: str, all_of: list[tuple[str, str, Any]], **minutes: int) -> Any:
    """`minutes`: of each metric, for the priority "high"."""
    metrics = [
        {"priority": "high", "metric": metric, "target": target, "business_hours": False}
        for metric, target in minutes.items()
    ]
    row = {
        "title": title, "policy_metrics": metrics,
        "filter": {"all": [{"field": a, "operator": b, "value": c} for a, b, c in all_of], "any": []},
    }  # fmt: skip
    return box.send("POST", "/slas/policies", {"sla_policy": row}, 201)["sla_policy"]


@pytest.fixture(autouse=True)
def no_policies(box: Client) -> Iterator[None]:
    yield
    for row in box.read("/slas/policies")["sla_policies"]:
        box.send("DELETE", f"/slas/policies/{row['id']}")


def asked(box: Client, customer: Any, **more: Any) -> Any:
    comment = {"body": "Nobody came", "author_id": customer["id"]}
    return box.ticket(requester_id=customer["id"], comment=comment, priority="high", **more)


def after(box: Client, minutes: float) -> None:
    box.door("POST", "/clock", {"advance_seconds": int(minutes * 60)})


def clocks(box: Client, ticket: Any) -> dict[str, Any]:
    rows = box.read(f"/tickets/{ticket['id']}", include="slas")["ticket"]["slas"]["policy_metrics"]
    return {row["metric"]: row for row in rows}


def minutes_until(ticket: Any, breach_at: str) -> float:
    made = datetime.fromisoformat(ticket["created_at"])
    return (datetime.fromisoformat(breach_at) - made).total_seconds() / 60


def test_the_first_policy_whose_filter_is_met_binds_and_its_clock_runs_with_time(box: Client, customer: Any) -> None:
    policy(box, "vip", [("current_tags", "includes", "vip")], first_reply_time=15)
    policy(box, "all", [], first_reply_time=90)
    ticket = asked(box, customer)
    first = clocks(box, ticket)["first_reply_time"]
    assert (first["stage"], minutes_until(ticket, first["breach_at"]), first["hours"]) == ("active", 90, 1)
    after(box, 80)
    assert clocks(box, ticket)["first_reply_time"]["minutes"] == 10
    box.change(ticket["id"], tags=["vip"])
    sooner = clocks(box, ticket)["first_reply_time"]
    assert (sooner["stage"], sooner["hours"]) == ("active", -1)
    box.change(ticket["id"], comment={"body": "We are on it"})
    assert clocks(box, ticket)["first_reply_time"]["stage"] == "achieved"


def test_a_ticket_without_a_priority_or_a_policy_has_no_targets(box: Client, customer: Any) -> None:
    assert clocks(box, asked(box, customer)) == {}
    policy(box, "all", [], first_reply_time=90)
    ticket = asked(box, customer)
    assert list(clocks(box, ticket)) == ["first_reply_time"]
    box.change(ticket["id"], priority=None)
    assert clocks(box, ticket) == {}


def test_clocks_of_a_status_stand_still_and_go_on(box: Client, customer: Any) -> None:
    policy(box, "all", [], requester_wait_time=100, agent_work_time=50, total_resolution_time=500)
    ticket = asked(box, customer)
    after(box, 20)
    box.change(ticket["id"], status="pending")
    after(box, 30)
    found = clocks(box, ticket)
    assert {name: (row["stage"], row["breach_at"]) for name, row in found.items() if row["stage"] == "paused"} == {
        "requester_wait_time": ("paused", None), "agent_work_time": ("paused", None)}  # fmt: skip
    assert minutes_until(ticket, found["total_resolution_time"]["breach_at"]) == 500
    box.change(ticket["id"], status="hold")
    found = clocks(box, ticket)
    assert minutes_until(ticket, found["requester_wait_time"]["breach_at"]) == 130
    assert found["agent_work_time"]["stage"] == "paused"
    box.change(ticket["id"], status="open")
    assert minutes_until(ticket, clocks(box, ticket)["agent_work_time"]["breach_at"]) == 80
    box.change(ticket["id"], status="solved")
    assert {row["stage"] for row in clocks(box, ticket).values()} == {"achieved"}


def test_each_new_question_starts_a_clock_of_its_own(box: Client, customer: Any) -> None:
    policy(box, "all", [], first_reply_time=60, next_reply_time=30, periodic_update_time=240)
    ticket = asked(box, customer)
    assert set(clocks(box, ticket)) == {"first_reply_time"}
    box.change(ticket["id"], comment={"body": "We look"})
    after(box, 10)
    says(box, ticket, "And?")
    after(box, 5)
    says(box, ticket, "Hello?")
    found = clocks(box, ticket)
    assert minutes_until(ticket, found["next_reply_time"]["breach_at"]) == 40
    assert minutes_until(ticket, found["periodic_update_time"]["breach_at"]) == 240
    box.change(ticket["id"], comment={"body": "On the way"})
    assert clocks(box, ticket)["next_reply_time"]["stage"] == "achieved"


def test_a_rule_may_ask_how_long_until_a_target_is_missed(box: Client, customer: Any) -> None:
    policy(box, "all", [], first_reply_time=300)
    row = {
        "title": "Hurry", "actions": [{"field": "current_tags", "value": "hurry"}],
        "conditions": {"all": [{"field": "until_sla_next_breach_at", "operator": "less_than", "value": "2"},
                               {"field": "status", "operator": "less_than", "value": "solved"}], "any": []},
    }  # fmt: skip
    box.send("POST", "/automations", {"automation": row}, 201)
    ticket = asked(box, customer)
    after(box, 110)
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["tags"] == []
    after(box, 140)
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["tags"] == ["hurry"]


def test_metric_events_tell_of_policies_and_of_what_was_missed_when_it_was(box: Client, customer: Any) -> None:
    made = policy(box, "all", [], first_reply_time=30)
    start = int(datetime.fromisoformat(box.door("GET", "/clock")["now"]).timestamp())
    ticket = asked(box, customer)

    def events() -> Any:
        rows = box.read("/incremental/ticket_metric_events", start_time=start)["ticket_metric_events"]
        return [row for row in rows if row["ticket_id"] == ticket["id"]]

    first = events()
    told = {(row["metric"], row["type"]): row for row in first}
    applied = told["reply_time", "apply_sla"]
    assert (applied["sla"]["target"], applied["sla"]["policy"]["id"], applied["instance_id"]) == (30, made["id"], 1)
    assert told["reply_time", "measure"]["instance_id"] == 0
    assert ("reply_time", "breach") not in told
    after(box, 45)
    missed = [row for row in events() if row["type"] == "breach"]
    assert [(row["metric"], minutes_until(ticket, row["time"])) for row in missed] == [("reply_time", 30)]
    box.change(ticket["id"], comment={"body": "Sorry"}, status="solved")
    last = events()
    assert {row["id"] for row in first} <= {row["id"] for row in last}
    ran = next(row for row in last if (row["metric"], row["type"]) == ("reply_time", "update_status"))
    assert ran["status"] == {"calendar": 45, "business": 45}
    assert sum(row["type"] == "fulfill" for row in last if row["metric"] == "resolution_time") == 1
    box.change(ticket["id"], status="open")
    after_all = {row["id"]: row for row in events()}
    assert all(after_all[row["id"]] == row for row in last), "what was exported stays as it was"


def test_a_miss_under_one_policy_stays_told_when_another_takes_its_place(box: Client, customer: Any) -> None:
    policy(box, "slow", [("current_tags", "includes", "slow")], first_reply_time=600)
    policy(box, "all", [], first_reply_time=30)
    start = int(datetime.fromisoformat(box.door("GET", "/clock")["now"]).timestamp())
    ticket = asked(box, customer)

    def missed(since: int = start) -> list[float]:
        rows = box.read("/incremental/ticket_metric_events", start_time=since)["ticket_metric_events"]
        return [minutes_until(ticket, row["time"]) for row in rows
                if row["type"] == "breach" and row["ticket_id"] == ticket["id"]]  # fmt: skip

    after(box, 45)
    assert missed() == [30]
    box.change(ticket["id"], tags=["slow"])
    assert clocks(box, ticket)["first_reply_time"]["hours"] == 9
    after(box, 600)
    assert missed() == [30, 600]
    assert missed(start + 31 * 60) == [600], "nothing else happened then, and still it is found"


def test_a_trigger_may_choose_the_schedule_that_business_hours_go_by(box: Client, customer: Any) -> None:
    """The night's schedule never opens but for one minute a week."""
    rows = [{"name": "Always", "time_zone": "Seoul", "intervals": [{"start_time": 0, "end_time": 10080}]},
            {"name": "Night", "time_zone": "Seoul", "intervals": [{"start_time": 0, "end_time": 1}]}]  # fmt: skip
    always, night = (
        box.send("POST", "/business_hours/schedules", {"schedule": row}, 201)["schedule"]["id"] for row in rows
    )
    rule(box, "Night", [("current_tags", "includes", "night")], ("set_schedule", str(night)))
    by_day, by_night = asked(box, customer), asked(box, customer, tags=["night"])
    after(box, 120)
    waits = [
        box.read(f"/tickets/{ticket['id']}", include="metric_sets")["ticket"]["metric_set"][
            "requester_wait_time_in_minutes"]["business"]
        for ticket in (by_day, by_night)
    ]  # fmt: skip
    assert waits[0] == 120
    assert waits[1] <= 1
    for number in (always, night):
        box.send("DELETE", f"/business_hours/schedules/{number}")


def test_a_list_and_an_export_take_along_what_include_names(box: Client, customer: Any) -> None:
    ticket = asked(box, customer)
    names = "metric_sets,slas,metric_events,dates,comment_count,incident_counts"
    one = box.read(f"/tickets/{ticket['id']}", include=names)["ticket"]
    many = box.read("/tickets/show_many", ids=str(ticket["id"]), include=names)["tickets"][0]
    exported = box.read("/incremental/tickets/cursor", start_time=0, include=names)["tickets"][-1]
    for row in (one, many, exported):
        assert row["metric_set"]["ticket_id"] == ticket["id"]
        assert (row["comment_count"], row["incident_count"]) == (1, 0)
        assert row["dates"]["status_updated_at"] == ticket["created_at"]
        assert row["metric_events"]["reply_time"][0]["type"] == "measure"
    assert "metric_set" not in box.read(f"/tickets/{ticket['id']}")["ticket"]


def test_webhooks_hear_of_the_policy_its_next_miss_and_the_schedule(box: Client, customer: Any) -> None:
    names = ("sla_policy_changed", "next_sla_breach_changed", "schedule_changed")
    row = {"name": "Office", "time_zone": "Seoul", "intervals": [{"start_time": 0, "end_time": 10080}]}
    schedule = box.send("POST", "/business_hours/schedules", {"schedule": row}, 201)["schedule"]["id"]
    made = policy(box, "all", [], first_reply_time=30)
    rule(box, "Office", [("update_type", "is", "Create")], ("set_schedule", str(schedule)))
    with receiving() as receiver:
        hook = {
            "name": "x",
            "endpoint": receiver.url,
            "subscriptions": [f"zen:event-type:ticket.{one}" for one in names],
        }
        box.send("POST", "/webhooks", {"webhook": hook}, 201)
        ticket = asked(box, customer)
        until(lambda: len(receiver.came) >= 3)
        told = {event["type"].rpartition(".")[2]: event["event"] for event in receiver.events()}
        assert (told["sla_policy_changed"]["previous"], told["sla_policy_changed"]["current"]) == (
            None,
            str(made["id"]),
        )
        assert told["schedule_changed"]["current"] == str(schedule)
        assert minutes_until(ticket, told["next_sla_breach_changed"]["current"]) == 30
        box.change(ticket["id"], comment={"body": "We look"})
        until(lambda: len(receiver.came) >= 4)
    assert receiver.types()[3:] == ["next_sla_breach_changed"]
    assert receiver.events()[3]["event"]["current"] is None
    box.send("DELETE", f"/business_hours/schedules/{schedule}")
