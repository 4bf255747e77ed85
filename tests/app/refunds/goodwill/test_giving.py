"""Goodwill is given within its limits however many give at once, approved where it costs more, and told once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.bookings.model import Booking
from app.db import db
from app.errors import Forbidden, Refusal
from app.outbox.model import Push
from app.people.model import Role, User
from app.refunds import refund as refunds
from app.refunds.goodwill import giving
from app.refunds.goodwill.giving import approve, cancel, give, reject
from app.refunds.goodwill.model import (
    CatalogueEntry,
    Goodwill,
    GoodwillApproval,
    GoodwillKind,
    GoodwillState,
)
from app.refunds.model import RefundState
from app.refunds.reasons import Reason
from automations.telling import Failed, tell_next
from tests.automations.test_payout import a_macro
from tests.marketplace import PAID_AT, a_booking, a_customer, a_ticket, a_user, acting_for, kept
from tests.seat import Seat

ASKERS = 8


def an_entry(**change: Any) -> CatalogueEntry:
    """A credit of ₩5,000 that an agent gives alone, without limits."""
    facts = {"name_ko": "적립금", "name_en": "Credit", "kind": GoodwillKind.credit, "created_at": PAID_AT}
    facts |= {"alone_up_to_minor": 5_000, "roles": ["agent", "ops_manager"]}
    facts |= {} if "percent" in change else {"amount_minor": 5_000}
    return kept(CatalogueEntry(**{**facts, **change}))


def given(entry: CatalogueEntry, booking: Booking | None = None, by: User | None = None, **change: Any) -> Goodwill:
    giver = by or a_user(Role.agent)
    facts = {"reason": Reason.poor_quality, "why": "욕실이 그대로였음", **change}
    with acting_for(giver, "goodwill.give", "refunds.request"):
        one = give(db.session(), entry, booking or a_booking(), **facts)
        db.session.commit()
    return one


def refused(entry: CatalogueEntry, booking: Booking, by: User | None = None, **change: Any) -> Refusal:
    with pytest.raises(Refusal) as words:
        given(entry, booking, by, **change)
    db.session.rollback()
    return words.value


def test_what_costs_little_is_given_at_once(lone_office: Flask) -> None:
    one = given(an_entry(cost_minor=3_000))
    assert (one.ref, one.state, one.amount_minor, one.cost_minor) == ("G-000001", GoodwillState.given, 5_000, 3_000)
    assert [(move.was, move.now) for move in one.moves] == [(None, GoodwillState.given)]


def test_what_costs_more_is_approved_by_the_table(office: Flask) -> None:
    giver, manager, finance = a_user(), a_user(), a_user(Role.finance)
    small = given(an_entry(amount_minor=42_000), by=giver)
    large = given(an_entry(amount_minor=60_000), by=giver)
    assert (small.state, large.state, large.approvers) == (GoodwillState.waiting, GoodwillState.waiting, 2)
    with acting_for(giver, "refunds.approve"), pytest.raises(Forbidden, match="다른 사람이 승인해야"):
        approve(small)
    db.session.rollback()
    with acting_for(manager, "refunds.approve"):
        approve(small)
        approve(large)
        db.session.commit()
        with pytest.raises(Forbidden, match="이미 승인"):
            approve(large)
    db.session.rollback()
    assert (small.state, large.state) == (GoodwillState.given, GoodwillState.waiting)
    with acting_for(finance, "refunds.approve"):
        approve(large)
        db.session.commit()
    assert (large.state, large.approved_by_id, large.approved_also_by_id) == (
        GoodwillState.given,
        manager.id,
        finance.id,
    )


def test_the_database_holds_two_people_whoever_writes(office: Flask) -> None:
    giver = a_user()
    one = given(an_entry(amount_minor=60_000), by=giver)
    row = {"goodwill_id": one.id, "role": Role.admin, "sum": "", "why": "", "at": PAID_AT}
    for maker, approver in ((giver.id, giver.id), (0, giver.id)):
        with pytest.raises(IntegrityError):
            db.session.execute(insert(GoodwillApproval).values(**row, maker_id=maker, approver_id=approver))
        db.session.rollback()
    for values in ({"state": "given"}, {"approved_by_id": giver.id}):
        with pytest.raises(IntegrityError):
            db.session.execute(update(Goodwill).values(**values))
        db.session.rollback()


@pytest.mark.parametrize("end", [reject, cancel])
def test_what_was_not_given_counts_nothing(lone_office: Flask, end: Any) -> None:
    entry, booking = an_entry(amount_minor=42_000, per_booking=1), a_booking()
    one = given(entry, booking)
    assert "예약 하나에 1번까지" in str(refused(entry, booking))
    with acting_for(a_user(), "refunds.approve", "goodwill.give"):
        end(one, "사진과 다름")
        db.session.commit()
    assert given(entry, booking).state is GoodwillState.waiting


def test_limits_count_the_booking_the_customer_and_the_giver_of_this_month(lone_office: Flask) -> None:
    customer, agent = a_customer(), a_user(Role.agent)
    one, other = a_booking(customer=customer), a_booking(customer=customer)
    entry = an_entry(per_customer=2, customer_days=30, per_giver_month=3)
    with clock.stopped(datetime(2026, 9, 30, 14, 0, tzinfo=UTC)):
        given(entry, one, agent)
        given(entry, other, agent)
        assert "30일 안에 이미 2번" in str(refused(entry, other, agent))
        given(entry, a_booking(), agent)
        assert "한 달에 3번까지" in str(refused(entry, a_booking(), agent))
        given(entry, a_booking())
    with clock.stopped(datetime(2026, 9, 30, 15, 0, tzinfo=UTC)):
        given(entry, a_booking(), agent)
    with clock.stopped(datetime(2026, 10, 30, 14, 0, 1, tzinfo=UTC)):
        given(entry, one)


def test_it_is_refused_in_words(lone_office: Flask) -> None:
    booking = a_booking()
    assert refused(an_entry(), booking, why=" ").field == "why"
    assert refused(an_entry(is_active=False), booking).field == "entry"
    assert "역할로는" in str(refused(an_entry(roles=["ops_manager"]), booking))
    assert "USD" in str(refused(an_entry(currency="USD"), booking))
    with acting_for(a_user(Role.auditor), "goodwill.view"), pytest.raises(Forbidden):
        give(db.session(), an_entry(), booking, reason=Reason.poor_quality, why="까닭")


def test_one_form_gives_once(lone_office: Flask) -> None:
    entry, booking, agent = an_entry(per_booking=1), a_booking(), a_user(Role.agent)
    first = given(entry, booking, agent, form_token="t" * 24)
    assert given(entry, booking, agent, form_token="t" * 24).id == first.id


def test_an_extra_refund_is_a_refund_of_its_own_with_its_own_approval(lone_office: Flask) -> None:
    agent, booking = a_user(Role.agent), a_booking()
    entry = an_entry(kind=GoodwillKind.extra_refund, percent=10, most_minor=100_000, per_booking=1)
    one = given(entry, booking, agent, reason=Reason.facility_fault)
    assert one.refund is not None
    assert (one.refund.amount_minor, one.refund.state, booking.held_minor) == (100_000, RefundState.requested, 100_000)
    assert one.ref in one.refund.note
    with acting_for(a_user()):
        refunds.reject(one.refund, "정책과 다름")
        db.session.commit()
    assert given(entry, booking, agent).refund is not None, "one that was not paid counts nothing"


def give_at_once(office: Flask, entry: CatalogueEntry, booking: Booking, *, only_if_room: bool = False) -> int:
    """Eight people give the same at once; how many got through. `only_if_room`: each looks before, and trusts in it."""
    entry_id, booking_id, people = entry.id, booking.id, [a_user(Role.agent).id for _ in range(ASKERS)]
    db.session.remove()
    together = Barrier(ASKERS)

    def ask(user_id: int) -> bool:
        with office.app_context():
            session = db.session()
            user, found, kind = (
                session.get_one(User, user_id),
                session.get_one(Booking, booking_id),
                session.get_one(CatalogueEntry, entry_id),
            )
            counts = giving.counts_of(session, kind, found, user_id, clock.now())
            session.rollback()
            together.wait(timeout=20)
            if only_if_room and counts.booking:
                return False
            try:
                with acting_for(user, "goodwill.give"):
                    give(session, kind, found, reason=Reason.poor_quality, why="까닭")
                    session.commit()
            except Refusal:
                session.rollback()
                return False
            else:
                return True
            finally:
                db.session.remove()

    with ThreadPoolExecutor(ASKERS) as pool:
        return sum(pool.map(ask, people))


def test_of_eight_who_give_the_last_one_at_once_one_gets_through(office: Flask) -> None:
    assert give_at_once(office, an_entry(per_booking=1), a_booking()) == 1
    assert db.session.scalar(select(func.count(Goodwill.id))) == 1


def test_with_a_look_before_instead_of_the_line_too_many_are_given(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without standing in line and counting there, everybody who looked gets through."""
    monkeypatch.setattr(giving, "hold_entry", lambda *_: None)
    monkeypatch.setattr(giving, "over", lambda *_: None)
    assert give_at_once(office, an_entry(per_booking=1), a_booking(), only_if_room=True) > 1


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "적립금 ₩5,000을 드립니다 (G-000001)"), ("en", "You have Credit, ₩5,000 (G-000001)")]
)
def test_the_customer_is_told_once_in_their_language(lone_office: Flask, language: str, said: str) -> None:
    a_macro(
        "goodwill_given",
        body_ko="{{goodwill.name}} {{goodwill.amount}}을 드립니다 ({{goodwill.number}})",
        body_en="You have {{goodwill.name}}, {{goodwill.amount}} ({{goodwill.number}})",
    )
    booking = a_booking(customer=a_customer(language=language))
    wrote = {"ko": "욕실이 더러웠어요", "en": "The bathroom was not clean"}[language]
    one = given(an_entry(), booking, ticket=a_ticket(booking=booking, subject=wrote, description=wrote))
    assert tell_next(db.session(), Failed())
    assert not tell_next(db.session(), Failed())
    (push,) = db.session.scalars(select(Push)).all()
    assert said in str(push.change)
    assert push.origin == f"goodwill:{one.ref}"
    assert one.told_at is not None


def test_it_is_given_on_a_ticket_and_seen_where_the_customer_is(lone_office: Flask) -> None:
    entry, booking, agent = an_entry(), a_booking(), a_user(Role.agent)
    ticket = a_ticket(booking=booking)
    seat = Seat(lone_office, agent)
    form = seat.read("/admin/goodwill/new/", ticket=ticket.id)
    assert booking.ref in form
    assert "적립금" in form
    sent = {"booking": booking.id, "entry": entry.id, "reason": "poor_quality", "ticket": ticket.id, "form_token": "x"}
    answer = seat.send("/admin/goodwill/new/", {**sent, "why": ""})
    assert answer.status_code == 422
    page = seat.press("/admin/goodwill/new/", {**sent, "why": "욕실이 그대로였음"})
    assert 'data-state="given"' in page
    assert "욕실이 그대로였음" in page
    for place, number in (("bookings", booking.id), ("customers", booking.customer_id)):
        assert "G-000001" in seat.read(f"/admin/{place}/details/", id=number)
    costs = Seat(lone_office, a_user(Role.auditor), "en").read("/admin/goodwill_costs/")
    assert 'data-line="Poor quality"' in costs
    assert "₩5,000" in costs


def test_a_refusal_of_a_limit_stands_at_its_field_and_what_was_typed_stays(lone_office: Flask) -> None:
    entry, booking, agent = an_entry(per_booking=1), a_booking(), a_user(Role.agent)
    given(entry, booking, agent)
    sent = {"booking": booking.id, "entry": entry.id, "reason": "poor_quality", "why": "다시 말씀하심"}
    answer = Seat(lone_office, agent).send("/admin/goodwill/new/", sent)
    assert answer.status_code == 422
    assert "예약 하나에 1번까지" in answer.text
    assert "다시 말씀하심" in answer.text


def test_another_person_approves_it_on_its_page(lone_office: Flask) -> None:
    one = given(an_entry(amount_minor=42_000))
    seat = Seat(lone_office, a_user())
    assert "승인을 기다리는 보상이 1건" in seat.read("/")
    assert "승인을 기다리는 보상" not in Seat(lone_office, one.given_by).read("/")
    page = seat.read("/admin/goodwill/details/", id=one.id)
    assert "비용 ₩42,000 · 기준: ₩50,000까지" in page
    page = seat.press("/admin/goodwill/approve/", {"id": one.id, "version_seen": one.version, "why": "확인"})
    assert 'data-state="given"' in page
    assert Seat(lone_office, a_user(Role.agent)).send("/admin/goodwill/approve/", {"id": one.id}).status_code == 403


def test_people_of_one_city_see_and_sum_only_its_own(lone_office: Flask) -> None:
    here, there = given(an_entry()), given(an_entry(), a_booking(city="부산"))
    seat = Seat(lone_office, a_user(cities=["서울"]))
    page = seat.read("/admin/goodwill/", tab="all")
    assert here.ref in page
    assert there.ref not in page
    assert "부산" not in seat.read("/admin/goodwill_costs/")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"percent": "10"}, "하나만"),
        ({"amount": ""}, "하나만"),
        ({"amount": "", "percent": "101"}, "1에서 100까지"),
        ({"per_booking": "0"}, "3,650까지"),
        ({"roles": ["finance"]}, ""),
        ({"cost": "-1"}, "0보다 작을 수 없습니다"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(lone_office: Flask, change: dict[str, Any], told: str) -> None:
    form = {
        "name_ko": "사과 쿠폰",
        "name_en": "Voucher",
        "kind": "voucher",
        "currency": "KRW",
        "amount": "15,000",
        "cost": "9,000",
        "alone_up_to": "",
        "customer_days": "90",
        "per_booking": "1",
        "roles": ["agent"],
        "is_active": "y",
    }
    seat = Seat(lone_office, a_user())
    answer = seat.send("/admin/catalogue/new/", {**form, **change})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="사과 쿠폰"' in answer.text
    seat.press("/admin/catalogue/new/", form)
    assert db.session.scalars(select(CatalogueEntry)).one().cost_minor == 9_000


def test_an_entry_is_changed_where_it_stands(lone_office: Flask) -> None:
    entry, seat = an_entry(cost_minor=3_000, per_booking=1), Seat(lone_office, a_user())
    form = seat.read("/admin/catalogue/edit/", id=entry.id)
    assert 'value="3,000"' in form
    sent: dict[str, Any] = {
        "name_ko": "큰 적립금",
        "name_en": "Large credit",
        "kind": "credit",
        "currency": "KRW",
        "amount": "7,000",
    }
    sent |= {
        "cost": "",
        "per_booking": "",
        "alone_up_to": "₩7,000",
        "customer_days": "30",
        "roles": ["agent"],
        "is_active": "y",
    }
    seat.press("/admin/catalogue/edit/", {**sent, "version_seen": entry.version}, id=entry.id)
    db.session.refresh(entry)
    assert (entry.amount_minor, entry.cost_minor, entry.alone_up_to_minor, entry.per_booking) == (
        7_000,
        None,
        7_000,
        None,
    )
