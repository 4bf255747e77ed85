"""A record is saved once, by one commit, over nobody else's change, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.db import db
from app.desk.view import DeskView
from app.partners.model import Partner, PartnerKind, PartnerState
from tests.app.desk.shop import a_partner, a_shop, a_vendor, stored
from tests.visit import visit_as

TYPED = {
    "name": "한결",
    "kind": "cleaner",
    "city": "서울",
    "phone": "010-1",
    "vendor": "__None",
    "joined_on": "2026-03-01",
}


def test_a_new_record_holds_what_was_typed(office: Flask) -> None:
    vendor = a_vendor()
    visit = visit_as(a_shop(office))
    answer = visit.send("/admin/shop/new/", {**TYPED, "vendor": str(vendor.id)})
    assert answer.status_code == 302
    partner = db.session.scalars(select(Partner)).one()
    assert answer.location == f"/admin/shop/details/?id={partner.id}"
    assert (partner.name, partner.kind, partner.vendor_id) == ("한결", PartnerKind.cleaner, vendor.id)
    assert str(partner.joined_on) == "2026-03-01"


def test_only_declared_fields_are_taken(lone_office: Flask) -> None:
    """State, id and version are nobody's to post."""
    visit = visit_as(a_shop(lone_office))
    visit.send("/admin/shop/new/", {**TYPED, "state": "active", "id": "77", "version": "9", "created_at": "2000-01-01"})
    partner = db.session.scalars(select(Partner)).one()
    assert (partner.state, partner.version) == (PartnerState.applied, 1)
    assert (partner.id, partner.created_at.year) != (77, 2000)


def test_a_screen_that_declares_no_fields_offers_none(lone_office: Flask) -> None:
    class Bare(DeskView):
        model = Partner
        subject = "partners"
        endpoint = "bare"

    assert list(Bare().create_form()) == []


def test_one_save_is_one_commit(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    commits: list[Session] = []

    def note(session: Session) -> None:
        commits.append(session)

    event.listen(Session, "after_commit", note)
    try:
        visit.send("/admin/shop/new/", TYPED)
    finally:
        event.remove(Session, "after_commit", note)
    assert len(commits) == 1


def test_a_refused_form_comes_back_as_it_was_typed(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    answer = visit.send("/admin/shop/new/", {**TYPED, "name": "", "phone": "010-1234-5678", "kind": "nonsense"})
    assert answer.status_code == 422
    assert 'value="010-1234-5678"' in answer.text
    assert answer.text.count('class="errors"') == 2
    assert db.session.scalar(select(func.count(Partner.id))) == 0


def test_the_words_of_a_model_stand_at_its_field(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    answer = visit.send("/admin/shop/new/", {**TYPED, "city": "평양"})
    assert answer.status_code == 422
    field = re.search(r'(?s)data-field="city">.*?</div>', answer.text)
    assert field is not None
    assert "그 도시에서는 일하지 않습니다." in field.group()
    assert 'value="평양"' in field.group()


def test_words_that_belong_to_no_field_stand_above_the_form(lone_office: Flask) -> None:
    visit = visit_as(a_shop(lone_office))
    answer = visit.send("/admin/shop/new/", {**TYPED, "name": "nowhere"})
    assert answer.status_code == 422
    assert "이름을 다시 봐 주세요." in answer.text
    assert db.session.scalar(select(func.count(Partner.id))) == 0


@pytest.mark.parametrize(("name", "seen"), [("x" * 121, "length"), ("", "empty")])
def test_what_the_column_cannot_hold_is_refused_by_the_form(lone_office: Flask, name: str, seen: str) -> None:
    assert visit_as(a_shop(lone_office)).send("/admin/shop/new/", {**TYPED, "name": name}).status_code == 422


def test_what_must_be_unique_is_refused_in_words(office: Flask) -> None:
    vendor = a_vendor()
    answer = visit_as(a_shop(office)).send("/admin/yard/new/", {"name": vendor.name})
    assert answer.status_code == 422
    assert "UNIQUE" not in answer.text.upper().replace("UNIQUE-", "")


def test_a_second_save_over_somebody_elses_is_refused_with_both_values(office: Flask) -> None:
    partner = a_partner(city="서울", phone="010-0")
    edit = f"/admin/shop/edit/?id={partner.id}"
    visit = visit_as(a_shop(office))
    form = visit.open(edit).text
    assert 'name="version_seen" type="hidden" value="1"' in form
    partner.city = "인천"
    db.session.commit()
    answer = visit.send(edit, {**TYPED, "city": "부산", "phone": "010-9", "version_seen": "1"})
    assert answer.status_code == 409
    row = re.search(r"<tr><td>도시</td><td>(.*?)</td><td>(.*?)</td></tr>", answer.text)
    assert row is not None
    assert row.groups() == ("인천", "부산")
    assert 'value="부산"' in answer.text
    assert (stored(partner).city, stored(partner).phone) == ("인천", "010-0")


def test_a_second_save_that_has_seen_the_other_goes_through(office: Flask) -> None:
    partner = a_partner(city="서울")
    edit = f"/admin/shop/edit/?id={partner.id}"
    visit = visit_as(a_shop(office))
    partner.city = "인천"
    db.session.commit()
    refused = visit.send(edit, {**TYPED, "city": "부산", "version_seen": "1"})
    shown = re.search(r'name="version_seen" type="hidden" value="(\d+)"', refused.text)
    assert shown is not None
    assert visit.send(edit, {**TYPED, "city": "부산", "version_seen": shown.group(1)}).status_code == 302
    assert stored(partner).city == "부산"


def test_a_save_that_says_no_version_is_refused(office: Flask) -> None:
    """Else leaving the field away would be the way round."""
    partner = a_partner()
    answer = visit_as(a_shop(office)).send(f"/admin/shop/edit/?id={partner.id}", TYPED)
    assert answer.status_code == 409


def test_without_the_guard_the_first_save_would_be_lost(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    partner = a_partner(city="서울")
    visit = visit_as(a_shop(lone_office))
    partner.city = "인천"
    db.session.commit()
    monkeypatch.setattr(DeskView, "_is_stale", lambda *_: False)
    visit.send(f"/admin/shop/edit/?id={partner.id}", {**TYPED, "city": "부산", "version_seen": "1"})
    assert stored(partner).city == "부산"


def test_a_cell_is_edited_where_it_stands(office: Flask) -> None:
    partner = a_partner(city="서울", kind=PartnerKind.cleaner)
    visit = visit_as(a_shop(office))
    sent = {"list_form_pk": str(partner.id), "name": "kind", "kind": "host", "version_seen": "1"}
    answer = visit.send("/admin/shop/ajax/update/", sent)
    assert (answer.status_code, (answer.json or {})["version"]) == (200, 2)
    assert "호스트" in (answer.json or {})["shown"]
    assert stored(partner).kind is PartnerKind.host


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"version_seen": "7"}, 409),
        ({"kind": "nonsense"}, 422),
        ({"name": "phone", "phone": "1"}, 404),
        ({"name": "state", "state": "left"}, 404),
        ({"list_form_pk": "99999"}, 404),
        ({"list_form_pk": "9" * 40}, 404),
        ({"name": "city", "city": "평양"}, 422),
    ],
)
def test_a_cell_is_guarded_as_a_form_is(lone_office: Flask, change: dict[str, str], status: int) -> None:
    partner = a_partner()
    visit = visit_as(a_shop(lone_office))
    sent = {"list_form_pk": str(partner.id), "name": "kind", "kind": "host", "version_seen": "1", **change}
    answer = visit.send("/admin/shop/ajax/update/", sent)
    assert answer.status_code == status
    assert (stored(partner).kind, stored(partner).city, stored(partner).version) == (PartnerKind.cleaner, "서울", 1)
    if status in {409, 422}:
        assert (answer.json or {})["error"]


def test_a_record_in_use_is_not_deleted_and_says_so(office: Flask) -> None:
    vendor = a_vendor()
    a_partner(vendor=vendor)
    admin_screen = next(screen for screen in a_shop(office).extensions["opsroom.screens"] if screen.endpoint == "yard")
    admin_screen.can_delete = True
    visit = visit_as(office)
    visit.send("/admin/yard/delete/", {"id": str(vendor.id)})
    assert "다른 기록이 쓰고 있어" in visit.open("/admin/yard/").text


def test_a_reference_out_of_reach_that_stands_already_may_stay(office: Flask) -> None:
    """Else a person of one vendor would empty it by saving something else."""
    theirs = a_vendor()
    partner = a_partner(vendor=theirs, city="서울")
    visit = visit_as(a_shop(office), cities=["서울"])
    answer = visit.send(f"/admin/shop/edit/?id={partner.id}", {**TYPED, "vendor": str(theirs.id), "version_seen": "1"})
    assert answer.status_code == 302
    assert stored(partner).vendor_id == theirs.id
