"""One field of a set of rules: the value of a ticket becomes keys, or a number, and a table answers for all rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.language.account import Account
from app.language.check import ABSENT, CHANGED, EMPTY, NOTHING, PRESENT
from app.language.checks import change_text
from app.language.facts_of_ticket import Change
from app.language.masks import Asked, KeyTable, OrderTable, Pair
from app.language.needles import Needles
from app.language.readers import Read
from app.language.shape import How, Needle
from app.language.sight import NOT_KNOWN, Sight, Unknown
from app.language.values import day_of, folded, moment_of, number_of, tags_of, text_of

_COSTS = MappingProxyType({How.words: 3, How.business_hours: 4, How.change: 2, How.hours: 2})
_EXACT = 10**18
_MOST_KEPT = 4096


class Column:
    """`rules`: those that ask here. `pair` takes a value as the field's reader gives it."""

    __slots__ = ("cost", "field", "has_any", "how", "read", "rules", "unknown")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], unknown: Pair) -> None:
        self.field = field
        self.how = how
        self.cost = _COSTS.get(how, 1)
        self.read: Read = asked[0].shape.read
        self.unknown = unknown
        self.has_any = any(one.in_any for one in asked)
        self.rules = 0
        for one in asked:
            self.rules |= one.in_all | one.in_any

    def of_sight(self, sight: Sight) -> Pair:
        return self.pair(self.read(sight), sight.account)

    def pair(self, value: Any, account: Account) -> Pair:
        raise NotImplementedError


class KeyColumn(Column):
    """By keys; `table` has what each named key alone says, `other` what a value with none of them says."""

    __slots__ = ("keyed", "other", "table")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        self.keyed = KeyTable(asked, every)
        super().__init__(field, how, asked, self.keyed.unknown)
        self.other = self.keyed.other
        self.table: dict[Any, Pair] = {key: self.keyed.pair((key,)) for key in self.keyed.named}


class TextColumn(KeyColumn):
    __slots__ = ("_text",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self._text: Callable[[Any], str] = _address if how is How.address else text_of
        self.table[None] = self.unknown

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        return self.table.get(self._text(value), self.other)


class TagColumn(KeyColumn):
    __slots__ = ()

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        present = self.keyed.named & value if isinstance(value, frozenset) else frozenset()
        if not present:
            return self.other
        if len(present) == 1:
            (key,) = present
            return self.table[key]
        return self.keyed.pair(present)


class PresentColumn(KeyColumn):
    """No record linked is known to be no value."""

    __slots__ = ()

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown if value is NOT_KNOWN else self.other
        return self.other if value in ABSENT else self.table[PRESENT]


class ChangeColumn(KeyColumn):
    __slots__ = ()

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        if not isinstance(value, Change):
            return self.other
        after, before = change_text(self.field, value.after), change_text(self.field, value.before)
        return self.keyed.pair((CHANGED, ("value", after), ("value_previous", before)))


class _AccountColumn(KeyColumn):
    """Keys of an account's own field; an option's id, where a rule names it, stands for the option's value too."""

    __slots__ = ("_aliases",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self._aliases: tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]] = ({}, {})

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        keys = self._keys(value)
        if account.option_values:
            aliases = self._ids_of(account.option_values)
            keys = keys | {one for key in keys for one in aliases.get(key, ())}
        return self.keyed.pair(keys)

    def _keys(self, value: Any) -> set[Any]:
        raise NotImplementedError

    def _ids_of(self, options: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
        kept, aliases = self._aliases
        if kept is not options:
            found: dict[str, tuple[str, ...]] = {}
            for one in self.keyed.named:
                if isinstance(one, str) and one in options:
                    found[options[one]] = (*found.get(options[one], ()), one)
            aliases = found
            self._aliases = (options, aliases)
        return aliases


class OptionColumn(_AccountColumn):
    """By "is": as text, as a number, or as the option that an id stands for."""

    __slots__ = ("_numbers",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        texts = [key for key in self.keyed.named if isinstance(key, str)]
        self._numbers = len(texts) < len(self.keyed.named)
        self.table = {key: self.keyed.pair((key,)) for key in self.keyed.named if not isinstance(key, str)}
        self.table |= {text: self.keyed.pair(self._keys(text)) for text in [*texts, ""]}

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is not str or account.option_values:
            return super().pair(value, account)
        found = self.table.get(value)
        if found is not None:
            return found
        return self.table.get(number_of(value), self.other) if self._numbers else self.other

    def _keys(self, value: Any) -> set[Any]:
        if value in EMPTY:
            # A checkbox that nobody touched carries no value and is unchecked.
            return {"", "false"}
        if isinstance(value, list | tuple):
            return {text_of(one) for one in value}
        return {text_of(value), number_of(value)}


class IncludedColumn(_AccountColumn):
    __slots__ = ()

    def _keys(self, value: Any) -> set[Any]:
        if value in EMPTY:
            return {NOTHING}
        return set(tags_of(value)) if isinstance(value, list | tuple) else {text_of(value).lower()}


class WordColumn(KeyColumn):
    """By the needles found in a text. Keeps, for sets of needles that were found, what they say."""

    __slots__ = ("_said", "needles")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self.needles = Needles(one for one in self.keyed.named if isinstance(one, Needle))
        self._said: dict[int, Pair] = {0: self.other}

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        return self.of_found(self.needles.found(value if value.__class__ is str else text_of(value)))

    def of_found(self, bits: int) -> Pair:
        said = self._said.get(bits)
        if said is None:
            said = self.keyed.pair(self.needles.of_bits(bits))
            if len(self._said) < _MOST_KEPT:
                self._said[bits] = said
        return said


class OrderColumn(Column):
    __slots__ = ("_number", "_numeric", "order")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        self.order = OrderTable(asked, every)
        super().__init__(field, how, asked, self.order.unknown)
        self._number: Callable[[Any], Any] = _NUMBERS[how]
        self._numeric = how not in {How.moment, How.day}

    def pair(self, value: Any, account: Account) -> Pair:
        if value.__class__ is Unknown:
            return self.unknown
        ready = self._numeric and value.__class__ is int and -_EXACT < value < _EXACT
        number = value if ready else self._number(value)
        return self.unknown if number is None else self.order.pair(number)


def column_of(field: str, how: How, asked: Sequence[Asked], every: int) -> Column:
    return _COLUMNS[how](field, how, asked, every)


def _address(value: object) -> str:
    return folded(text_of(value))


def _as_it_is(value: object) -> object:
    return value


_NUMBERS: Mapping[How, Callable[[Any], Any]] = MappingProxyType({
    How.number: number_of,
    How.moment: moment_of,
    How.day: day_of,
    How.hours: _as_it_is,
    How.business_hours: _as_it_is,
})  # fmt: skip

_COLUMNS: Mapping[How, Callable[[str, How, Sequence[Asked], int], Column]] = MappingProxyType({
    How.text: TextColumn,
    How.address: TextColumn,
    How.tags: TagColumn,
    How.option: OptionColumn,
    How.included: IncludedColumn,
    How.present: PresentColumn,
    How.change: ChangeColumn,
    How.words: WordColumn,
    **dict.fromkeys(_NUMBERS, OrderColumn),
})  # fmt: skip
