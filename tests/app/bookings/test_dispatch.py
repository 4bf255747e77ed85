"""A booking says when its partner cannot come, on its own day as well, and nobody is given to it who is not at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.actor import Actor, ActorKind
from app.bookings.dispatch import dispatch_of, must_be_dispatchable
from app.bookings.model import Booking, BookingState
from app.db import db
from app.errors import Refusal
from app.insights.partner_todos import partner_todos
from app.partners.model import PartnerState
from app.people.rights import ALL_RIGHTS
from automations import partners as job
from tests.app.partners.papers import a_partner
from tests.marketplace import a_booking, a_user
from tests.seat import Seat


def ahead(days: int = 3, **change: Any) -> Booking:
    starts = clock.now() + timedelta(days=days)
    return a_booking(unbound=True, starts_at=starts, ends_at=starts + timedelta(hours=3), **change)


def test_a_gated_partner_shows_on_the_booking_its_tab_and_the_home_page(lone_office: Flask) -> None:
    partner = a_partner(days=-1)
    booking, over = ahead(partner=partner), ahead(partner=partner, state=BookingState.cancelled)
    job.run()
    seat = Seat(lone_office, a_user())
    page = seat.read("/admin/bookings/details/", id=booking.id)
    assert "갈 수 없습니다" in page
    assert "data-dispatch" not in seat.read("/admin/bookings/details/", id=over.id)
    listed = seat.read("/admin/bookings/", tab="gated")
    assert booking.ref in listed
    assert over.ref not in listed
    assert "파트너가 갈 수 없는 예약이 1건" in seat.read("/")


def test_cover_that_ends_before_the_day_is_told_of(lone_office: Flask) -> None:
    partner = a_partner(days=5)
    near, far = (
        dispatch_of(db.session(), ahead(4, partner=partner)),
        dispatch_of(db.session(), ahead(7, partner=partner)),
    )
    assert near
    assert near.may
    assert far
    assert (far.works, [one.key for one in far.lacks]) == (True, ["insurance"])
    assert dispatch_of(db.session(), ahead()) is None


@pytest.mark.parametrize("state", list(PartnerState))
def test_only_who_is_at_work_is_given_a_booking(lone_office: Flask, state: PartnerState) -> None:
    booking, partner = ahead(), a_partner(state)
    booking.partner = partner
    if state in {PartnerState.active, PartnerState.warned}:
        must_be_dispatchable(booking)
        return
    with pytest.raises(Refusal) as refused:
        must_be_dispatchable(booking)
    assert refused.value.field == "partner"


def test_a_booking_that_has_its_partner_already_may_still_be_edited(lone_office: Flask) -> None:
    booking = ahead(partner=a_partner(PartnerState.suspended))
    booking.channel = "web"
    must_be_dispatchable(booking)


def test_bookings_of_other_cities_wait_for_others(lone_office: Flask) -> None:
    ahead(partner=a_partner(PartnerState.suspended), city="부산")
    seoul = Actor(ActorKind.person, "서울", 2, ALL_RIGHTS, cities=frozenset({"서울"}))
    everybody = Actor(ActorKind.person, "모두", 3, ALL_RIGHTS)
    assert list(partner_todos(db.session(), seoul)) == []
    assert len(list(partner_todos(db.session(), everybody))) == 1
