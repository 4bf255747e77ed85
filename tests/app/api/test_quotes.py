"""POST /api/v1/quotes: what the desk would compute, for a program, byte for byte, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.api.model import ApiToken
from app.api.quoting import hash_of
from app.db import db
from app.model_index import TABLES
from app.policies.model import Product
from app.refunds.quote import Quote
from app.refunds.reasons import Reason
from app.refunds.refund import quote_for
from tests.app.api.calls import Program, a_token, code
from tests.marketplace import CLEANING, STARTS_AT, a_booking, a_customer, a_policy, a_refund, a_version

PATH = "/api/v1/quotes"
AT = "2026-09-05T12:00:00+09:00"
FACTS: dict[str, Any] = {
    "product": "home_cleaning",
    "city": "서울",
    "paid_at": "2026-08-01T09:00:00+09:00",
    "starts_at": "2026-09-06T08:00:00+09:00",
    "total_minor": 60_000,
    "paid_minor": 66_000,
    "service_fee_minor": 6_000,
}


@pytest.fixture
def program(lone_office: Flask) -> Program:
    return Program(lone_office, a_token("quotes:read")[1])


def test_a_booking_is_quoted_as_the_desk_would_with_its_reasons_in_both_languages(program: Program) -> None:
    booking = a_booking()
    answer = program.post(PATH, {"booking": booking.ref, "reason": "customer_cancelled", "at": AT})
    assert answer.status_code == 200
    told = answer.json
    assert told is not None
    desk = quote_for(booking, Reason.customer_cancelled, STARTS_AT.replace(month=9, day=5, hour=3))
    assert (told["amount_minor"], told["currency"]) == (desk.amount_minor, "KRW")
    assert sum(line["amount_minor"] for line in told["lines"]) == told["amount_minor"]
    assert all(line["words"]["ko"] and line["words"]["en"] for line in told["lines"])
    assert told["policy"]["version_id"] == booking.policy_version_id
    assert told["hash"] == f"sha256:{hash_of(desk)}"
    assert told["id"] == f"q_{hash_of(desk)[:24]}"


def test_the_same_asked_again_is_the_same_to_the_byte(program: Program) -> None:
    booking = a_booking()
    asked = {"booking": booking.ref, "reason": "customer_cancelled", "at": AT}
    first = program.post(PATH, asked).data
    assert program.post(PATH, dict(reversed(asked.items()))).data == first
    assert program.post(PATH, {**asked, "at": "2026-09-05T03:00:00Z"}).data == first
    assert program.post(PATH, {**asked, "at": "2026-09-25T03:00:00Z"}).data != first


def test_what_a_refund_was_asked_for_by_has_the_hash_of_its_quote(program: Program) -> None:
    refund = a_refund()
    kept = Quote.from_json(refund.quote)
    asked = {"booking": refund.booking.ref, "reason": kept.reason.value, "at": kept.at.isoformat()}
    told = program.post(PATH, asked).json
    assert told is not None
    assert told["hash"] == f"sha256:{hash_of(kept)}"


def test_facts_of_a_booking_that_is_not_ours_are_quoted_by_the_policy_that_would_bind_it(program: Program) -> None:
    version = a_version(CLEANING, policy=a_policy(product=Product.home_cleaning, city="서울"))
    told = program.post(PATH, {"facts": FACTS, "reason": "customer_cancelled", "at": AT}).json
    assert told is not None
    assert (told["policy"]["version_id"], told["booking"]) == (version.id, None)
    assert told["amount_minor"] == 42_000
    late = program.post(PATH, {"facts": FACTS, "reason": "partner_late", "extent": 25, "at": AT}).json
    assert late is not None
    assert (late["extent"], late["amount_minor"]) == (25, 6_000)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"reason": "sunday"}, 422, "reason"),
        ({"at": None}, 422, "at"),
        ({"at": "2026-09-05T12:00:00"}, 422, "at"),
        ({"at": "0001-01-01T00:00:00Z"}, 422, "at"),
        ({"booking": "B-1"}, 422, "booking"),
        ({"facts": {**FACTS, "total_minor": -1}}, 422, "facts.total_minor"),
        ({"facts": {**FACTS, "first_period_minor": 60_001}}, 422, "facts.first_period_minor"),
        ({"facts": {**FACTS, "paid_at": "1999-01-01T00:00:00Z"}}, 422, "facts.paid_at"),
        ({"facts": {**FACTS, "name": "김"}}, 422, "facts.name"),
        ({"extent": 5}, 422, "extent"),
    ],
)
def test_what_cannot_be_quoted_is_refused_with_the_field_in_both_languages(
    program: Program, change: dict[str, Any], status: int, field: str
) -> None:
    a_version(CLEANING, policy=a_policy(product=Product.home_cleaning))
    asked: dict[str, Any] = {"facts": FACTS, "reason": "customer_cancelled", "at": AT, **change}
    answer = program.post(PATH, {name: value for name, value in asked.items() if value is not None})
    assert answer.status_code == status
    assert answer.json is not None
    error = answer.json["error"]
    assert error["field"] == field
    assert error["ko"] != error["en"]


def test_a_booking_of_another_city_is_not_found(program: Program) -> None:
    there = a_booking(city="부산")
    asked = {"booking": there.ref, "reason": "customer_cancelled", "at": AT}
    assert program.post(PATH, asked).status_code == 200
    program.secret = a_token("quotes:read", cities=["서울"])[1]
    answer = program.post(PATH, asked)
    assert (answer.status_code, code(answer)) == (404, "not_found")


def test_nothing_is_written_and_nothing_personal_comes_out(program: Program) -> None:
    customer = a_customer(name="비밀고객", email="secret@example.com", phone="010-1234-5678")
    booking = a_booking(customer=customer, payment_ref="pay_secret")

    def counts() -> dict[str, int]:
        return {one.__tablename__: len(db.session.scalars(select(one)).all()) for one in TABLES}

    before = counts()
    text = program.post(PATH, {"booking": booking.ref, "reason": "customer_cancelled", "at": AT}).text
    assert counts() == before
    assert all(secret not in text for secret in ("비밀고객", "secret@example.com", "010-1234", "pay_secret"))
    assert db.session.scalars(select(ApiToken.last_used_at)).one() is not None
