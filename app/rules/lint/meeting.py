"""Can these conditions hold of one ticket at one time? Exact for choices, ids, tags, numbers and times. Pure.

"may" is said where a text decides, or a value that is only known when it happens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import Any

from app.language.check import CHANGED
from app.language.kinds import Field, ValueKind
from app.language.operators import PRESENCE
from app.language.shape import How, Needle
from app.language.vocabulary import field_of
from app.rules.lint.atoms import Atom, IsAmong, Opaque, Parts, Stands, negated

MOST_WAYS = 400
_SINGLE = frozenset({How.text, How.address, How.option})
_MANY = frozenset({How.tags, How.included, How.words})
_FRACTIONS = frozenset({"booking.price", "refund.amount"})


class Sat(IntEnum):
    """Ordered, so that the least of several is what all of them together are."""

    no = 0
    may = 1
    yes = 2


def meet(parts: Sequence[Parts], more: Iterable[Atom] = ()) -> Sat:
    """Whether one ticket can meet all of `parts`, and `more` besides."""
    base = [atom for one in parts for atom in one.all] + list(more)
    found = together(base)
    ways = [one.any for one in parts if one.any]
    if found is Sat.no or not ways:
        return found
    best = Sat.no
    for tried, way in enumerate(product(*ways)):
        if tried == MOST_WAYS:
            return max(best, Sat.may)
        best = max(best, together([*base, *way]))
        if best is Sat.yes:
            break
    return best


def implies(one: Parts, other: Parts) -> bool:
    """Whether whatever meets `one` meets `other` for certain."""
    if any(meet([one], [negated(atom)]) is not Sat.no for atom in other.all):
        return False
    return not other.any or meet([one], [negated(atom) for atom in other.any]) is Sat.no


def together(atoms: Iterable[Atom]) -> Sat:
    """All of them at once: fields are independent of each other."""
    by_field: dict[str, list[Atom]] = defaultdict(list)
    for atom in atoms:
        by_field[atom.field].append(atom)
    found = Sat.yes
    for field, some in by_field.items():
        found = min(found, _of_field(field, frozenset(some)))
        if found is Sat.no:
            break
    return found


@lru_cache(maxsize=65_536)
def _of_field(field: str, atoms: frozenset[Atom]) -> Sat:
    opaque = [one for one in atoms if isinstance(one, Opaque)]
    if any(negated(one) in atoms for one in atoms if isinstance(one, Opaque | IsAmong)):
        return Sat.no
    among = [one for one in atoms if isinstance(one, IsAmong)]
    stands = [one for one in atoms if isinstance(one, Stands)]
    if _absent(among) and (stands or any(one.expected and one.how in _MANY | _SINGLE for one in among if one.wanted)):
        return _absent_but(among)
    found = min(_single(field, among), _many(among), *(_ordered(field, how, stands) for how in {s.how for s in stands}))
    kinds = {one.how for one in among if one.how in _SINGLE | _MANY} | {one.how for one in stands}
    return min(found, Sat.may) if opaque or len(kinds) > 1 else found


def _absent(among: Sequence[IsAmong]) -> bool:
    return any(one.how is How.present and not one.expected for one in among)


def _absent_but(among: Sequence[IsAmong]) -> Sat:
    """It has no value, and yet something is asked of it: only "is nothing" can hold."""
    asked = [one for one in among if one.how in _SINGLE and one.expected]
    only_nothing = asked and len(asked) == sum(one.expected for one in among if one.how is not How.present)
    return Sat.may if only_nothing and all("" in one.wanted for one in asked) else Sat.no


def _single(field: str, among: Sequence[IsAmong]) -> Sat:
    """A field that has one value: what is left of all that it could be."""
    singles = [one for one in among if one.how in _SINGLE]
    change = _Changes([one for one in among if one.how is How.change])
    if change.contradicts:
        return Sat.no
    allowed: frozenset[Hashable] | None = _domain(field)
    excluded: set[Hashable] = {"" for one in among if one.how is How.present and one.expected}
    for one in singles:
        if one.expected:
            allowed = one.wanted if allowed is None else allowed & one.wanted
        else:
            excluded |= one.wanted
    if change.after:
        allowed = change.after if allowed is None else allowed & change.after
    excluded |= change.not_after
    if allowed is None or allowed - excluded:
        return Sat.yes
    # An account's own field may hold several values at once.
    several = any(one.how is How.option for one in singles) and not _denied(singles)
    return Sat.may if several else Sat.no


def _denied(singles: Sequence[IsAmong]) -> bool:
    """Whether one asks for just what another excludes."""
    excluded = frozenset[Hashable]().union(*(one.wanted for one in singles if not one.expected))
    return any(one.expected and one.wanted <= excluded for one in singles)


class _Changes:
    """What is asked of this update's change of one field."""

    def __init__(self, asked: Sequence[IsAmong]) -> None:
        wanted = {key for one in asked if one.expected for key in one.wanted}
        denied = {key for one in asked if not one.expected for key in one.wanted}
        self.after = frozenset(key[1] for key in wanted if isinstance(key, tuple) and key[0] == "value")
        before = {key[1] for key in wanted if isinstance(key, tuple) and key[0] == "value_previous"}
        self.not_after = (
            frozenset(key[1] for key in denied if isinstance(key, tuple) and key[0] == "value")
            if wanted
            else frozenset[Hashable]()
        )
        self.contradicts = bool(
            wanted & denied
            or (wanted and CHANGED in denied)
            or len(self.after) > 1
            or len(before) > 1
            or (before and before == self.after)
        )


def _many(among: Sequence[IsAmong]) -> Sat:
    """A field that holds several values, or a text that holds several words."""
    some = [one for one in among if one.how in _MANY]
    forbidden = {key for one in some if not one.expected for key in one.wanted}
    for one in some:
        if one.expected and all(_forbidden(key, forbidden) for key in one.wanted):
            return Sat.no
    return Sat.may if any(one.how is How.words for one in some) else Sat.yes


def _forbidden(key: Hashable, forbidden: set[Hashable]) -> bool:
    if key in forbidden:
        return True
    return isinstance(key, Needle) and any(
        isinstance(one, Needle) and not one.whole and one.text in key.text for one in forbidden
    )


def _ordered(field: str, how: How, stands: Sequence[Stands]) -> Sat:
    """Numbers and times: what is left of the line."""
    asked = [one for one in stands if one.how is how]
    if any(one.limit is None for one in asked):
        return Sat.no
    whole = how in {How.hours, How.business_hours, How.day} or (how is How.number and _is_whole(field))
    low: Any = 0 if how in {How.hours, How.business_hours} or (how is How.number and _is_count(field)) else None
    high: Any = None
    low_open = high_open = False
    excluded = set()
    for one in asked:
        limit = _number(one.limit)
        if one.operator == "is_not":
            excluded.add(limit)
        if one.operator in {"is", "greater_than", "greater_than_equal"} and (low is None or limit >= low):
            low_open = one.operator == "greater_than" or (low_open and limit == low)
            low = limit
        if one.operator in {"is", "less_than", "less_than_equal"} and (high is None or limit <= high):
            high_open = one.operator == "less_than" or (high_open and limit == high)
            high = limit
    if low is None or high is None:
        return Sat.yes
    return Sat.yes if _some_between(low, high, (low_open, high_open), excluded, whole=whole) else Sat.no


def _some_between(low: Any, high: Any, is_open: tuple[bool, bool], excluded: set[Any], *, whole: bool) -> bool:
    if not whole:
        return low < high or (low == high and not any(is_open) and low not in excluded)
    first = -(-low // 1) + (is_open[0] and low == low // 1)
    last = high // 1 - (is_open[1] and high == high // 1)
    count = last - first + 1
    return bool(count > len(excluded) or any(first + step not in excluded for step in range(max(int(count), 0))))


def _number(limit: Any) -> Any:
    if isinstance(limit, date):
        at = getattr(limit, "timestamp", None)
        return at() if at else limit.toordinal()
    return limit if isinstance(limit, Decimal) else Decimal(limit)


def _is_count(field: str) -> bool:
    """Never below nothing; a time until something may be."""
    known = field_of(field)
    return known is not None and known.value_kind is ValueKind.number and not known.time


def _is_whole(field: str) -> bool:
    known = field_of(field)
    return known is not None and known.value_kind is ValueKind.number and field not in _FRACTIONS


@lru_cache(maxsize=4096)
def _domain(field: str) -> frozenset[Hashable] | None:
    """Everything that a field with fixed choices can hold; None when that is open."""
    known: Field | None = field_of(field)
    if known is None or known.value_kind not in {ValueKind.choice, ValueKind.yes_no} or not known.choices:
        return None
    if known.value_kind is ValueKind.yes_no:
        return frozenset({"true", "false"})
    values = {one.value for one in known.choices}
    nothing = {""} if known.nullable or set(PRESENCE) & set(known.operators) else set()
    return frozenset(values | nothing)


__all__ = ["Sat", "implies", "meet", "together"]
