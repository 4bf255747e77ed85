"""How each column is looked at in one ticket: the same answer as `says(read(sight))`, with no detour on the way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from app.language.account import Account
from app.language.facts_of_ticket import TicketFacts
from app.language.index_columns import Column, OptionColumn, OrderColumn, TagColumn, WordColumn
from app.language.masks import State
from app.language.needles import LETTERS
from app.language.readers import ATTRIBUTES, SINCE, TEXTS
from app.language.shape import How
from app.language.sight import Sight, Unknown
from app.language.vocabulary import family_key

Look = Callable[[Sight], State]
OwnField = tuple[str, type, Mapping[Any, State], State | None, Callable[[Any, Account], State]]
"""Key, the class of values that are looked up, what they say, what others of that class say (None: ask), and who is
asked about whatever else there is."""

DEAR = 3
"""From this cost on, a column is asked only while a rule that asks there may still be met."""

_TICKET_FIELDS = "custom_fields_{id}"
_MOST_STEPS = 2048


def look_of(column: Column) -> Look:
    for found in (_tags(column), _hours(column), _words(column)):
        if found is not None:
            return found
    says, read = column.says, column.read
    return lambda sight: says(read(sight), sight.account)


def _tags(column: Column) -> Look | None:
    if not isinstance(column, TagColumn) or column.field not in ATTRIBUTES:
        return None
    named, said, compose, slow = column.keyed.named, column.said, column.of_named, column.says

    def look(sight: Sight) -> State:
        tags = sight.facts.tags
        if tags.__class__ is not frozenset:
            return slow(tags, sight.account)
        present = named & tags
        return said.get(present) or compose(present)

    return look


def _own_key(column: Column) -> str | None:
    family = family_key(column.field)
    return family[1] if family is not None and family[0] == _TICKET_FIELDS else None


def of_own_field(column: Column) -> OwnField | None:
    """How a field of the ticket's form is looked up, where its values have few kinds."""
    key = _own_key(column)
    if key is None:
        return None
    if isinstance(column, OptionColumn):
        return key, str, column.table, None if column.numbers else column.other, column.says
    if isinstance(column, OrderColumn) and column.how is How.number:
        return key, int, dict(enumerate(_steps(column))), None, column.says
    return None


def asking(field: OwnField) -> OwnField:
    """The same where an option has more names than its value: always asked."""
    key, _, known, other, says = field
    return key, Unknown, known, other, says


def _hours(column: Column) -> Look | None:
    if not isinstance(column, OrderColumn) or column.how is not How.hours or column.field not in SINCE:
        return None
    name, status = SINCE[column.field]
    start_of: Callable[[TicketFacts], datetime | None] = attrgetter(name)
    unknown, later, steps = column.unknown, column.order.says, _steps(column)
    end = len(steps)

    def look(sight: Sight) -> State:
        facts = sight.facts
        start = start_of(facts)
        if start is None or (status and facts.status != status):
            return unknown
        since = sight.now - start
        hours = since.days * 24 + since.seconds // 3600
        if 0 <= hours < end:
            return steps[hours]
        return later(hours) if hours >= 0 else unknown

    return look


def _steps(column: OrderColumn) -> list[State]:
    """What each whole number from 0 on says, up to the last limit where that is near."""
    last = max(column.order.limits, default=0)
    return [column.order.says(number) for number in range(int(last) + 1)] if 0 <= last < _MOST_STEPS else []


def _words(column: Column) -> Look | None:
    if not isinstance(column, WordColumn) or column.field not in TEXTS:
        return None
    text_of, find, said, compose = TEXTS[column.field], column.needles.iterate, column.said, column.of_found
    normalize, letters = unicodedata.normalize, LETTERS

    def look(sight: Sight) -> State:
        text = text_of(sight.facts)
        text = text.lower() if text.isascii() else normalize("NFC", text).casefold()
        seen = 0
        for end, (length, loose, whole) in find(text):
            if loose:
                seen |= loose
            if whole:
                before, after = end - length, end + 1
                if not (before >= 0 and letters[text[before]]) and not (after < len(text) and letters[text[after]]):
                    seen |= whole
        return said.get(seen) or compose(seen)

    return look
