"""Money is whole minor units; parts always sum to the whole."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.money import Money, read_amount, rounded, settled, shares, shown


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (480_000, "KRW", "₩480,000"),
        (-840_000, "KRW", "−₩840,000"),
        (0, "KRW", "₩0"),
        (1250, "USD", "$12.50"),
        (5, "USD", "$0.05"),
        (1000, "JPY", "¥1,000"),
        (1234, "KWD", "KWD 1.234"),
    ],
)
def test_an_amount_is_shown_by_its_currency(minor: int, currency: str, text: str) -> None:
    assert shown(minor, currency) == text
    assert str(Money(minor, currency)) == text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("480,000", "KRW", 480_000),
        ("₩480,000", "KRW", 480_000),
        ("480000원", "KRW", 480_000),
        ("12.5", "USD", 1250),
        ("$12.50", "USD", 1250),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "1.5", "NaN", "Infinity", "1e400", "99999999999999999999"])
def test_what_is_no_amount_in_won_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_amount(text, "KRW", field="amount")
    assert refused.value.field == "amount"


def test_money_of_an_unknown_currency_or_with_a_fraction_cannot_be_made() -> None:
    with pytest.raises(Refusal):
        Money(1, "XXX")
    with pytest.raises(TypeError):
        Money(1.5, "KRW")  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_sum_to_the_whole(whole: int, weights: list[int]) -> None:
    if not sum(weights):
        weights = [1, *weights]
    split = shares(whole, weights)
    assert sum(split) == whole
    assert all(abs(part - Fraction(whole * w, sum(weights))) < 1 for part, w in zip(split, weights, strict=True))


@given(st.lists(st.fractions(-(10**9), 10**9), min_size=1, max_size=8))
def test_exact_parts_settle_to_their_rounded_sum_and_whole_parts_stay(parts: list[Fraction]) -> None:
    whole = rounded(sum(parts, Fraction()))
    settled_parts = settled(parts, whole)
    assert sum(settled_parts) == whole
    assert all(minor == part for minor, part in zip(settled_parts, parts, strict=True) if part.denominator == 1)
