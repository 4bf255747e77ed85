"""Bookings and customers at the desk: bound when made, and everything around them on one page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.bookings.model import Booking, BookingState, Customer
from app.db import db
from app.people.model import Role
from tests.marketplace import PAID_AT, a_booking, a_customer, a_policy, a_refund, a_ticket, a_user, a_version
from tests.seat import Seat

FORM = {
    "ref": "B-90001",
    "product": "mid_term_housing",
    "city": "서울",
    "channel": "app",
    "gateway": "toss",
    "payment_ref": "pay_90001",
    "currency": "KRW",
    "total_minor": "1200000",
    "first_period_minor": "1200000",
    "service_fee_minor": "0",
    "paid_minor": "1200000",
    "paid_at": "2026-09-01T12:00",
    "starts_at": "2026-10-01T15:00",
    "ends_at": "2026-10-31T11:00",
}


def test_a_booking_is_bound_when_it_is_made(office: Flask) -> None:
    version, customer = a_version(), a_customer()
    page = Seat(office, a_user()).press("/admin/bookings/new/", {**FORM, "customer": customer.id})
    booking = db.session.scalars(select(Booking)).one()
    assert booking.policy_version == version
    assert booking.paid_at == PAID_AT
    assert str(version) in page
    assert "₩1,200,000" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first_period_minor": "1200001"}, "첫 기간 금액이 전체 금액보다 큽니다"),
        ({"paid_minor": "-1"}, "0보다 작을 수 없습니다"),
        ({"ends_at": "2026-09-30T11:00"}, "끝이 시작보다 빠릅니다"),
        ({"paid_minor": "9" * 30}, "너무 길거나 큽니다"),
        ({"paid_at": "whenever"}, "2026-11-22 14:05처럼"),
    ],
)
def test_what_does_not_add_up_is_told_at_its_field(lone_office: Flask, change: dict[str, str], words: str) -> None:
    answer = Seat(lone_office, a_user()).send("/admin/bookings/new/", {**FORM, "customer": a_customer().id, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="B-90001"' in answer.text
    assert db.session.scalar(select(func.count(Booking.id))) == 0


def test_what_was_refunded_stays_paid(lone_office: Flask) -> None:
    booking = a_booking()
    a_refund(booking=booking, amount_minor=500_000)
    form = {**FORM, "ref": booking.ref, "customer": booking.customer_id, "paid_minor": "499999",
            "version_seen": booking.version}  # fmt: skip
    answer = Seat(lone_office, a_user()).send("/admin/bookings/edit/", form, id=booking.id)
    assert answer.status_code == 422
    assert "₩500,000" in answer.text
    assert booking.paid_minor == 1_200_000


def test_the_currency_of_what_was_refunded_stays(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user())
    form = {**FORM, "ref": booking.ref, "customer": booking.customer_id, "currency": "USD"}
    a_refund(booking=booking, amount_minor=500_000)
    answer = seat.send("/admin/bookings/edit/", {**form, "version_seen": booking.version}, id=booking.id)
    assert answer.status_code == 422
    assert "통화를 바꿀 수 없습니다" in answer.text
    assert booking.currency == "KRW"
    untouched = a_booking()
    form |= {"ref": untouched.ref, "customer": untouched.customer_id, "version_seen": untouched.version}
    seat.send("/admin/bookings/edit/", form, id=untouched.id)
    assert untouched.currency == "USD"


def change(booking: Booking, **more: Any) -> dict[str, Any]:
    return {"id": booking.id, "version_seen": booking.version, **more}


def test_a_booking_that_came_before_its_policy_is_bound_later(lone_office: Flask) -> None:
    booking, seat = a_booking(unbound=True), Seat(lone_office, a_user())
    assert booking.ref in seat.read("/admin/bookings/", tab="unbound")
    assert "정책이 없습니다" in seat.press("/admin/bookings/bind/", change(booking))
    version = a_version()
    seat.press("/admin/bookings/bind/", change(booking))
    assert booking.policy_version == version
    a_version(policy=a_policy(city="서울"))
    seat.press("/admin/bookings/bind/", change(booking))
    assert booking.policy_version == version


def test_a_booking_moves_by_its_table(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user())
    seat.press("/admin/bookings/move/", change(booking, now="cancelled"))
    assert booking.state is BookingState.cancelled
    assert "바꿀 수 없습니다" in seat.press("/admin/bookings/move/", change(booking, now="done"))
    assert "바뀌었습니다" in seat.press("/admin/bookings/move/", {"id": booking.id, "version_seen": 1, "now": "done"})


def test_everything_around_a_booking_stands_on_its_page(lone_office: Flask) -> None:
    booking = a_booking()
    ticket = a_ticket(booking=booking, subject="보일러가 안 돼요")
    refund = a_refund(booking=booking, ticket=ticket)
    page = Seat(lone_office, a_user()).read("/admin/bookings/details/", id=booking.id)
    for words in (refund.ref, "보일러가 안 돼요", f"{booking.ref} ₩1,200,000 결제", "승인 대기", "환불 요청"):
        assert words in page


def test_a_customers_page_has_bookings_tickets_and_refunds(office: Flask) -> None:
    customer = a_customer(zendesk_id=77)
    bookings = [a_booking(customer=customer) for _ in range(2)]
    refund = a_refund(booking=bookings[0])
    ticket, other = a_ticket(requester_id=77, subject="내 문의"), a_ticket(subject="남의 문의")
    page = Seat(office, a_user()).read("/admin/customers/details/", id=customer.id)
    for words in (*(booking.ref for booking in bookings), refund.ref, str(ticket.subject)):
        assert words in page
    assert str(other.subject) not in page


def test_people_of_a_city_see_its_part_of_a_customer(lone_office: Flask) -> None:
    customer = a_customer()
    here, there = a_booking(customer=customer), a_booking(customer=customer, city="부산")
    page = Seat(lone_office, a_user(cities=["서울"])).read("/admin/customers/details/", id=customer.id)
    assert here.ref in page
    assert there.ref not in page


def test_a_customer_is_entered_and_changed(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user(Role.agent))
    form = {"name": "Emma Wilson", "email": "Emma@Example.com", "language": "en", "tier": "vip", "city": "서울"}
    seat.press("/admin/customers/new/", form)
    customer = db.session.scalars(select(Customer)).one()
    assert (customer.email, customer.language) == ("emma@example.com", "en")
    seat.press("/admin/customers/edit/", {**form, "tier": "standard", "version_seen": customer.version}, id=customer.id)
    assert customer.tier.value == "standard"
    assert customer.name in seat.read("/admin/customers/", search="emma@")


def test_agents_do_not_change_bookings(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user(Role.agent))
    for door in ("move", "bind"):
        assert seat.send(f"/admin/bookings/{door}/", change(booking, now="done")).status_code == 403
    assert seat.see("/admin/bookings/edit/", id=booking.id).status_code == 403


def test_one_payment_is_of_one_booking(office: Flask) -> None:
    """Else two bookings could give one payment back twice."""
    a_booking(payment_ref="pay_90001")
    answer = Seat(office, a_user()).send("/admin/bookings/new/", {**FORM, "customer": a_customer().id})
    assert answer.status_code == 422
    assert 'value="pay_90001"' in answer.text
    assert db.session.scalar(select(func.count(Booking.id))) == 1
