"""Whose word stops a clock, and how long a dispute is late."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.disputes import clocks
from app.disputes.deciding import propose, withdraw
from app.disputes.dispute import bring_comment, hear
from app.disputes.late import alarm_late
from app.disputes.model import Dispute, DisputeState
from app.disputes.sides import Side
from app.tickets.model import Comment
from app.words import say
from tests.app.disputes.acts import ASKED, HALF, TEXT, a_dispute, everything, heard, two_managers
from tests.marketplace import PAID_AT, kept, number


def test_our_own_reply_and_a_note_are_ours_and_stop_no_clock(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    ticket = dispute.customer_ticket
    assert ticket is not None
    mine = {"author_id": ticket.requester_id, "is_public": True}
    for change in ({"author_id": 1}, {"author_id": None}, {"is_public": False}):
        facts = {"audit_id": 1, "created_at": PAID_AT, **mine, **change}
        ours = kept(Comment(zendesk_id=number(), ticket_id=ticket.id, body="확인해 보겠습니다.", **facts))
        with everything(talks):
            assert bring_comment(dispute, ours).side is Side.us
            db.session.commit()
        assert clocks.running(dispute, Side.customer) is not None


def test_the_alarm_of_a_late_dispute_ends_once_it_is_not_our_turn_or_over(lone_office: Flask) -> None:
    talks, _ = two_managers()

    def late_then(act: Callable[[Dispute], object]) -> AlarmState:
        dispute = a_dispute(talks)
        with everything(talks):
            alarm_late(db.session(), dispute, say("늦음", "Late"))
            act(dispute)
            db.session.commit()
        about = Alarm.about == f"dispute:{dispute.id}"
        return db.session.scalars(select(Alarm.state).where(about)).one()

    def offer(dispute: Dispute) -> None:
        dispute.move_to(DisputeState.hearing)
        dispute.move_to(DisputeState.weighing)
        propose(dispute, HALF, TEXT, 18)

    assert late_then(lambda _: None) is AlarmState.open
    assert late_then(lambda dispute: hear(dispute, ASKED, 18)) is AlarmState.over
    assert late_then(lambda dispute: withdraw(dispute, "그만둠")) is AlarmState.over
    assert late_then(offer) is AlarmState.over
