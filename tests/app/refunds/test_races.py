"""However many ask at once, no more is refunded than was paid: real connections, started together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.bookings.model import Booking
from app.db import db
from app.errors import Refusal
from app.people.model import Role, User
from app.refunds import refund as refunds
from app.refunds.model import Refund
from app.refunds.reasons import Reason
from tests.marketplace import PAID_AT, a_booking, a_user, acting_for

ASKERS = 8


def ask_at_once(
    office: Flask,
    booking: Booking,
    amount: int,
    token: Callable[[int], str | None],
    *,
    only_if_left: bool = False,
) -> list[str]:
    """Eight requests of `amount` on one booking; returns what each came to: a ref, or "refused". `only_if_left`: each
    looks at what is left before it asks, as one does who trusts in that.
    """
    booking_id, user = booking.id, a_user(Role.agent)
    user_id = user.id
    db.session.remove()
    together = Barrier(ASKERS)

    def ask(at: int) -> str:
        with office.app_context():
            session = db.session()
            asker = session.get_one(User, user_id)
            found = session.get_one(Booking, booking_id)
            enough = not only_if_left or found.left_minor >= amount
            session.rollback()
            together.wait(timeout=20)
            if not enough:
                return "refused"
            try:
                with acting_for(asker):
                    refund = refunds.request_refund(
                        session,
                        found,
                        Reason.partner_cancelled,
                        at=PAID_AT,
                        by_user=asker,
                        amount_minor=amount,
                        form_token=token(at),
                    )
                    ref = refund.ref
                    session.commit()
            except Refusal:
                session.rollback()
                return "refused"
            else:
                return ref
            finally:
                db.session.remove()

    with ThreadPoolExecutor(ASKERS) as pool:
        return list(pool.map(ask, range(ASKERS)))


@pytest.mark.parametrize("round_", range(3))
def test_of_eight_refunds_of_sixty_on_a_hundred_one_goes_through(office: Flask, round_: int) -> None:
    booking = a_booking(total_minor=100)
    outcomes = ask_at_once(office, booking, 60, lambda _: None)
    assert sorted(outcome == "refused" for outcome in outcomes) == [False] + [True] * 7
    assert db.session.scalar(select(func.sum(Refund.amount_minor))) == 60
    assert db.session.scalar(select(Booking.held_minor)) == 60


def test_the_same_form_sent_eight_times_at_once_is_one_refund(office: Flask) -> None:
    outcomes = ask_at_once(office, a_booking(total_minor=100), 60, lambda _: "one-form")
    assert len(set(outcomes)) == 1
    assert db.session.scalar(select(func.count(Refund.id))) == 1


def test_smaller_ones_fill_what_was_paid_to_the_last_won(office: Flask) -> None:
    outcomes = ask_at_once(office, a_booking(total_minor=100), 20, lambda _: None)
    assert outcomes.count("refused") == 3
    assert db.session.scalar(select(Booking.held_minor)) == 100


def test_with_a_check_before_instead_of_the_guard_too_much_goes_out(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: reading what is left and then asking lets all of them through."""
    monkeypatch.setattr(refunds, "hold", lambda *_: None)
    outcomes = ask_at_once(office, a_booking(total_minor=100), 60, lambda _: None, only_if_left=True)
    assert outcomes.count("refused") < ASKERS - 1
    given = db.session.scalar(select(func.sum(Refund.amount_minor)))
    assert given is not None
    assert given > 100


def test_without_the_guards_condition_the_database_still_holds_the_line(office: Flask) -> None:
    booking = a_booking(total_minor=100)
    with pytest.raises(IntegrityError, match="held_within_paid"):
        db.session.execute(text("UPDATE bookings SET held_minor = held_minor + 101"))
    db.session.rollback()
    assert booking.held_minor == 0
