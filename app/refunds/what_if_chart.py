"""Two bars for each group, what was and what would be, as places on a drawing of 100 by so many lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.refunds.what_if import Sum
from app.words import Words

MOST_BARS = 12
LINE = 34


@dataclass(frozen=True, slots=True)
class Bars:
    """`was` and `now` are lengths in per cent of the drawing's width; `y` is the top of the group, in pixels."""

    words: Words
    y: int
    was: float
    now: float
    of: Sum


def bars_of(sums: Sequence[Sum]) -> list[Bars]:
    shown = sums[:MOST_BARS]
    most = max((max(one.was_minor, one.now_minor) for one in shown), default=0) or 1
    return [
        Bars(one.words, place * LINE, _share(one.was_minor, most), _share(one.now_minor, most), one)
        for place, one in enumerate(shown)
    ]


def _share(minor: int, most: int) -> float:
    return round(100 * minor / most, 2)
