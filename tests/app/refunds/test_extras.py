"""Fixed amounts, kept fees, caps, early move-out, no-show, and what is offered instead: quoted line by line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SEOUL
from app.policies.terms import read_terms
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.quote import Quote, again, quote
from app.refunds.reasons import Reason
from tests.app.policies.test_extras import EXTRAS
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT

MOVE_IN = datetime(2026, 10, 1, 15, 0, tzinfo=SEOUL)
MOVE_OUT = datetime(2026, 12, 30, 11, 0, tzinfo=SEOUL)
FREE = MOVE_IN - timedelta(days=100)


def a_stay(**change: Any) -> BookingFacts:
    """Ninety nights for three months' rent of ₩900,000."""
    facts: dict[str, Any] = {
        "ref": "B-20931",
        "currency": "KRW",
        "total_minor": 2_700_000,
        "first_period_minor": 900_000,
        "service_fee_minor": 0,
        "paid_minor": 2_700_000,
        "starts_at": MOVE_IN,
        "ends_at": MOVE_OUT,
    }
    return BookingFacts(**{**facts, **change})


def quoted(
    terms: dict[str, Any],
    reason: Reason = Reason.customer_cancelled,
    at: datetime = FREE,
    extent: int | None = None,
    stay: BookingFacts | None = None,
    **change: Any,
) -> Quote:
    version = VersionFacts(7, 2, "정책", "Policy", read_terms({**terms, "form": 2, **change}))
    return quote(stay or a_stay(), version, reason, at, extent)


def told(found: Quote) -> list[tuple[str, int]]:
    assert sum(line.amount_minor for line in found.lines) == found.amount_minor
    return [(line.step, line.amount_minor) for line in found.lines]


def test_a_fixed_amount_of_a_tier_is_kept_on_top_of_its_percentage() -> None:
    tiers = [dict(row, fixed_minor=30_000) if row["at_least"] == 15 else row for row in FIRST_MONTH["tiers"]]
    found = quoted(FIRST_MONTH, at=MOVE_IN - timedelta(days=20), tiers=tiers)
    assert told(found) == [("paid", 2_700_000), ("tier", -450_000), ("fixed", -30_000)]
    assert told(quoted(FIRST_MONTH, at=MOVE_IN - timedelta(days=40), tiers=tiers))[1:] == [("tier", -90_000)]


def test_where_terms_tell_what_goes_back_a_fixed_amount_goes_back_too() -> None:
    tiers = [dict(row, fixed_minor=1_000) for row in CLEANING["tiers"]]
    found = quoted(CLEANING, at=MOVE_IN - timedelta(hours=5), tiers=tiers)
    assert told(found) == [("tier", 1_890_000), ("fixed", 1_000)]


@pytest.mark.parametrize(("shift", "kept"), [(0, False), (1, True)])
def test_a_fee_is_kept_from_its_boundary_on_to_the_second(shift: int, kept: bool) -> None:
    at = MOVE_IN - timedelta(days=8) + timedelta(seconds=shift)
    found = quoted(WHOLE_RENT, at=at, kept_fees=EXTRAS["kept_fees"])
    assert (("kept_fee", -70_000) in told(found)) is kept
    if kept:
        line = next(line for line in found.lines if line.step == "kept_fee")
        assert (line.ko, line.en, line.clause) == (
            "입주 청소비는 돌려 드리지 않습니다",
            "Move-in cleaning is kept",
            "§7",
        )


def test_a_fee_without_a_boundary_is_kept_whenever_the_customer_cancels_and_never_for_a_partners_fault() -> None:
    fee = [{"ko": "계약 수수료", "en": "Contract fee", "minor": 33_000}]
    assert quoted(WHOLE_RENT, kept_fees=fee).amount_minor == 2_667_000
    assert quoted(WHOLE_RENT, Reason.partner_cancelled, kept_fees=fee).amount_minor == 2_700_000


@pytest.mark.parametrize(
    ("cap", "lines"),
    [
        ({"of": "kept", "bound": "at_most", "minor": 100_000}, [("tier", -540_000), ("cap", 440_000)]),
        ({"of": "kept", "bound": "at_most", "percent": 25}, [("tier", -540_000)]),
        ({"of": "kept", "bound": "at_least", "percent": 30}, [("tier", -540_000), ("cap", -270_000)]),
        ({"of": "back", "bound": "at_least", "minor": 2_500_000}, [("tier", -540_000), ("cap", 340_000)]),
        ({"of": "back", "bound": "at_most", "percent": 50}, [("tier", -540_000), ("cap", -810_000)]),
    ],
)
def test_caps_hold_what_is_kept_or_goes_back(cap: dict[str, Any], lines: list[tuple[str, int]]) -> None:
    found = quoted(WHOLE_RENT, at=MOVE_IN - timedelta(days=10), caps=[cap])
    assert told(found) == [("paid", 2_700_000), *lines]


def test_what_gives_less_back_has_the_last_word() -> None:
    caps = [{"of": "back", "bound": "at_most", "minor": 50_000}, {"of": "kept", "bound": "at_most", "minor": 0}]
    assert quoted(WHOLE_RENT, at=MOVE_IN - timedelta(days=10), caps=caps).amount_minor == 50_000


def test_caps_are_for_the_customers_side_alone() -> None:
    caps = [{"of": "back", "bound": "at_most", "minor": 1}]
    assert quoted(WHOLE_RENT, Reason.partner_cancelled, caps=caps).amount_minor == 2_700_000


def test_leaving_early_pays_to_the_end_of_the_notice_and_a_month_of_penalty() -> None:
    at = datetime(2026, 10, 20, 23, 59, 59, tzinfo=SEOUL)
    found = quoted(WHOLE_RENT, Reason.early_move_out, at, 5, early_exit=EXTRAS["early_exit"])
    # Told on 20 October: charged to 19 November; 41 of the 90 nights are not used.
    assert told(found) == [("unused_days", 1_230_000), ("penalty", -900_000)]
    first, second = found.lines
    assert first.ko == (
        "2026-10-25 퇴실, 30일 전 통보 기준으로 2026-11-19까지 이용: 90일 가운데 쓰지 않은 41일 금액의 100% 환불"
    )
    assert "charged to 2026-11-19: 100% of the price of 41 unused days of 90" in first.en
    assert second.en == "Penalty for leaving early: 100% of the first period's price, ₩900,000, is kept"


def test_the_day_is_the_one_in_seoul() -> None:
    terms = {**EXTRAS["early_exit"], "penalty_percent": 0}
    late = datetime(2026, 10, 20, 23, 59, 59, tzinfo=SEOUL)
    before = quoted(WHOLE_RENT, Reason.early_move_out, late, 40, early_exit=terms)
    after = quoted(WHOLE_RENT, Reason.early_move_out, late + timedelta(seconds=1), 40, early_exit=terms)
    assert (before.amount_minor, after.amount_minor) == (31 * 30_000, 30 * 30_000)


@pytest.mark.parametrize(
    ("extent", "percent", "refund"),
    [(None, 100, 330_000), (60, 100, 0), (60, 0, 330_000), (70, 0, 30_000), (100, 0, 0), (3650, 0, 0)],
)
def test_no_more_than_the_days_that_are_left_and_never_below_nothing(
    extent: int | None, percent: int, refund: int
) -> None:
    terms = {**EXTRAS["early_exit"], "penalty_percent": percent}
    at = datetime(2026, 10, 20, 12, 0, tzinfo=SEOUL)
    assert quoted(WHOLE_RENT, Reason.early_move_out, at, extent, early_exit=terms).amount_minor == refund


def test_a_penalty_may_be_a_share_of_the_days_not_used() -> None:
    terms = {**EXTRAS["early_exit"], "penalty_of": "unused", "penalty_percent": 30}
    at = datetime(2026, 10, 20, 12, 0, tzinfo=SEOUL)
    assert told(quoted(WHOLE_RENT, Reason.early_move_out, at, early_exit=terms)) == [
        ("unused_days", 1_230_000),
        ("penalty", -369_000),
    ]


def test_days_that_do_not_come_out_even_say_how_they_were_rounded() -> None:
    stay = a_stay(total_minor=1_000_000, paid_minor=1_000_000)
    terms = {**EXTRAS["early_exit"], "notice_days": 0, "penalty_of": "unused", "penalty_percent": 10}
    at = datetime(2026, 10, 20, 12, 0, tzinfo=SEOUL)
    found = quoted(WHOLE_RENT, Reason.early_move_out, at, stay=stay, early_exit=terms)
    # 71 of 90 nights: 788,888 8/9, less a tenth of it.
    assert told(found) == [("unused_days", 788_889), ("penalty", -78_889), ("rounding", 0)]
    assert [line.rounding for line in found.lines] == ["1/9", "-1/9", None]
    assert found.lines[2].en == "Rounding: exactly ₩710,000, to the nearest whole unit (a half goes up)"


def test_the_rounding_line_makes_lines_sum_to_the_amount() -> None:
    stay = a_stay(total_minor=2_001, first_period_minor=1_001, paid_minor=2_001)
    fee = [{"ko": "수수료", "en": "A fee", "minor": 1}]
    found = quoted(FIRST_MONTH, at=MOVE_IN - timedelta(days=20), stay=stay, kept_fees=fee)
    assert told(found) == [("paid", 2_001), ("tier", -500), ("kept_fee", -1), ("rounding", 0)]
    assert [line.rounding for line in found.lines] == [None, "1/2", None, "1/2"]
    assert found.lines[-1].ko == "단수 처리: 정확히는 ₩1,499.5, 가장 가까운 최소 단위로 (절반은 올림)"


def test_terms_that_do_not_tell_of_leaving_early_have_what_holds_after_the_start() -> None:
    at = datetime(2026, 10, 20, 12, 0, tzinfo=SEOUL)
    leaving = quoted(FIRST_MONTH, Reason.early_move_out, at)
    assert told(leaving) == told(quoted(FIRST_MONTH, at=at))
    assert leaving.amount_minor == 1_800_000


def test_each_sides_no_show() -> None:
    said = {"customer": 20, "partner": 90, "clause": "§10"}
    assert told(quoted(FIRST_MONTH, Reason.customer_no_show, no_show=said)) == [("no_show", 180_000)]
    assert told(quoted(FIRST_MONTH, Reason.partner_no_show, no_show=said)) == [("fault", 2_430_000)]
    assert quoted(FIRST_MONTH, Reason.partner_no_show).amount_minor == 2_700_000
    unsaid = quoted(FIRST_MONTH, Reason.customer_no_show, at=MOVE_IN)
    assert unsaid.amount_minor == 1_800_000, "as after the start, though told at it"


def test_a_credit_and_a_reclean_are_offered_in_place_of_the_money() -> None:
    offers = [
        {"trouble": "poor_quality", "give": "reclean", "within_hours": 24, "clause": "§4"},
        {"trouble": "poor_quality", "give": "credit", "percent": 120},
        {"trouble": "partner_late", "give": "credit", "percent": 150},
    ]
    found = quoted(CLEANING, Reason.poor_quality, MOVE_IN, 25, instead=offers)
    assert (found.amount_minor, len(found.instead)) == (675_000, 2)
    clean, credit = found.instead
    assert (clean.ko, clean.until, clean.amount_minor) == (
        "환불 대신 다시 청소 (2026-10-02 15:00까지)",
        "2026-10-02T15:00:00+09:00",
        None,
    )
    assert (credit.en, credit.amount_minor, credit.percent) == (
        "Instead of money: a credit of ₩810,000 (120% of it)",
        810_000,
        "120",
    )
    assert quoted(CLEANING, Reason.partner_late, MOVE_IN, 19, instead=offers).instead == ()


def test_this_visit_is_the_base_of_a_series_of_visits() -> None:
    visits = a_stay(total_minor=240_000, first_period_minor=60_000, paid_minor=240_000)
    found = quoted(CLEANING, at=MOVE_IN - timedelta(hours=5), stay=visits, base="this_visit")
    assert found.amount_minor == 42_000
    assert "이번 방문 금액 ₩60,000의 70% 환불" in found.lines[0].ko


STAYS = st.builds(
    lambda total, first, paid, fee, nights, currency: a_stay(
        currency=currency,
        total_minor=total,
        first_period_minor=total * first // 100,
        paid_minor=total * paid // 100 + fee,
        service_fee_minor=fee,
        ends_at=MOVE_IN + timedelta(days=nights),
    ),
    total=st.integers(1, 10**9),
    first=st.integers(0, 100),
    paid=st.integers(0, 200),
    fee=st.integers(0, 10**6),
    nights=st.integers(0, 120),
    currency=st.sampled_from(["KRW", "USD", "JPY", "KWD"]),
)


@given(
    terms=st.sampled_from([WHOLE_RENT, FIRST_MONTH, CLEANING]),
    extras=st.sets(st.sampled_from(sorted(EXTRAS))),
    stay=STAYS,
    reason=st.sampled_from(Reason),
    seconds=st.integers(-100 * 86_400, 90 * 86_400),
)
def test_lines_sum_each_rounding_is_told_and_the_quote_is_the_same_twice(
    terms: dict[str, Any], extras: set[str], stay: BookingFacts, reason: Reason, seconds: int
) -> None:
    whole = {**terms, **{name: EXTRAS[name] for name in extras}}
    found = quoted(whole, reason, MOVE_IN + timedelta(seconds=seconds), stay=stay)
    assert sum(line.amount_minor for line in found.lines) == found.amount_minor
    assert 0 <= found.amount_minor <= stay.paid_minor
    assert any(line.rounding for line in found.lines) <= (found.lines[-1].step == "rounding")
    later = again(Quote.from_json(found.to_json()).to_json(), read_terms({**whole, "form": 2}).to_json())
    assert later.to_text() == found.to_text()
