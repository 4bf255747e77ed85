"""Wilson's interval, against numbers published elsewhere."""

from __future__ import annotations

import pytest

from app.rules.shadow.wilson import Share


@pytest.mark.parametrize(
    ("agreed", "n", "lower", "upper"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # and their mirror images
        (29, 29, 0.8830, 1.0000),
        (182, 263, 0.6338, 0.7447),
    ],
)
def test_it_gives_the_published_numbers(agreed: int, n: int, lower: float, upper: float) -> None:
    share = Share(agreed, n)
    assert (round(share.lower, 4), round(share.upper, 4)) == (lower, upper)


def test_of_nothing_nothing_is_known() -> None:
    assert (Share(0, 0).lower, Share(0, 0).upper) == (0.0, 1.0)


def test_more_of_the_same_share_is_known_better() -> None:
    few, many = Share(9, 10), Share(900, 1000)
    assert few.lower < many.lower < 0.9 < many.upper < few.upper
