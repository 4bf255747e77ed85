"""POST /api/v1/bookings/{ref}/events: what happened, kept once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.bookings.happenings import BookingEvent, Happening
from app.db import db
from tests.app.api.calls import Program, a_token, code
from tests.app.desk.shop import a_partner
from tests.marketplace import a_booking

SENT = {"kind": "arrived", "at": "2026-10-01T15:35:00+09:00"}


def path(ref: str) -> str:
    return f"/api/v1/bookings/{ref}/events"


def facts() -> list[BookingEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(BookingEvent).order_by(BookingEvent.id)))


def test_a_late_arrival_is_a_fact_kept_once(office: Flask) -> None:
    booking = a_booking(partner=a_partner(name="반짝 클리너"))
    partner_id = booking.partner_id
    program = Program(office, a_token("events:write")[1])
    first = program.post(path(booking.ref), {**SENT, "by": "배차 시스템"}, key="once")
    again = program.post(path(booking.ref), {**SENT, "by": "배차 시스템"}, key="once")
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    told = first.json
    assert told is not None
    assert (told["minutes_late"], told["no_show"], told["visit"]) == (35, None, 1)
    (kept,) = facts()
    assert (kept.kind, kept.by, kept.partner_id) == (Happening.arrived, "배차 시스템", partner_id)


def test_the_same_key_for_another_booking_is_told_so(lone_office: Flask) -> None:
    program = Program(lone_office, a_token("events:write")[1])
    program.post(path(a_booking().ref), SENT, key="once")
    answer = program.post(path(a_booking().ref), SENT, key="once")
    assert (answer.status_code, code(answer)) == (409, "key_reused")
    assert len(facts()) == 1


def test_a_no_show_of_a_later_visit_is_told_by_its_own_plan(lone_office: Flask) -> None:
    booking, other = a_booking(), a_partner(name="둘째 클리너")
    program = Program(lone_office, a_token("events:write")[1])
    sent = {
        "kind": "partner_no_show",
        "at": "2026-10-08T16:00:00+09:00",
        "planned_at": "2026-10-08T15:00:00+09:00",
        "visit": 2,
        "partner": "둘째 클리너",
    }
    told = program.post(path(booking.ref), sent).json
    assert told is not None
    assert (told["visit"], told["no_show"], told["minutes_late"]) == (2, "partner_no_show", None)
    assert facts()[0].partner_id == other.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "flew"}, "kind"),
        ({"visit": 0}, "visit"),
        ({"partner": "아무도 아닌"}, "partner"),
        ({"note": "900101-1234567"}, "note"),
        ({"at": "tomorrow"}, "at"),
    ],
)
def test_what_is_no_fact_is_refused_with_its_field(lone_office: Flask, change: dict[str, Any], field: str) -> None:
    answer = Program(lone_office, a_token()[1]).post(path(a_booking().ref), {**SENT, **change})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["field"] == field
    assert facts() == []


def test_what_is_to_come_is_refused_and_another_clock_is_forgiven(lone_office: Flask) -> None:
    program, booking = Program(lone_office, a_token()[1]), a_booking()
    ref = booking.ref
    soon, later = (clock.now() + timedelta(minutes=ahead) for ahead in (3, 30))
    assert program.post(path(ref), {**SENT, "at": later.isoformat()}).status_code == 422
    assert program.post(path(ref), {**SENT, "at": soon.isoformat()}).status_code == 201


def test_an_unknown_booking_and_one_of_another_city_are_not_found(lone_office: Flask) -> None:
    program = Program(lone_office, a_token(cities=["부산"])[1])
    for ref in ("B-NONE", a_booking(city="서울").ref):
        answer = program.post(path(ref), SENT)
        assert (answer.status_code, code(answer)) == (404, "not_found")
    assert Program(lone_office, a_token("quotes:read")[1]).post(path("B-NONE"), SENT).status_code == 403
