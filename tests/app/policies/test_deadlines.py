"""Until when a booking can be cancelled on which terms."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from app import clock
from app.bookings.model import BookingState
from app.clock import SEOUL
from app.policies.deadlines import deadlines
from tests.marketplace import FIRST_MONTH, a_booking, a_user, a_version
from tests.seat import Seat

MOVE_IN = datetime(2026, 10, 1, 18, 0, tzinfo=SEOUL)
SECOND = timedelta(seconds=1)


def test_each_tier_ends_at_its_last_second_and_the_one_that_holds_is_marked() -> None:
    edge = datetime(2026, 9, 16, 15, 0, tzinfo=SEOUL)
    told = deadlines(FIRST_MONTH, MOVE_IN, edge)
    assert [f"{one.until:%m-%d %H:%M:%S}" for one in told] == [
        "08-17 15:00:00",
        "08-31 15:00:00",
        "09-16 15:00:00",
        "09-23 15:00:00",
        "10-01 15:00:00",
    ]
    assert [one.is_now for one in told] == [False, False, True, False, False]
    assert [one.is_over for one in told] == [True, True, False, False, False]
    assert told[2].sentence.what.ko == "첫 기간 금액의 50% 공제"
    after = deadlines(FIRST_MONTH, MOVE_IN, edge + SECOND)
    assert ([one.is_now for one in after], after[2].is_over) == ([False, False, False, True, False], True)


def test_after_the_start_none_holds() -> None:
    told = deadlines(FIRST_MONTH, MOVE_IN, MOVE_IN)
    assert [(one.is_now, one.is_over) for one in told] == [(False, True)] * 5


def test_a_bookings_page_tells_them_while_it_can_be_cancelled(lone_office: Flask) -> None:
    with clock.stopped(datetime(2026, 9, 16, 15, 0, 1, tzinfo=SEOUL)):
        booking = a_booking(bound=a_version(FIRST_MONTH), starts_at=MOVE_IN, ends_at=MOVE_IN + timedelta(days=30))
        seat = Seat(lone_office, a_user())
        page = seat.read("/admin/bookings/details/", id=booking.id)
        assert "9월 23일 15:00까지" in page
        assert page.count('aria-current="true"><span>9월 23일') == 1
        done = a_booking(bound=a_version(FIRST_MONTH), state=BookingState.done)
        assert 'id="deadlines"' not in seat.read("/admin/bookings/details/", id=done.id)
