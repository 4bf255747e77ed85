"""Thousands of cancellations: each refunded what its own policy gave, made in pieces that go on where they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.demo import many_cancellations
from app.demo.many_cancellations import many
from app.demo.sign_ins import AGENT, FINANCE, MANAGER
from app.partners.model import PartnerKind
from app.policies.model import Product
from app.reconcile.check import ledger_faults
from app.refunds.model import Refund, RefundState
from app.refunds.quote import again
from tests.app.desk.shop import a_partner
from tests.marketplace import CLEANING, FIRST_MONTH, a_customer, a_policy, a_user, a_version

MOMENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def a_market() -> None:
    for person in (AGENT, FINANCE, MANAGER):
        a_user(person.role, email=person.email)
    a_customer()
    a_partner(name="클리너", kind=PartnerKind.cleaner)
    a_partner(name="호스트", kind=PartnerKind.host)
    a_version(CLEANING, policy=a_policy(product=Product.home_cleaning))
    a_version(FIRST_MONTH)


def test_they_are_made_in_pieces_and_each_is_what_its_policy_gives(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_market()
    monkeypatch.setattr(many_cancellations, "CHUNK", 10)
    assert list(many(db.session(), MOMENT, 20)) == [10, 20]
    assert list(many(db.session(), MOMENT, 25)) == [25]
    assert list(many(db.session(), MOMENT, 25)) == []
    refunds = db.session.scalars(select(Refund)).all()
    assert len({refund.ref for refund in refunds}) == 25
    assert {refund.booking.product for refund in refunds} == set(Product)
    for refund in refunds:
        assert refund.state is RefundState.paid
        assert again(refund.quote, refund.policy_version.terms).amount_minor == refund.amount_minor > 0
        assert refund.booking.held_minor == refund.amount_minor
        assert refund.requested_at <= MOMENT - timedelta(days=10)
    assert ledger_faults(db.session()) == []
