"""A rule asks for a refund: by the policy, once, waiting for a person; what cannot be asked for is told in the run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.bookings.model import Booking
from app.db import db
from app.insights.waiting import for_my_decision
from app.link.link import the_link
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from app.refunds.refund import approve, cancel
from app.rules.model import Rule, RuleKind, RuleRun
from app.tickets.model import Ticket, TicketEvent
from automations import decide
from tests.automations.acts import a_rule
from tests.marketplace import STARTS_AT, a_booking, a_ticket, a_user, acting_for, kept, number
from tests.visit import visit_as

OPEN = [{"field": "status", "operator": "is", "value": "open"}]
AT = STARTS_AT - timedelta(days=1)


def asks(reason: str = "partner_cancelled", **more: Any) -> Rule:
    with clock.stopped(AT - timedelta(days=1)):
        return a_rule("노쇼 환불", OPEN, [{"field": "request_refund", "value": reason}], **more)


def an_update(ticket: Ticket, at: datetime = AT) -> None:
    """Somebody changes the ticket, and the triggers look at it."""
    the_link(db.session()).connected_at = AT - timedelta(days=1)
    kept(TicketEvent(ticket=ticket, audit_id=number(), author_id=5, channel="web", changes={}, created_at=at))
    with clock.stopped(at):
        decide.on_updates(db.session(), ticket)
    db.session.commit()


def the_row() -> dict[str, Any]:
    run = db.session.scalars(select(RuleRun).order_by(RuleRun.id.desc())).first()
    assert run is not None
    (row,) = run.actions
    assert row["field"] == "request_refund"
    return dict(row)


def refunds() -> list[Refund]:
    return list(db.session.scalars(select(Refund).order_by(Refund.id)))


def a_case(**booking: Any) -> tuple[Ticket, Booking]:
    bought = a_booking(**booking)
    return a_ticket(booking=bought, created_at=AT, updated_at=AT, history_through=AT), bought


def test_a_rule_asks_by_the_policy_and_nobody_but_a_person_approves(office: Flask) -> None:
    asks()
    ticket, booking = a_case()
    an_update(ticket)
    (refund,) = refunds()
    assert (refund.state, refund.reason.value, refund.by_rule) == (
        RefundState.requested,
        "partner_cancelled",
        "노쇼 환불 v1",
    )
    assert (refund.requested_by_id, refund.booking_id, refund.ticket_id) == (None, booking.id, ticket.id)
    assert refund.amount_minor == refund.quoted_minor == booking.held_minor == 1_200_000
    assert datetime.fromisoformat(refund.quote["at"]) == AT
    assert refund.moves[0].by == "규칙 「노쇼 환불 v1」"
    assert the_row()["refund"] == refund.ref
    assert "승인 대기" in the_row()["why"]["ko"]
    boss = a_user(Role.ops_manager)
    with acting_for(boss, "refunds.approve", "refunds.pay") as actor:
        assert db.session.scalars(select(Refund).where(*for_my_decision(actor))).all() == [refund]
        approve(refund)
        assert db.session.scalars(select(Refund).where(*for_my_decision(actor))).all() == []
    with acting_for(a_user(Role.finance), "refunds.approve"):
        approve(refund)
    assert refund.state is RefundState.approved


def test_while_one_is_open_no_other_is_asked_for(office: Flask) -> None:
    asks()
    ticket, _ = a_case()
    an_update(ticket)
    an_update(ticket, AT + timedelta(minutes=5))
    assert len(refunds()) == 1
    with clock.stopped(AT + timedelta(minutes=7)), acting_for(a_user(), "refunds.request"):
        cancel(refunds()[0])
    db.session.commit()
    an_update(ticket, AT + timedelta(minutes=10))
    assert [one.state for one in refunds()] == [RefundState.cancelled, RefundState.requested]


def test_two_rules_of_one_update_ask_once(office: Flask) -> None:
    asks()
    asks("platform_error", position=2)
    ticket, _ = a_case()
    an_update(ticket)
    assert [one.reason.value for one in refunds()] == ["partner_cancelled"]
    assert the_row()["held"] is True
    assert "진행 중인 환불" in the_row()["why"]["ko"]


@pytest.mark.parametrize(
    ("booking", "words"),
    [
        ({"unbound": True}, "정책이 없어"),
        ({"payment_ref": None}, "결제 번호가 없어"),
        ({"held_minor": 1_200_000}, "환불할 수 있는"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_the_run(lone_office: Flask, booking: dict[str, Any], words: str) -> None:
    asks()
    ticket, _ = a_case(**booking)
    an_update(ticket)
    assert refunds() == []
    assert words in the_row()["why"]["ko"]


def test_a_ticket_without_a_booking_is_told_so_and_the_rest_is_done(office: Flask) -> None:
    asks()
    ticket = a_ticket(created_at=AT, updated_at=AT)
    an_update(ticket)
    assert the_row()["why"]["en"] == "No booking is linked, so nothing was asked for."
    assert refunds() == []


def test_what_the_policy_gives_nothing_for_is_not_asked_for(office: Flask) -> None:
    asks("customer_cancelled")
    ticket, _ = a_case()
    an_update(ticket)
    assert refunds() == []
    assert "환불액" in the_row()["why"]["ko"]


def test_an_automation_asks_by_its_own_hour(office: Flask) -> None:
    ended = {"field": "booking.hours_since_end", "operator": "greater_than", "value": "1"}
    with clock.stopped(AT):
        wish = [{"field": "request_refund", "value": "facility_fault"}]
        a_rule("끝난 뒤", [*OPEN, ended], wish, kind=RuleKind.automation)
    ticket, booking = a_case()
    kept(TicketEvent(ticket=ticket, audit_id=number(), author_id=5, channel="web", changes={}, created_at=AT))
    late = booking.ends_at + timedelta(hours=3)
    with clock.stopped(late):
        assert decide.on_time(db.session(), ticket)
    db.session.commit()
    (refund,) = refunds()
    assert datetime.fromisoformat(refund.quote["at"]) == late


def test_the_desk_tells_that_a_rule_asked(office: Flask) -> None:
    asks()
    ticket, _ = a_case()
    an_update(ticket)
    (refund,) = refunds()
    number_of_refund, run = refund.id, db.session.scalars(select(RuleRun.id)).one()
    visit = visit_as(office, Role.ops_manager)
    page = visit.open(f"/admin/refunds/details/?id={number_of_refund}").text
    assert "규칙 「노쇼 환불 v1」이 요청했습니다" in page
    assert refund_ref(number_of_refund) in visit.open("/admin/refunds/?tab=mine").text
    assert "규칙 「노쇼 환불 v1」 요청" in visit.open("/").text
    assert "승인 대기" in visit.open(f"/admin/runs/details/?id={run}").text


def refund_ref(refund_id: int) -> str:
    return db.session.scalars(select(Refund.ref).where(Refund.id == refund_id)).one()


def test_somebody_always_asked(office: Flask) -> None:
    """The database's own guard, and its older ones still there."""
    asks()
    ticket, _ = a_case()
    an_update(ticket)
    for change in ("by_rule = NULL", "amount_minor = 0"):
        with pytest.raises(IntegrityError):
            db.session.execute(text(f"UPDATE refunds SET {change}"))
        db.session.rollback()
