"""Many rules, compiled once, asked about one ticket after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from app.language.conditions import Conditions
from app.language.sight import Sight
from app.language.verdict import ReadyConditions, Verdict


class Ruled(Protocol):
    """What a rule must have to be in a set."""

    @property
    def conditions(self) -> Conditions: ...

    @property
    def position(self) -> int: ...


R = TypeVar("R", bound=Ruled)


class RuleSet(Generic[R]):
    """Rules in their order of position (equal positions stay as they came). It keeps nothing of a ticket."""

    __slots__ = ("_ready", "rules")

    def __init__(self, rules: tuple[R, ...], ready: tuple[ReadyConditions, ...]) -> None:
        self.rules = rules
        self._ready = ready

    @classmethod
    def compile(cls, rules: Iterable[R]) -> RuleSet[R]:
        ordered = tuple(sorted(rules, key=lambda rule: rule.position))
        return cls(ordered, tuple(ReadyConditions(rule.conditions) for rule in ordered))

    def __len__(self) -> int:
        return len(self.rules)

    def met(self, sight: Sight, start: int = 0) -> Iterator[int]:
        """The indexes from `start` of the rules whose conditions are met, in order, worked out as they are asked."""
        return (index for index in range(start, len(self._ready)) if self._ready[index].met(sight))

    def verdict(self, index: int, sight: Sight) -> Verdict:
        return self._ready[index].verdict(sight)
