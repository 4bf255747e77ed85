"""What a person of one city or of a vendor may not see is not there by any way round."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.desk import lists
from app.partners.model import Partner
from tests.app.desk.shop import a_partner, a_shop, a_vendor, stored
from tests.visit import Visit, visit_as


def seen_by(visit: Visit, partner: Partner) -> set[str]:
    """The ways by which `partner` comes to be seen or changed."""
    number, name = partner.id, partner.name
    row = f'data-id="{number}"'
    ways = {
        "list": row in visit.open("/admin/shop/?tab=all").text,
        "search": row in visit.open(f"/admin/shop/?search={name}").text,
        "details": visit.open(f"/admin/shop/details/?id={number}").status_code == 200,
        "edit form": visit.open(f"/admin/shop/edit/?id={number}").status_code == 200,
        "export": name in visit.send("/admin/shop/export/csv/?tab=all", {"reason": "확인"}).text,
        "find": name in [each["label"] for each in (visit.open(f"/find.json?q={name}").json or {})["found"]],
    }
    visit.send(f"/admin/shop/edit/?id={number}", {"name": "바뀜", "kind": "host", "city": "서울", "version_seen": "1"})
    ways["edit"] = stored(partner).name == "바뀜"
    version = str(stored(partner).version)
    inline = {"list_form_pk": str(number), "name": "city", "city": partner.city, "version_seen": version}
    ways["inline edit"] = visit.send("/admin/shop/ajax/update/", inline).status_code == 200
    visit.send("/admin/shop/action/", {"action": "praise", "rowid": str(number)})
    ways["action"] = stored(partner).note == "praised"
    visit.send("/admin/shop/delete/", {"id": str(number)})
    visit.send("/admin/shop/action/", {"action": "delete", "rowid": str(number)})
    ways["delete"] = db.session.scalar(select(Partner.id).where(Partner.id == number)) is None
    return {way for way, open_ in ways.items() if open_}


EVERY_WAY = {
    *("list", "search", "details", "edit form", "export", "find", "edit", "inline edit", "action", "delete"),
}


def test_a_row_in_scope_is_reached_by_every_way(office: Flask) -> None:
    visit = visit_as(a_shop(office), cities=["서울"])
    assert seen_by(visit, a_partner()) == EVERY_WAY


def test_a_row_of_another_city_is_reached_by_none(office: Flask) -> None:
    visit = visit_as(a_shop(office), cities=["서울"])
    assert seen_by(visit, a_partner(city="부산")) == set()


def test_a_row_of_another_vendor_is_reached_by_none(office: Flask) -> None:
    ours, theirs = a_vendor(), a_vendor()
    visit = visit_as(a_shop(office), vendor_id=ours.id)
    assert seen_by(visit, a_partner(vendor=theirs)) == set()
    assert "list" in seen_by(visit, a_partner(vendor=ours))


def test_without_the_limits_the_other_city_would_be_seen(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    visit = visit_as(a_shop(lone_office), cities=["서울"])
    monkeypatch.setattr(lists, "limits", lambda *_args, **_more: [])
    assert seen_by(visit, a_partner(city="부산")) == EVERY_WAY


def test_a_screen_without_a_vendor_of_its_own_shows_a_vendors_person_nothing(lone_office: Flask) -> None:
    vendor = a_vendor()
    visit = visit_as(a_shop(lone_office), vendor_id=vendor.id)
    assert "0건" in visit.open("/admin/audit/?tab=all").text or "data-list" not in visit.open("/admin/audit/").text


def test_references_offer_and_take_only_what_may_be_seen(office: Flask) -> None:
    ours, theirs = a_vendor(name="우리협력사"), a_vendor(name="남의협력사")
    visit = visit_as(a_shop(office), vendor_id=ours.id)
    form = visit.open("/admin/shop/new/").text
    assert "우리협력사" in form
    assert "남의협력사" not in form
    asked = {"name": "새 파트너", "kind": "cleaner", "city": "서울"}
    assert visit.send("/admin/shop/new/", {**asked, "vendor": str(theirs.id)}).status_code == 422
    assert visit.send("/admin/shop/new/", {**asked, "vendor": str(ours.id)}).status_code == 302


def test_look_ups_offer_and_take_only_what_may_be_seen(office: Flask) -> None:
    ours, theirs = a_vendor(name="우리협력사"), a_vendor(name="남의협력사")
    visit = visit_as(a_shop(office), vendor_id=ours.id)
    found = visit.open("/admin/book/ajax/lookup/?name=vendor&query=협력사").json or []
    assert [name for _, name in found] == ["우리협력사"]
    partner = a_partner(vendor=ours)
    edit = f"/admin/book/edit/?id={partner.id}"
    assert visit.send(edit, {"name": "x", "vendor": str(theirs.id), "version_seen": "1"}).status_code == 422
    assert stored(partner).vendor_id == ours.id
    assert visit.send(edit, {"name": "x", "vendor": "9" * 30, "version_seen": "1"}).status_code == 422


def test_a_look_up_takes_odd_questions(office: Flask) -> None:
    a_vendor()
    visit = visit_as(a_shop(office))
    for odd in ("", "&query=%25_", "&offset=-5&limit=999999999999999999999", f"&query={'가' * 5000}"):
        assert visit.open(f"/admin/book/ajax/lookup/?name=vendor{odd}").status_code == 200
    assert visit.open("/admin/book/ajax/lookup/?name=nothing").status_code == 404


def test_counts_at_the_tabs_are_of_what_may_be_seen(office: Flask) -> None:
    a_partner()
    a_partner(city="부산")
    visit = visit_as(a_shop(office), cities=["서울"])
    assert re.search(r'data-tab="active"[^>]*>활동 중<i class="">1</i>', visit.open("/admin/shop/").text)
