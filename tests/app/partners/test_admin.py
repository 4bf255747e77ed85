"""Partners at the desk: their insurance and qualifications in one form, moved by buttons, numbers checked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.partners.model import Insurance, Partner, PartnerKind, PartnerState, Vendor
from app.people.model import Role
from tests.app.partners.papers import a_criterion
from tests.marketplace import PAID_AT, a_user, kept
from tests.seat import Seat

FORM = {
    "name": "박클린",
    "kind": "cleaner",
    "city": "서울",
    "phone": "010-1234-5678",
    "email": "park@example.com",
    "business_number": "2208162517",
    "joined_on": "2026-03-02",
    "note": "친절함",
}


def insurance(at: int, **change: str) -> dict[str, str]:
    facts = {"insurer": "한빛", "policy_number": f"P-{at}", "cover_minor": "100000000", "starts_on": "2026-01-01",
             "ends_on": "2099-12-31"}  # fmt: skip
    return {f"insurances-{at}-{key}": value for key, value in {**facts, **change}.items()}


def qualification(at: int) -> dict[str, str]:
    return {f"qualifications-{at}-name": "범죄경력 확인", f"qualifications-{at}-state": "passed"}


def a_partner(state: PartnerState = PartnerState.applied, days: int | None = 365, **change: Any) -> Partner:
    """With insurance for so many more days; None: with none."""
    today = clock.in_seoul(clock.now()).date()
    facts: dict[str, Any] = {"name": "김클린", "kind": PartnerKind.cleaner, "city": "서울", "created_at": PAID_AT}
    partner = Partner(state=state, **{**facts, **change})
    if days is not None:
        start = min(today, today + timedelta(days=days))
        partner.insurances.append(
            Insurance(insurer="한빛", policy_number="1", starts_on=start, ends_on=today + timedelta(days=days))
        )
    return kept(partner)


def test_a_partner_comes_with_insurance_and_qualifications_in_one_form(office: Flask) -> None:
    seat = Seat(office, a_user())
    page = seat.press("/admin/partners/new/", {**FORM, **insurance(0), **insurance(1), **qualification(0)})
    partner = db.session.scalars(select(Partner)).one()
    assert (partner.business_number, partner.state) == ("220-81-62517", PartnerState.applied)
    assert [one.policy_number for one in partner.insurances] == ["P-0", "P-1"]
    assert "범죄경력 확인" in page
    assert "₩100,000,000" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"business_number": "123-45-67890"}, "검증 숫자가 맞지 않습니다"),
        ({"note": "주민 900101-1234567"}, "주민등록번호는 적을 수 없습니다"),
        ({"email": "nobody"}, "이메일 주소를 적어 주세요"),
        (insurance(0, ends_on="2025-01-01"), "만료일이 시작일보다 빠릅니다"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(lone_office: Flask, change: dict[str, str], words: str) -> None:
    answer = Seat(lone_office, a_user()).send("/admin/partners/new/", {**FORM, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="박클린"' in answer.text
    assert db.session.scalar(select(func.count(Partner.id))) == 0


def test_an_insurance_is_renewed_in_the_form(office: Flask) -> None:
    partner = a_partner(PartnerState.active, days=10)
    seat, one = Seat(office, a_user()), partner.insurances[0]
    assert 'name="insurances-0-id"' in seat.read("/admin/partners/edit/", id=partner.id)
    kept_row = insurance(0, starts_on=one.starts_on.isoformat(), ends_on=one.ends_on.isoformat())
    form = {**FORM, **kept_row, "insurances-0-id": str(one.id), **insurance(1), "version_seen": partner.version}
    seat.press("/admin/partners/edit/", form, id=partner.id)
    assert [row.ends_on for row in partner.insurances][-1] == date(2099, 12, 31)
    assert len(partner.insurances) == 2


def move(partner: Partner, now: str, why: str = "") -> dict[str, Any]:
    return {"id": partner.id, "version_seen": partner.version, "now": now, "why": why}


def test_a_partner_moves_by_buttons_each_kept_with_its_reason(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.active)
    seat = Seat(lone_office, a_user())
    page = seat.read("/admin/partners/details/", id=partner.id)
    assert 'value="suspended"' in page
    assert 'value="checked"' not in page
    refused = seat.send("/admin/partners/move/", move(partner, "suspended"))
    assert (refused.status_code, "까닭을 적어 주세요" in refused.text) == (422, True)
    page = seat.press("/admin/partners/move/", move(partner, "suspended", "세 번 지각"))
    assert "세 번 지각" in page
    assert partner.state is PartnerState.suspended
    again = seat.send("/admin/partners/move/", move(partner, "checked", "적은 까닭")).text
    assert "바꿀 수 없습니다" in again
    assert 'value="적은 까닭"' in again
    assert "그런 상태는 없습니다" in seat.send("/admin/partners/move/", move(partner, "nowhere", "x")).text


def test_an_uninsured_partner_does_not_start_and_a_stale_button_does_nothing(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.checked, days=None)
    seat = Seat(lone_office, a_user())
    assert "등록된 보험이 없습니다" in seat.send("/admin/partners/move/", move(partner, "active")).text
    stale = {**move(partner, "left", "x"), "version_seen": 99}
    assert seat.send("/admin/partners/move/", stale).status_code == 409
    assert partner.state is PartnerState.checked


@pytest.mark.parametrize(
    ("days", "state", "listed"), [(365, "covered", False), (30, "soon", True), (0, "soon", True), (None, "none", True)]
)
def test_cover_that_ends_is_seen_and_listed(lone_office: Flask, days: int | None, state: str, listed: bool) -> None:
    partner = a_partner(PartnerState.active, days)
    seat = Seat(lone_office, a_user())
    assert f'data-state="{state}"' in seat.read("/admin/partners/")
    assert (partner.name in seat.read("/admin/partners/", tab="insurance")) is listed


def test_people_of_a_vendor_see_its_partners_alone(lone_office: Flask) -> None:
    own, other = (kept(Vendor(name=name, created_at=PAID_AT)) for name in ("가나", "다라"))
    mine, theirs = a_partner(vendor=own, name="우리 사람"), a_partner(vendor=other, name="남의 사람")
    seat = Seat(lone_office, a_user(vendor_id=own.id))
    page = seat.read("/admin/partners/", tab="all")
    assert mine.name in page
    assert theirs.name not in page
    assert seat.send("/admin/partners/move/", move(theirs, "left", "x")).status_code == 404


def test_who_may_only_look_moves_nobody(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.active)
    seat = Seat(lone_office, a_user(Role.agent))
    assert 'name="now"' not in seat.read("/admin/partners/details/", id=partner.id)
    assert seat.send("/admin/partners/move/", move(partner, "left", "x")).status_code == 403


def test_a_vendor_is_entered_and_ended(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user())
    seat.press("/admin/vendors/new/", {"name": "깨끗한 협력사", "email": "", "is_active": "y"})
    vendor = db.session.scalars(select(Vendor)).one()
    assert (vendor.name, vendor.email, vendor.is_active) == ("깨끗한 협력사", None, True)
    seat.press("/admin/vendors/edit/", {"name": vendor.name, "version_seen": vendor.version}, id=vendor.id)
    assert not vendor.is_active


def test_a_check_takes_its_name_from_its_criterion_or_needs_one(lone_office: Flask) -> None:
    criterion, seat = a_criterion(), Seat(lone_office, a_user())
    check = {"qualifications-0-criterion": str(criterion.id), "qualifications-0-state": "passed"}
    seat.press("/admin/partners/new/", {**FORM, **check})
    (row,) = db.session.scalars(select(Partner)).one().qualifications
    assert (row.name, row.criterion_id) == ("건강진단서", criterion.id)
    answer = seat.send("/admin/partners/new/", {**FORM, "business_number": "", "qualifications-0-state": "passed"})
    assert (answer.status_code, "무엇을 확인했는지" in answer.text) == (422, True)


def test_whoever_looks_after_some_cities_moves_nobody_out_of_them(lone_office: Flask) -> None:
    partner = a_partner(city="서울")
    seat = Seat(lone_office, a_user(cities=["서울"]))
    form = {**FORM, "business_number": "", "city": "부산", "version_seen": partner.version}
    answer = seat.send("/admin/partners/edit/", form, id=partner.id)
    assert (answer.status_code, "맡은 도시(서울)" in answer.text) == (422, True)
    cell = {"list_form_pk": partner.id, "name": "city", "city": "부산", "version_seen": partner.version}
    assert seat.send("/admin/partners/ajax/update/", cell).status_code == 422


def test_a_contract_that_ends_before_it_begins_is_refused(lone_office: Flask) -> None:
    form = {"name": "가나", "contract_from": "2026-12-02", "contract_until": "2026-12-01", "reply_minutes": "0"}
    seat = Seat(lone_office, a_user())
    answer = seat.send("/admin/vendors/new/", form)
    assert "1에서 10,080" in answer.text
    answer = seat.send("/admin/vendors/new/", {**form, "reply_minutes": "30"})
    assert (answer.status_code, "시작하기 전에 끝납니다" in answer.text) == (422, True)
