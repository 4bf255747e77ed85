"""The time line: what happened, when, by whom, in order, narrowed by kind, and never more than one may see."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from app import clock
from app.bookings.happenings import BookingEvent, Happening, note, visits_of
from app.bookings.model import Booking
from app.db import db
from app.errors import Refusal
from app.people.model import Role
from app.tickets.model import Comment
from tests.app.desk.shop import a_partner, a_vendor
from tests.marketplace import STARTS_AT, a_booking, a_customer, a_refund, a_ticket, kept, number
from tests.visit import visit_as

AFTER = STARTS_AT + timedelta(days=1)


def noted(booking: Booking, kind: Happening, at: datetime, **facts: object) -> BookingEvent:
    made = note(db.session(), booking, kind, at, facts)
    db.session.commit()
    return made


def a_comment(ticket_id: int, at: datetime, **change: object) -> Comment:
    facts = {"zendesk_id": number(), "audit_id": number(), "is_public": True, "body": "비밀 이야기", "created_at": at}
    return kept(Comment(ticket_id=ticket_id, **{**facts, **change}))


def a_full_booking() -> Booking:
    customer = a_customer(zendesk_id=9000 + number())
    booking = a_booking(customer=customer, partner=a_partner(name="첫 클리너"))
    noted(booking, Happening.dispatched, STARTS_AT - timedelta(hours=5))
    noted(booking, Happening.arrived, STARTS_AT + timedelta(minutes=35), note="길이 막힘")
    noted(booking, Happening.contacted, STARTS_AT + timedelta(minutes=20), channel="phone", partner_id=None)
    booking.partner = a_partner(name="둘째 클리너")
    db.session.commit()
    ticket = a_ticket(booking_id=booking.id, requester_id=customer.zendesk_id, created_at=STARTS_AT)
    a_comment(ticket.id, STARTS_AT + timedelta(hours=1), author_id=customer.zendesk_id)
    a_comment(ticket.id, STARTS_AT + timedelta(hours=2), author_id=1)
    a_comment(ticket.id, STARTS_AT + timedelta(hours=3), author_id=1, is_public=False)
    a_refund(booking=booking, amount_minor=48_000, at=AFTER)
    return booking


def told(page: str) -> list[str]:
    part = page.split("data-timeline", 1)[1].split("</section>", 1)[0]
    return [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", one)).strip() for one in part.split("<li")[1:]]


def test_everything_stands_in_order_with_who_did_it(lone_office: Flask) -> None:
    booking = a_full_booking()
    page = visit_as(lone_office).open(f"/admin/bookings/timeline/?id={booking.id}").text
    lines = told(page)
    wanted = (
        "도착 (35분 늦음)",
        "배차",
        "연락",
        "고객의 글",
        "에 답변",
        "환불 R-",
        "계산",
        "첫 클리너 → 둘째 클리너",
        "결제",
    )
    places = {one: next(place for place, line in enumerate(lines) if one in line) for one in wanted}
    assert places["에 답변"] < places["고객의 글"] < places["도착 (35분 늦음)"] < places["연락"] < places["배차"]
    assert sum("에 답변" in line for line in lines) == 1
    assert "길이 막힘" in page
    assert "비밀 이야기" not in page
    assert "35분 늦음" in page.split("data-visits", 1)[1]


def test_it_is_narrowed_by_kind_and_reads_in_english(lone_office: Flask) -> None:
    booking = a_full_booking()
    visit = visit_as(lone_office, language="en")
    refunds = told(visit.open(f"/admin/bookings/timeline/?id={booking.id}&kind=refund").text)
    assert len(refunds) == 2
    assert all("R-" in line for line in refunds)
    visits = told(visit.open(f"/admin/bookings/timeline/?id={booking.id}&kind=visit").text)
    assert [("35 min late" in line, "Dispatched" in line) for line in visits] == [(True, False), (False, True)]
    assert len(told(visit.open(f"/admin/bookings/timeline/?id={booking.id}&kind=nonsense").text)) > 8


def test_a_customer_gathers_all_bookings_in_a_fixed_number_of_queries(lone_office: Flask) -> None:
    one = a_full_booking()
    visit = visit_as(lone_office)
    address = f"/admin/customers/timeline/?id={one.customer_id}"

    def asked() -> tuple[int, int]:
        seen: list[str] = []

        def listen(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", listen)
        lines = told(visit.open(address).text)
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen), len(lines)

    few = asked()
    for _ in range(4):
        other = a_booking(customer=one.customer, partner=a_partner())
        noted(other, Happening.arrived, STARTS_AT, visit=2, planned_at=STARTS_AT - timedelta(minutes=3))
        a_comment(a_ticket(booking_id=other.id).id, AFTER)
        a_refund(booking=other)
    many = asked()
    assert many[1] > few[1] + 16
    assert many[0] <= few[0] + 1


def test_what_one_may_not_see_elsewhere_is_not_here(lone_office: Flask) -> None:
    booking = a_full_booking()
    elsewhere = visit_as(lone_office, Role.ops_manager, cities=["부산"])
    assert elsewhere.open(f"/admin/bookings/timeline/?id={booking.id}").status_code == 404
    vendor = a_vendor()
    mine = a_booking(partner=a_partner(name="우리 클리너", vendor=vendor))
    mine.partner = a_partner(name="남의 클리너")
    db.session.commit()
    mine.partner = a_partner(name="우리 둘째", vendor=vendor)
    db.session.commit()
    page = visit_as(lone_office, Role.agent, vendor_id=vendor.id).open(f"/admin/bookings/timeline/?id={mine.id}").text
    assert "다른 파트너" in page
    assert "남의 클리너" not in page
    assert "우리 둘째" in page


def test_late_and_not_come_are_facts_of_a_visit(lone_office: Flask) -> None:
    booking = a_booking()
    later = STARTS_AT + timedelta(days=7)
    noted(booking, Happening.arrived, STARTS_AT - timedelta(minutes=4))
    noted(booking, Happening.partner_no_show, later + timedelta(minutes=30), visit=2, planned_at=later)
    noted(booking, Happening.arrived, later + timedelta(minutes=50), visit=2)
    noted(booking, Happening.partner_no_show, later + timedelta(days=7), visit=3)
    events = db.session.query(BookingEvent).all()
    first, second, third = visits_of(booking, events)
    assert (first.minutes_late, first.no_show) == (0, None)
    assert (second.minutes_late, second.no_show) == (50, None)
    assert (third.minutes_late, third.no_show) == (None, Happening.partner_no_show)


def test_what_is_still_to_come_or_cannot_be_is_no_fact(lone_office: Flask) -> None:
    booking = a_booking()
    for at, facts in ((clock.now() + timedelta(hours=1), {}), (STARTS_AT, {"visit": 0}), (STARTS_AT, {"visit": 501})):
        with pytest.raises(Refusal):
            note(db.session(), booking, Happening.arrived, at, facts)


def test_somebody_notes_what_happened_and_a_refused_form_keeps_what_was_typed(office: Flask) -> None:
    booking = a_booking()
    visit = visit_as(office, Role.ops_manager)
    form = {"id": str(booking.id), "kind": "arrived", "at": "2026-10-01T15:12", "visit": "1", "note": "비가 옴"}
    for change in ({"kind": "flew"}, {"at": "2999-01-01T00:00"}, {"visit": "x"}, {"note": "900101-1234567"}):
        answer = visit.send("/admin/bookings/note/", {**form, **change})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    answer = visit.send("/admin/bookings/note/", {**form, "kind": "flew"})
    assert "비가 옴" in answer.text
    answer = visit.send("/admin/bookings/note/", form)
    assert answer.status_code == 302
    page = visit.open(answer.location).text
    assert "도착 (12분 늦음)" in page
    assert "비가 옴" in page
    agent = visit_as(office, Role.agent)
    assert agent.send("/admin/bookings/note/", form).status_code == 403
    assert "data-note" not in agent.open(f"/admin/bookings/timeline/?id={booking.id}").text
