"""Conditions as facts about one field each, for asking whether several can hold of one ticket. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from app.language.checks import check_of
from app.language.conditions import Condition, Conditions
from app.language.shape import Among, How, Ordered
from app.language.values import text_of

_OPPOSITE = MappingProxyType({
    "is": "is_not",
    "is_not": "is",
    "less_than": "greater_than_equal",
    "greater_than_equal": "less_than",
    "greater_than": "less_than_equal",
    "less_than_equal": "greater_than",
})  # fmt: skip
# "Hours since open" is only known while the ticket is open.
_ONLY_IN_STATUS = frozenset({"OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED"})


@dataclass(frozen=True, slots=True)
class IsAmong:
    """The value of `field` has a key that is wanted; `expected` False: it has none of them."""

    field: str
    how: How
    wanted: frozenset[Hashable]
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Stands:
    """The value of `field` stands so (`operator`) to `limit`; a limit that is none is met by nothing."""

    field: str
    how: How
    operator: str
    limit: Any


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that nothing is known of but whether it is the same as another."""

    field: str
    operator: str
    value: str
    expected: bool = True


Atom = IsAmong | Stands | Opaque


@dataclass(frozen=True, slots=True)
class Parts:
    """All of `all`, and one of `any` when there are some."""

    all: tuple[Atom, ...] = ()
    any: tuple[Atom, ...] = ()


def parts_of(conditions: Conditions) -> Parts:
    every = [atom_of(one) for one in conditions.all]
    return Parts((*every, *_implied(every)), tuple(atom_of(one) for one in conditions.any))


def atom_of(condition: Condition) -> Atom:
    shape = check_of(condition).shape
    if isinstance(shape, Among):
        return IsAmong(condition.field, shape.how, shape.wanted, shape.expected)
    if isinstance(shape, Ordered):
        return Stands(condition.field, shape.how, shape.operator, shape.limit)
    return Opaque(condition.field, condition.operator, text_of(condition.value))


@lru_cache(maxsize=65_536)
def negated(atom: Atom) -> Atom:
    """What holds of a known value where the atom does not."""
    if isinstance(atom, Stands):
        return replace(atom, operator=_OPPOSITE[atom.operator])
    return replace(atom, expected=not atom.expected)


def _implied(atoms: Iterable[Atom]) -> list[Atom]:
    return [
        IsAmong("status", How.text, frozenset({one.field.lower()}))
        for one in atoms
        if isinstance(one, Stands) and one.field in _ONLY_IN_STATUS
    ]
