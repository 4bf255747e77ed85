"""Incremental exports: nothing is missed, the newest minute is withheld, and a cursor resumes where it stood."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integrations.sandbox.client import Client
from tests.integrations.sandbox.conftest import Opener

CURSOR_KEYS = {"tickets", "after_url", "after_cursor", "before_url", "before_cursor", "end_of_stream"}
TIME_KEYS = {"tickets", "count", "end_of_stream", "next_page", "end_time"}


def all_pages(box: Client, **params: Any) -> tuple[list[int], str]:
    ids: list[int] = []
    while True:
        page = box.read("/incremental/tickets/cursor.json", per_page=2, **params)
        assert set(page) == CURSOR_KEYS
        ids += [ticket["id"] for ticket in page["tickets"]]
        params = {"cursor": page["after_cursor"]}
        if page["end_of_stream"]:
            return ids, page["after_cursor"]


def test_an_export_goes_through_all_and_then_only_through_what_changed(box: Client) -> None:
    for _ in range(5):
        box.ticket()
    ids, cursor = all_pages(box, start_time=0)
    assert ids == [1, 2, 3, 4, 5]
    assert all_pages(box, cursor=cursor) == ([], cursor)
    box.change(3, subject="x")
    box.ticket()
    assert all_pages(box, cursor=cursor)[0] == [3, 6]


def test_writes_between_two_pages_of_one_second_are_not_missed(box: Client) -> None:
    for _ in range(3):
        box.ticket()
    first = box.read("/incremental/tickets/cursor", start_time=0, per_page=2)
    box.change(1, subject="x")
    rest, _ = all_pages(box, cursor=first["after_cursor"])
    assert sorted(rest) == [1, 3]


def test_the_newest_minute_is_withheld(opened: Opener) -> None:
    now = [datetime(2026, 11, 22, 9, 0, tzinfo=UTC)]
    box = opened(withhold_seconds=60, clock=lambda: now[0])
    box.ticket()
    assert all_pages(box, start_time=0)[0] == []
    now[0] += timedelta(seconds=59)
    assert all_pages(box, start_time=0)[0] == []
    now[0] += timedelta(seconds=1)
    assert all_pages(box, start_time=0)[0] == [1]
    recent = int(now[0].timestamp()) - 30
    assert box.ask("GET", f"/incremental/tickets/cursor?start_time={recent}").status_code == 422


def test_a_door_frees_the_export_of_the_minute(opened: Opener) -> None:
    box = opened(withhold_seconds=60)
    box.ticket()
    assert all_pages(box, start_time=0)[0] == []
    box.door("POST", "/clock-free")
    assert all_pages(box, start_time=0)[0] == [1]


def test_the_export_by_time_repeats_a_second_and_ends(box: Client) -> None:
    for _ in range(5):
        box.ticket()
    seen: list[int] = []
    start = 0
    for _ in range(10):
        page = box.read("/incremental/tickets", start_time=start, per_page=2)
        assert set(page) == TIME_KEYS
        assert page["count"] == len(page["tickets"])
        seen += [ticket["id"] for ticket in page["tickets"]]
        start = page["end_time"]
        assert page["next_page"].startswith(f"{box.url}/api/v2/incremental/tickets?")
        if page["end_of_stream"]:
            break
    assert set(seen) == {1, 2, 3, 4, 5}


def test_ticket_events_tell_comments_only_where_asked(box: Client) -> None:
    box.ticket()
    box.change(1, priority="high", comment={"body": "secret words", "public": False})
    bare = box.read("/incremental/ticket_events", start_time=0)
    assert "secret words" not in str(bare)
    child = bare["ticket_events"][-1]["child_events"][0]
    assert (child["comment_present"], child["comment_public"]) == (True, False)
    full = box.read("/incremental/ticket_events", start_time=0, include="comment_events")
    assert full["ticket_events"][-1]["child_events"][0]["body"] == "secret words"
    assert full["ticket_events"][-1]["child_events"][1]["priority"] == "high"


def test_what_is_no_cursor_or_time_is_refused(box: Client) -> None:
    for query in ("", "?start_time=soon", "?cursor=nonsense", "?cursor=e30="):
        assert box.ask("GET", f"/incremental/tickets/cursor{query}").status_code == 400


def test_users_are_exported_too(box: Client) -> None:
    box.user("Park")
    page = box.read("/incremental/users/cursor", start_time=0)
    assert [user["name"] for user in page["users"]] == ["Admin", "Park"]
    assert page["end_of_stream"] is True


OLD = {"id": 70, "subject": "Of long ago", "status": "open", "requester_id": 502,
       "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-02T00:00:00Z",
       "comments": [{"author_id": 502, "body": "Nobody came", "created_at": "2020-01-01T00:00:00Z"}]}  # fmt: skip
SEED = {"users": [{"id": 502, "name": "Park", "email": "park@demo.example"}], "tickets": [OLD]}


class Hours:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def second(self, ago: int = 0) -> int:
        return int(self.now.timestamp()) - ago


def test_what_is_filled_in_after_an_empty_page_is_not_missed(opened: Opener) -> None:
    clock = Hours()
    box = opened(withhold_seconds=60, clock=clock)
    found, cursor = all_pages(box, start_time=clock.second(100))
    assert found == []
    box.door("POST", "/seed", SEED)
    clock.now += timedelta(seconds=300)
    assert all_pages(box, cursor=cursor)[0] == [70]
    assert all_pages(box, start_time=0)[0] == [70]


def test_what_is_filled_in_after_a_last_page_comes_to_who_asks_from_then_on(opened: Opener) -> None:
    """By time as well: whoever was told that a second is over may go on behind it."""
    clock = Hours()
    box = opened(withhold_seconds=60, clock=clock)
    box.ticket()
    clock.now += timedelta(hours=1)
    assert [row["id"] for row in box.read("/incremental/tickets", start_time=0)["tickets"]] == [1]
    asked = clock.second(60)
    box.door("POST", "/seed", SEED)
    clock.now += timedelta(hours=1)
    assert [row["id"] for row in box.read("/incremental/tickets", start_time=asked)["tickets"]] == [70]


def test_events_that_are_filled_in_after_they_were_exported_are_not_missed(opened: Opener) -> None:
    clock = Hours()
    box = opened(withhold_seconds=60, clock=clock)
    box.ticket()
    clock.now += timedelta(hours=1)
    page = box.read("/incremental/ticket_events", start_time=0)
    assert page["end_of_stream"] is True
    box.door("POST", "/seed", SEED)
    imported = {"subject": "Older", "created_at": "2021-01-01T00:00:00Z", "requester_id": 502,
                "comments": [{"author_id": 502, "value": "Where?", "created_at": "2021-01-01T00:00:00Z"}]}  # fmt: skip
    number = box.send("POST", "/imports/tickets", {"ticket": imported}, 201)["ticket"]["id"]
    clock.now += timedelta(hours=1)
    later = box.read("/incremental/ticket_events", start_time=page["end_time"] + 1)
    assert {row["ticket_id"] for row in later["ticket_events"]} == {70, number}
    assert {row["created_at"][:4] for row in later["ticket_events"]} == {"2020", "2021"}, "their own time stays"
    assert box.read(f"/tickets/{number}/metrics")["ticket_metric"]["created_at"] == "2021-01-01T00:00:00Z"


def test_a_second_is_told_whole_however_many_rows_share_it(opened: Opener) -> None:
    """Rows that come late are spread, so that no page of theirs is long; those of one age keep their second."""
    clock = Hours()
    box = opened(withhold_seconds=60, clock=clock)
    one = {key: value for key, value in OLD.items() if key != "comments"} | {"requester_id": None}
    box.door("POST", "/seed", {"tickets": [one | {"id": number} for number in range(1, 1203)]})
    page = box.read("/incremental/tickets", start_time=0, per_page=1)
    assert (page["count"], page["end_of_stream"]) == (1202, False)
    everything = box.read("/incremental/tickets", start_time=page["end_time"] + 1)
    assert (everything["count"], everything["end_of_stream"]) == (0, True)
    box.door("POST", "/seed", {"tickets": [one | {"id": number} for number in range(2001, 3203)]})
    clock.now += timedelta(hours=1)
    late = box.read("/incremental/tickets", start_time=everything["end_time"] + 1)
    assert max(Counter(row["generated_timestamp"] for row in late["tickets"]).values()) <= 1000
    seen = {row["id"] for row in late["tickets"]}
    while not late["end_of_stream"]:
        late = box.read("/incremental/tickets", start_time=late["end_time"])
        seen |= {row["id"] for row in late["tickets"]}
    assert seen == set(range(2001, 3203))
