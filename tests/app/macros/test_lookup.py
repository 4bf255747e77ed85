"""What pickers find on the server: bounded, best first, and of customers only those in sight of the one who asks."""

from __future__ import annotations

import pytest
from flask import Flask

from app.db import db
from app.macros.controls import LISTED
from app.macros.lookup import MOST, find
from app.macros.pickers import pickers_of
from app.people.model import Role
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from tests.marketplace import PAID_AT, a_booking, a_ticket, a_user, kept
from tests.seat import Seat


def found(seat: Seat, kind: str, query: str = "", screen: str = "rules") -> list[str]:
    answer = seat.see(f"/admin/{screen}/pick/", kind=kind, q=query)
    assert answer.status_code == 200
    return [one["label"] for one in answer.get_json()["found"]]


def a_seat(office: Flask, role: Role = Role.ops_manager, **change: object) -> Seat:
    return Seat(office, a_user(role, **change))


def test_groups_and_agents_are_found_by_their_first_consonants(office: Flask) -> None:
    for number, name in enumerate(("환불팀", "글로벌팀", "없어진 팀")):
        kept(ZendeskGroup(zendesk_id=number + 1, name=name, is_deleted=name == "없어진 팀"))
    kept(ZendeskUser(zendesk_id=5, name="이서준", role="agent", email="seojun@example.com"))
    kept(ZendeskUser(zendesk_id=6, name="이세준", role="end-user"))
    seat = a_seat(office)
    assert found(seat, "group", "ㅎㅂ") == ["환불팀"]
    assert set(found(seat, "group")) == {"환불팀", "글로벌팀"}
    assert found(seat, "agent", "ㅇㅅㅈ") == ["이서준"]
    assert found(seat, "agent", screen="macros") == ["이서준"]


def test_tags_are_those_of_tickets_the_most_used_first(office: Flask) -> None:
    a_ticket(tags=["vip", "refund_request"])
    a_ticket(tags=["refund_request"])
    assert found(a_seat(office), "tags") == ["refund_request", "vip"]
    assert found(a_seat(office), "tags", "vi") == ["vip"]


def test_customers_and_tags_of_another_city_are_not_found(office: Flask) -> None:
    for number, (name, city) in enumerate((("박서울", "서울"), ("박부산", "부산"))):
        kept(ZendeskUser(zendesk_id=70 + number, name=name))
        a_ticket(requester_id=70 + number, booking_id=a_booking(city=city).id, tags=[f"in_{number}"])
    everywhere, in_seoul = a_seat(office), a_seat(office, cities=["서울"])
    assert set(found(everywhere, "user", "박")) == {"박서울", "박부산"}
    assert found(in_seoul, "user", "박") == ["박서울"]
    assert found(in_seoul, "tags") == ["in_0"]
    assert found(everywhere, "user") == []


def test_no_more_than_twenty_and_a_long_list_is_not_in_the_page(lone_office: Flask) -> None:
    for number in range(LISTED + 1):
        kept(ZendeskGroup(zendesk_id=1000 + number, name=f"팀 {number:02}"))
    seat = a_seat(lone_office)
    assert len(found(seat, "group")) == MOST
    page = seat.read("/admin/rules/new/")
    assert "팀 07" not in page
    form = {
        "title": "x",
        "kind": "trigger",
        "actions-0-field": "group_id",
        "actions-0-value": "1007",
        "press": "add:any",
    }
    drawn = seat.send("/admin/rules/new/", form).text
    assert 'value="1007" data-search="group" data-named="팀 07"' in drawn


def test_options_of_a_field_are_looked_up_by_its_key(lone_office: Flask) -> None:
    kept(ZendeskField(zendesk_id=9, kind="tagger", title="상품", options=[{"name": "대청소", "value": "deep"}]))
    assert found(a_seat(lone_office), "options:custom_fields_9", "ㄷㅊ") == ["대청소"]


def test_what_the_account_calls_its_things_is_offered_and_typed_as_long_as_it_told_of_none(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    form = {"title": "x", "kind": "trigger", "all-0-field": "brand_id", "all-0-operator": "is", "all-0-value": "77"}
    assert (
        'type="text" name="all-0-value" value="77"' in seat.send("/admin/rules/new/", {**form, "press": "add:any"}).text
    )
    kept(ZendeskName(kind=NameKind.brand, zendesk_id=77, name="오피스룸", seen_at=PAID_AT))
    kept(ZendeskName(kind=NameKind.organization, zendesk_id=5, name="한빛 상사", seen_at=PAID_AT))
    assert '<option value="77" selected>오피스룸' in seat.send("/admin/rules/new/", {**form, "press": "add:any"}).text
    assert found(seat, "organization", "ㅎㅂ") == ["한빛 상사"]


@pytest.mark.parametrize("kind", ["", "x", "options:", "options:custom_fields_1", "macro", "group" * 40])
def test_what_is_not_looked_up_finds_nothing(lone_office: Flask, kind: str) -> None:
    assert find(db.session(), kind, "x", pickers_of(db.session())) == []
    assert found(a_seat(lone_office), kind, "%_\\") == []


@pytest.mark.parametrize("screen", ["rules", "macros"])
def test_only_who_may_edit_may_ask(lone_office: Flask, screen: str) -> None:
    assert a_seat(lone_office, Role.agent).see(f"/admin/{screen}/pick/", kind="user", q="박").status_code == 403
