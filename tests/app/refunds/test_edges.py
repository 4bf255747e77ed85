"""One second before, at, and one second after each boundary, in Seoul: of the demo's terms, and of made-up ones."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SEOUL
from app.demo.promises import PROMISES
from app.policies.moments import edges, tier_at
from app.policies.terms import PercentIs, Terms, Unit, read_terms
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.quote import quote
from app.refunds.reasons import Reason
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT

SECOND = timedelta(seconds=1)
STARTS = (
    datetime(2026, 3, 31, 18, 0, tzinfo=SEOUL),
    datetime(2028, 2, 29, 15, 0, tzinfo=SEOUL),
    datetime(2028, 3, 31, 23, 59, 59, tzinfo=SEOUL),
    datetime(2027, 1, 1, 0, 0, tzinfo=SEOUL),
    datetime(2026, 12, 31, 9, 30, tzinfo=SEOUL),
)
DEMO = [
    (f"{promise.key} v{number}", version.terms)
    for promise in PROMISES
    for number, version in enumerate(promise.versions, start=1)
]
KNOWN = [*DEMO, ("whole rent", WHOLE_RENT), ("first month", FIRST_MONTH), ("cleaning", CLEANING)]


def back_at(terms: Terms, starts_at: datetime, at: datetime) -> int:
    """What goes back of 1,000,000 when there are no fees and no caps: the tier alone."""
    bare = read_terms(
        {
            key: value
            for key, value in terms.to_json().items()
            if key not in {"kept_fees", "caps", "form", "fixed_fee_minor"}
        }
    )
    stay = BookingFacts("B-1", "KRW", 1_000_000, 1_000_000, 0, 1_000_000, starts_at, starts_at + timedelta(days=30))
    return quote(stay, VersionFacts(1, 1, "정책", "Policy", bare), Reason.customer_cancelled, at).amount_minor


def by_hand(terms: Terms, percent: Any) -> int:
    share = int(10_000 * percent)
    return 1_000_000 - share if terms.percent_is is PercentIs.kept else share


def told_edge(terms: Terms, starts_at: datetime, count: int) -> datetime:
    """The boundary worked out another way than the code does: by the calendar, day by day."""
    there = starts_at.astimezone(SEOUL)
    at_clock = there.time() if terms.clock is None else datetime.strptime(terms.clock, "%H:%M").time()  # noqa: DTZ007
    if terms.unit is Unit.hours:
        return datetime.combine(there.date(), at_clock, SEOUL) - count * timedelta(seconds=3600)
    if terms.unit is Unit.days:
        return datetime.combine(date.fromordinal(there.date().toordinal() - count), at_clock, SEOUL)
    year, month = there.year, there.month
    for _ in range(count):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    last = calendar.monthrange(year, month)[1]
    return datetime.combine(date(year, month, min(there.day, last)), at_clock, SEOUL)


def must_turn_at_every_edge(terms: Terms, starts_at: datetime) -> None:
    told = edges(terms, starts_at)
    assert [tier for tier, _ in told] == list(terms.tiers)
    for place, (tier, edge) in enumerate(told):
        assert edge == told_edge(terms, starts_at, tier.at_least)
        nearer = terms.tiers[place + 1].percent if place + 1 < len(told) else terms.after_start
        farther = tier.percent
        assert back_at(terms, starts_at, edge - SECOND) == by_hand(terms, farther)
        assert back_at(terms, starts_at, edge) == by_hand(terms, farther)
        assert back_at(terms, starts_at, edge + timedelta(microseconds=999_999)) == by_hand(terms, farther)
        assert back_at(terms, starts_at, edge + SECOND) == by_hand(terms, nearer)
        assert back_at(terms, starts_at, (edge + SECOND).astimezone(UTC)) == by_hand(terms, nearer)


@pytest.mark.parametrize("starts_at", STARTS, ids=[f"{start:%Y-%m-%d}" for start in STARTS])
@pytest.mark.parametrize("terms", [terms for _, terms in KNOWN], ids=[name for name, _ in KNOWN])
def test_each_boundary_turns_to_the_second(terms: dict[str, Any], starts_at: datetime) -> None:
    must_turn_at_every_edge(read_terms(terms), starts_at)


@st.composite
def made_up(draw: st.DrawFn) -> Terms:
    unit = draw(st.sampled_from(Unit))
    cuts = sorted(
        draw(st.sets(st.integers(1, {"days": 90, "hours": 100, "months": 14}[unit]), max_size=6)), reverse=True
    )
    lows = [*cuts, 0]
    percents = [draw(st.integers(0, 10_000)) for _ in lows]
    rows = [
        {"at_least": low, "below": high, "percent": f"{percent // 100}.{percent % 100:02d}"}
        for low, high, percent in zip(lows, [None, *cuts], percents, strict=True)
    ]
    clock = draw(st.sampled_from(["start", "15:00", "00:00", "23:59"]))
    kind = draw(st.sampled_from(PercentIs))
    more = {"unit": unit, "clock": clock, "percent_is": kind, "tiers": rows, "after_start": draw(st.integers(0, 100))}
    return read_terms({**FIRST_MONTH, **more, "service_fee_at_least": None})


@given(
    made_up(),
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 12, 31), timezones=st.just(SEOUL)),  # noqa: DTZ001  Hypothesis sets the zone
)
def test_each_boundary_of_made_up_terms_turns_to_the_second(terms: Terms, starts_at: datetime) -> None:
    must_turn_at_every_edge(terms, starts_at.replace(microsecond=0))


def months(count: int) -> Terms:
    rows = [{"at_least": count, "below": None, "percent": 0}, {"at_least": 0, "below": count, "percent": 100}]
    return read_terms({**FIRST_MONTH, "unit": "months", "tiers": rows, "service_fee_at_least": None})


@pytest.mark.parametrize("year", range(2023, 2033))
def test_a_month_before_any_day_of_a_year_is_that_day_or_the_months_last(year: int) -> None:
    """Every day of ten years, leap days with them, one to thirteen months back."""
    for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        starts_at = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), SEOUL)
        for count in (1, 2, 12, 13):
            terms = MONTHS[count]
            edge = edges(terms, starts_at)[0][1]
            assert edge == told_edge(terms, starts_at, count)
            assert tier_at(terms, starts_at, edge) is terms.tiers[0]
            assert tier_at(terms, starts_at, edge + SECOND) is terms.tiers[1]


MONTHS = {count: months(count) for count in (1, 2, 12, 13)}


@pytest.mark.parametrize(
    ("start", "count", "edge"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2029-02-28", 12, "2028-02-28"),
        ("2026-03-30", 1, "2026-02-28"),
        ("2026-03-28", 1, "2026-02-28"),
        ("2026-07-31", 1, "2026-06-30"),
        ("2027-01-31", 2, "2026-11-30"),
    ],
)
def test_month_ends_by_hand(start: str, count: int, edge: str) -> None:
    starts_at = datetime.fromisoformat(f"{start}T18:00+09:00")
    assert edges(MONTHS[count], starts_at)[0][1] == datetime.fromisoformat(f"{edge}T15:00+09:00")


def test_with_one_second_more_in_the_farther_tier_the_test_of_edges_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    late = lambda terms, starts_at, at: tier_at(terms, starts_at, at - SECOND)  # noqa: E731
    monkeypatch.setattr("app.refunds.steps.tier_at", late)
    with pytest.raises(AssertionError):
        must_turn_at_every_edge(read_terms(FIRST_MONTH), STARTS[0])
