"""Many rules, compiled once, asked about one ticket after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

import numpy as np

from app.language.conditions import Conditions
from app.language.index import Index
from app.language.sight import Sight
from app.language.verdict import ReadyConditions, Verdict


class Ruled(Protocol):
    """What a rule must have to be in a set."""

    @property
    def conditions(self) -> Conditions: ...

    @property
    def position(self) -> int: ...


R = TypeVar("R", bound=Ruled)
_MANY = 40
_ONES = tuple(1 << place for place in range(256))
"""Ready to be taken away."""
_END = 1 << 256


class RuleSet(Generic[R]):
    """Rules in their order of position (equal positions stay as they came). It keeps nothing of a ticket."""

    __slots__ = ("_ready", "index", "rules")

    def __init__(self, rules: tuple[R, ...]) -> None:
        self.rules = rules
        self.index = Index([rule.conditions for rule in rules])
        self._ready: dict[int, ReadyConditions] = {}

    @classmethod
    def compile(cls, rules: Iterable[R]) -> RuleSet[R]:
        return cls(tuple(sorted(rules, key=lambda rule: rule.position)))

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the rules name."""
        return frozenset(row.field for rule in self.rules for row in (*rule.conditions.all, *rule.conditions.any))

    def met(self, sight: Sight, start: int = 0) -> Iterator[int]:
        """The indexes from `start` of the rules whose conditions are met, in order."""
        kept = sight.met
        if kept is not None and kept[0] is self.index and kept[1] <= start:
            return numbers_of(kept[2] >> start << start)
        bits = self.index.met(sight, start)
        sight.met = (self.index, start, bits)
        return numbers_of(bits)

    def verdict(self, index: int, sight: Sight) -> Verdict:
        ready = self._ready.get(index)
        if ready is None:
            ready = self._ready[index] = ReadyConditions(self.rules[index].conditions)
        return ready.verdict(sight)


def numbers_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    if bits.bit_count() > _MANY:
        raw = np.frombuffer(bits.to_bytes(bits.bit_length() // 8 + 1, "little"), np.uint8)
        return iter(np.unpackbits(raw, bitorder="little").view(np.bool_).nonzero()[0].tolist())
    found: list[int] = []
    while bits >= _END:
        place = bits.bit_length() - 1
        found.append(place)
        bits ^= 1 << place
    while bits:
        place = bits.bit_length() - 1
        found.append(place)
        bits ^= _ONES[place]
    return reversed(found)
