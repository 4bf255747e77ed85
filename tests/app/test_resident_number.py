"""A resident registration number is recognised however it is typed, and never kept."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.trail import because
from app.db import db
from app.errors import Refusal
from app.partners.model import Insurance, Partner, PartnerKind
from app.refunds.refund import reject
from app.resident_number import holds_resident_number, without_resident_numbers
from tests.marketplace import PAID_AT, a_booking, a_customer, a_refund, a_user, acting_for


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",
        "주민번호 9001011234567입니다",
        "900101 - 2234567",
        "９００１０１-１２３４５６７",
        "040229–3234567",
    ],
)
def test_it_is_recognised(text: str) -> None:
    assert holds_resident_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "010-1234-5678",
        "2026-11-22 14:05",
        "901301-1234567",
        "900101-9234567",
        "19001011234567",
        "B-20931",
        "₩1,200,000",
    ],
)
def test_what_is_none_is_let_be(text: str) -> None:
    assert not holds_resident_number(text)


def test_what_others_wrote_is_kept_with_stars() -> None:
    wrote = {"a": ["９００１０１-１２３４５６７ 그리고 040229 3234567", 7, None], "b": "주문 20931"}
    assert without_resident_numbers(wrote) == {
        "a": ["９００１０１-******* 그리고 040229 *******", 7, None],
        "b": "주문 20931",
    }


def test_no_reason_keeps_it(lone_office: Flask) -> None:
    secret, refund = "900101-1234567", a_refund()
    with acting_for(a_user()), pytest.raises(Refusal) as refused:
        reject(refund, f"번호 {secret}")
    assert refused.value.field == "why"
    db.session.rollback()
    with pytest.raises(Refusal):
        because(db.session(), secret)


def test_no_table_of_people_and_money_keeps_it(office: Flask) -> None:
    secret = "900101-1234567"
    booking, customer, refund = a_booking(), a_customer(), a_refund()
    partner = Partner(name="김", kind=PartnerKind.cleaner, city="서울", created_at=PAID_AT)
    db.session.add(partner)
    db.session.commit()
    for row, field in ((partner, "note"), (customer, "name"), (refund, "note"), (booking, "payment_ref")):
        setattr(row, field, f"번호 {secret}")
        with pytest.raises(Refusal) as refused:
            db.session.commit()
        assert refused.value.field == field
        assert secret not in refused.value.words.ko + refused.value.words.en
        db.session.rollback()
    partner.insurances.append(
        Insurance(insurer="한빛", policy_number=secret, starts_on=PAID_AT.date(), ends_on=PAID_AT.date())
    )
    with pytest.raises(Refusal):
        db.session.commit()
    db.session.rollback()
    assert db.session.scalars(select(Insurance)).all() == []


def test_a_key_made_at_random_is_no_number_of_anybody(office: Flask) -> None:
    refund = a_refund()
    refund.provider_key, refund.approved_sum = "refund-a9001011234567f", "0a9001011234567b"
    refund.token = "c9001011234567d"
    db.session.commit()
    refund.note = "a9001011234567f"
    with pytest.raises(Refusal):
        db.session.commit()
    db.session.rollback()
