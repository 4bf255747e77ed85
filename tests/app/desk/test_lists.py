"""A list: saved views with counts, filters that read, counts that stay cheap, and a fixed number of questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from app.desk import lists, view
from app.partners.model import PartnerKind, PartnerState
from app.people.model import Role
from tests.app.desk.shop import ShopView, a_partner, a_shop, a_vendor
from tests.visit import Visit, visit_as


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked within the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def names(visit: Visit, address: str) -> list[str]:
    return re.findall(r'<a class="row" href="[^"]*">([^<]*)</a>', visit.open(address).text)


def test_a_list_opens_on_its_first_saved_view_with_counts(office: Flask) -> None:
    a_partner(name="가", state=PartnerState.active)
    a_partner(name="나", state=PartnerState.left)
    visit = visit_as(a_shop(office))
    page = visit.open("/admin/shop/").text
    assert re.findall(r'data-tab="(\w+)" class="(\w*)">[^<]*<i class="">(\d+)</i>', page) == [
        ("active", "on", "1"),
        ("left", "", "1"),
        ("all", "", "2"),
    ]
    assert names(visit, "/admin/shop/") == ["가"]
    assert names(visit, "/admin/shop/?tab=left") == ["나"]
    assert names(visit, "/admin/shop/?tab=all") == ["가", "나"]


def test_a_search_looks_everywhere_unless_a_view_is_named(office: Flask) -> None:
    a_partner(name="홍길동", state=PartnerState.left)
    visit = visit_as(a_shop(office))
    assert names(visit, "/admin/shop/?search=길동") == ["홍길동"]
    assert names(visit, "/admin/shop/?search=길동&tab=active") == []


def test_filters_find_what_they_say(office: Flask) -> None:
    off = a_vendor(is_active=False)
    a_partner(name="가", joined_on=date(2026, 2, 1), created_at=datetime(2026, 1, 31, 14, 30, tzinfo=UTC), vendor=off)
    later = datetime(2026, 1, 31, 15, 30, tzinfo=UTC)
    a_partner(name="나", kind=PartnerKind.host, joined_on=date(2026, 3, 1), created_at=later)
    visit = visit_as(a_shop(office))
    for asked, found in (
        ("flt0_kind_is=host", ["나"]),
        ("flt0_name_has=가", ["가"]),
        ("flt0_name_has=%25", []),
        ("flt0_joined_on_from=2026-02-02", ["나"]),
        ("flt0_joined_on_to=2026-02-01", ["가"]),
        ("flt0_joined_on_from=2026-02-01&flt1_kind_is=cleaner", ["가"]),
        # A day is a day in Seoul: half past three in the afternoon of the 31st in London is the 1st there.
        ("flt0_created_at_from=2026-02-01&flt1_created_at_to=2026-02-01", ["나"]),
        ("flt0_vendor-is_active_on=0", ["가"]),
    ):
        assert names(visit, f"/admin/shop/?{asked}") == found, asked


def test_a_filter_in_force_is_a_chip_that_takes_itself_away(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    page = visit.open("/admin/shop/?flt0_kind_is=host&flt1_name_has=가&tab=all").text
    chips = re.findall(r'<a class="f on" href="([^"]*)"[^>]*>\s*([^<]*?)\s*<span', page)
    assert [words for _, words in chips] == ["Kind 같음: 호스트", "이름 포함: 가"]
    assert chips[0][0].replace("&amp;", "&") == "/admin/shop/?tab=all&flt0_name_has=%EA%B0%80"


def test_the_form_of_filters_becomes_an_address(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    answer = visit.open("/admin/shop/?tab=all&q_kind_is=host&q_name_has=&q_=")
    assert (answer.status_code, answer.location) == (302, "/admin/shop/?tab=all&flt0_kind_is=host")


def test_a_count_stops_where_it_would_cost(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED", 2)
    monkeypatch.setattr(view, "COUNTED", 2)
    for _ in range(4):
        a_partner()
    assert "2+건" in visit_as(a_shop(lone_office)).open("/admin/shop/").text


def test_pages_hold_what_they_say_and_the_last_one_is_the_end(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShopView, "page_size", 2)
    for name in "가나다라마":
        a_partner(name=name)
    visit = visit_as(a_shop(office))
    assert names(visit, "/admin/shop/?page=0") == ["가", "나"]
    assert names(visit, "/admin/shop/?page=2") == ["마"]
    assert names(visit, "/admin/shop/?page=99999999999999") == ["마"]


def test_a_list_asks_as_many_questions_for_fifty_rows_as_for_one(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    a_partner(vendor=a_vendor())
    with counted() as few:
        visit.open("/admin/shop/")
    vendors = [a_vendor() for _ in range(5)]
    for number in range(40):
        a_partner(vendor=vendors[number % 5])
    with counted() as many:
        visit.open("/admin/shop/")
    assert len(many) == len(few)
    assert len(many) <= 8


def test_an_empty_list_says_what_to_do_next(lone_office: Flask) -> None:
    page = visit_as(a_shop(lone_office)).open("/admin/shop/?tab=all").text
    assert "아직 아무것도 없습니다." in page
    assert 'href="/admin/shop/new/"' in page
    first = visit_as(lone_office).open("/admin/views/").text
    assert ("flask rules import" in first, "전체 보기" in first) == (True, False), "where nothing is, no tab has more"


def test_actions_are_offered_and_done_by_right(lone_office: Flask) -> None:
    partner = a_partner()
    visit = visit_as(a_shop(lone_office))
    assert 'value="pay"' in visit.open("/admin/shop/").text
    ops = visit_as(lone_office, Role.ops_manager)
    page = ops.open("/admin/shop/").text
    assert 'value="praise"' in page
    assert 'value="pay"' not in page
    assert ops.send("/admin/shop/action/", {"action": "pay", "rowid": str(partner.id)}).status_code == 403


def test_a_bulk_action_takes_odd_numbers_for_none(office: Flask) -> None:
    partner = a_partner()
    visit = visit_as(a_shop(office))
    sent = {"action": "praise", "rowid": ["x", "-1", "9" * 40, str(partner.id), str(partner.id)]}
    visit.send("/admin/shop/action/", sent)
    assert "1 praised" in visit.open("/admin/shop/").text
    assert visit.send("/admin/shop/action/", {"action": "nothing", "rowid": "1"}).status_code == 302


def test_what_is_typed_in_a_row_is_shown_and_never_run(lone_office: Flask) -> None:
    a_partner(name="<script>alert(1)</script>", city='"><img src=x onerror=alert(1)>')
    page = visit_as(a_shop(lone_office)).open("/admin/shop/?search=%22%3E%3Cscript%3E&tab=all").text
    listed = visit_as(lone_office).open("/admin/shop/").text
    for text in (page, listed):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert '"><script>' not in text


def test_find_gives_screens_and_records_one_may_view(lone_office: Flask) -> None:
    partner = a_partner(name="김찾음")
    visit = visit_as(a_shop(lone_office))
    found = (visit.open("/find.json?q=김찾").json or {})["found"]
    assert {"where": "가게", "label": "김찾음", "url": f"/admin/shop/details/?id={partner.id}"} in found
    assert "감사 기록" in [each["label"] for each in (visit.open("/find.json?q=감사").json or {})["found"]]
    agent = visit_as(lone_office, Role.agent)
    assert (agent.open("/find.json?q=감사").json or {})["found"] == []
