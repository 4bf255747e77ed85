"""A dispute that is reopened and decided again: what was refunded before is not refunded a second time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actor import NOBODY, acting_as
from app.db import db
from app.disputes.deciding import answer, propose, reopen, rule
from app.disputes.entries import DisputeEntry
from app.disputes.model import Dispute
from app.disputes.offers import AnswerKind, Remedy
from app.disputes.sides import Side
from app.errors import Refusal
from app.ledger.bearers import Bearer
from app.ledger.model import Account, Clawback, ClawbackState
from app.ledger.posting import costs
from app.people.model import Role, User
from app.reconcile.check import ledger_faults
from app.refunds.came_back import fail_late, pay_again
from app.refunds.model import Refund, RefundState
from app.refunds.refund import approve, cancel
from tests.app.disputes.acts import (
    HALF,
    NOW,
    REASONS,
    TEXT,
    a_dispute,
    a_manager,
    everything,
    proposed,
    two_managers,
)


def ruled(rules: User, talks: User, remedy: Remedy = HALF) -> Dispute:
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.partner, AnswerKind.refused)
        db.session.commit()
    with everything(rules):
        rule(dispute, remedy, "§3.2", REASONS)
        db.session.commit()
    return dispute


def again(rules: User, dispute: Dispute, remedy: Remedy) -> None:
    with everything(rules):
        reopen(dispute, "새 사진이 나옴")
        rule(dispute, remedy, "§3.3", REASONS)
        db.session.commit()


def refunds() -> list[Refund]:
    return list(db.session.scalars(select(Refund).order_by(Refund.id)))


def record_of(dispute: Dispute) -> DisputeEntry:
    asked = select(DisputeEntry).where(DisputeEntry.dispute_id == dispute.id).order_by(DisputeEntry.number.desc())
    return db.session.scalars(asked.limit(1)).one()


def said_last(dispute: Dispute) -> list[str]:
    return [[one.words_ko for one in dispute.notices if one.side is side][-1] for side in (Side.customer, Side.partner)]


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        (HALF, "(R-000001, ₩600,000)이 그대로 유지되므로 새로 환불하지 않습니다"),
        (Remedy(200_000), "(R-000001, ₩600,000)은 이번 결정보다 많지만 그대로 둡니다"),
        (Remedy(0, re_clean=True), "(R-000001, ₩600,000)은 이번 결정보다 많지만 그대로 둡니다"),
    ],
)
def test_the_same_or_less_asks_for_nothing_and_everybody_reads_so(office: Flask, remedy: Remedy, said: str) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks)
    again(rules, dispute, remedy)
    assert [one.amount_minor for one in refunds()] == [600_000]
    assert dispute.booking.held_minor == 600_000
    entry = record_of(dispute)
    assert (entry.refund_id, said in entry.words_ko) == (None, True)
    for text in said_last(dispute):
        assert said in text
        assert "승인을 거쳐" not in text


def test_more_asks_for_the_rest_alone_and_each_bears_what_is_lacking(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    again(rules, dispute, Remedy(1_200_000, partner_minor=450_000, insurer_minor=450_000))
    first, second = refunds()
    assert (first.amount_minor, second.amount_minor) == (600_000, 600_000)
    borne = {share.bearer: minor for share, minor in second.bearing.parts(second.amount_minor)}
    assert borne == {Bearer.partner: 150_000, Bearer.insurer: 450_000}
    assert record_of(dispute).refund_id == second.id
    for text in said_last(dispute):
        assert "(R-000001, ₩600,000)은 그대로 유지되고, 나머지 ₩600,000도 환불합니다" in text
    assert "승인을 거쳐" in said_last(dispute)[0]


def test_all_of_it_can_be_ruled_again_and_an_agreement_counts_too(lone_office: Flask) -> None:
    """What its own decision holds is not missing for the next one."""
    talks, rules = two_managers()
    whole = Remedy(1_200_000)
    dispute = a_dispute(talks)
    proposed(talks, dispute)
    with everything(talks):
        answer(dispute, dispute.proposals[-1], Side.customer, AnswerKind.refused)
        made = propose(dispute, whole, TEXT, 18)
        for side in (Side.customer, Side.partner):
            answer(dispute, made, side, AnswerKind.accepted)
        db.session.commit()
    again(rules, dispute, whole)
    assert [one.amount_minor for one in refunds()] == [1_200_000]


def test_what_was_let_go_of_is_asked_for_again(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks)
    with everything(talks):
        cancel(refunds()[0])
        db.session.commit()
    again(rules, dispute, HALF)
    assert [(one.amount_minor, one.state) for one in refunds()] == [
        (600_000, RefundState.cancelled),
        (600_000, RefundState.requested),
    ]
    assert "앞선 결정" not in record_of(dispute).words_ko


# ----------------------------------------------------------------------------------------------------- who bears it now


def ended(refund: Refund, *states: RefundState) -> Refund:
    """Approved by two others, and as far as told by the payout."""
    for role in (Role.ops_manager, Role.finance):
        with everything(a_manager("승인하는이", role)):
            approve(refund)
            db.session.commit()
    assert refund.state is RefundState.approved
    with acting_as(NOBODY):
        for state in states:
            refund.move_to(state)
        db.session.commit()
    return refund


def borne(refund: Refund) -> dict[Account, int]:
    return {cost.account: cost.minor for cost in costs(db.session(), refund.id)}


def clawbacks() -> list[tuple[ClawbackState, int, bool]]:
    asked = select(Clawback).order_by(Clawback.id)
    return [(one.state, one.amount_minor, one.gives_back) for one in db.session.scalars(asked)]


def test_before_it_is_paid_who_bears_it_is_approved_anew(office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    refund = ended(refunds()[0])
    again(rules, dispute, Remedy(600_000, insurer_minor=300_000))
    assert refund.state is RefundState.requested
    shares = [(one.bearer, one.points, one.claim) for one in refund.bearing.shares]
    assert sorted(shares) == [(Bearer.insurer, 5000, dispute.ref), (Bearer.platform, 5000, "")]
    assert borne(refund) == {}
    assert "R-000001의 부담을 옮겼습니다: 파트너 → 보험 ₩300,000" in record_of(dispute).words_ko


def test_on_its_way_the_ledger_moves_and_the_claw_back_is_what_is_borne_then(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    refund = ended(refunds()[0], RefundState.paying)
    again(rules, dispute, Remedy(600_000, partner_minor=90_000))
    assert borne(refund) == {Account.partner: 90_000, Account.platform: 510_000}
    with acting_as(NOBODY):
        refund.move_to(RefundState.paid)
        db.session.commit()
    assert clawbacks() == [(ClawbackState.owed, 90_000, False)]
    assert ledger_faults(db.session()) == []


def test_paid_more_on_the_partner_is_clawed_back_and_less_is_let_go_of(office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000))
    refund = ended(refunds()[0], RefundState.paying, RefundState.paid)
    again(rules, dispute, Remedy(600_000, partner_minor=150_000))
    assert clawbacks() == [(ClawbackState.owed, 150_000, False)]
    assert borne(refund) == {Account.platform: 450_000, Account.partner: 150_000}
    other = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    refund = ended(refunds()[1], RefundState.paying, RefundState.paid)
    again(rules, other, Remedy(600_000, partner_minor=120_000, insurer_minor=180_000))
    assert borne(refund) == {Account.partner: 120_000, Account.insurer: 180_000, Account.platform: 300_000}
    assert clawbacks()[1:] == [(ClawbackState.waived, 300_000, False), (ClawbackState.owed, 120_000, False)]
    assert ledger_faults(db.session()) == []


def test_what_the_partner_has_settled_is_owed_back_to_them(office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    refund = ended(refunds()[0], RefundState.paying, RefundState.paid)
    with everything(a_manager("재무", Role.finance)):
        db.session.scalars(select(Clawback)).one().move_to(ClawbackState.settled, "12월 정산에서 차감")
        db.session.commit()
    again(rules, dispute, Remedy(600_000, partner_minor=100_000))
    assert clawbacks() == [(ClawbackState.settled, 300_000, False), (ClawbackState.owed, 200_000, True)]
    back = db.session.scalars(select(Clawback).where(Clawback.gives_back)).one()
    with everything(rules), pytest.raises(Refusal, match="면제할 수 없습니다"):
        back.move_to(ClawbackState.waived, "그냥")
    with everything(a_manager("재무2", Role.finance)):
        back.move_to(ClawbackState.settled, "1월 정산에 더함")
        db.session.commit()
    assert borne(refund) == {Account.settlement: 100_000, Account.platform: 500_000}
    assert ledger_faults(db.session()) == []


def test_who_was_let_off_stays_let_off(lone_office: Flask) -> None:
    """Decided again with the same bearers, nothing that finance has done since is undone."""
    talks, rules = two_managers()
    dispute = ruled(rules, talks, HALF)
    refund = ended(refunds()[0], RefundState.paying, RefundState.paid)
    with everything(rules):
        db.session.scalars(select(Clawback)).one().move_to(ClawbackState.waived, "태풍")
        db.session.commit()
    again(rules, dispute, HALF)
    assert [state for state, _, _ in clawbacks()] == [ClawbackState.waived]
    assert borne(refund) == {Account.platform: 600_000}
    assert "옮겼습니다" not in record_of(dispute).words_ko


def test_more_is_refunded_and_the_partner_bears_less_of_the_first(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, Remedy(600_000, partner_minor=300_000))
    first = ended(refunds()[0], RefundState.paying, RefundState.paid)
    again(rules, dispute, Remedy(1_000_000, partner_minor=100_000))
    assert borne(first) == {Account.platform: 500_000, Account.partner: 100_000}
    assert [(one.bearer, one.points) for one in refunds()[1].bearing.shares] == [(Bearer.platform, 10_000)]


# ------------------------------------------------------------------------------------------------ the partner's record


def test_the_new_record_stands_in_place_of_the_earlier_one(office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, HALF)
    again(rules, dispute, Remedy(900_000, partner_minor=500_000))
    first, second = sorted(dispute.partner.incidents, key=lambda one: one.id)
    assert ("회수할 금액 ₩400,000" in first.text, first.withdrawn_by) == (True, rules.name)
    assert ("회수할 금액 ₩500,000" in second.text, second.withdrawn_at) == (True, None)
    assert "다시 결정" in first.withdrawn_why


def test_a_partner_who_bears_nothing_any_more_keeps_no_record(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, HALF)
    again(rules, dispute, Remedy(600_000))
    assert [one.withdrawn_at is None for one in dispute.partner.incidents] == [False]


def test_a_repeated_warning_is_as_old_as_the_first(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    with everything(talks):
        answer(dispute, proposal, Side.partner, AnswerKind.refused)
        db.session.commit()
    with everything(rules):
        with clock.stopped(NOW):
            rule(dispute, HALF, "§3.2", REASONS, warns_partner=True)
        with clock.stopped(NOW + timedelta(days=40)):
            reopen(dispute, "새 사진이 나옴")
            rule(dispute, HALF, "§3.2", REASONS, warns_partner=True)
        db.session.commit()
    standing = [one for one in dispute.partner.incidents if one.withdrawn_at is None]
    assert [(one.is_warning, one.happened_on) for one in standing] == [(True, clock.in_seoul(NOW).date())]


def test_what_came_back_and_is_paid_again_is_not_asked_for_a_third_time(lone_office: Flask) -> None:
    talks, rules = two_managers()
    dispute = ruled(rules, talks, HALF)
    refund = ended(refunds()[0], RefundState.paying, RefundState.paid)
    with acting_as(NOBODY):
        fail_late(db.session(), refund)
        db.session.commit()
    with everything(talks):
        pay_again(refund)
        db.session.commit()
    again(rules, dispute, HALF)
    assert [one.amount_minor for one in refunds()] == [600_000, 600_000]
