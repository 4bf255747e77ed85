"""What a rehearsal counts, by city, so that a person of some cities is told of those alone. Pure, and kept as JSON.

Every count of effects is a pair: by the rules in force, by the candidate set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.rules.rehearsal.compare import Compared, Outcome
from app.rules.rehearsal.effects import Effect

Side = Literal[0, 1]
Pair = list[int]
BEFORE: Side = 0
AFTER: Side = 1
MOST_VALUES = 300
OTHER = "…"
NO_CITY = ""


def _add(counts: dict[str, Pair], key: str, side: Side, by: int = 1) -> None:
    counts.setdefault(key, [0, 0])[side] += by


@dataclass(slots=True)
class Tally:
    """Of one city. `tickets` were looked at, `left_out` not, since their history is incomplete; `looks` are all looks,
    `differing` the tickets on which the sets differ. `effects`: by field, then by value; `money`: minor units by
    currency; `wishes`: refunds asked for by currency, and "?" those that nobody could quote.
    """

    tickets: int = 0
    left_out: int = 0
    looks: int = 0
    differing: int = 0
    rules: dict[str, Pair] = field(default_factory=dict)
    effects: dict[str, dict[str, Pair]] = field(default_factory=dict)
    money: dict[str, Pair] = field(default_factory=dict)
    wishes: dict[str, Pair] = field(default_factory=dict)
    sla: dict[str, Pair] = field(default_factory=dict)

    def take(self, one: Compared) -> None:
        """Counts what both sets would have done in one look."""
        self._take(BEFORE, one.before)
        self._take(AFTER, one.after)

    def _take(self, side: Side, outcome: Outcome) -> None:
        for decision in outcome.decisions:
            _add(self.rules, decision.rule.id, side)
        for effect in outcome.effects:
            self._count(side, effect)

    def _count(self, side: Side, effect: Effect) -> None:
        values = self.effects.setdefault(effect.field, {})
        known = effect.value in values or len(values) < MOST_VALUES
        _add(values, effect.value if known else OTHER, side)

    def spend(self, side: Side, currency: str | None, amount: int) -> None:
        """A refund that a rule asks for; `currency` None where no quote can be made."""
        _add(self.wishes, currency or "?", side)
        if currency is not None:
            _add(self.money, currency, side, amount)

    def due(self, name: str, side: Side) -> None:
        _add(self.sla, name, side)

    def join(self, other: Tally) -> None:
        self.tickets += other.tickets
        self.left_out += other.left_out
        self.looks += other.looks
        self.differing += other.differing
        for mine, theirs in self._counts(other):
            for key, (before, after) in theirs.items():
                _add(mine, key, BEFORE, before)
                _add(mine, key, AFTER, after)

    def _counts(self, other: Tally) -> Iterable[tuple[dict[str, Pair], dict[str, Pair]]]:
        yield from ((getattr(self, name), getattr(other, name)) for name in ("rules", "money", "wishes", "sla"))
        for name, values in other.effects.items():
            yield self.effects.setdefault(name, {}), values

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Tally:
        """The inverse of `to_json`; shares nothing with it."""
        copied = cls()
        copied.join(cls(**raw))
        return copied


@dataclass(slots=True)
class Tallies:
    """One tally a city; tickets of no booking stand under NO_CITY."""

    by_city: dict[str, Tally] = field(default_factory=dict)

    def of(self, city: str) -> Tally:
        return self.by_city.setdefault(city, Tally())

    def seen_in(self, cities: Collection[str]) -> Tally:
        """What somebody of these cities may see, the tickets of no city among it; of no cities named: all."""
        whole = Tally()
        for city, tally in self.by_city.items():
            if not cities or city in cities or city == NO_CITY:
                whole.join(tally)
        return whole

    def to_json(self) -> dict[str, Any]:
        return {city: tally.to_json() for city, tally in sorted(self.by_city.items())}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Tallies:
        return cls({city: Tally.from_json(one) for city, one in raw.items()})
