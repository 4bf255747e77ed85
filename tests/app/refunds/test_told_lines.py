"""What a customer reads of how an amount came about sums to the amount, in their language."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.outbox.model import Push
from app.refunds.reasons import Reason
from app.refunds.refund import reject, request_refund
from app.refunds.told_lines import fee_back_of, told_lines
from automations.telling import Failed, tell_next
from tests.automations.test_payout import a_macro
from tests.marketplace import PAID_AT, a_booking, a_customer, a_ticket, a_user, acting_for

QUOTE = {
    "amount_minor": 300_000,
    "currency": "KRW",
    "booking": {"service_fee_minor": 60_000},
    "lines": [
        {"step": "paid", "ko": "결제하신 금액", "en": "What was paid", "amount_minor": 660_000},
        {"step": "tier", "ko": "50% 공제", "en": "50% is kept", "amount_minor": -300_000},
        {"step": "service_fee", "ko": "서비스 수수료", "en": "The service fee", "amount_minor": -60_000},
    ],
}


def test_each_line_has_its_sign_and_what_was_added_has_a_line_of_its_own() -> None:
    assert told_lines(QUOTE, 310_000, "ko").split("\n") == [
        "- 결제하신 금액: +₩660,000",
        "- 50% 공제: −₩300,000",
        "- 서비스 수수료: −₩60,000",
        "- 담당자가 더해 드린 금액: +₩10,000",
    ]
    assert told_lines(QUOTE, 200_000, "en").endswith("- Only the part that was asked for: −₩100,000")


@pytest.mark.parametrize("amount", [1, 299_999, 300_000, 660_000])
def test_they_sum_to_the_amount(amount: int) -> None:
    told = [int(one.replace(",", "").replace("−₩", "-").replace("+₩", "")) for one in re.findall(
        r"[+−]₩[\d,]+", told_lines(QUOTE, amount, "ko"))]  # fmt: skip
    assert sum(told) == amount


@pytest.mark.parametrize(("minor", "back"), [(-60_000, 0), (60_000, 60_000), (None, None)])
def test_what_goes_back_of_the_service_fee(minor: int | None, back: int | None) -> None:
    lines = [] if minor is None else [{"step": "service_fee", "amount_minor": minor}]
    assert fee_back_of({"booking": {"service_fee_minor": 60_000}, "lines": lines}) == back


@pytest.mark.parametrize(
    ("language", "amount", "line"),
    [("ko", "₩605,000", "담당자가 더해 드린 금액: +₩5,000"), ("en", "₩605,000", "Added by our team: +₩5,000")],
)
def test_the_answer_on_the_ticket_carries_the_computed_numbers(
    lone_office: Flask, language: str, amount: str, line: str
) -> None:
    body = "{{refund.amount}} · {{refund.policy_amount}} · {{refund.service_fee}}\n{{refund.lines}}"
    a_macro("refund_rejected", body_ko=body, body_en=body)
    booking = a_booking(customer=a_customer(language=language), service_fee_minor=60_000, paid_minor=1_260_000)
    wrote = {"ko": "예약을 취소해 주세요", "en": "Please cancel my booking"}[language]
    agent = a_user()
    with acting_for(agent):
        refund = request_refund(
            db.session(),
            booking,
            Reason.customer_cancelled,
            at=PAID_AT.replace(day=10),
            by_user=agent,
            amount_minor=605_000,
            ticket=a_ticket(booking=booking, subject=wrote, description=wrote),
        )
        db.session.commit()
    assert refund.quoted_minor == 600_000
    with acting_for(a_user()):
        reject(refund, "정책과 다름")
        db.session.commit()
    assert tell_next(db.session(), Failed())
    (push,) = db.session.scalars(select(Push)).all()
    said = str(push.change)
    assert f"{amount} · ₩600,000 · ₩0" in said
    assert line in said
    assert "−₩600,000" in said
