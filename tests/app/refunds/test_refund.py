"""A refund is asked for once, held, decided by a second person, and is then what was decided."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.actor import NOBODY, acting_as
from app.bell import SilentBell
from app.bookings.model import Booking
from app.db import db
from app.errors import Forbidden, Refusal
from app.facts import Fact
from app.people.model import Role
from app.refunds.model import MOVES, Refund, RefundState
from app.refunds.reasons import Reason
from app.refunds.refund import amend, approve, cancel, reject, request_refund
from tests.marketplace import PAID_AT, a_booking, a_refund, a_ticket, a_user, acting_for


def test_a_request_holds_what_the_policy_quotes(office: Flask) -> None:
    booking = a_booking()
    refund = a_refund(booking=booking, note="호스트가 취소")
    assert (refund.amount_minor, refund.quoted_minor, refund.state) == (1_200_000, 1_200_000, RefundState.requested)
    assert (booking.held_minor, booking.left_minor) == (1_200_000, 0)
    assert re.fullmatch(r"R-\d{6}", refund.ref)
    assert [(move.was, move.now) for move in refund.moves] == [(None, RefundState.requested)]
    assert refund.quote["lines"][0]["percent"] == "100"


def test_refs_count_up(lone_office: Flask) -> None:
    booking = a_booking()
    assert [a_refund(booking=booking, amount_minor=1000).ref for _ in range(3)] == ["R-000001", "R-000002", "R-000003"]


def test_more_than_is_left_is_refused_and_says_what_is_left(office: Flask) -> None:
    booking = a_booking()
    a_refund(booking=booking, amount_minor=1_000_000)
    with pytest.raises(Refusal) as refused:
        a_refund(booking=booking, amount_minor=200_001)
    assert refused.value.field == "amount"
    assert "₩200,000" in refused.value.words.ko
    assert "₩200,000" in refused.value.words.en
    db.session.rollback()
    assert (booking.held_minor, db.session.scalar(select(func.count(Refund.id)))) == (1_000_000, 1)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_and_less_is_refused(lone_office: Flask, amount: int) -> None:
    with pytest.raises(Refusal) as refused:
        a_refund(amount_minor=amount)
    assert refused.value.field == "amount"


def test_a_booking_without_policy_or_payment_is_refused_in_words(lone_office: Flask) -> None:
    for booking in (a_booking(unbound=True), a_booking(payment_ref=None)):
        with pytest.raises(Refusal) as refused:
            a_refund(booking=booking)
        assert refused.value.field == "booking"
        assert booking.ref in refused.value.words.ko


def test_the_same_form_twice_is_one_refund(office: Flask) -> None:
    booking, asker = a_booking(), a_user(Role.agent)
    first = a_refund(booking=booking, by=asker, amount_minor=700_000, form_token="t" * 32)
    again = a_refund(booking=booking, by=asker, amount_minor=700_000, form_token="t" * 32)
    assert first.id == again.id
    assert booking.held_minor == 700_000


def test_a_form_sent_again_with_another_amount_is_refused(lone_office: Flask) -> None:
    booking, asker = a_booking(), a_user(Role.agent)
    first = a_refund(booking=booking, by=asker, amount_minor=1000, form_token="t" * 32)
    with pytest.raises(Refusal, match=first.ref):
        a_refund(booking=booking, by=asker, amount_minor=2000, form_token="t" * 32)


def test_another_person_approves_and_the_night_shift_hears_of_it(lone_office: Flask) -> None:
    bell = SilentBell()
    lone_office.extensions["opsroom.bell"] = bell
    asker, other = a_user(Role.agent), a_user()
    refund = a_refund(by=asker, approved_by=other)
    assert (refund.state, refund.approved_by) == (RefundState.approved, other)
    assert refund.approved_sum == refund.sum_to_approve()
    assert bell.rung == [Fact.refund_approved]


def test_who_asked_does_not_approve_in_words(lone_office: Flask) -> None:
    asker = a_user()
    refund = a_refund(by=asker)
    with acting_for(asker), pytest.raises(Forbidden, match=refund.ref):
        approve(refund)
    assert refund.state is RefundState.requested


def test_who_asked_does_not_approve_in_the_database_either(office: Flask) -> None:
    refund = a_refund()
    with pytest.raises(IntegrityError, match="two_people"):
        db.session.execute(update(Refund).values(approved_by_id=refund.requested_by_id))
    db.session.rollback()


def test_the_database_itself_refuses_to_hold_more_than_was_paid(office: Flask) -> None:
    a_booking()
    with pytest.raises(IntegrityError, match="held_within_paid"):
        db.session.execute(update(Booking).values(held_minor=Booking.paid_minor + 1))
    db.session.rollback()


def test_no_machine_and_nobody_without_the_right_approves(lone_office: Flask) -> None:
    refund = a_refund()
    with acting_as(NOBODY), pytest.raises(Forbidden):
        approve(refund)
    with acting_for(a_user(), "refunds.request"), pytest.raises(Forbidden):
        approve(refund)


@pytest.mark.parametrize("end", [reject, cancel])
def test_what_is_not_paid_lets_go_of_the_money(office: Flask, end: Any) -> None:
    booking = a_booking()
    refund = a_refund(booking=booking)
    with acting_for(a_user()):
        end(refund, "정책과 다름")
    db.session.commit()
    assert booking.held_minor == 0
    assert refund.moves[-1].why == "정책과 다름"
    assert a_refund(booking=booking).amount_minor == 1_200_000


def test_a_rejection_needs_a_reason(lone_office: Flask) -> None:
    refund = a_refund()
    with acting_for(a_user()), pytest.raises(Refusal) as refused:
        reject(refund, "  ")
    assert refused.value.field == "why"


@pytest.mark.parametrize(("amount", "held"), [(900_000, 900_000), (1_200_000, 1_200_000)])
def test_an_edit_voids_the_approval_and_holds_the_new_amount(office: Flask, amount: int, held: int) -> None:
    booking = a_booking()
    refund = a_refund(booking=booking, amount_minor=1_000_000, approved_by=a_user())
    with acting_for(a_user()):
        amend(refund, amount_minor=amount, note="고침")
    db.session.commit()
    assert (refund.state, refund.approved_by, refund.approved_sum) == (RefundState.requested, None, None)
    assert booking.held_minor == held


def test_whoever_raises_a_request_does_not_approve_it(office: Flask) -> None:
    first, second = a_user(), a_user()
    refund = a_refund(by=first, amount_minor=1000)
    with acting_for(second):
        amend(refund, amount_minor=400_000, note="올림")
        db.session.commit()
        with pytest.raises(Forbidden, match=refund.ref):
            approve(refund)
    db.session.rollback()
    assert (refund.state, refund.requested_by, refund.moves[0].by) == (RefundState.requested, second, first.name)
    with acting_for(first):
        approve(refund)
    db.session.commit()
    assert refund.state is RefundState.approved


def test_whoever_approved_and_then_raises_it_needs_another_one(office: Flask) -> None:
    second = a_user()
    refund = a_refund(amount_minor=1000, approved_by=second)
    with acting_for(second):
        amend(refund, amount_minor=900_000, note="올림")
        db.session.commit()
        with pytest.raises(Forbidden, match=refund.ref):
            approve(refund)
    db.session.rollback()
    assert (refund.state, refund.approved_by) == (RefundState.requested, None)


def test_an_edit_of_the_note_alone_leaves_the_approval(lone_office: Flask) -> None:
    refund = a_refund(approved_by=a_user())
    with acting_for(a_user()):
        amend(refund, amount_minor=refund.amount_minor, note="덧붙임")
    assert refund.state is RefundState.approved


def test_an_edit_beyond_what_is_left_is_refused(lone_office: Flask) -> None:
    booking = a_booking()
    a_refund(booking=booking, amount_minor=700_000)
    refund = a_refund(booking=booking, amount_minor=500_000)
    with acting_for(a_user()), pytest.raises(Refusal, match="₩0"):
        amend(refund, amount_minor=500_001, note="")
    db.session.rollback()
    assert booking.held_minor == 1_200_000


def test_what_was_changed_behind_the_approval_is_not_paid(office: Flask) -> None:
    refund = a_refund(amount_minor=10_000, approved_by=a_user())
    db.session.execute(update(Refund).values(amount_minor=1_000_000))
    db.session.commit()
    with acting_as(NOBODY), pytest.raises(Refusal, match=refund.ref):
        refund.move_to(RefundState.paying)


def test_only_the_moves_of_the_table_are_made(lone_office: Flask) -> None:
    refund = a_refund(approved_by=a_user())
    for was, now in product(RefundState, RefundState):
        with db.session.no_autoflush:
            refund.state = was
            if now in MOVES[was]:
                refund.move_to(now, "까닭")
                assert (refund.state, refund.moves[-1].was, refund.moves[-1].now) == (now, was, now)
            else:
                with pytest.raises(Refusal, match=refund.ref):
                    refund.move_to(now)
                assert refund.state is was
        db.session.rollback()


def test_a_ticket_without_a_booking_gets_the_refunds(lone_office: Flask) -> None:
    ticket = a_ticket()
    refund = a_refund(ticket=ticket)
    assert ticket.booking == refund.booking


def test_asking_is_a_right(lone_office: Flask) -> None:
    user, booking = a_user(Role.auditor), a_booking()
    with acting_for(user, "refunds.view"), pytest.raises(Forbidden):
        request_refund(db.session(), booking, Reason.partner_cancelled, at=PAID_AT, by_user=user)
