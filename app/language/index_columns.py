"""One field of a set of rules: the value of a ticket becomes keys, or a number, and a table answers for all rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.language.account import Account
from app.language.check import ABSENT, CHANGED, EMPTY, NOTHING, PRESENT
from app.language.checks import change_text
from app.language.facts_of_ticket import Change
from app.language.masks import Asked, KeyTable, OrderTable, State
from app.language.needles import Needles
from app.language.readers import Read
from app.language.shape import How, Needle
from app.language.sight import NOT_KNOWN, Unknown
from app.language.values import day_of, folded, moment_of, number_of, tags_of, text_of

_COSTS = MappingProxyType({How.words: 3, How.business_hours: 4, How.change: 2, How.hours: 2})
_DEAR_FIELDS = MappingProxyType({"text.topic": 4})
_EXACT = 10**18
MOST_KEPT = 4096


class Column:
    """`rules`: those that ask here. `says` takes a value as the field's reader gives it."""

    __slots__ = ("cost", "field", "how", "read", "rules", "unknown")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], unknown: State) -> None:
        self.field = field
        self.how = how
        self.cost = _DEAR_FIELDS.get(field, _COSTS.get(how, 1))
        self.read: Read = asked[0].shape.read
        self.unknown = unknown
        self.rules = 0
        for one in asked:
            self.rules |= one.in_all | one.in_any

    def says(self, value: Any, account: Account) -> State:
        raise NotImplementedError


class KeyColumn(Column):
    """By keys; `table` has what each named key alone says, `other` what a value with none of them says."""

    __slots__ = ("keyed", "other", "table")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        self.keyed = KeyTable(asked, every)
        super().__init__(field, how, asked, self.keyed.unknown)
        self.other = self.keyed.other
        self.table: dict[Any, State] = {key: self.keyed.says((key,)) for key in self.keyed.named}


class TextColumn(KeyColumn):
    __slots__ = ("_text",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self._text: Callable[[Any], str] = _address if how is How.address else text_of
        self.table[None] = self.unknown

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is Unknown:
            return self.unknown
        return self.table.get(self._text(value), self.other)


class TagColumn(KeyColumn):
    """Keeps, for sets of tags that rules name, what they say."""

    __slots__ = ("said",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self.said: dict[frozenset[Any], State] = {frozenset(): self.other}

    def says(self, value: Any, account: Account) -> State:
        if not isinstance(value, frozenset):
            return self.unknown if value.__class__ is Unknown else self.other
        present = self.keyed.named & value
        return self.said.get(present) or self.of_named(present)

    def of_named(self, present: frozenset[Any]) -> State:
        said = self.keyed.says(present)
        if len(self.said) < MOST_KEPT:
            self.said[present] = said
        return said


class PresentColumn(KeyColumn):
    """No record linked is known to be no value."""

    __slots__ = ()

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is Unknown:
            return self.unknown if value is NOT_KNOWN else self.other
        return self.other if value in ABSENT else self.table[PRESENT]


class ChangeColumn(KeyColumn):
    __slots__ = ()

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is Unknown:
            return self.unknown
        if not isinstance(value, Change):
            return self.other
        after, before = change_text(self.field, value.after), change_text(self.field, value.before)
        return self.keyed.says((CHANGED, ("value", after), ("value_previous", before)))


class _AccountColumn(KeyColumn):
    """Keys of an account's own field; an option's id, where a rule names it, stands for the option's value too."""

    __slots__ = ("_aliases",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self._aliases: tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]] = ({}, {})

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is Unknown:
            return self.unknown
        keys = self._keys(value)
        if account.option_values:
            aliases = self._ids_of(account.option_values)
            keys = keys | {one for key in keys for one in aliases.get(key, ())}
        return self.keyed.says(keys)

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

    __slots__ = ("numbers",)

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        texts = [key for key in self.keyed.named if isinstance(key, str)]
        self.numbers = len(texts) < len(self.keyed.named)
        self.table = {key: self.keyed.says((key,)) for key in self.keyed.named if not isinstance(key, str)}
        self.table |= {text: self.keyed.says(self._keys(text)) for text in [*texts, ""]}

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is not str or account.option_values:
            return super().says(value, account)
        found = self.table.get(value)
        if found is not None:
            return found
        return self.table.get(number_of(value), self.other) if self.numbers else self.other

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

    __slots__ = ("needles", "said")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        super().__init__(field, how, asked, every)
        self.needles = Needles(one for one in self.keyed.named if isinstance(one, Needle))
        self.said: dict[int, State] = {0: self.other}

    def says(self, value: Any, account: Account) -> State:
        return self.unknown if value.__class__ is Unknown else self.of_found(self.needles.found(text_of(value)))

    def of_found(self, bits: int) -> State:
        said = self.said.get(bits)
        if said is None:
            said = self.keyed.says(self.needles.of_bits(bits))
            if len(self.said) < MOST_KEPT:
                self.said[bits] = said
        return said


class OrderColumn(Column):
    __slots__ = ("_number", "_numeric", "order")

    def __init__(self, field: str, how: How, asked: Sequence[Asked], every: int) -> None:
        self.order = OrderTable(asked, every)
        super().__init__(field, how, asked, self.order.unknown)
        self._number: Callable[[Any], Any] = _NUMBERS[how]
        self._numeric = how not in {How.moment, How.day}

    def says(self, value: Any, account: Account) -> State:
        if value.__class__ is Unknown:
            return self.unknown
        ready = self._numeric and value.__class__ is int and -_EXACT < value < _EXACT
        number = value if ready else self._number(value)
        return self.unknown if number is None else self.order.says(number)


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
