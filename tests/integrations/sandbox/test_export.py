"""Incremental exports: nothing is missed, the newest minute is withheld, and a cursor resumes where it stood."""

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
