"""Ticket metrics: what the audits add up to."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.zendesk.sandbox import hours
from tests.integrations.sandbox.client import Client
from tests.integrations.sandbox.conftest import Opener

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
def box(opened: Opener, clock: Hours) -> Client:
    return opened(clock=clock)


def minutes(box: Client, ticket_id: int, name: str) -> int | None:
    found: int | None = box.read(f"/tickets/{ticket_id}/metrics.json")["ticket_metric"][name]["calendar"]
    return found


def test_a_ticket_counts_its_replies_its_reopenings_and_who_waited(box: Client, clock: Hours) -> None:
    customer = box.user("Kim")
    ticket = box.ticket(requester_id=customer["id"], comment={"body": "Nobody came", "author_id": customer["id"]})
    clock.later(10)
    box.change(ticket["id"], comment={"body": "We look into it"}, status="pending")
    clock.later(30)
    box.change(ticket["id"], comment={"body": "And?", "author_id": customer["id"]})
    clock.later(5)
    box.change(ticket["id"], comment={"body": "An inner note", "public": False}, status="solved")
    clock.later(60)
    box.change(ticket["id"], status="open")
    clock.later(15)
    box.change(ticket["id"], status="solved")
    clock.later(600)

    found = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]
    assert (found["replies"], found["reopens"]) == (1, 1)
    assert found["reply_time_in_minutes"] == {"calendar": 10, "business": 10}
    assert found["reply_time_in_seconds"]["calendar"] == 600
    assert found["first_resolution_time_in_minutes"]["calendar"] == 45
    assert found["full_resolution_time_in_minutes"]["calendar"] == 120
    assert found["agent_wait_time_in_minutes"]["calendar"] == 30
    assert found["requester_wait_time_in_minutes"]["calendar"] == 10 + 5 + 15
    assert found["solved_at"] == "2026-11-01T11:00:00Z"
    assert found["requester_updated_at"] == "2026-11-01T09:40:00Z"
    assert found["assignee_stations"] == 1


def test_a_clock_that_runs_moves_with_time(box: Client, clock: Hours) -> None:
    ticket = box.ticket()
    clock.later(7)
    assert minutes(box, ticket["id"], "requester_wait_time_in_minutes") == 7
    clock.later(7)
    assert minutes(box, ticket["id"], "requester_wait_time_in_minutes") == 14
    assert minutes(box, ticket["id"], "reply_time_in_minutes") is None


def test_metrics_are_listed_newest_first_and_found_by_their_own_id(box: Client) -> None:
    older, newer = box.ticket(), box.ticket()
    rows = box.read("/ticket_metrics")["ticket_metrics"]
    assert [row["ticket_id"] for row in rows] == [newer["id"], older["id"]]
    assert rows[0]["id"] != newer["id"]
    assert box.read(f"/ticket_metrics/{rows[0]['id']}")["ticket_metric"] == rows[0]
    assert box.ask("GET", "/ticket_metrics/77").status_code == 404


def test_metric_events_tell_when_a_clock_starts_stops_and_ends(box: Client, clock: Hours) -> None:
    ticket = box.ticket()
    clock.later(3)
    box.change(ticket["id"], status="pending")
    clock.later(3)
    box.change(ticket["id"], status="solved")
    found = box.read("/incremental/ticket_metric_events", start_time=int(START.timestamp()))
    told = [(row["metric"], row["type"]) for row in found["ticket_metric_events"]]
    assert ("requester_wait_time", "pause") in told
    assert told.count(("resolution_time", "fulfill")) == 1
    assert len({row["id"] for row in found["ticket_metric_events"]}) == len(told)
    assert found["count"] == len(told)
    later = box.read("/incremental/ticket_metric_events", start_time=found["end_time"])["ticket_metric_events"]
    assert [row["time"] for row in later] == ["2026-11-01T09:06:00Z"] * len(later)
    by_cursor = box.read("/incremental/ticket_metric_events", **{"start_time": int(START.timestamp()), "page[size]": 2})
    assert len(by_cursor["ticket_metric_events"]) == 2
    assert by_cursor["meta"]["has_more"]


def a_schedule(box: Client, *intervals: tuple[int, int], zone: str = "Seoul") -> int:
    """Intervals are minutes from Sunday's midnight on."""
    rows = [{"start_time": start, "end_time": end} for start, end in intervals]
    given = {"name": "Office", "time_zone": zone, "intervals": rows}
    found = box.send("POST", "/business_hours/schedules", {"schedule": given}, 201)["schedule"]
    return int(found["id"])


def test_business_minutes_are_those_of_the_schedule_without_its_holidays(box: Client, clock: Hours) -> None:
    """START is a Sunday, 18:00 in Seoul; the office opens on Monday and Tuesday from 9 to 10."""
    day = 1440
    schedule = a_schedule(box, (day + 540, day + 600), (2 * day + 540, 2 * day + 600))
    customer = box.user("Park")
    ticket = box.ticket(requester_id=customer["id"], comment={"body": "Nobody came", "author_id": customer["id"]})
    clock.later(15 * 60 + 20)
    found = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]
    assert found["requester_wait_time_in_minutes"] == {"calendar": 920, "business": 20}
    clock.later(day)
    box.change(ticket["id"], comment={"body": "Good morning"})
    replied = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]["reply_time_in_minutes"]
    assert replied == {"calendar": 920 + day, "business": 80}
    off = {"holiday": {"name": "Election", "start_date": "2026-11-02", "end_date": "2026-11-02"}}
    box.send("POST", f"/business_hours/schedules/{schedule}/holidays", off, 201)
    replied = box.read(f"/tickets/{ticket['id']}/metrics")["ticket_metric"]["reply_time_in_minutes"]
    assert replied["business"] == 20


def test_a_schedule_has_holidays_and_a_week(box: Client) -> None:
    path = f"/business_hours/schedules/{a_schedule(box)}"
    day = {"name": "Chuseok", "start_date": "2026-09-24", "end_date": "2026-09-26"}
    made = box.send("POST", f"{path}/holidays", {"holiday": day}, 201)["holiday"]
    assert made == day | {"id": made["id"]}
    assert box.read(f"{path}/holidays")["holidays"] == [made]
    changed = box.send("PUT", f"{path}/holidays/{made['id']}", {"holiday": {"end_date": "2026-09-25"}})["holiday"]
    assert box.read(f"{path}/holidays/{made['id']}")["holiday"] == changed == made | {"end_date": "2026-09-25"}
    for wrong in ({"name": ""}, {"start_date": "soon"}, {"end_date": "2026-09-01"}):
        assert box.ask("POST", f"{path}/holidays", {"holiday": day | wrong}).status_code == 422
    box.send("DELETE", f"{path}/holidays/{made['id']}", None, 204)
    assert box.ask("GET", f"{path}/holidays/{made['id']}").status_code == 404
    week = {"intervals": [{"start_time": 540, "end_time": 1080}]}
    assert box.send("PUT", f"{path}/workweek", {"workweek": week}) == {"workweek": week}
    assert box.read(path)["schedule"]["intervals"] == week["intervals"]
    bad = {"workweek": {"intervals": [{"start_time": 9, "end_time": 9}]}}
    assert box.ask("PUT", f"{path}/workweek", bad).status_code == 422


@pytest.mark.parametrize(
    ("name", "known"),
    [("Seoul", "Asia/Seoul"), ("London", "Europe/London"), ("Pacific Time (US & Canada)", "America/Los_Angeles"),
     ("Buenos Aires", "America/Buenos_Aires"), ("Mumbai", "Asia/Kolkata"), ("Asia/Tokyo", "Asia/Tokyo"),
     ("Nowhere", "UTC")],
)  # fmt: skip
def test_zendesks_names_of_zones_are_known(name: str, known: str) -> None:
    assert hours.zone(name).key == known
