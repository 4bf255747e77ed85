"""Tables that answer many predicates on one field at once, as sets of rules written as bits of whole numbers.

A `Pair` is what one value says: the rules whose "all" it leaves alive, and the rules of whose "any" it meets a row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import or_
from typing import Any

from app.language.shape import Among, Ordered

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A distinct predicate: the rules (bits) that have it among their "all", and among their "any"."""

    shape: Among | Ordered
    in_all: int
    in_any: int


class Layers:
    """Which rules have none of what they ask for, when each of several predicates of a rule must have a hit.

    One layer holds at most one predicate of a rule, so that a rule's bit in it is that one predicate's.
    """

    __slots__ = ("_layers",)

    def __init__(self) -> None:
        self._layers: list[tuple[int, dict[Hashable, int]]] = []

    def add(self, keys: Iterable[Hashable], rules: int) -> None:
        keys = tuple(keys)
        for number, (full, hits) in enumerate(self._layers):
            taken = rules & ~full
            if taken:
                self._layers[number] = (full | taken, hits)
                _mark(hits, keys, taken)
                rules ^= taken
        if rules:
            self._layers.append((rules, {}))
            _mark(self._layers[-1][1], keys, rules)

    def without_a_hit(self, keys: Sequence[Hashable]) -> int:
        """The rules of which at least one predicate is not hit by any of the keys."""
        missed = 0
        for full, hits in self._layers:
            hit = 0
            for key in keys:
                hit |= hits.get(key, 0)
            missed |= full & ~hit
        return missed


def _mark(hits: dict[Hashable, int], keys: Iterable[Hashable], rules: int) -> None:
    for key in keys:
        hits[key] = hits.get(key, 0) | rules


class KeyTable:
    """Predicates of being among wanted keys."""

    __slots__ = ("_all_hit", "_all_not", "_any_hit", "_any_not", "_every", "named", "other", "unknown")

    def __init__(self, asked: Sequence[Asked], every: int) -> None:
        self._every = every
        self._all_hit, self._any_not = Layers(), Layers()
        self._all_not: dict[Hashable, int] = {}
        self._any_hit: dict[Hashable, int] = {}
        barred = 0
        for one in asked:
            shape = one.shape
            assert isinstance(shape, Among)  # noqa: S101 - the index sorts them by how they compare
            if shape.expected:
                self._all_hit.add(shape.wanted, one.in_all)
                _mark(self._any_hit, shape.wanted, one.in_any)
            else:
                _mark(self._all_not, shape.wanted, one.in_all)
                self._any_not.add(shape.wanted, one.in_any)
            barred |= one.in_all
        self.named = frozenset(key for one in asked for key in one.shape.wanted)  # type: ignore[union-attr]
        self.unknown: Pair = (every & ~barred, 0)
        self.other = self.pair(())

    def pair(self, keys: Iterable[Hashable]) -> Pair:
        """What a value with these keys says."""
        present = [key for key in keys if key in self.named]
        dead, met = self._all_hit.without_a_hit(present), self._any_not.without_a_hit(present)
        for key in present:
            dead |= self._all_not.get(key, 0)
            met |= self._any_hit.get(key, 0)
        return self._every & ~dead, met


class OrderTable:
    """Predicates of order: what stands between two limits, or on one, is answered by one look-up."""

    __slots__ = ("limits", "pairs", "unknown")

    def __init__(self, asked: Sequence[Asked], every: int) -> None:
        shapes = [(one, one.shape) for one in asked if isinstance(one.shape, Ordered)]
        self.limits: list[Any] = sorted({shape.limit for _, shape in shapes if shape.limit is not None})
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
        self.pairs: list[Pair] = [(every & ~gone, some) for gone, some in zip(dead.filled(), met.filled(), strict=True)]
        self.unknown: Pair = (every & ~barred, 0)

    def pair(self, value: Any) -> Pair:
        """`value` compares with the limits."""
        limits = self.limits
        below = bisect_left(limits, value)
        return self.pairs[2 * below + (below < len(limits) and limits[below] == value)]


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
