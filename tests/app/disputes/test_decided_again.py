"""A dispute that is reopened and decided again: what was refunded before is not refunded a second time."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.disputes.deciding import answer, propose, reopen, rule
from app.disputes.entries import DisputeEntry
from app.disputes.model import Dispute
from app.disputes.offers import AnswerKind, Remedy
from app.disputes.sides import Side
from app.ledger.bearers import Bearer
from app.people.model import User
from app.refunds.model import Refund, RefundState
from app.refunds.refund import cancel
from tests.app.disputes.acts import HALF, REASONS, TEXT, a_dispute, everything, proposed, two_managers


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
