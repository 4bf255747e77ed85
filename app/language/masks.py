"""Tables that answer many predicates on one field at once, as sets of rules written as bits of whole numbers.

A `State` is what one value says of all rules, in two halves of one number: above, the rules whose "all" it leaves
alive; below, the rules that still lack a row of their "any". What several values say is their states' `&`, and met is
whoever is alive and lacks nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from operator import or_
from typing import Any

from app.language.shape import Among, Ordered

State = int


@dataclass(frozen=True, slots=True)
class Asked:
    """A distinct predicate: the rules (bits) that have it among their "all", and among their "any"."""

    shape: Among | Ordered
    in_all: int
    in_any: int


def state_of(every: int, dead: int, met: int) -> State:
    """`dead`: rules whose "all" fails; `met`: rules of whose "any" a row is met."""
    return (every & ~dead) << every.bit_length() | (every & ~met)


class _Layers:
    """Rules that wait for a hit: a layer holds at most one predicate of a rule, so that its bit there is that one's."""

    __slots__ = ("full", "hits")

    def __init__(self) -> None:
        self.full: list[int] = []
        self.hits: list[dict[Hashable, int]] = []

    def add(self, keys: Iterable[Hashable], rules: int) -> None:
        keys = tuple(keys)
        number = 0
        while rules:
            if number == len(self.full):
                self.full.append(0)
                self.hits.append({})
            taken = rules & ~self.full[number]
            self.full[number] |= taken
            _mark(self.hits[number], keys, taken)
            rules ^= taken
            number += 1


def _mark(hits: dict[Hashable, int], keys: Iterable[Hashable], rules: int) -> None:
    for key in keys:
        hits[key] = hits.get(key, 0) | rules


class KeyTable:
    """Predicates of being among wanted keys.

    Layers stand side by side in one number: `_base` is what holds without any key, and a key's own number turns over
    the bits that it changes. In the layers of `dead` a bit says that its rule's "all" fails, in those after them that
    a row of its "any" is met; both come out as the union of their layers.
    """

    __slots__ = ("_base", "_dead", "_every", "_hits", "_layers", "_size", "named", "other", "unknown")

    def __init__(self, asked: Sequence[Asked], every: int) -> None:
        waits, helped_without = _Layers(), _Layers()
        barred_by: dict[Hashable, int] = {}
        helped_by: dict[Hashable, int] = {}
        barred = 0
        for one in asked:
            shape = one.shape
            barred |= one.in_all
            if not isinstance(shape, Among):
                continue
            if shape.expected:
                waits.add(shape.wanted, one.in_all)
                _mark(helped_by, shape.wanted, one.in_any)
            else:
                _mark(barred_by, shape.wanted, one.in_all)
                helped_without.add(shape.wanted, one.in_any)
        dead = [*zip(waits.full, waits.hits, strict=True), (0, barred_by)]
        met = [*zip(helped_without.full, helped_without.hits, strict=True), (0, helped_by)]
        self._every, self._size = every, every.bit_length()
        self._dead, self._layers = len(dead), len(dead) + len(met)
        self._base = 0
        self._hits: dict[Hashable, int] = {}
        for number, (full, hits) in enumerate(dead + met):
            self._base |= full << number * self._size
            for key, rules in hits.items():
                self._hits[key] = self._hits.get(key, 0) | rules << number * self._size
        self.named = frozenset(self._hits)
        self.unknown: State = state_of(every, barred, 0)
        self.other = self.says(())

    def says(self, keys: Iterable[Hashable]) -> State:
        """What a value with these keys says."""
        turned, hits = 0, self._hits
        for key in keys:
            if key in hits:
                turned |= hits[key]
        bits, every, size = self._base ^ turned, self._every, self._size
        dead = met = 0
        for _ in range(self._dead):
            dead |= bits
            bits >>= size
        while bits:
            met |= bits
            bits >>= size
        return state_of(every, dead, met)


class OrderTable:
    """Predicates of order: what stands between two limits, or on one, is answered by one look-up."""

    __slots__ = ("limits", "states", "unknown")

    def __init__(self, asked: Sequence[Asked], every: int) -> None:
        shapes = [(one, one.shape) for one in asked if isinstance(one.shape, Ordered)]
        limits = sorted({shape.limit for _, shape in shapes if shape.limit is not None})
        self.limits: list[Any] = [_quick(one) for one in limits]
        place = {limit: 2 * number + 1 for number, limit in enumerate(self.limits)}
        size = 2 * len(self.limits) + 1
        dead, met = _Spans(size), _Spans(size)
        barred = 0
        for one, shape in shapes:
            barred |= one.in_all
            if shape.limit is None:
                dead.mark(0, size, one.in_all)
                continue
            for first, end, holds in _spans(shape.operator, place[shape.limit], size):
                (met if holds else dead).mark(first, end, one.in_any if holds else one.in_all)
        self.states: list[State] = [
            state_of(every, gone, some) for gone, some in zip(dead.filled(), met.filled(), strict=True)
        ]
        self.unknown: State = state_of(every, barred, 0)

    def says(self, value: Any) -> State:
        """`value` compares with the limits."""
        limits = self.limits
        below = bisect_left(limits, value)
        return self.states[2 * below + (below < len(limits) and limits[below] == value)]


def _quick(limit: Any) -> Any:
    """A whole number as int, which compares sooner."""
    return int(limit) if isinstance(limit, Decimal) and limit == limit.to_integral_value() else limit


class _Spans:
    """Marks over numbered places; each span begins at the first place, ends at the last, or is one place."""

    __slots__ = ("_from", "_only", "_until")

    def __init__(self, size: int) -> None:
        self._from, self._only, self._until = [0] * size, [0] * size, [0] * size

    def mark(self, first: int, end: int, rules: int) -> None:
        if end <= first:
            return
        if end == len(self._from):
            self._from[first] |= rules
        elif first == 0:
            self._until[end - 1] |= rules
        else:
            self._only[first] |= rules

    def filled(self) -> list[int]:
        until = list(accumulate(reversed(self._until), or_))[::-1]
        return [a | b | c for a, b, c in zip(accumulate(self._from, or_), self._only, until, strict=True)]


def _spans(operator: str, at: int, size: int) -> tuple[tuple[int, int, bool], ...]:
    """(first, end, holds): where the predicate with its limit at that place holds and where not."""
    edge = _EDGES[operator]
    if edge is None:
        holds = operator == "is"
        return ((0, at, not holds), (at, at + 1, holds), (at + 1, size, not holds))
    beyond, holds_below = edge
    cut = at + beyond
    return ((0, cut, holds_below), (cut, size, not holds_below))


_EDGES: Mapping[str, tuple[int, bool] | None] = {
    "is": None,
    "is_not": None,
    "less_than": (0, True),
    "less_than_equal": (1, True),
    "greater_than": (1, False),
    "greater_than_equal": (0, False),
}
