"""Every distinct condition of a set of rules, asked once a ticket; conditions on one field by one look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from app.language.check import Check
from app.language.checks import check_of
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.index_columns import MOST_KEPT, column_of
from app.language.looks import DEAR, asking, look_of, of_own_field
from app.language.masks import Asked, State, state_of
from app.language.readers import ATTRIBUTES, FEW_VALUES
from app.language.shape import How
from app.language.sight import NOT_KNOWN, Sight


@dataclass(frozen=True, slots=True)
class Alone:
    """A distinct check that no table answers: asked by itself, and only while a rule waits for it."""

    check: Check
    in_all: int
    in_any: int


class Index:
    """Rules are bits of whole numbers, the first rule the lowest. `start`: the state before anything is asked.

    It keeps what combinations of the few values that a field can have say, never whose ticket had them.
    """

    __slots__ = (
        "_dear",
        "_few",
        "_kind",
        "_looks",
        "_own",
        "_own_with_options",
        "_said",
        "alone",
        "columns",
        "every",
        "size",
        "start",
    )

    def __init__(self, rules: Sequence[Conditions]) -> None:
        self.size = len(rules)
        self.every = (1 << self.size) - 1
        self.start: State = state_of(self.every, 0, _bits(not one.any for one in rules))
        asked: dict[tuple[str, How], list[Asked]] = {}
        alone: list[Alone] = []
        for condition, in_all, in_any in _distinct(rules):
            check = check_of(condition)
            if check.shape is None:
                alone.append(Alone(check, in_all, in_any))
            else:
                asked.setdefault((condition.field, check.shape.how), []).append(Asked(check.shape, in_all, in_any))
        self.alone = sorted(alone, key=lambda one: one.check.cost)
        columns = [column_of(field, how, rows, self.every) for (field, how), rows in asked.items()]
        self.columns = sorted(columns, key=lambda one: one.cost)
        self._few = [one for one in self.columns if one.how is How.text and one.field in FEW_VALUES]
        self._kind = _all_of([ATTRIBUTES[one.field] for one in self._few])
        self._said: dict[tuple[Any, ...], State] = {}
        others = [one for one in self.columns if one not in self._few]
        owned = [(one, of_own_field(one)) for one in others]
        self._own = [own for _, own in owned if own is not None]
        self._own_with_options = [asking(own) for own in self._own]
        others = [one for one, own in owned if own is None]
        self._looks = [look_of(one) for one in others if one.cost < DEAR]
        self._dear = [(one.rules << self.size, look_of(one)) for one in others if one.cost >= DEAR]

    def met(self, sight: Sight, start: int = 0) -> int:
        """The rules from `start` that are met, as bits."""
        kind, size = self._kind(sight.facts), self.size
        state = self._said.get(kind) or self._of_kind(kind, sight)
        if start:
            from_start = size + start
            state = (state >> from_start << from_start) | (state & self.every)
        if self._own:
            values, account = sight.facts.custom_fields, sight.account
            for key, looked_up, known, other, says in self._own_with_options if account.option_values else self._own:
                value: Any = values.get(key, "")
                said = known.get(value, other) if value.__class__ is looked_up else None
                state &= says(value, account) if said is None else said
        for look in self._looks:
            state &= look(sight)
        for waiting, look in self._dear:
            if state & waiting:
                state &= look(sight)
        return self.rest(sight, state) if self.alone else (state >> size) & ~state

    def _of_kind(self, kind: tuple[Any, ...], sight: Sight) -> State:
        state = self.start
        for column, value in zip(self._few, kind, strict=True):
            state &= column.says(NOT_KNOWN if value is None else value, sight.account)
        if len(self._said) < MOST_KEPT:
            self._said[kind] = state
        return state

    def rest(self, sight: Sight, state: State) -> int:
        """The rules that are met once the checks that stand alone are asked, as far as rules still wait for them."""
        alive, lacking = state >> self.size, state & self.every
        for one in self.alone:
            if not alive & (one.in_all | (one.in_any & lacking)):
                continue
            if one.check.met(sight):
                lacking &= ~one.in_any
            else:
                alive &= ~one.in_all
        return alive & ~lacking


def _distinct(rules: Sequence[Conditions]) -> list[tuple[Condition, int, int]]:
    """Each distinct condition with the rules that ask it in "all", and those in "any"."""
    known: dict[tuple[object, ...], tuple[Condition, tuple[list[int], list[int]]]] = {}
    for number, conditions in enumerate(rules):
        for place, rows in enumerate((conditions.all, conditions.any)):
            for row in rows:
                value = row.value
                said = value if value.__class__ is str else (value.__class__, repr(value))
                key = (row.field, row.operator, said)
                if key not in known:
                    known[key] = (row, ([], []))
                known[key][1][place].append(number)
    return [(row, _mask(in_all), _mask(in_any)) for row, (in_all, in_any) in known.values()]


def _mask(numbers: list[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _bits(flags: Iterable[bool]) -> int:
    return _mask([number for number, flag in enumerate(flags) if flag])


def _all_of(names: list[str]) -> Callable[[TicketFacts], tuple[Any, ...]]:
    """Reads all of them in one call."""
    if not names:
        return lambda _facts: ()
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda facts: (read(facts),)
