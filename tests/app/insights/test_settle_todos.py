"""Who of finance has what to do with refunds that no provider pays."""

from __future__ import annotations

from flask import Flask

from app.db import db
from app.insights.settle_todos import settle_todos
from app.insights.waiting import waiting
from app.people.model import Role, User
from app.people.sessions import actor_of
from app.refunds.by_hand import confirm, take, write_down
from app.refunds.model import Refund
from tests.marketplace import a_booking, a_refund, a_user, acting_for
from tests.seat import Seat


def a_transfer() -> Refund:
    return a_refund(booking=a_booking(gateway="manual"), approved_by=a_user(Role.ops_manager))


def sentences(user: User) -> list[str]:
    return [todo.sentence.ko for todo in settle_todos(db.session(), actor_of(user))]


def test_it_is_first_to_be_paid_then_to_be_confirmed_by_another_then_nobodys(office: Flask) -> None:
    one, other = a_user(Role.finance), a_user(Role.finance)
    refund = a_transfer()
    a_refund(booking=a_booking(gateway="toss"), approved_by=a_user(Role.ops_manager))
    for person in (one, other):
        assert sentences(person) == [f"환불 {refund.ref} · ₩1,200,000 · 맡아서 직접 지급해 주세요"]
        assert waiting(db.session(), actor_of(person))["refunds"] == 1
    with acting_for(one, "refunds.pay"):
        take(refund, provider_pays=False, stopped=None)
        db.session.commit()
    assert sentences(one) == [f"환불 {refund.ref} · ₩1,200,000 · 맡으셨습니다. 지급하고 확인 번호를 적어 주세요"]
    assert sentences(other) == [f"환불 {refund.ref} · ₩1,200,000 · {one.name} 님이 맡아 지급하고 있습니다"]
    with acting_for(one, "refunds.pay"):
        write_down(refund, paid=True, reference="이체 7", provider_pays=False)
        db.session.commit()
    assert sentences(one) == []
    assert waiting(db.session(), actor_of(one))["refunds"] == 0
    assert sentences(other) == [f"환불 {refund.ref} · ₩1,200,000 · 적힌 정산 「이체 7」을 확인해 주세요"]
    with acting_for(other, "refunds.pay"):
        confirm(refund, provider_pays=False)
        db.session.commit()
    assert sentences(other) == []


def test_who_asked_for_it_is_not_asked_to_pay_it_and_many_are_told_by_their_number(lone_office: Flask) -> None:
    admin = a_user(Role.admin)
    for _ in range(5):
        a_transfer()
    a_refund(booking=a_booking(gateway="manual"), by=admin, approved_by=a_user(Role.ops_manager))
    assert len(sentences(admin)) == 4
    assert sentences(admin)[-1] == "정산할 환불이 2건 더 있습니다."


def test_the_desk_has_a_tab_of_them(lone_office: Flask) -> None:
    refund, other = a_transfer(), a_refund(booking=a_booking(gateway="stripe"), approved_by=a_user(Role.ops_manager))
    seat = Seat(lone_office, a_user(Role.finance))
    page = seat.read("/admin/refunds/", tab="hand")
    assert refund.ref in page
    assert other.ref not in page
    assert "맡아서 직접 지급해 주세요" in seat.read("/")
