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
from app.language.index_columns import Column, TextColumn, column_of
from app.language.masks import Asked
from app.language.readers import ATTRIBUTES
from app.language.shape import How
from app.language.sight import Sight


@dataclass(frozen=True, slots=True)
class Alone:
    """A distinct check that no table answers: asked by itself, and only while a rule waits for it."""

    check: Check
    in_all: int
    in_any: int


class Index:
    """Rules are bits of whole numbers, the first rule the lowest. `no_any`: those that have no "any"."""

    __slots__ = ("_asked", "_attributes", "_tables", "alone", "columns", "every", "no_any", "size")

    def __init__(self, rules: Sequence[Conditions]) -> None:
        self.size = len(rules)
        self.every = (1 << self.size) - 1
        self.no_any = _bits(not one.any for one in rules)
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
        at_once = [
            one
            for one in self.columns
            if isinstance(one, TextColumn) and one.how is How.text and one.field in ATTRIBUTES
        ]
        self._attributes = _all_of([ATTRIBUTES[one.field] for one in at_once])
        self._tables = [(one.table.get, one.other, one.pair) for one in at_once]
        self._asked: list[Column] = [one for one in self.columns if one not in at_once]

    def met(self, sight: Sight, start: int = 0) -> int:
        """The rules from `start` that are met, as bits."""
        alive, some = self.every >> start << start, self.no_any
        account = sight.account
        for value, (look_up, other, pair) in zip(self._attributes(sight.facts), self._tables, strict=True):
            if value.__class__ is str or value is None:
                still, more = look_up(value, other)
            else:
                still, more = pair(value, account)
            alive &= still
            some |= more
        for column in self._asked:
            if alive & column.rules:
                still, more = column.pair(column.read(sight), account)
                alive &= still
                some |= more
        return self.rest(sight, alive, some) if self.alone else alive & some

    def rest(self, sight: Sight, alive: int, some: int) -> int:
        """What is met once the checks that stand alone are asked, as far as rules still wait for them."""
        for one in self.alone:
            if not alive & (one.in_all | (one.in_any & ~some)):
                continue
            if one.check.met(sight):
                some |= one.in_any
            else:
                alive &= ~one.in_all
        return alive & some


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
