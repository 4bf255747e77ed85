"""What no worker can settle, finance settles: with a reference, by another person, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.db import db
from app.errors import Forbidden, Refusal
from app.people.model import Role
from app.refunds.by_hand import may_settle, settle
from app.refunds.model import Refund, RefundState
from tests.marketplace import a_refund, a_user, acting_for
from tests.seat import Seat


def an_approved() -> Refund:
    return a_refund(approved_by=a_user(Role.ops_manager))


def an_unknown() -> Refund:
    """Sent to the provider, and no answer came."""
    refund = an_approved()
    refund.move_to(RefundState.paying)
    refund.move_to(RefundState.unknown)
    db.session.commit()
    return refund


def state_of(refund: Refund) -> str:
    db.session.refresh(refund)
    return refund.state.value


def test_where_no_provider_pays_finance_writes_down_what_it_paid(office: Flask) -> None:
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], demo=False)
    refund, finance = an_approved(), Seat(office, a_user(Role.finance))
    page = finance.read("/admin/refunds/details/", id=refund.id)
    assert "직접 정산" in page
    form = {"id": str(refund.id), "version_seen": str(refund.version), "why": "이체 2026-11-22-0017", "outcome": "paid"}
    finance.press("/admin/refunds/settle/", form)
    assert state_of(refund) == "paid"
    assert (refund.provider_ref, refund.paid_at is not None) == ("이체 2026-11-22-0017", True)
    assert refund.booking.held_minor >= refund.amount_minor
    assert [move.now.value for move in refund.moves][-2:] == ["paying", "paid"]


def test_what_does_not_stand_any_more_is_not_settled_and_waits_for_another_approval(office: Flask) -> None:
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], demo=False)
    manager = a_user(Role.ops_manager)
    refund, finance = a_refund(amount_minor=1000, approved_by=manager), Seat(office, a_user(Role.finance))
    manager.is_enabled = False
    db.session.commit()
    form = {"id": str(refund.id), "version_seen": str(refund.version), "why": "이체 2026-11-22-0017", "outcome": "paid"}
    page = finance.press("/admin/refunds/settle/", form)
    assert f"{manager.name} 님의 사용이 중지되었습니다" in page
    assert state_of(refund) == "requested"
    assert 'name="approve"' in page


def test_an_unknown_outcome_that_failed_lets_go_of_the_money(office: Flask) -> None:
    refund, finance = an_unknown(), a_user(Role.finance)
    held = refund.booking.held_minor
    with acting_for(finance, "refunds.pay"):
        settle(refund, paid=False, reference="Toss 확인", provider_pays=True)
    db.session.commit()
    assert state_of(refund) == "failed"
    assert refund.booking.held_minor == held - refund.amount_minor


def test_it_needs_a_reference_the_right_and_another_person(office: Flask) -> None:
    refund, finance = an_unknown(), a_user(Role.finance)
    with acting_for(finance, "refunds.pay"), pytest.raises(Refusal, match="번호"):
        settle(refund, paid=True, reference="  ", provider_pays=True)
    with acting_for(finance), pytest.raises(Forbidden):
        settle(refund, paid=True, reference="x", provider_pays=True)
    assert refund.requested_by is not None
    with acting_for(refund.requested_by, "refunds.pay"), pytest.raises(Forbidden):
        settle(refund, paid=True, reference="x", provider_pays=True)
    assert state_of(refund) == "unknown"


def test_it_is_not_offered_while_a_worker_asks_or_where_a_provider_pays(office: Flask) -> None:
    now = clock.now()
    approved, unknown = an_approved(), an_unknown()
    assert not may_settle(approved, now, provider_pays=True)
    assert may_settle(approved, now, provider_pays=False)
    unknown.token, unknown.lease_until = "somebody's", now + timedelta(seconds=20)
    assert not may_settle(unknown, now, provider_pays=True)
    assert may_settle(unknown, now + timedelta(seconds=21), provider_pays=True)


def test_settled_twice_is_refused(office: Flask) -> None:
    refund, finance = an_unknown(), a_user(Role.finance)
    with acting_for(finance, "refunds.pay"):
        settle(refund, paid=True, reference="1", provider_pays=True)
        db.session.commit()
        with pytest.raises(Refusal):
            settle(refund, paid=False, reference="2", provider_pays=True)
    assert refund.provider_ref == "1"
