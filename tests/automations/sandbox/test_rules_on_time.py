"""The account's automations, by a clock that tests move: each hour, on what is not closed, and no oftener than told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox import acting, automations, records
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.clock import SimulatedClock
from tests.automations.sandbox.acts import audit, rule, says
from tests.integrations.sandbox.client import TOKEN, Client, until

HOURS = 3600


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Client]]:
    folder = tmp_path_factory.mktemp("hours")
    box = Sandbox(folder, token=TOKEN, engine=OpsroomEngine(), clock=SimulatedClock(folder), withhold_seconds=60)
    yield box, Client(box.start())
    box.stop()


@pytest.fixture(scope="module")
def house(running: tuple[Sandbox, Client]) -> Client:
    return running[1]


def automation(box: Client, title: str, all_of: list[tuple[str, str, Any]], *actions: tuple[str, Any]) -> Any:
    row = {
        "title": title,
        "conditions": {"all": [{"field": a, "operator": b, "value": c} for a, b, c in all_of], "any": []},
        "actions": [{"field": field, "value": value} for field, value in actions],
    }
    return box.send("POST", "/automations", {"automation": row}, 201)["automation"]


def after(box: Client, hours: float) -> None:
    box.door("POST", "/clock", {"advance_seconds": int(hours * HOURS)})


def now(box: Client, ticket: Any) -> Any:
    return box.read(f"/tickets/{ticket['id']}")["ticket"]


def test_a_solved_ticket_is_closed_after_four_days_by_the_accounts_automation(box: Client) -> None:
    made = automation(box, "Close", [("status", "is", "solved"), ("SOLVED", "greater_than", "96")],
                      ("status", "closed"))  # fmt: skip
    ticket, other = box.ticket(status="solved"), box.ticket(status="pending")
    after(box, 95)
    assert now(box, ticket)["status"] == "solved"
    after(box, 4)
    assert (now(box, ticket)["status"], now(box, other)["status"]) == ("closed", "pending")
    told = audit(box, ticket)
    source = {"deleted": False, "title": "Close", "id": made["id"], "revision_id": 1}
    assert told["via"] == {"channel": "rule", "source": {"from": source, "to": {}, "rel": "automation"}}
    assert (told["author_id"], [event["field_name"] for event in told["events"]]) == (-1, ["status"])
    assert box.ask("PUT", f"/tickets/{ticket['id']}", {"ticket": {"priority": "low"}}).status_code == 422


def test_a_condition_of_one_hour_is_met_in_one_run_however_far_the_clock_jumps(box: Client) -> None:
    automation(box, "Nudge", [("status", "is", "pending"), ("PENDING", "is", "24")],
               ("notification_user", ["requester_id", "Still there?", "#{{ticket.id}}"]))  # fmt: skip
    ticket = box.ticket(status="pending")
    after(box, 240)
    told = box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"]
    assert [(one["rule_kind"], one["subject"]) for one in told] == [("automation", "Still there?")]


def test_the_journal_tells_each_of_several_firings_on_one_ticket_once(box: Client) -> None:
    for title, tag in (("One", "a"), ("Two", "b"), ("Three", "c")):
        automation(box, title, [("NEW", "is", "5"), ("current_tags", "includes", "twice")], ("current_tags", tag))
    ticket = box.ticket(tags=["twice"])
    since = box.journal()[-1]["seq"]
    after(box, 8)
    lines = [line for line in box.journal(since) if line["query"] == f"ticket_id={ticket['id']}"]
    told = [[note["kind"] for note in line["committed"]] for line in lines]
    assert told == [["automation", "ticket"]] * 3
    assert len(box.committed(ticket["id"])) == 4


def test_triggers_hear_of_what_an_automation_did(box: Client) -> None:
    automation(box, "Late", [("status", "less_than", "solved"), ("updated_at", "is", "5")], ("priority", "high"))
    rule(box, "Answer", [("current_via_id", "is", "8"), ("priority", "changed", None)], ("current_tags", "escalated"))
    ticket = box.ticket()
    after(box, 8)
    assert (now(box, ticket)["priority"], now(box, ticket)["tags"]) == ("high", ["escalated"])
    assert [event["field_name"] for event in audit(box, ticket)["events"]] == ["priority", "tags"]


def test_a_customers_answer_starts_the_wait_anew(box: Client) -> None:
    automation(box, "Quiet", [("status", "is", "pending"), ("PENDING", "greater_than", "10")], ("status", "solved"))
    customer = box.user("Harin")
    ticket = box.ticket(requester_id=customer["id"], status="pending")
    after(box, 8)
    says(box, ticket, "A moment please")
    box.change(ticket["id"], status="pending")
    after(box, 8)
    assert now(box, ticket)["status"] == "pending"
    after(box, 8)
    assert now(box, ticket)["status"] == "solved"


@pytest.mark.parametrize(("most", "times"), [(3, 3), (100, 6)])
def test_one_that_nullifies_nothing_fires_each_hour_up_to_its_limit(
    box: Client, monkeypatch: pytest.MonkeyPatch, most: int, times: int
) -> None:
    monkeypatch.setattr(automations, "MOST_TIMES_A_TICKET", most)
    automation(box, "Endless", [("status", "is", "hold"), ("NEW", "greater_than", "0")],
               ("notification_user", ["requester_id", "Again", "and again"]))  # fmt: skip
    ticket = box.ticket(status="hold")
    after(box, 7.99)
    told = box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"]
    assert abs(len(told) - times) <= (0 if most == 3 else 1)
    box.change(ticket["id"], status="solved")


def test_an_automation_fires_on_no_more_tickets_an_hour_than_allowed(
    box: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automations, "MOST_TICKETS_AN_HOUR", 2)
    automation(box, "Tag", [("current_tags", "not_includes", "seen"), ("status", "is", "hold"), ("NEW", "is", "2")],
               ("current_tags", "seen"))  # fmt: skip
    tickets = [box.ticket(status="hold") for _ in range(3)]
    after(box, 6)
    assert [now(box, ticket)["tags"] for ticket in tickets] == [["seen"], ["seen"], []]


def test_business_hours_are_those_of_the_accounts_schedule(box: Client) -> None:
    """Closed the whole week but for the first minute: a business hour takes sixty weeks, a calendar hour one."""
    row = {"name": "Never", "time_zone": "Seoul", "intervals": [{"start_time": 0, "end_time": 1}]}
    schedule = box.send("POST", "/business_hours/schedules", {"schedule": row}, 201)["schedule"]
    automation(box, "Open", [("status", "is", "pending"), ("PENDING", "greater_than_business_hours", "1")],
               ("current_tags", "business"))  # fmt: skip
    automation(box, "All", [("status", "is", "pending"), ("PENDING", "greater_than", "1")], ("current_tags", "wall"))
    ticket = box.ticket(status="pending")
    after(box, 5)
    assert now(box, ticket)["tags"] == ["wall"]
    box.send("DELETE", f"/business_hours/schedules/{schedule['id']}")
    after(box, 5)
    assert now(box, ticket)["tags"] == ["business", "wall"]


def test_a_run_that_was_cut_short_goes_on_and_does_nothing_twice(
    running: tuple[Sandbox, Client], box: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hour counts as run only at its end; here it is run once more, as after a kill."""
    automation(box, "Remind", [("status", "is", "pending"), ("PENDING", "greater_than", "1")],
               ("notification_user", ["requester_id", "Still there?", ""]))  # fmt: skip
    tickets = [box.ticket(status="pending") for _ in range(3)]
    after(box, 1.5)
    state, clock = running[0].state, running[0].state.clock
    assert isinstance(clock, SimulatedClock)
    running[0]._hourly.stop()
    clock.move(clock() + timedelta(hours=1))
    monkeypatch.setattr(automations, "carry_out", _Dies(acting.carry_out, after=1))
    with pytest.raises(KeyboardInterrupt):
        automations.run(state)
    monkeypatch.undo()
    automations.run(state)
    automations.run(state)
    told = [len(box.door("GET", f"/notifications?ticket_id={one['id']}")["notifications"]) for one in tickets]
    assert told == [1, 1, 1]


class _Dies:
    """Does what it stands for a few times, and then no more."""

    def __init__(self, real: Callable[..., Any], after: int) -> None:
        self.real, self.left = real, after

    def __call__(self, *given: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.real(*given)


def test_by_a_clock_that_runs_they_run_by_themselves_in_each_new_hour(tmp_path: Path) -> None:
    moments = [datetime(2026, 11, 1, 9, 30, tzinfo=UTC)]
    box = Sandbox(tmp_path, token=TOKEN, engine=OpsroomEngine(), clock=lambda: moments[-1])
    client = Client(box.start())
    automation(client, "Old", [("status", "is", "open"), ("NEW", "greater_than", "1")], ("current_tags", "old"))
    ticket = client.ticket(status="open")

    def begun() -> str | None:
        with box.state.read() as db:
            return records.kept(db, automations.KEPT)

    until(begun)
    moments.append(moments[-1] + timedelta(hours=3))
    until(lambda: now(client, ticket)["tags"] == ["old"])
    box.stop()
