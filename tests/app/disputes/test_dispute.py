"""A dispute from its opening to its end: whose turn it is, until when, who may decide, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from app import clock
from app.db import db
from app.disputes import append_only, clocks
from app.disputes.append_only import AppendOnly
from app.disputes.clocks import ClockEnd, DisputeClock
from app.disputes.deciding import answer, counter, propose, reopen, rule, withdraw
from app.disputes.dispute import bring, bring_booking, bring_comment, hear, link_ticket, open_dispute
from app.disputes.entries import DisputeEntry
from app.disputes.model import Dispute, DisputeSeat, DisputeState, Seat
from app.disputes.notices import DisputeNotice
from app.disputes.offers import AnswerKind, ProposalEnd, Remedy, Ruling
from app.disputes.sides import DisputeKind, EntryKind, Side
from app.errors import Forbidden, Refusal
from app.partners.model import PartnerState
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from app.routing.days import HolidayChange
from app.tickets.model import Comment
from app.words import say
from tests.app.disputes.acts import (
    ASKED,
    HALF,
    NOW,
    REASONS,
    TEXT,
    a_dispute,
    a_manager,
    a_partner,
    everything,
    heard,
    proposed,
    two_managers,
)  # fmt: skip
from tests.marketplace import PAID_AT, a_booking, a_ticket, kept, number


def told(dispute: Dispute, side: Side) -> list[str]:
    return [one.words_ko for one in dispute.notices if one.side is side]


def told_state(dispute: Dispute) -> str:
    return dispute.state.value


def turn_of(side: Side) -> list[str]:
    return list(db.session.scalars(select(Dispute.ref).where(clocks.waits_for(side)).order_by(Dispute.id)))


def test_a_dispute_is_ours_until_both_sides_are_asked(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    assert (turn_of(Side.us), turn_of(Side.customer)) == ([dispute.ref], [])
    heard(talks, dispute)
    assert (turn_of(Side.us), turn_of(Side.customer), turn_of(Side.partner)) == ([], [dispute.ref], [dispute.ref])
    assert [one.now for one in dispute.moves] == [DisputeState.opened, DisputeState.hearing]
    assert "무슨 일이 있었나요?" in told(dispute, Side.customer)[0]
    with everything(talks):
        bring(dispute, Side.customer, EntryKind.statement, "청소 뒤에 깨져 있었습니다.")
        assert told_state(dispute) == "hearing"
        bring(dispute, Side.partner, EntryKind.statement, "들어갔을 때 이미 깨져 있었습니다.")
        db.session.commit()
    assert told_state(dispute) == "weighing"
    assert turn_of(Side.us) == [dispute.ref]
    assert [one.number for one in dispute.entries] == [1, 2, 3]


def test_a_booking_has_one_open_dispute_and_two_sides(office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks), pytest.raises(Refusal, match="이미 열린 분쟁"):
        open_dispute(db.session(), dispute.booking, DisputeKind.late, "또")
    with everything(talks), pytest.raises(Refusal, match="파트너가 없어"):
        open_dispute(db.session(), a_booking(), DisputeKind.late, "파트너 없음")
    ticket = a_ticket()
    with everything(talks), pytest.raises(Refusal, match="서로 달라야"):
        open_dispute(db.session(), a_booking(partner=a_partner()), DisputeKind.late, "같은 티켓", ticket, ticket)
    db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.execute(
            update(Dispute).where(Dispute.id == dispute.id).values(partner_ticket_id=Dispute.customer_ticket_id)
        )


def test_time_is_counted_in_business_hours_and_not_on_holidays(lone_office: Flask) -> None:
    """From Wednesday 10:00: 8 hours are left that day, Thursday is off here, so 10 hours end on Friday at 11:00."""
    talks, _ = two_managers()
    kept(HolidayChange(on_date=NOW.date() + timedelta(days=1), name="창립기념일", created_at=NOW))
    with clock.stopped(NOW):
        dispute = a_dispute(talks)
        with everything(talks):
            hear(dispute, ASKED, 10, (Side.customer,))
    assert clock.in_seoul(clocks.running(dispute, Side.customer).due_at).isoformat() == "2026-09-18T11:00:00+09:00"  # type: ignore[union-attr]
    with everything(talks), pytest.raises(Refusal, match="1~180시간"):
        hear(dispute, ASKED, 0)


def test_whoever_talked_with_a_side_cannot_rule_and_whoever_ruled_cannot_talk(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.customer, AnswerKind.refused)
        db.session.commit()
        with pytest.raises(Forbidden, match="당사자와 이야기한 사람이라 결정할 수 없습니다"):
            rule(dispute, HALF, "§3.2", REASONS)
        db.session.rollback()
    with everything(rules):
        rule(dispute, HALF, "§3.2", REASONS)
        db.session.commit()
        reopen(dispute, "새 사진이 나옴")
        with pytest.raises(Forbidden, match="결정한 사람이라"):
            bring(dispute, Side.customer, EntryKind.statement, "새 사진입니다.")


def test_the_database_lets_nobody_rule_who_has_talked(office: Flask) -> None:
    """Also where our code is not asked: a ruling names a seat that rules, and nobody has two seats."""
    talks, rules = two_managers()
    dispute = a_dispute(talks)
    proposed(talks, dispute)
    row: dict[str, Any] = {
        "dispute_id": dispute.id, "by_id": talks.id, "clause": "§1", "reasons_ko": "가", "reasons_en": "a",
        "warns_partner": False, "refund_minor": 0, "partner_minor": 0, "insurer_minor": 0, "re_clean": False,
        "currency": "KRW", "at": NOW,
    }  # fmt: skip
    for seat in ("rules", "talks"):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(insert(Ruling).values(seat=seat, **row))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(insert(DisputeSeat).values(dispute_id=dispute.id, user_id=talks.id, seat=Seat.rules, at=NOW))
    db.session.execute(insert(DisputeSeat).values(dispute_id=dispute.id, user_id=rules.id, seat=Seat.rules, at=NOW))
    db.session.execute(insert(Ruling).values(seat="rules", **row | {"by_id": rules.id}))
    db.session.commit()


def test_evidence_is_never_changed_not_even_past_our_code(office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        entry = bring(dispute, Side.customer, EntryKind.statement, "처음 한 말")
        db.session.commit()
    entry.words_ko = "고친 말"
    with pytest.raises(AppendOnly):
        db.session.commit()
    db.session.rollback()
    for statement in (update(DisputeEntry).values(words_ko="고친 말"), delete(DisputeEntry)):
        with pytest.raises(DatabaseError, match="only added to"):
            db.session.execute(statement)
        db.session.rollback()
    assert db.session.scalars(select(DisputeEntry.words_ko)).all() == ["처음 한 말"]


def test_without_the_guard_of_our_code_the_database_still_refuses(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the first, and the second one's worth."""
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        entry = bring(dispute, Side.customer, EntryKind.statement, "처음 한 말")
        db.session.commit()
    # What is listened for was handed over when the class was made; it asks this when it is called.
    monkeypatch.setattr(append_only, "_refuse", lambda *_args: None)
    entry.words_ko = "고친 말"
    with pytest.raises(DatabaseError, match="only added to"):
        db.session.commit()


def test_both_accepting_ends_it_and_asks_for_the_refund_once(office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.customer, AnswerKind.accepted, "좋습니다")
        assert told_state(dispute) == "proposed"
        with pytest.raises(Refusal, match="이미 답했습니다"):
            answer(dispute, proposal, Side.customer, AnswerKind.refused)
        answer(dispute, proposal, Side.partner, AnswerKind.accepted)
        db.session.commit()
    assert (dispute.state, proposal.ended) == (DisputeState.agreed, ProposalEnd.accepted)
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.amount_minor, refund.state) == (600_000, RefundState.requested)
    assert (refund.requested_by_id, refund.ticket_id) == (talks.id, dispute.customer_ticket_id)
    (incident,) = dispute.partner.incidents
    assert "회수할 금액 ₩400,000" in incident.text
    assert (incident.is_warning, incident.points, incident.booking_id) == (False, 0, dispute.booking_id)
    assert turn_of(Side.us) == turn_of(Side.customer) == []
    assert "승인을 거쳐" in told(dispute, Side.customer)[-1]
    assert "승인을 거쳐" not in told(dispute, Side.partner)[-1]


def test_a_counter_offer_is_put_to_the_other_side(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        whole = Remedy(1_200_000, partner_minor=1_200_000, re_clean=True)
        made = counter(dispute, proposal, Side.customer, whole, say("전액을 원합니다.", "I want all of it."), 9)
        db.session.commit()
        assert (proposal.ended, dispute.state) == (ProposalEnd.countered, DisputeState.proposed)
        assert (turn_of(Side.partner), turn_of(Side.customer)) == ([dispute.ref], [])
        assert "전액을 원합니다." in told(dispute, Side.partner)[-1]
        answer(dispute, made, Side.partner, AnswerKind.accepted)
        db.session.commit()
    assert dispute.state is DisputeState.agreed
    assert db.session.scalars(select(Refund.amount_minor)).all() == [1_200_000]


def test_a_refused_proposal_is_ours_again_and_both_hear_of_it(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.partner, AnswerKind.refused, "제가 깨지 않았습니다")
        db.session.commit()
        with pytest.raises(Refusal, match="이미 끝났습니다"):
            answer(dispute, proposal, Side.customer, AnswerKind.accepted)
    assert (dispute.state, proposal.ended) == (DisputeState.weighing, ProposalEnd.refused)
    assert turn_of(Side.us) == [dispute.ref]
    assert "합의가 이루어지지" in told(dispute, Side.customer)[-1]


def test_a_ruling_leaves_a_refund_a_claim_and_a_warning(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.partner, AnswerKind.refused)
        db.session.commit()
    with everything(rules):
        ruling = rule(dispute, HALF, "§3.2", REASONS, warns_partner=True)
        db.session.commit()
    assert ruling.refund is not None
    assert (ruling.refund.requested_by_id, ruling.refund.note) == (rules.id, f"{dispute.ref} · §3.2")
    assert ruling.refund.bearing.to_json() == [["partner", 6667, ""], ["platform", 3333, ""]]
    assert dispute.partner.state is PartnerState.warned
    assert dispute.ref in dispute.partner.moves[-1].why
    assert (dispute.open_key, dispute.is_over) == (None, True)
    for side in (Side.customer, Side.partner):
        assert "근거 조항: §3.2" in told(dispute, side)[-1]


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        ((1_200_001, 0, 0), "환불할 수 있는 금액은 ₩1,200,000"),
        ((100, 60, 50), "합이 환불액보다"),
        ((-1, 0, 0), "0보다 작을 수"),
    ],
)
def test_a_remedy_that_cannot_be_is_refused(lone_office: Flask, remedy: tuple[int, int, int], said: str) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        hear(dispute, ASKED, 18)
        dispute.move_to(DisputeState.weighing)
        with pytest.raises(Refusal, match=said):
            propose(dispute, Remedy(*remedy), TEXT, 18)
        with pytest.raises(Refusal, match="한국어와 영어로"):
            propose(dispute, HALF, say("한국어만", ""), 18)


def test_a_dispute_is_reopened_once_with_a_reason(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks)
    with everything(talks):
        with pytest.raises(Refusal, match="까닭"):
            withdraw(dispute, " ")
        withdraw(dispute, "고객이 거둠")
        db.session.commit()
        with pytest.raises(Refusal, match="다시 여는 까닭"):
            reopen(dispute, "")
        reopen(dispute, "고객이 다시 문제 삼음")
        db.session.commit()
        assert (dispute.state, turn_of(Side.us)) == (DisputeState.weighing, [dispute.ref])
        withdraw(dispute, "다시 거둠")
        db.session.commit()
        with pytest.raises(Refusal, match="이미 한 번 다시 열었습니다"):
            reopen(dispute, "또")
    assert not dispute.may_move_to(DisputeState.weighing)


def test_a_comment_a_booking_fact_and_a_late_ticket_are_brought(lone_office: Flask) -> None:
    talks, _ = two_managers()
    dispute = a_dispute(talks, tickets=False)
    heard(talks, dispute)
    ticket, stranger = a_ticket(requester_id=7001), a_ticket(requester_id=7001)
    facts = {"audit_id": 1, "is_public": True, "created_at": PAID_AT, "author_id": 7001}
    mine = kept(Comment(zendesk_id=number(), ticket_id=ticket.id, body="제가 찍은 사진입니다.", **facts))
    theirs = kept(Comment(zendesk_id=number(), ticket_id=stranger.id, body="다른 일", **facts))
    notice = db.session.scalars(select(DisputeNotice).where(DisputeNotice.side == Side.partner)).one()
    notice.untold_why = "no ticket"
    db.session.commit()
    with everything(talks):
        link_ticket(dispute, Side.partner, ticket)
        assert [one.untold_why for one in dispute.notices] == [None, None]
        entry = bring_comment(dispute, mine)
        assert (entry.side, entry.words_ko) == (Side.partner, "제가 찍은 사진입니다.")
        for comment, said in ((mine, "이미 올린"), (theirs, "티켓에 있는 댓글이 아닙니다")):
            with pytest.raises(Refusal, match=said):
                bring_comment(dispute, comment)
        assert "₩1,200,000" in bring_booking(dispute, "paid").words_en
        db.session.commit()
    assert [one.ended for one in dispute.clocks if one.side is Side.partner] == [ClockEnd.answered]


def test_an_agent_records_and_proposes_but_does_not_rule(lone_office: Flask) -> None:
    agent = a_manager("상담사", Role.agent)
    dispute = a_dispute(agent)
    proposal = proposed(agent, dispute)
    with everything(agent):
        answer(dispute, proposal, Side.customer, AnswerKind.refused)
        with pytest.raises(Forbidden, match=r"disputes\.rule"):
            rule(dispute, HALF, "§1", REASONS)
    assert db.session.scalars(select(DisputeClock.side).where(DisputeClock.ended.is_(None))).all() == [Side.us]
