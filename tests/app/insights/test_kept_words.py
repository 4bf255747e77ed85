"""What was kept in two languages, or noted by a worker in English, is read at home in the reader's own."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from app import clock
from app.db import db
from app.link.link import the_link
from app.people.model import Role
from app.refunds.both import as_kept
from app.refunds.model import Refund, RefundState
from app.words import say
from tests.marketplace import a_refund
from tests.visit import visit_as


def test_a_refund_that_failed_says_why_in_one_language(office: Flask) -> None:
    refund = a_refund()
    why = as_kept(say("결제사가 환불을 거절했습니다.", "The payment provider declined the refund."))
    db.session.execute(update(Refund).where(Refund.id == refund.id).values(state=RefundState.failed, failure=why))
    db.session.commit()
    page = visit_as(office, Role.ops_manager).open("/").text
    assert "결제사가 환불을 거절했습니다." in page
    assert "declined" not in page


def test_trouble_of_the_link_is_told_in_korean(office: Flask) -> None:
    link = the_link(db.session())
    link.connected_at = link.trouble_at = clock.now()
    link.trouble = "GET /api/v2/incremental/tickets/cursor.json: no answer from Zendesk (ConnectionError)"
    db.session.commit()
    visit = visit_as(office, Role.ops_manager)
    for place in ("/", "/admin/link/"):
        page = visit.open(place).text
        assert "Zendesk가 답하지 않았습니다" in page
        assert "no answer from Zendesk" not in page
