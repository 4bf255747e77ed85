"""What somebody has taken to pay by hand is given back, by them or by who approves refunds, and taken by another."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.errors import Forbidden
from app.people.model import Role, User
from app.refunds.by_hand import let_go, send_back, take
from app.refunds.model import Refund
from app.refunds.settlement import Settlement, SettlementState, ever_paid_by_hand, taking
from tests.app.refunds.test_by_hand import an_approved, an_unknown, form_of, state_of, two_of_finance, written
from tests.marketplace import a_user, acting_for
from tests.seat import Seat


def took(refund: Refund, by: User) -> None:
    with acting_for(by, "refunds.pay"):
        take(refund, provider_pays=False, stopped=None)
        db.session.commit()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_who_has_taken_it_gives_it_back_and_another_takes_it(lone_office: Flask, language: str) -> None:
    refund, (one, other) = an_approved(), two_of_finance()
    took(refund, one)
    seat = Seat(lone_office, one, language)
    assert ("내려놓기" if language == "ko" else "Give it back") in seat.read("/admin/refunds/details/", id=refund.id)
    page = seat.press("/admin/refunds/settle-let-go/", form_of(refund))
    assert ("다른 사람이 맡을 수 있습니다" if language == "ko" else "Somebody else may take it") in page
    assert (state_of(refund), refund.booking.held_minor >= refund.amount_minor) == ("paying", True)
    took(refund, other)
    settlements = list(db.session.scalars(select(Settlement).order_by(Settlement.id)))
    assert [(row.state, row.written_by_id, row.decided_by_id) for row in settlements] == [
        (SettlementState.sent_back, one.id, one.id),
        (SettlementState.taken, other.id, None),
    ]
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "refund_settlements")).all()
    assert [entry.actor_id for entry in told] == [one.id, one.id, other.id]


def test_a_manager_frees_what_somebody_has_taken_and_says_why_and_an_agent_does_not(lone_office: Flask) -> None:
    refund, (one, _) = an_approved(), two_of_finance()
    took(refund, one)
    agent = Seat(lone_office, a_user(Role.agent))
    assert "data-let-go" not in agent.read("/admin/refunds/details/", id=refund.id)
    with acting_for(a_user(Role.agent), "refunds.request"), pytest.raises(Forbidden):
        let_go(refund, "급함")
    db.session.rollback()
    manager = Seat(lone_office, a_user(Role.ops_manager))
    assert "까닭을 적어 주세요" in manager.press("/admin/refunds/settle-let-go/", form_of(refund))
    assert taking(db.session(), refund) is not None
    manager.press("/admin/refunds/settle-let-go/", form_of(refund, why="휴가 중, 이체하지 않았다고 함"))
    db.session.rollback()
    assert taking(db.session(), refund) is None
    assert "맡고 있는 사람이 없습니다" in manager.press("/admin/refunds/settle-let-go/", form_of(refund, why="다시"))


def test_what_was_given_back_is_still_never_sent_by_a_worker(lone_office: Flask) -> None:
    """Whoever had it may be wrong: a transfer that nobody finds yet may still have left."""
    refund, (one, _) = an_unknown(), two_of_finance()
    written(refund, one, provider_pays=True)
    with acting_for(one, "refunds.pay"):
        send_back(refund, "", provider_pays=True)
        db.session.commit()
    assert ever_paid_by_hand(db.session(), refund)
    refund = an_approved()
    took(refund, one)
    with acting_for(one, "refunds.pay"):
        let_go(refund, "")
        db.session.commit()
    assert ever_paid_by_hand(db.session(), refund)
