"""A booking is bound by the most specific policy in force when it was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.bookings.booking import bind
from app.db import db
from app.policies.binding import binding_version
from app.policies.model import PolicyVersion, Product, VersionState
from tests.marketplace import PAID_AT, a_booking, a_policy, a_version

SECOND = timedelta(seconds=1)


def found(**change: Any) -> PolicyVersion | None:
    facts: dict[str, Any] = {
        "product": Product.mid_term_housing,
        "city": "서울",
        "gateway": "toss",
        "channel": "app",
        "paid_at": PAID_AT,
    }
    return binding_version(db.session(), **{**facts, **change})


def test_the_policy_that_names_more_of_the_booking_binds(office: Flask) -> None:
    plain = a_version()
    in_seoul = a_version(policy=a_policy(city="서울"))
    by_stripe = a_version(policy=a_policy(gateway="stripe"))
    by_partner = a_version(policy=a_policy(channel="partner", gateway="stripe"))
    assert found() == in_seoul
    assert found(city="부산") == plain
    assert found(city="부산", gateway="stripe") == by_stripe
    assert found(gateway="stripe") == by_stripe, "a gateway outweighs a city"
    assert found(gateway="stripe", channel="partner") == by_partner
    assert found(product=Product.home_cleaning) is None


def test_a_version_is_in_force_from_its_first_second_until_before_its_last(office: Flask) -> None:
    policy = a_policy()
    old = a_version(policy=policy, valid_from=PAID_AT - timedelta(days=9), valid_until=PAID_AT)
    new = a_version(policy=policy, valid_from=PAID_AT)
    assert found(paid_at=PAID_AT - SECOND) == old
    assert found(paid_at=PAID_AT) == new
    assert found(paid_at=PAID_AT - timedelta(days=9)) == old
    assert found(paid_at=PAID_AT - timedelta(days=9) - SECOND) is None


@pytest.mark.parametrize("state", [VersionState.draft, VersionState.withdrawn])
def test_what_is_not_published_binds_nobody(lone_office: Flask, state: VersionState) -> None:
    a_version(state=state)
    assert found() is None


def test_a_booking_keeps_the_version_it_was_bound_by(lone_office: Flask) -> None:
    first = a_version()
    booking = a_booking(unbound=True)
    bind(db.session(), booking)
    assert booking.policy_version == first
    a_version(policy=a_policy(city="서울"))
    bind(db.session(), booking)
    assert booking.policy_version == first


def test_a_booking_that_no_policy_covers_stays_without(lone_office: Flask) -> None:
    booking = a_booking(unbound=True)
    bind(db.session(), booking)
    assert booking.policy_version is None
