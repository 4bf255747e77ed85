"""A million random splits: the parts sum to the whole, and each is within one minor unit of its exact share."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random

import pytest

from app.money import EXPONENTS, shares

ROUNDS = 1_000_000
AT_A_TIME = 50_000
Split = Callable[[int, Sequence[int]], list[int]]


def misses(split: Split, currency: str, rounds: int, seed: int) -> tuple[int, int]:
    """How many of `rounds` splits did not sum to the whole, and how many had a part a unit or more away from its share.

    Amounts up to ten million of the currency; two to five parts, their weights as bookings have them (a price, a fee).
    """
    rng = Random(f"{currency} {seed}")
    most = 10_000_000 * 10 ** EXPONENTS[currency]
    lost = far = 0
    for start in range(0, rounds, AT_A_TIME):
        here = min(AT_A_TIME, rounds - start)
        drawn = array("Q", rng.randbytes(8 * 6 * here))
        for at in range(0, 6 * here, 6):
            amount, *weights = drawn[at : at + 6]
            whole = amount % most
            counted = [weight % 4_000_000 + 1 for weight in weights[: 2 + amount % 4]]
            parts = split(whole, counted)
            total = sum(counted)
            if sum(parts) != whole:
                lost += 1
            for part, weight in zip(parts, counted, strict=True):
                if not -total < part * total - whole * weight < total:
                    far += 1
                    break
    return lost, far


@pytest.mark.parametrize("currency", ["KRW", "JPY", "USD", "KWD"])
def test_a_quarter_of_a_million_splits_sum_exactly(currency: str) -> None:
    assert misses(shares, currency, ROUNDS // 4, 1) == (0, 0)


def test_rounding_each_part_by_itself_loses_money() -> None:
    def naive(whole: int, weights: Sequence[int]) -> list[int]:
        return [(2 * whole * weight + sum(weights)) // (2 * sum(weights)) for weight in weights]

    lost, far = misses(naive, "KRW", 2_000, 1)
    assert lost > 400
    assert far == 0


def test_giving_all_that_is_left_to_the_last_part_takes_it_too_far() -> None:
    def last_takes_it(whole: int, weights: Sequence[int]) -> list[int]:
        parts = [whole * weight // sum(weights) for weight in weights[:-1]]
        return [*parts, whole - sum(parts)]

    lost, far = misses(last_takes_it, "KRW", 2_000, 1)
    assert lost == 0
    assert far > 400


def test_of_equal_remainders_the_first_parts_get_what_is_left() -> None:
    assert shares(100, [1, 1, 1]) == [34, 33, 33]
    assert shares(-100, [1, 1, 1]) == [-33, -33, -34]
    assert list(accumulate(shares(7, [0, 1, 1]))) == [0, 4, 7]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_split_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        shares(100, weights)
