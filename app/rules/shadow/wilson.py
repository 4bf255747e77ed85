"""How far a share may be trusted: Wilson's score interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`agreed` of `n`, with its 95 % interval (Wilson 1927, without continuity correction), each from 0 to 1. Of
    nothing nothing is known: 0 to 1."""

    agreed: int
    n: int

    @property
    def value(self) -> float:
        return self.agreed / self.n if self.n else 0.0

    @property
    def lower(self) -> float:
        return self._bound(-1)

    @property
    def upper(self) -> float:
        return self._bound(1)

    def _bound(self, side: int) -> float:
        if not self.n:
            return 0.0 if side < 0 else 1.0
        square = Z95 * Z95
        middle = self.value + square / (2 * self.n)
        half = Z95 * sqrt(self.value * (1 - self.value) / self.n + square / (4 * self.n * self.n))
        # At the very ends the formula gives 0 and 1 but for the last bit.
        return min(max((middle + side * half) / (1 + square / self.n), 0.0), 1.0)
