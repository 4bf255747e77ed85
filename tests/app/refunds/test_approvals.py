"""An approval is one person's, for one sum: the database holds two people, an edit voids it, and who may not any more
is not counted when it comes to paying."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.actor import NOBODY, acting_as
from app.db import db
from app.errors import Forbidden, Refusal
from app.ledger.bearers import Bearer, typed_bearing
from app.model_index import MIGRATIONS
from app.people.model import Role, User
from app.refunds.approval import Approval
from app.refunds.approving import standing_of
from app.refunds.authority.model import AuthorityRow
from app.refunds.bearing import lay_on
from app.refunds.model import Refund, RefundState
from app.refunds.refund import amend, approve, void_approval
from tests.app.desk.shop import a_partner
from tests.marketplace import a_booking, a_refund, a_ticket, a_user, acting_for
from tests.seat import Seat


def approved_by(refund: Refund, user: User, why: str = "") -> None:
    with acting_for(user):
        approve(refund, why)
        db.session.commit()


def state_of(refund: Refund) -> RefundState:
    db.session.refresh(refund)
    return refund.state


def standing(refund: Refund) -> list[int]:
    return [one.approver_id for one in standing_of(db.session(), refund).given]


def test_a_large_one_waits_for_a_second_person_of_finance(office: Flask) -> None:
    refund, manager, other, finance = a_refund(), a_user(), a_user(), a_user(Role.finance)
    approved_by(refund, manager, "사진 확인")
    assert state_of(refund) is RefundState.requested
    with pytest.raises(Forbidden, match="이미 승인했습니다"):
        approved_by(refund, manager)
    db.session.rollback()
    with pytest.raises(Forbidden, match="관리자·재무 한 사람이 더"):
        approved_by(refund, other)
    db.session.rollback()
    approved_by(refund, finance)
    assert state_of(refund) is RefundState.approved
    assert (refund.approved_by, refund.approved_also_by, refund.approvers) == (manager, finance, 2)
    assert [(one.role, one.why, one.sum) for one in refund.approvals] == [
        (Role.ops_manager, "사진 확인", refund.sum_to_approve()),
        (Role.finance, "", refund.sum_to_approve()),
    ]


def test_small_pieces_of_one_booking_count_together(lone_office: Flask) -> None:
    booking, manager = a_booking(), a_user()
    first = a_refund(booking=booking, amount_minor=400_000)
    approved_by(first, manager)
    assert state_of(first) is RefundState.approved
    second = a_refund(booking=booking, amount_minor=400_000)
    approved_by(second, manager)
    assert state_of(second) is RefundState.requested
    assert "₩800,000" in standing_of(db.session(), second).need.why.ko


def test_what_is_above_the_policy_needs_two_however_small(lone_office: Flask) -> None:
    refund = a_refund(booking=a_booking(paid_minor=1_300_000), amount_minor=1_000)
    assert standing_of(db.session(), refund).need.approvers == 1
    refund.quoted_minor = 999
    assert standing_of(db.session(), refund).need.approvers == 2


@pytest.mark.parametrize("already", ["requested", "approved"])
def test_an_edit_of_the_amount_voids_every_approval(lone_office: Flask, already: str) -> None:
    refund, finance = a_refund(amount_minor=600_000), a_user(Role.finance)
    approved_by(refund, a_user())
    if already == "approved":
        approved_by(refund, finance)
    with acting_for(a_user(Role.agent)):
        amend(refund, amount_minor=700_000, note="")
    db.session.commit()
    assert state_of(refund) is RefundState.requested
    assert standing(refund) == []
    assert all(one.voided_at and "금액이 바뀌어" in one.void_why for one in refund.approvals)
    approved_by(refund, finance)
    assert standing(refund) == [finance.id], "who approved before may approve the new amount"


def test_whoever_approved_may_raise_it_and_then_is_who_asks(office: Flask) -> None:
    refund, manager = a_refund(), a_user()
    approved_by(refund, manager)
    with acting_for(manager):
        amend(refund, amount_minor=1_100_000, note="")
    db.session.commit()
    assert (refund.maker_id, standing(refund)) == (manager.id, [])


def test_with_the_void_left_out_the_database_refuses_the_edit(office: Flask) -> None:
    """The negative control of the one above: an approval of whoever asks cannot stand."""
    refund, manager = a_refund(), a_user()
    approved_by(refund, manager)
    with pytest.raises(IntegrityError):
        db.session.execute(update(Refund).values(requested_by_id=manager.id, maker_id=manager.id))
    db.session.rollback()


def row_of(refund: Refund, approver: User, **change: Any) -> dict[str, Any]:
    facts = {
        "refund_id": refund.id,
        "maker_id": refund.requested_by_id,
        "approver_id": approver.id,
        "role": Role.admin,
        "sum": "0" * 64,
        "why": "",
        "void_why": "",
        "at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return {**facts, **change}


def by_maker(refund: Refund) -> dict[str, Any]:
    return row_of(refund, refund.requested_by or a_user())


def by_maker_under_another_name(refund: Refund) -> dict[str, Any]:
    return row_of(refund, refund.requested_by or a_user(), maker_id=0)


def by_one_twice(refund: Refund) -> dict[str, Any]:
    return row_of(refund, db.session.get_one(User, refund.approvals[0].approver_id))


@pytest.mark.parametrize("forged", [by_maker, by_maker_under_another_name, by_one_twice])
def test_rows_written_by_hand_are_refused_by_the_database(
    office: Flask, forged: Callable[[Refund], dict[str, Any]]
) -> None:
    refund = a_refund()
    approved_by(refund, a_user())
    row = forged(refund)
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Approval).values(**row))
    db.session.rollback()
    db.session.execute(insert(Approval).values(**row_of(refund, a_user())))
    db.session.commit()


def test_a_state_written_by_hand_needs_its_approvers(office: Flask) -> None:
    refund, one, other = a_refund(), a_user(), a_user()
    asker = refund.requested_by_id
    for values in (
        {"state": "approved"},
        {"state": "paying", "approved_by_id": one.id, "approved_sum": "x", "approvers": 2},
        {"state": "paid", "approved_by_id": one.id, "approved_also_by_id": one.id, "approved_sum": "x", "approvers": 2},
        {"approved_by_id": one.id, "approved_also_by_id": asker},
        {"approved_also_by_id": other.id},
        {"approvers": 0},
        {"maker_id": 0},
    ):
        with pytest.raises(IntegrityError):
            db.session.execute(update(Refund).values(**values))
        db.session.rollback()


def disabled(user: User) -> None:
    user.is_enabled = False


def another_role(user: User) -> None:
    user.role = Role.agent


def another_city(user: User) -> None:
    user.cities = ["부산"]


def no_more_of_finance(user: User) -> None:
    user.role = Role.ops_manager


@pytest.mark.parametrize("change", [disabled, another_role, another_city, no_more_of_finance])
def test_who_may_no_more_before_it_is_paid_is_not_counted_and_the_other_stays(
    lone_office: Flask, change: Callable[[User], None]
) -> None:
    manager, finance = a_user(), a_user(Role.finance)
    refund = a_refund()
    approved_by(refund, manager)
    approved_by(refund, finance)
    change(finance)
    db.session.commit()
    with acting_as(NOBODY):
        with pytest.raises(Refusal, match=finance.name) as refused:
            refund.move_to(RefundState.paying)
        void_approval(refund, str(refused.value))
        db.session.commit()
    assert state_of(refund) is RefundState.requested
    assert standing(refund) == [manager.id]
    approved_by(refund, a_user(Role.finance))
    assert state_of(refund) is RefundState.approved
    with acting_as(NOBODY):
        refund.move_to(RefundState.paying)


def test_what_counts_is_whose_approvals_they_are_and_not_how_many(lone_office: Flask) -> None:
    refund, manager = a_refund(), a_user()
    approved_by(refund, manager)
    approved_by(refund, a_user(Role.finance))
    db.session.execute(insert(Approval).values(**row_of(refund, a_user(Role.admin), sum=refund.sum_to_approve())))
    db.session.commit()
    db.session.expire_all()
    assert (len(refund.standing()), refund.stands) == (3, True)
    disabled(manager)
    db.session.commit()
    assert (len(refund.standing()), refund.stands) == (2, False)
    with acting_as(NOBODY), pytest.raises(Refusal, match=manager.name):
        refund.move_to(RefundState.paying)


def test_a_table_made_stricter_leaves_what_is_approved(lone_office: Flask) -> None:
    refund = a_refund(amount_minor=1000)
    approved_by(refund, a_user())
    db.session.execute(delete(AuthorityRow))
    db.session.commit()
    with acting_as(NOBODY):
        refund.move_to(RefundState.paying)


@pytest.mark.parametrize("what", ["customer_id", "gateway"])
def test_an_approval_is_bound_to_whom_it_goes(lone_office: Flask, what: str) -> None:
    refund = a_refund(amount_minor=1000, approved_by=a_user())
    setattr(refund.booking, what, a_booking().customer_id if what == "customer_id" else "stripe")
    with acting_as(NOBODY), pytest.raises(Refusal, match="승인된 내용과 지금 내용이 달라"):
        refund.move_to(RefundState.paying)


@pytest.mark.parametrize(
    ("bearers", "stays"), [({"partner": "40", "platform": "60"}, False), ({"platform": "100"}, True)]
)
def test_an_approval_is_bound_to_the_partner_who_bears_a_part(
    lone_office: Flask, bearers: dict[str, str], *, stays: bool
) -> None:
    refund, seen = a_refund(booking=a_booking(partner=a_partner())), a_user()
    with acting_for(a_user()):
        lay_on(refund, typed_bearing({Bearer(name): share for name, share in bearers.items()}, ""))
        db.session.commit()
    approved_by(refund, seen)
    refund.booking.partner = a_partner()
    db.session.commit()
    assert standing(refund) == ([seen.id] if stays else [])
    fallen = [str(why) for _, why in standing_of(db.session(), refund).fallen]
    assert fallen == ([] if stays else ["승인한 뒤 내용이 바뀌었습니다."])


def test_the_page_says_whose_approval_is_needed_why_and_who_has_given_theirs(lone_office: Flask) -> None:
    refund, manager = a_refund(ticket=a_ticket()), a_user()
    seat = Seat(lone_office, manager)
    page = seat.read("/admin/refunds/details/", id=refund.id)
    assert "관리자·운영 매니저·재무 두 사람, 그중 한 사람은 관리자·재무" in page
    assert "이 예약에서 나가는 환불은 모두 ₩1,200,000" in page
    form = {"id": refund.id, "version_seen": refund.version, "why": "통화로 확인"}
    page = seat.press("/admin/refunds/approve/", form)
    assert "승인을 적어 두었습니다. 관리자·재무 한 사람이 더 승인해야 합니다." in page
    assert "통화로 확인" in page
    assert 'name="approve"' not in page
    assert "이미 승인했습니다" in page
    assert refund.ref not in seat.read("/admin/refunds/", tab="mine")
    other = Seat(lone_office, a_user(), "en").read("/admin/refunds/details/", id=refund.id)
    assert 'name="approve"' not in other
    assert "One more must approve: admin or finance." in other
    manager.is_enabled = False
    db.session.commit()
    page = Seat(lone_office, a_user(Role.finance)).read("/admin/refunds/details/", id=refund.id)
    assert "더는 세지 않습니다" in page
    assert "사용이 중지되었습니다" in page


@pytest.mark.parametrize("shares", [None, [["partner", 10_000, ""]], [["platform", 10_000, ""]]])
def test_a_house_of_before_keeps_its_approvals(office: Flask, shares: list[Any] | None) -> None:
    """What one person had approved, however much, is still approved, and is paid."""
    refund = a_refund(booking=a_booking(partner=a_partner()))
    refund.shares = shares
    for one in (a_user(), a_user(Role.finance)):
        approved_by(refund, one)
    ref, approver = refund.ref, refund.approved_by_id
    bound = [ref, refund.booking_id, refund.booking.payment_ref, refund.amount_minor, refund.currency]
    bound += [refund.policy_version_id, refund.provider_key, *([] if shares is None else [shares])]
    then = hashlib.sha256(json.dumps(bound).encode()).hexdigest()
    db.session.remove()
    downgrade(directory=str(MIGRATIONS), revision="0017")
    with db.engine.connect() as connection:
        assert connection.scalars(text("SELECT approved_sum FROM refunds")).all() == [then]
    upgrade(directory=str(MIGRATIONS))
    kept = db.session.scalars(select(Refund).where(Refund.ref == ref)).one()
    assert [(one.approver_id, one.role, one.sum) for one in kept.approvals] == [
        (approver, Role.ops_manager, kept.sum_to_approve())
    ]
    assert kept.approvers == 1
    with acting_as(NOBODY):
        kept.move_to(RefundState.paying)
