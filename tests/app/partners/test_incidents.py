"""Incidents are dated records; so many warnings propose a suspension, which a person decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.actor import Actor, ActorKind
from app.db import db
from app.insights.partner_todos import partner_todos
from app.partners.incidents import (
    Limit,
    PartnerIncident,
    Severity,
    WarningLimit,
    limit_for,
    warnings_that_propose,
)
from app.partners.kinds import PartnerKind
from app.partners.model import Partner, PartnerState
from app.people.rights import ALL_RIGHTS
from tests.app.partners.papers import a_partner, today
from tests.marketplace import PAID_AT, a_booking, a_ticket, a_user, kept
from tests.seat import Seat

ENTER = "/admin/partners/incident/"
BOSS = Actor(ActorKind.person, "매니저", 1, ALL_RIGHTS)


def said(partner: Partner, **more: Any) -> dict[str, Any]:
    facts = {"kind": "late", "severity": "minor", "text": "40분 지각", "happened_on": today().isoformat()}
    return {"id": partner.id, **facts, **more}


def warned(partner: Partner, days_ago: int = 0, **more: Any) -> PartnerIncident:
    facts: dict[str, Any] = {
        "kind": "late",
        "severity": "minor",
        "text": "지각",
        "points": 1,
        "by": "시험",
        "at": PAID_AT,
    }
    on = today() - timedelta(days=days_ago)
    return kept(PartnerIncident(partner_id=partner.id, is_warning=True, happened_on=on, **{**facts, **more}))


def test_an_incident_is_entered_with_its_booking_and_ticket(lone_office: Flask) -> None:
    partner, booking, ticket = a_partner(), a_booking(), a_ticket()
    seat = Seat(lone_office, a_user())
    form = said(partner, severity="major", booking=booking.ref, ticket=f"#{ticket.zendesk_id}")
    page = seat.press(ENTER, form)
    assert booking.ref in page
    one = db.session.scalars(select(PartnerIncident)).one()
    assert (one.booking_id, one.ticket_id, one.severity, one.points) == (booking.id, ticket.id, Severity.major, 3)
    assert partner.state is PartnerState.active
    seat.press(ENTER, said(partner, points="7"))
    assert db.session.scalars(select(PartnerIncident.points).order_by(PartnerIncident.id)).all() == [3, 7]


def test_a_warning_moves_who_is_active_and_no_one_else(lone_office: Flask) -> None:
    partner, seat = a_partner(), Seat(lone_office, a_user())
    for _ in range(2):
        seat.press(ENTER, said(partner, is_warning="1"))
    db.session.refresh(partner)
    assert partner.state is PartnerState.warned
    assert [(move.now, move.why) for move in partner.moves] == [(PartnerState.warned, "40분 지각")]
    assert [one.moved for one in partner.incidents] == [True, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "무슨 일이 있었는지"),
        ({"happened_on": "2999-01-01"}, "2026-11-22처럼"),
        ({"happened_on": (today() + timedelta(days=1)).isoformat()}, "앞으로의 날짜"),
        ({"happened_on": ""}, "언제 있었던"),
        ({"expires_on": "2020-01-01"}, "일이 있기 전에"),
        ({"points": "101"}, "0에서 100까지"),
        ({"points": "-1"}, "0에서 100까지"),
        ({"kind": "gossip"}, "목록에서"),
        ({"booking": "B-없음"}, "찾지 못했습니다"),
        ({"ticket": "99999999999999999999"}, "숫자로"),
        ({"text": "주민 900101-1234567"}, "주민등록번호"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(lone_office: Flask, change: dict[str, str], words: str) -> None:
    partner = a_partner()
    answer = Seat(lone_office, a_user()).send(ENTER, {**said(partner), "booking": "", **change})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert db.session.scalars(select(PartnerIncident)).all() == []


def test_a_booking_of_another_city_cannot_be_named(lone_office: Flask) -> None:
    partner, booking = a_partner(), a_booking(city="부산")
    seat = Seat(lone_office, a_user(cities=["서울"]))
    assert "찾지 못했습니다" in seat.send(ENTER, said(partner, booking=booking.ref)).text


def test_a_record_is_withdrawn_with_its_reason_and_counts_no_more(lone_office: Flask) -> None:
    partner, seat = a_partner(), Seat(lone_office, a_user())
    one = warned(partner)
    assert seat.send("/admin/partners/withdraw/", {"incident": one.id, "why": " "}).status_code == 422
    page = seat.press("/admin/partners/withdraw/", {"incident": one.id, "why": "사실이 아님"})
    assert "사실이 아님" in page
    db.session.refresh(one)
    assert not one.counts_on(today())
    assert seat.send("/admin/partners/withdraw/", {"incident": one.id, "why": "또"}).status_code == 422


LIMIT = Limit(3, 30)


@pytest.mark.parametrize(
    ("days_ago", "proposed"),
    [([0, 1, 2], 3), ([0, 1], 0), ([0, 1, 29], 3), ([0, 1, 30], 0), ([0, 1, 29, 29], 4)],
)
def test_so_many_warnings_in_so_many_days_propose(lone_office: Flask, days_ago: list[int], proposed: int) -> None:
    partner = a_partner(PartnerState.warned)
    for days in days_ago:
        warned(partner, days)
    assert len(warnings_that_propose(partner, LIMIT, today())) == proposed


def test_what_expired_was_withdrawn_or_is_no_warning_does_not_count(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.warned)
    for more in ({"expires_on": today() - timedelta(days=1)}, {"withdrawn_at": PAID_AT}, {"is_warning": False}):
        one = warned(partner)
        for name, value in more.items():
            setattr(one, name, value)
    warned(partner)
    warned(partner)
    db.session.commit()
    assert warnings_that_propose(partner, LIMIT, today()) == []
    warned(partner, expires_on=today())
    db.session.refresh(partner)
    assert len(warnings_that_propose(partner, LIMIT, today())) == 3


def test_a_limit_of_its_kind_goes_before_the_one_for_all() -> None:
    rows = [WarningLimit(kind=None, warnings=5, days=60), WarningLimit(kind=PartnerKind.host, warnings=2, days=365)]
    assert limit_for(PartnerKind.host, rows) == Limit(2, 365)
    assert limit_for(PartnerKind.cleaner, rows) == Limit(5, 60)
    assert limit_for(PartnerKind.cleaner, []) == Limit(3, 90)


def test_a_proposal_waits_on_the_home_page_until_a_person_decides(lone_office: Flask) -> None:
    partner, seat = a_partner(PartnerState.warned), Seat(lone_office, a_user())
    for days in (0, 1, 2):
        warned(partner, days)
    assert [one.asked for one in partner_todos(db.session(), BOSS)] == [{"id": partner.id}]
    assert "data-proposal" in seat.read("/admin/partners/details/", id=partner.id)
    assert partner.state is PartnerState.warned
    form = {"id": partner.id, "version_seen": partner.version, "why": "면담함"}
    page = seat.press("/admin/partners/weigh/", form)
    assert "data-proposal" not in page
    assert "면담함" in page
    db.session.refresh(partner)
    assert partner.state is PartnerState.warned
    assert list(partner_todos(db.session(), BOSS)) == []
    seat.press(ENTER, said(partner, is_warning="1"))
    assert [one.asked for one in partner_todos(db.session(), BOSS)] == [{"id": partner.id}]
    seat.press("/admin/partners/move/", {**form, "version_seen": partner.version, "now": "suspended"})
    db.session.expire_all()
    assert (partner.state, list(partner_todos(db.session(), BOSS))) == (PartnerState.suspended, [])


def test_a_proposal_is_told_in_ones_own_cities(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.warned, city="부산")
    for days in (0, 1, 2):
        warned(partner, days)
    seoul = Actor(ActorKind.person, "서울", 2, ALL_RIGHTS, cities=frozenset({"서울"}))
    assert list(partner_todos(db.session(), seoul)) == []


def test_limits_are_rows_one_for_each_kind(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user())
    seat.press("/admin/warning_limits/new/", {"kind": "", "warnings": "2", "days": "30"})
    answer = seat.send("/admin/warning_limits/new/", {"kind": "", "warnings": "4", "days": "30"})
    assert (answer.status_code, "이미 있습니다" in answer.text) == (422, True)
    assert db.session.scalars(select(WarningLimit)).one().warnings == 2


def test_criteria_are_rows_and_say_whom_they_leave_without_work(lone_office: Flask) -> None:
    a_partner()
    form = {"name_ko": "신원 확인", "name_en": "Identity", "kind": "", "product": "", "city": "", "months": "12",
            "binds_from": date(2020, 1, 1).isoformat(), "is_active": "y"}  # fmt: skip
    page = Seat(lone_office, a_user()).press("/admin/criteria/new/", form)
    assert "파트너 1명이 이 기준을 갖추지 못했습니다" in page
    seoul = Seat(lone_office, a_user(cities=["서울"]))
    assert "맡은 도시(서울)" in seoul.send("/admin/criteria/new/", form).text
    seoul.press("/admin/criteria/new/", {**form, "city": "서울"})
