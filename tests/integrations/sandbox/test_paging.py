"""Both ways of paging lead through the whole list once, over links that lead back to the sandbox."""

import base64
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from integrations.zendesk.sandbox import seeking
from tests.integrations.sandbox.client import EMAIL, TOKEN, Client
from tests.integrations.sandbox.conftest import Opener


def follow(box: Client, url: str | None, key: str) -> list[list[int]]:
    pages = []
    while url is not None:
        assert url.startswith(box.url)
        reply = requests.get(url, auth=(f"{EMAIL}/token", TOKEN), timeout=20).json()
        pages.append([row["id"] for row in reply[key]])
        more = reply.get("meta", {}).get("has_more", True)
        url = (reply.get("links") or {}).get("next") if "links" in reply else reply["next_page"]
        url = url if more else None
    return pages


@pytest.fixture
def five(box: Client) -> Client:
    for number in range(5):
        box.ticket(subject=f"{number}")
    return box


@pytest.mark.parametrize("query", ["page[size]=2", "per_page=2"])
def test_tickets_are_walked_page_by_page(five: Client, query: str) -> None:
    assert follow(five, f"{five.url}/api/v2/tickets.json?{query}", "tickets") == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize("query", ["page[size]=1", "per_page=1"])
def test_plain_kinds_are_walked_too(box: Client, query: str) -> None:
    names = {box.group(name)["id"] for name in ("A", "B", "C")}
    pages = follow(box, f"{box.url}/api/v2/groups?{query}", "groups")
    assert len(pages) == 4
    assert names < {row for page in pages for row in page}


def test_a_cursor_leads_back_as_well(five: Client) -> None:
    first = five.read("/tickets", **{"page[size]": 2})
    second = five.read("/tickets", **{"page[size]": 2, "page[after]": first["meta"]["after_cursor"]})
    back = five.read("/tickets", **{"page[size]": 2, "page[before]": second["meta"]["before_cursor"]})
    assert [row["id"] for row in back["tickets"]] == [1, 2]
    assert set(first["links"]) == {"next", "prev"}
    assert set(first["meta"]) == {"has_more", "after_cursor", "before_cursor"}


def test_offset_pages_tell_the_count_and_both_neighbours(five: Client) -> None:
    reply = five.read("/tickets.json", per_page=2, page=2)
    assert reply["count"] == 5
    assert reply["next_page"] == f"{five.url}/api/v2/tickets.json?per_page=2&page=3"
    assert reply["previous_page"] == f"{five.url}/api/v2/tickets.json?per_page=2&page=1"


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "page[size]=101", "page[size]=2&sort=subject", "page[after]=nonsense", "page[after]=e30="],
)
def test_pages_that_cannot_be_are_refused(five: Client, query: str) -> None:
    reply = five.ask("GET", f"/tickets?{query}")
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["code"] == "InvalidPaginationParameter"


@pytest.mark.parametrize("query", ["page=101", "page=1001&per_page=10"])
def test_offset_pages_reach_ten_thousand_rows_and_no_further(five: Client, query: str) -> None:
    reply = five.ask("GET", f"/tickets?{query}")
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["code"] == "InvalidPaginationDepth"
    assert five.ask("GET", "/tickets?page=200&per_page=50").status_code == 200


@pytest.mark.parametrize(("sort", "walked"), [
    ("id", [1, 2, 3, 4, 5]), ("-id", [5, 4, 3, 2, 1]), ("status", [1, 2, 3, 5, 4]), ("-status", [4, 5, 3, 2, 1]),
    ("updated_at", [1, 3, 4, 5, 2]), ("-updated_at", [2, 5, 4, 3, 1]),
])  # fmt: skip
def test_cursors_go_through_another_order_once(opened: Opener, sort: str, walked: list[int]) -> None:
    hours = iter(range(10_000))
    box = opened(clock=lambda: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=next(hours)))
    for _ in range(5):
        box.ticket()
    box.change(4, status="closed") if "status" in sort else box.change(2, subject="Later")
    pages = follow(box, f"{box.url}/api/v2/tickets.json?page[size]=2&sort={sort}", "tickets")
    assert [number for page in pages for number in page] == walked


def test_a_list_in_its_own_order_is_walked_by_cursor_too(five: Client) -> None:
    pages = follow(five, f"{five.url}/api/v2/ticket_metrics.json?page[size]=2", "ticket_metrics")
    assert [len(page) for page in pages] == [2, 2, 1]
    walked = [number for page in pages for number in page]
    assert walked == sorted(walked, reverse=True)
    second = five.read("/ticket_metrics", **{"page[size]": 2})
    second = five.read("/ticket_metrics", **{"page[size]": 2, "page[after]": second["meta"]["after_cursor"]})
    back = five.read("/ticket_metrics", **{"page[size]": 2, "page[before]": second["meta"]["before_cursor"]})
    assert [row["id"] for row in back["ticket_metrics"]] == pages[0]


def test_guide_lists_page_in_their_own_way(box: Client) -> None:
    box.send("POST", "/help_center/categories", {"category": {"name": "General"}}, 201)
    plain = box.read("/help_center/categories.json")
    pages = {"page", "previous_page", "next_page", "per_page", "page_count", "count"}
    assert set(plain) == {"categories", "sort_by", "sort_order"} | pages
    by_cursor = box.read("/help_center/en-us/categories.json", **{"page[size]": 1})
    assert set(by_cursor["links"]) == {"first", "last"}


def cursor(order: str, *values: bytes) -> str:
    """As real accounts write one: the values of the row it stands behind, each with its kind and in little-endian."""
    place = base64.b64encode(b"".join(values)).decode()
    return base64.b64encode(json.dumps({"o": order, "v": place}).encode()).decode()


def number(value: int) -> bytes:
    return b"i" + value.to_bytes(8, "little")


def test_a_cursor_that_a_real_account_gave_stands_behind_its_row(box: Client) -> None:
    made = [box.group(name)["id"] for name in ("A", "B", "C")]
    after = cursor("name,id", b"s\x01\x00\x00\x00A", number(made[0]))
    page = box.read("/groups", **{"page[size]": 1, "page[after]": after})
    assert [row["id"] for row in page["groups"]] == [made[1]]
    ids = [box.ticket()["id"] for _ in range(3)]
    page = box.read("/tickets", **{"page[size]": 5, "page[after]": cursor("nice_id", number(ids[0]))})
    assert [row["id"] for row in page["tickets"]] == ids[1:]
    gone = box.read("/groups", **{"page[size]": 5, "page[after]": cursor("name,id", b"s\x00\x00\x00\x00", number(5))})
    assert gone["groups"] == []


@pytest.mark.parametrize("text", ["x", "e30=", cursor("id", b"i"), cursor("id", b"d" * 9), cursor("id", b"[1]")])
def test_a_cursor_that_nobody_gave_is_refused(box: Client, text: str) -> None:
    reply = box.ask("GET", "/groups", params={"page[size]": 1, "page[after]": text})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "InvalidPaginationParameter")


def tampered(stand: object, ident: object) -> str:
    place = base64.b64encode(json.dumps([stand, ident]).encode()).decode()
    return base64.b64encode(json.dumps({"o": "id", "v": place}).encode()).decode()


@pytest.mark.parametrize("where", ["/tickets?sort=updated_at", "/tickets?x=1", "/groups?x=1"])
@pytest.mark.parametrize("mark", [
    ("x", 1), (0, [1]), ([[1], [2]], 1), ([{}], 1), (None, 1), (0, None), (-5, 7), ([2**70], 1), (0, 2**70),
    ([1] * 9, 1), ([True], 1), (0, 1.5),
])  # fmt: skip
def test_a_cursor_that_was_tampered_with_is_refused(box: Client, where: str, mark: tuple[object, object]) -> None:
    reply = box.ask("GET", f"{where}&page[size]=1", params={"page[after]": tampered(*mark)})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "InvalidPaginationParameter")


@pytest.fixture
def hourly(opened: Opener) -> Client:
    """Seven tickets, one an hour, two of them high, one low, the others without a priority."""
    hours = iter(range(100_000))
    box = opened(clock=lambda: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=next(hours)))
    for priority in (None, "high", None, "low", None, "high", None):
        box.ticket(priority=priority)
    return box


@pytest.mark.parametrize(("sort", "last"), [("updated_at", 3), ("-updated_at", 5)])
def test_a_walk_goes_on_where_it_was_when_the_last_row_of_a_page_moves(hourly: Client, sort: str, last: int) -> None:
    """Nothing that stayed where it was is left out: the row that moved may come again at its new place."""
    first = hourly.read("/tickets", **{"page[size]": 3, "sort": sort})
    assert first["tickets"][-1]["id"] == last
    hourly.change(last, subject="Moved to the end of the list")
    rest = [number for page in follow(hourly, first["links"]["next"], "tickets") for number in page]
    still = {1, 2, 3, 4, 5, 6, 7} - {row["id"] for row in first["tickets"]}
    assert still <= set(rest)
    assert len(rest) == len(set(rest))


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_a_view_is_walked_by_cursor_over_what_is_empty_and_over_what_moves(hourly: Client, way: str) -> None:
    rule = {"field": "status", "operator": "less_than", "value": "closed"}
    view = hourly.send("POST", "/views", {"view": {"title": "All", "all": [rule]}})["view"]["id"]
    path = f"/views/{view}/tickets?sort_by=priority&sort_order={way}&page[size]=2"
    whole = [row["id"] for row in hourly.read(f"/views/{view}/tickets", sort_by="priority", sort_order=way)["tickets"]]
    pages = follow(hourly, f"{hourly.url}/api/v2{path}", "tickets")
    assert [number for page in pages for number in page] == whole
    second = hourly.ask("GET", path).json()["links"]["next"]
    assert follow(hourly, second, "tickets")[0] == whole[2:4]
    hourly.change(whole[1], priority="urgent")
    rest = [number for page in follow(hourly, second, "tickets") for number in page]
    assert set(whole[2:]) <= set(rest)


def test_a_cursor_leads_back_in_another_order(hourly: Client) -> None:
    first = hourly.read("/tickets", **{"page[size]": 3, "sort": "-updated_at"})
    after = first["meta"]["after_cursor"]
    second = hourly.read("/tickets", **{"page[size]": 3, "sort": "-updated_at", "page[after]": after})
    before = second["meta"]["before_cursor"]
    hourly.change(4, subject="The row that the cursor stands at goes to the front")
    back = hourly.read("/tickets", **{"page[size]": 3, "sort": "-updated_at", "page[before]": before})
    assert [row["id"] for row in second["tickets"]] == [4, 3, 2]
    assert [row["id"] for row in back["tickets"]] == [7, 6, 5]


def test_the_next_page_is_found_by_index_and_reads_no_row_of_another_page(hourly: Client, tmp_path: Path) -> None:
    ordered = seeking.terms_of("updated_at desc, id desc")
    text, values = seeking.behind(ordered, ["2026-11-01T05:00:00Z", 5])
    by = seeking.order_by(ordered)
    with closing(sqlite3.connect(tmp_path / "box-0" / "sandbox.sqlite3")) as db:
        sql = f"select id from tickets where deleted = 0 and (1) and {text} order by {by} limit 3"
        plan = " ".join(row[3] for row in db.execute(f"explain query plan {sql}", values))
    assert "SEARCH tickets USING" in plan
    assert "tickets_updated (updated_at<?)" in plan
    assert "TEMP B-TREE" not in plan
