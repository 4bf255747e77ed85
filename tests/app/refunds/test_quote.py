"""What goes back: by the version's terms, to the won and to the second, each line explained."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SEOUL
from app.errors import Refusal
from app.policies.terms import read_terms
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.quote import Quote, again, quote
from app.refunds.reasons import Reason
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT

MOVE_IN = datetime(2026, 10, 1, 18, 0, tzinfo=SEOUL)
CLOCK = MOVE_IN.replace(hour=15)
SECOND = timedelta(seconds=1)


def a_stay(**change: Any) -> BookingFacts:
    facts: dict[str, Any] = {
        "ref": "B-20931",
        "currency": "KRW",
        "total_minor": 3_600_000,
        "first_period_minor": 1_200_000,
        "service_fee_minor": 0,
        "paid_minor": 3_600_000,
        "starts_at": MOVE_IN,
    }
    return BookingFacts(**{**facts, **change})


def a_visit(**change: Any) -> BookingFacts:
    facts = {"ref": "B-1", "total_minor": 60_000, "first_period_minor": 60_000, "paid_minor": 60_000, **change}
    return a_stay(**facts)


def version(terms: dict[str, Any]) -> VersionFacts:
    return VersionFacts(7, 2, "중기 숙박 환불", "Mid-term refunds", read_terms(terms))


def test_the_first_month_is_the_base_and_the_lines_tell_how() -> None:
    at = CLOCK - timedelta(days=12, hours=3)
    found = quote(a_stay(paid_minor=1_200_000), version(FIRST_MONTH), Reason.customer_cancelled, at)
    assert found.amount_minor == 360_000
    assert [(line.step, line.amount_minor) for line in found.lines] == [("paid", 1_200_000), ("tier", -840_000)]
    tier = found.lines[1]
    assert (tier.base_minor, tier.percent, tier.clause) == (1_200_000, "70", "§4.2")
    assert tier.ko == "시작 12일 3시간 전 취소, 8일 이상 15일 미만 전 구간: 첫 기간 금액 ₩1,200,000의 70% 공제"
    assert tier.en == (
        "Cancelled 12 d 3 h before the start, tier of 8 to under 15 days before: "
        "70% of the first period's price, ₩1,200,000, is kept"
    )


@pytest.mark.parametrize(
    ("days", "kept_at", "kept_after"),
    [(61, 0, 10), (31, 10, 20), (8, 20, 30), (4, 30, 100)],
)
def test_a_tier_of_days_ends_to_the_second_at_fifteen_hours_in_seoul(days: int, kept_at: int, kept_after: int) -> None:
    edge = CLOCK - timedelta(days=days)
    kept = {
        shift: 3_600_000 - quote(a_stay(), version(WHOLE_RENT), Reason.customer_cancelled, edge + shift).amount_minor
        for shift in (-SECOND, timedelta(), timedelta(milliseconds=900), SECOND)
    }
    assert kept == {
        -SECOND: 36_000 * kept_at,
        timedelta(): 36_000 * kept_at,
        timedelta(milliseconds=900): 36_000 * kept_at,
        SECOND: 36_000 * kept_after,
    }


@pytest.mark.parametrize(
    ("shift", "refund"),
    [
        (timedelta(hours=-24), 60_000),
        (timedelta(hours=-24) + SECOND, 42_000),
        (timedelta(hours=-3), 42_000),
        (timedelta(hours=-3) + SECOND, 30_000),
        (timedelta(), 30_000),
        (SECOND, 0),
    ],
)
def test_a_visit_counts_hours_before_its_exact_start(shift: timedelta, refund: int) -> None:
    found = quote(a_visit(), version(CLEANING), Reason.customer_cancelled, MOVE_IN + shift)
    assert found.amount_minor == refund


def test_the_same_moment_told_in_another_time_zone_is_the_same_quote() -> None:
    at = CLOCK - timedelta(days=31)
    here = quote(a_stay(), version(WHOLE_RENT), Reason.customer_cancelled, at)
    there = quote(a_stay(), version(WHOLE_RENT), Reason.customer_cancelled, at.astimezone(tz=None))
    assert here == there


@pytest.mark.parametrize(
    ("start", "edge"),
    [
        (datetime(2026, 3, 31, 15, tzinfo=SEOUL), datetime(2026, 2, 28, 15, tzinfo=SEOUL)),
        (datetime(2028, 3, 31, 15, tzinfo=SEOUL), datetime(2028, 2, 29, 15, tzinfo=SEOUL)),
        (datetime(2026, 1, 31, 15, tzinfo=SEOUL), datetime(2025, 12, 31, 15, tzinfo=SEOUL)),
        (datetime(2026, 5, 31, 15, tzinfo=SEOUL), datetime(2026, 4, 30, 15, tzinfo=SEOUL)),
    ],
)
def test_a_month_before_the_end_of_a_month_is_the_end_of_a_shorter_one(start: datetime, edge: datetime) -> None:
    tiers = [{"at_least": 1, "below": None, "percent": 0}, {"at_least": 0, "below": 1, "percent": 100}]
    terms = version({**FIRST_MONTH, "unit": "months", "tiers": tiers, "service_fee_at_least": None})
    stay = a_stay(starts_at=start)
    assert quote(stay, terms, Reason.customer_cancelled, edge).amount_minor == 3_600_000
    assert quote(stay, terms, Reason.customer_cancelled, edge + SECOND).amount_minor == 2_400_000


@pytest.mark.parametrize(("days", "refund"), [(45, 1_320_000), (44, 1_080_000), (14, 360_000)])
def test_the_service_fee_goes_back_in_the_free_tier_alone(days: int, refund: int) -> None:
    stay = a_stay(paid_minor=1_320_000, service_fee_minor=120_000)
    found = quote(stay, version(FIRST_MONTH), Reason.customer_cancelled, CLOCK - timedelta(days=days))
    assert found.amount_minor == refund


def test_the_service_fee_is_added_where_terms_tell_what_goes_back() -> None:
    visit = a_visit(paid_minor=63_000, service_fee_minor=3_000)
    terms = version({**CLEANING, "service_fee_at_least": 24})
    assert quote(visit, terms, Reason.customer_cancelled, MOVE_IN - timedelta(hours=30)).amount_minor == 63_000
    assert quote(visit, terms, Reason.customer_cancelled, MOVE_IN - timedelta(hours=5)).amount_minor == 42_000


@pytest.mark.parametrize(
    ("reason", "extent", "refund"),
    [
        (Reason.partner_cancelled, None, 60_000),
        (Reason.partner_no_show, None, 60_000),
        (Reason.facility_fault, None, 60_000),
        (Reason.platform_error, None, 60_000),
        (Reason.force_majeure, None, 60_000),
        (Reason.partial_service, None, 30_000),
        (Reason.partial_service, 25, 15_000),
        (Reason.poor_quality, None, 30_000),
        (Reason.partner_late, None, 6_000),
        (Reason.partner_late, 19, 0),
        (Reason.partner_late, 20, 6_000),
        (Reason.partner_late, 40, 18_000),
    ],
)
def test_another_ones_fault_outweighs_the_tiers(reason: Reason, extent: int | None, refund: int) -> None:
    found = quote(a_visit(), version(CLEANING), reason, MOVE_IN + timedelta(hours=1), extent)
    assert found.amount_minor == refund
    assert sum(line.amount_minor for line in found.lines) == refund


@pytest.mark.parametrize(
    ("reason", "extent"),
    [
        (Reason.customer_cancelled, 5),
        (Reason.partial_service, 101),
        (Reason.partner_late, 0),
        (Reason.partner_late, 9999),
    ],
)
def test_an_extent_that_makes_no_sense_is_refused(reason: Reason, extent: int) -> None:
    with pytest.raises(Refusal) as refused:
        quote(a_visit(), version(CLEANING), reason, MOVE_IN, extent)
    assert refused.value.field == "extent"


def test_no_quote_goes_below_nothing_and_the_line_says_so() -> None:
    stay = a_stay(paid_minor=300_000)
    found = quote(stay, version(WHOLE_RENT), Reason.customer_cancelled, CLOCK - timedelta(days=10))
    assert found.amount_minor == 0
    assert [(line.step, line.amount_minor) for line in found.lines] == [
        ("paid", 300_000),
        ("tier", -720_000),
        ("floor", 420_000),
    ]


def test_a_fixed_fee_is_kept_from_every_cancellation_by_the_customer() -> None:
    terms = version({**CLEANING, "fixed_fee_minor": 5_000})
    assert quote(a_visit(), terms, Reason.customer_cancelled, MOVE_IN - timedelta(days=3)).amount_minor == 55_000
    assert quote(a_visit(), terms, Reason.partner_no_show, MOVE_IN).amount_minor == 60_000


def test_a_half_won_is_rounded_once_and_last() -> None:
    stay = a_stay(first_period_minor=1_001, paid_minor=2_001, total_minor=2_001, service_fee_minor=0)
    found = quote(stay, version(FIRST_MONTH), Reason.customer_cancelled, CLOCK - timedelta(days=20))
    assert found.amount_minor == 1_501  # 2001 − 500.5, a half goes up
    assert sum(line.amount_minor for line in found.lines) == 1_501


def test_a_quote_is_the_same_twice_and_years_later_byte_for_byte() -> None:
    at = CLOCK - timedelta(days=20)
    first = quote(a_stay(), version(FIRST_MONTH), Reason.customer_cancelled, at)
    kept = json.dumps(first.to_json(), sort_keys=True, ensure_ascii=False)
    assert Quote.from_json(json.loads(kept)) == first
    later = again(json.loads(kept), FIRST_MONTH)
    assert json.dumps(later.to_json(), sort_keys=True, ensure_ascii=False) == kept


@given(
    terms=st.sampled_from([WHOLE_RENT, FIRST_MONTH, CLEANING]),
    total=st.integers(1, 10**10),
    first=st.integers(0, 100),
    paid=st.integers(0, 200),
    fee=st.integers(0, 10**6),
    reason=st.sampled_from(Reason),
    seconds=st.integers(-100 * 86_400, 86_400),
    currency=st.sampled_from(["KRW", "USD", "JPY", "KWD"]),
)
def test_lines_sum_to_the_amount_and_it_stays_within_what_was_paid(
    terms: dict[str, Any], total: int, first: int, paid: int, fee: int, reason: Reason, seconds: int, currency: str
) -> None:
    stay = a_stay(
        currency=currency,
        total_minor=total,
        first_period_minor=total * first // 100,
        paid_minor=total * paid // 100 + fee,
        service_fee_minor=fee,
    )
    found = quote(stay, version(terms), reason, MOVE_IN + timedelta(seconds=seconds))
    assert sum(line.amount_minor for line in found.lines) == found.amount_minor
    assert 0 <= found.amount_minor <= stay.paid_minor
