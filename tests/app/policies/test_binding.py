"""A booking is bound by the most specific policy in force when it was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.bookings.booking import bind
from app.db import db
from app.policies.binding import Candidate, Facts, Verdict, binding_version, explained, published_of
from app.policies.model import BoundBy, PolicyVersion, Product, VersionState
from tests.marketplace import PAID_AT, a_booking, a_policy, a_user, a_version
from tests.seat import Seat

SECOND = timedelta(seconds=1)


def facts(**change: Any) -> Facts:
    told: dict[str, Any] = {
        "product": Product.mid_term_housing,
        "city": "서울",
        "gateway": "toss",
        "channel": "app",
        "paid_at": PAID_AT,
    }
    return Facts(**{**told, **change})


def found(**change: Any) -> PolicyVersion | None:
    return binding_version(db.session(), facts(**change))


def why(**change: Any) -> list[Candidate]:
    told = facts(**change)
    return explained(published_of(db.session(), told.product), told)


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


def test_contract_time_decides_where_the_policy_says_so(office: Flask) -> None:
    """The host may take days to agree: paid under the old version, contracted under the new."""
    edge = PAID_AT + timedelta(hours=24)
    for by in BoundBy:
        policy = a_policy(bound_by=by, gateway=by.value)
        a_version(policy=policy, valid_until=edge)
        a_version(policy=policy, valid_from=edge)
    at = {
        (by, when): found(gateway=by, paid_at=PAID_AT, contracted_at=when)
        for by in BoundBy
        for when in (None, edge - SECOND, edge)
    }
    numbers = {key: version.number for key, version in at.items() if version}
    assert numbers == {
        (BoundBy.paid, None): 1,
        (BoundBy.paid, edge - SECOND): 1,
        (BoundBy.paid, edge): 1,
        (BoundBy.contracted, None): 1,
        (BoundBy.contracted, edge - SECOND): 1,
        (BoundBy.contracted, edge): 2,
    }


def test_each_candidate_is_told_with_the_fact_that_decided(lone_office: Flask) -> None:
    policy = a_policy(name_ko="일반", name_en="Plain")
    old = a_version(policy=policy, valid_until=PAID_AT)
    plain = a_version(policy=policy, valid_from=PAID_AT)
    by_toss = a_version(policy=a_policy(gateway="toss", name_ko="토스", name_en="Toss"))
    stripe = a_version(policy=a_policy(gateway="stripe", name_ko="해외", name_en="Abroad"))
    later = a_version(policy=a_policy(name_ko="다음", name_en="Next"), valid_from=PAID_AT + SECOND)
    told = why()
    assert [(one.version, one.verdict) for one in told] == [
        (by_toss, Verdict.binds),
        (plain, Verdict.outweighed),
        (later, Verdict.not_in_force),
        (old, Verdict.not_in_force),
        (stripe, Verdict.elsewhere),
    ]
    assert [one.because.ko for one in told] == [
        "결제 시각 2026-09-01 12:00:00에 시행 중, 결제사 toss 지정",
        "토스 v1이 결제사를 지정하여 더 구체적",
        "2026-09-01 12:00:01부터 시행 (결제 시각 2026-09-01 12:00:00)",
        "2026-09-01 12:00:00에 끝남 (결제 시각 2026-09-01 12:00:00)",
        "결제사 stripe 전용 (이 예약: toss)",
    ]
    assert told[1].because.en == "Toss v1 names the gateway and so is more specific"
    assert told[4].because.en == "for gateway stripe alone (this booking: toss)"


def test_of_two_as_specific_the_later_one_binds_and_says_so(lone_office: Flask) -> None:
    first = a_version(valid_from=PAID_AT - timedelta(days=9))
    second = a_version(valid_from=PAID_AT - timedelta(days=1), policy=a_policy(name_en="Second"))
    told = why()
    assert [one.version for one in told] == [second, first]
    assert told[1].because.en == "Second v1 began later and goes before"
    assert ", 해당하는 것은 이것뿐" not in told[0].because.ko


def test_what_is_told_to_bind_is_what_binds(lone_office: Flask) -> None:
    for city in (None, "서울"):
        for gateway in (None, "toss", "stripe"):
            for channel in (None, "app", "agency"):
                a_version(policy=a_policy(city=city, gateway=gateway, channel=channel))
    for change in (
        {},
        {"city": "부산"},
        {"gateway": "stripe"},
        {"channel": "web"},
        {"channel": "agency", "city": "대구"},
    ):
        told = why(**change)
        assert [one.version for one in told if one.verdict is Verdict.binds] == [found(**change)]
        assert len(told) == 18


def test_a_bookings_page_tells_why(lone_office: Flask) -> None:
    stripe = a_version(policy=a_policy(gateway="stripe", name_ko="해외", name_en="Abroad"))
    bound = a_version(policy=a_policy(name_ko="일반", name_en="Plain"))
    booking = a_booking(bound=bound)
    page = Seat(lone_office, a_user()).read("/admin/bookings/details/", id=booking.id)
    assert "이 버전이 적용되는 이유" in page
    assert "해당하는 것은 이것뿐" in page
    assert "결제사 stripe 전용 (이 예약: toss)" in page
    assert "그대로 적용됩니다" not in page
    other = a_booking(bound=stripe)
    page = Seat(lone_office, a_user(), "en").read("/admin/bookings/details/", id=other.id)
    assert "It stays with Abroad v1, which bound it first." in page
    bare = a_booking(unbound=True, product=Product.home_cleaning)
    assert "적용 정책이 없습니다" in Seat(lone_office, a_user()).read("/admin/bookings/details/", id=bare.id)
