"""Disputes at night: what sides are told reaches their tickets once, in their language; time that runs out counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.db import db
from app.disputes import clocks, lapsing
from app.disputes.clocks import DisputeClock
from app.disputes.dispute import bring, hear
from app.disputes.model import Dispute, DisputeState
from app.disputes.offers import ProposalEnd
from app.disputes.sides import PARTIES, EntryKind, Side
from app.facts import Fact
from app.outbox.model import Push
from app.tickets.model import Comment, Ticket
from automations import disputes, emergencies, sweep
from automations.replies import heard as replies_heard
from tests.app.disputes.acts import ASKED, a_dispute, everything, heard, proposed, two_managers
from tests.marketplace import kept, number


def pushes() -> dict[int, str]:
    """What each ticket is to get, by its row."""
    return {one.ticket_id: one.change["comment"]["body"] for one in db.session.scalars(select(Push).order_by(Push.id))}


def run_out(dispute: Dispute, side: Side) -> None:
    mine = (DisputeClock.dispute_id == dispute.id, DisputeClock.side == side, DisputeClock.ended.is_(None))
    db.session.execute(update(DisputeClock).where(*mine).values(due_at=clock.now() - timedelta(minutes=1)))
    db.session.commit()


def replied(ticket: Ticket, words: str, **change: object) -> None:
    facts = {"audit_id": 1, "is_public": True, "created_at": clock.now(), "author_id": ticket.requester_id}
    kept(Comment(zendesk_id=number(), ticket_id=ticket.id, body=words, **{**facts, **change}))
    replies_heard(db.session(), ticket)
    db.session.commit()


def test_each_side_is_told_once_on_its_ticket_in_its_language(office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    assert Fact.dispute_told in sweep.waiting()
    disputes.drain()
    disputes.drain()
    assert db.session.scalar(select(Push.origin).limit(1)) == f"dispute:{dispute.ref}"
    told = pushes()
    assert len(told) == len(db.session.scalars(select(Push.id)).all()) == 2
    assert "무슨 일이 있었나요?" in told[dispute.customer_ticket_id or 0]
    assert "What happened?" in told[dispute.partner_ticket_id or 0]
    assert "Please reply here by" in told[dispute.partner_ticket_id or 0]
    assert Fact.dispute_told not in sweep.waiting()


def test_a_side_without_a_ticket_is_set_aside_and_holds_up_nobody(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks, tickets=False)
    heard(talks, dispute)
    disputes.drain()
    assert [one.untold_why for one in dispute.notices] == ["no ticket", "no ticket"]
    assert pushes() == {}


def test_when_one_sides_time_runs_out_the_others_account_stands(office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    with everything(talks):
        bring(dispute, Side.customer, EntryKind.statement, "깨져 있었습니다")
        db.session.commit()
    disputes.run()
    assert dispute.state is DisputeState.hearing
    run_out(dispute, Side.partner)
    disputes.run()
    disputes.run()
    db.session.refresh(dispute)
    assert [(one.side, one.kind) for one in dispute.entries][-1] == (Side.partner, EntryKind.lapsed)
    assert [one.kind for one in dispute.entries].count(EntryKind.lapsed) == 1
    assert db.session.scalars(select(Alarm.kind)).all() == [AlarmKind.dispute_late]
    assert db.session.scalars(select(Dispute.id).where(clocks.waits_for(Side.us))).all() == [dispute.id]
    assert "did not hear from you in time" in pushes()[dispute.partner_ticket_id or 0]
    assert "상대방이 기한까지" in pushes()[dispute.customer_ticket_id or 0]


def test_an_unanswered_proposal_lapses_and_our_own_time_alarms_once(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    run_out(dispute, Side.customer)
    disputes.run()
    assert (proposal.ended, dispute.state) == (ProposalEnd.lapsed, DisputeState.weighing)
    run_out(dispute, Side.us)
    for _ in range(2):
        disputes.run()
    assert db.session.scalars(select(Dispute.id).where(clocks.is_overdue())).all() == [dispute.id]
    assert db.session.scalars(select(Alarm.count)).all() == [2]


def test_a_reply_on_the_ticket_is_the_answer_and_stops_the_clock(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    assert dispute.customer_ticket is not None
    replied(dispute.customer_ticket, "내부 메모", is_public=False)
    replied(dispute.customer_ticket, "상담사의 말", author_id=1)
    assert clocks.running(dispute, Side.customer) is not None
    replied(dispute.customer_ticket, "청소 전에는 멀쩡했습니다.")
    db.session.refresh(dispute)
    assert clocks.running(dispute, Side.customer) is None
    assert (dispute.entries[-1].kind, dispute.entries[-1].words_ko) == (EntryKind.comment, "청소 전에는 멀쩡했습니다.")
    assert clocks.running(dispute, Side.partner) is not None
    assert dispute.partner_ticket is not None
    replied(dispute.partner_ticket, "Long. " * 3000)
    db.session.refresh(dispute)
    assert (dispute.state, len(dispute.entries[-1].words_ko)) == (DisputeState.weighing, 8000)
    replied(dispute.customer_ticket, "하나 더 있습니다.")
    assert "하나 더 있습니다." not in [one.words_ko for one in dispute.entries]


def test_a_reply_to_a_proposal_is_ours_to_write_down_and_does_not_lapse(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    assert dispute.customer_ticket is not None
    replied(dispute.customer_ticket, "생각해 보고 받아들이겠습니다.")
    run_out(dispute, Side.customer)
    disputes.run()
    assert (proposal.ended, dispute.state) == (None, DisputeState.proposed)
    assert clocks.running(dispute, Side.us) is not None


def test_without_hearing_replies_the_same_side_would_have_lost_its_say(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the two above."""
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    run_out(dispute, Side.customer)
    disputes.run()
    assert [one.kind for one in dispute.entries] == [EntryKind.asked, EntryKind.lapsed]


def test_of_two_silent_sides_neither_account_stands(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    heard(talks, dispute)
    for side in PARTIES:
        run_out(dispute, side)
    disputes.run()
    db.session.refresh(dispute)
    assert dispute.state is DisputeState.weighing
    lapsed = [one.words_en for one in dispute.entries if one.kind is EntryKind.lapsed]
    assert len(lapsed) == 2
    assert not any("stands" in one for one in lapsed)
    told = [one.words_en for one in dispute.notices][2:]
    assert len(told) == 2
    assert all("no answer came in time" in one for one in told)


def test_who_was_never_asked_is_told_of_no_account_of_theirs(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        hear(dispute, ASKED, 18, (Side.customer,))
        db.session.commit()
    run_out(dispute, Side.customer)
    disputes.run()
    db.session.refresh(dispute)
    assert [one.side for one in dispute.notices] == [Side.customer, Side.customer]
    assert "no answer came in time" in dispute.notices[-1].words_en


def test_a_side_that_spoke_once_and_is_late_itself_does_not_stand_either(lone_office: Flask) -> None:
    """Else the record would say of both that the other's account stands."""
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        for side in PARTIES:
            bring(dispute, side, EntryKind.statement, "처음에 한 말")
        hear(dispute, ASKED, 18)
        db.session.commit()
    run_out(dispute, Side.customer)
    disputes.run()
    run_out(dispute, Side.partner)
    disputes.run()
    db.session.refresh(dispute)
    said = [(one.side, "stands" in one.words_en) for one in dispute.entries if one.kind is EntryKind.lapsed]
    assert said == [(Side.customer, True), (Side.partner, False)]


def test_a_clock_that_fails_stops_neither_the_others_nor_the_watch(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    talks, _ = two_managers()
    bad, good = a_dispute(talks), a_dispute(talks)
    for one in (bad, good):
        heard(talks, one)
        run_out(one, Side.customer)
    late, watched = bad.id, list[str]()

    def lapse(session: Session, clock_of: DisputeClock) -> None:
        watched.append("lapse")
        if clock_of.dispute_id == late:
            raise ValueError("broken")
        lapsing.lapse(session, clock_of)

    monkeypatch.setattr(disputes, "lapse", lapse)
    monkeypatch.setattr(emergencies, "watch", lambda _session: watched.append("watch"))
    disputes.run()
    assert watched == ["watch", "lapse", "lapse"]
    assert clocks.running(good, Side.customer) is None
    assert clocks.running(bad, Side.customer) is not None
    (line,) = [one for one in caplog.records if one.message == "dispute_clock_failed"]
    assert line.__dict__["dispute"] == late
