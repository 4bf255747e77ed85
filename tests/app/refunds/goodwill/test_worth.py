"""What an entry is worth, and when its limits are reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.refunds.goodwill.costs import Cost, tables
from app.refunds.goodwill.model import GoodwillKind
from app.refunds.goodwill.worth import Counts, Limits, Price, Worth, over, worth
from app.refunds.reasons import Reason

FREE = Limits(None, None, 90, None)


@pytest.mark.parametrize(
    ("price", "paid", "found"),
    [
        (Price(15_000, None, None, None), 1, Worth(15_000, 15_000)),
        (Price(15_000, None, None, 9_000), 1, Worth(15_000, 9_000)),
        (Price(None, Decimal(10), None, None), 66_005, Worth(6_601, 6_601)),
        (Price(None, Decimal(10), 5_000, None), 66_005, Worth(5_000, 5_000)),
        (Price(0, None, None, 42_000), 1, Worth(0, 42_000)),
    ],
)
def test_it_is_an_amount_or_a_part_of_what_was_paid(price: Price, paid: int, found: Worth) -> None:
    assert worth(price, paid) == found


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (FREE, None),
        (replace(FREE, per_booking=3, per_customer=6, per_giver_month=9), None),
        (replace(FREE, per_booking=2), "예약 하나에 2번까지"),
        (replace(FREE, per_customer=5), "90일 안에 이미 5번"),
        (replace(FREE, per_giver_month=8), "한 사람이 한 달에 8번까지"),
    ],
)
def test_a_limit_that_is_reached_says_which(limits: Limits, told: str | None) -> None:
    words = over(limits, Counts(2, 5, 8))
    assert (words is None) if told is None else (words is not None and told in words.ko)


def test_costs_are_summed_by_month_in_seoul_reason_city_and_kind() -> None:
    late = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)
    found = [
        Cost(late, "서울", Reason.partner_late, GoodwillKind.credit, "KRW", 5_000),
        Cost(datetime(2026, 10, 3, tzinfo=UTC), "부산", Reason.poor_quality, GoodwillKind.re_clean, "KRW", 20_000),
        Cost(late, "서울", Reason.poor_quality, GoodwillKind.credit, "USD", 700),
    ]
    won, dollars = tables(found)
    assert (won.currency, won.count, won.minor) == ("KRW", 2, 25_000)
    assert [(line.words.en, line.count, line.minor, line.share) for line in won.by_month] == [
        ("2026-11", 1, 5_000, 25),
        ("2026-10", 1, 20_000, 100),
    ]
    assert [line.words.ko for line in won.by_reason] == ["품질 미흡", "파트너 지각"]
    assert [(line.words.ko, line.minor) for line in won.by_city] == [("부산", 20_000), ("서울", 5_000)]
    assert [line.minor for line in dollars.by_kind] == [700]
    assert tables([]) == []
