"""Many tickets at once: each distinct value of a field is asked about once, and what it says is laid over its rows.

A row's state is that of masks.py in words of 64 bits: first the rules that are alive, then those that lack a row of
their "any". A column is a table of states and a code a row; the rows' states are the columns' laid over each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from app.language import index_columns as tables
from app.language.account import PLAIN_ACCOUNT
from app.language.columns import NO_TIME, Coded, Column, Columns, Texts, Times
from app.language.facts_of_ticket import TicketFacts
from app.language.index import Index
from app.language.masks import State
from app.language.needle_columns import ColumnSearch
from app.language.readers import SINCE, TEXTS, UNTIL
from app.language.ruleset import R, RuleSet, numbers_of
from app.language.shape import How
from app.language.sight import NOT_KNOWN, Sight
from app.language.vocabulary import family_key

Words = NDArray[np.uint64]

_SLICE = 1 << 15
_DEAREST = 3
_HOUR = 3_600_000_000
_BEYOND = 1 << 62
_THREADS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Met:
    """Which rules are met in which rows: `words[row]` has the rules as bits, the first rule the lowest."""

    words: Words
    rules: int

    def of_row(self, row: int) -> tuple[int, ...]:
        return tuple(numbers_of(int.from_bytes(self.words[row].tobytes(), "little")))

    def each(self) -> Iterator[tuple[int, ...]]:
        """Every row's rules; rows that meet the same rules share one tuple."""
        width = self.words.shape[1] * 8
        raw = self.words.tobytes()
        known: dict[bytes, tuple[int, ...]] = {}
        for row in range(len(self.words)):
            bits = raw[row * width : (row + 1) * width]
            found = known.get(bits)
            if found is None:
                found = known[bits] = tuple(numbers_of(int.from_bytes(bits, "little")))
            yield found

    def rows_of(self, rule: int) -> NDArray[np.intp]:
        """The rows in which the rule is met."""
        return np.flatnonzero(self.words[:, rule // 64] >> np.uint64(rule % 64) & np.uint64(1))

    def counts(self) -> list[int]:
        """In how many rows each rule is met."""
        return [len(self.rows_of(rule)) for rule in range(self.rules)]


def met_many(rules: RuleSet[R], sights: Sequence[Sight]) -> list[tuple[int, ...]]:
    """For each sight the indexes of the rules that are met, in order: the same as `tuple(rules.met(sight))`."""
    return [tuple(rules.met(sight)) for sight in sights]


def columns_of(rules: RuleSet[R], sights: Sequence[Sight]) -> Columns:
    """Columns of whatever facts there are: all of one account."""
    fields: dict[str, Column] = {}
    for one in rules.index.columns:
        if one.how in {How.business_hours, How.change} or one.cost > _DEAREST or one.field in fields:
            continue
        if one.how is How.hours:
            fields[one.field] = Times.of(_times(one.field, sights))
        elif one.field in TEXTS:
            fields[one.field] = Texts([TEXTS[one.field](sight.facts) for sight in sights])
        else:
            fields[one.field] = Coded.of([one.read(sight) for sight in sights])
    now = np.fromiter((round(sight.now.timestamp() * 1_000_000) for sight in sights), np.int64, len(sights))
    account = sights[0].account if sights else PLAIN_ACCOUNT
    return Columns(len(sights), fields, now, account, sights.__getitem__)


def _times(field: str, sights: Sequence[Sight]) -> list[datetime | None]:
    name, status = SINCE.get(field) or (UNTIL[field], "")
    read: Callable[[TicketFacts], datetime | None] = attrgetter(name)
    return [None if status and sight.facts.status != status else read(sight.facts) for sight in sights]


def met_columns(rules: RuleSet[R], columns: Columns) -> Met:
    """The same for stored tickets. Refuses with KeyError a field that it has neither a column nor a `sight` for."""
    index = rules.index
    width = -(-index.size // 64)
    laid, waiting = _laid(index, columns, width)
    if (waiting or index.alone) and columns.sight is None:
        missing = {one.field for one in waiting} | {one.check.condition.field for one in index.alone}
        raise KeyError(f"no column for {', '.join(sorted(missing))}, and no sight of the rows")
    states = np.empty((columns.count, 2 * width), np.uint64)
    start = _words([index.start], index, width)

    def lay(first: int) -> None:
        rows = slice(first, min(first + _SLICE, columns.count))
        part = states[rows]
        part[:] = start
        buffer = np.empty_like(part)
        for codes, table in laid:
            np.take(table, codes[rows], axis=0, out=buffer, mode="clip")
            np.bitwise_and(part, buffer, out=part)

    _in_slices(lay, columns.count)
    if columns.sight is not None and (waiting or index.alone):
        _ask_rows(index, columns.sight, waiting, states, width)
    return Met(states[:, :width] & ~states[:, width:], index.size)


Laid = tuple[NDArray[np.int32], Words]


def _laid(index: Index, columns: Columns, width: int) -> tuple[list[Laid], list[tables.Column]]:
    """Codes and states of each column that is there; and those that must be asked of whole tickets."""
    laid: list[Laid] = []
    waiting: list[tables.Column] = []
    for one in index.columns:
        source = columns.fields.get(one.field)
        found = None if source is None else _of_source(one, source, columns)
        if found is None:
            waiting.append(one)
        else:
            codes, states = found
            laid.append((codes, _words(states, index, width)))
    return laid, waiting


def _of_source(one: tables.Column, source: Column, columns: Columns) -> tuple[NDArray[np.int32], list[State]] | None:
    if isinstance(source, Times):
        return _of_times(one, source, columns) if isinstance(one, tables.OrderColumn) and one.how is How.hours else None
    if one.how in {How.business_hours, How.change, How.hours}:
        return None
    if isinstance(source, Texts):
        if isinstance(one, tables.WordColumn):
            return _of_texts(one, source.values)
        source = Coded.of(source.values)
    if isinstance(one, tables.WordColumn) and all(value.__class__ is str for value in source.values):
        codes, states = _of_texts(one, source.values)
        return codes[source.codes], states
    said = [NOT_KNOWN if value is None and not _own(one.field) else value for value in source.values]
    return source.codes, [one.says(value, columns.account) for value in said]


def _own(field: str) -> bool:
    family = family_key(field)
    return family is not None and not family[0].endswith("{n}d")


def _of_texts(one: tables.WordColumn, texts: Sequence[str]) -> tuple[NDArray[np.int32], list[State]]:
    """Codes of the sets of needles that are found."""
    search = ColumnSearch(one.needles)
    found = np.empty((len(texts), search.words), np.uint64)

    def find(first: int) -> None:
        found[first : first + _SLICE] = search.found(texts[first : first + _SLICE])

    _in_slices(find, len(texts))
    sets, codes = _distinct(found)
    return codes, [one.of_found(int.from_bytes(bits.tobytes(), "little")) for bits in sets]


def _distinct(found: Words) -> tuple[Words, NDArray[np.int32]]:
    """The different rows, and for each row which it is. Most rows are of few kinds, so slices are made one first."""
    known: dict[bytes, int] = {}
    codes = np.empty(len(found), np.int32)
    for first in range(0, len(found), _SLICE):
        part = found[first : first + _SLICE]
        kinds, inverse = np.unique(part if part.shape[1] > 1 else part[:, 0], axis=0, return_inverse=True)
        places = np.array([known.setdefault(kind.tobytes(), len(known)) for kind in kinds], np.int32)
        codes[first : first + _SLICE] = places[inverse]
    joined = b"".join(known)
    return np.frombuffer(joined, np.uint64).reshape(len(known), found.shape[1]), codes


def _of_times(one: tables.OrderColumn, source: Times, columns: Columns) -> tuple[NDArray[np.int32], list[State]]:
    """Whole hours between, placed among the limits; the last state stands for what is not known."""
    now = columns.moments()
    limits = np.array([max(-_BEYOND, min(limit, _BEYOND)) for limit in one.order.limits], np.int64)
    codes = np.empty(columns.count, np.int32)
    unknown = len(one.order.states)

    def place(first: int) -> None:
        rows = slice(first, first + _SLICE)
        at, here = source.at[rows], now if isinstance(now, int) else now[rows]
        between = here - at if one.field in SINCE else at - here
        hours = between // _HOUR
        below = np.searchsorted(limits, hours)
        exact = limits[np.minimum(below, len(limits) - 1)] == hours if len(limits) else np.zeros(len(hours), np.bool_)
        placed = 2 * below + exact
        codes[rows] = np.where((at == NO_TIME) | (between < 0), unknown, placed)

    _in_slices(place, columns.count)
    return codes, [*one.order.states, one.unknown]


def _ask_rows(
    index: Index,
    sight: Callable[[int], Sight],
    waiting: Sequence[tables.Column],
    states: Words,
    width: int,
) -> None:
    """Asks whole tickets what columns cannot tell, on the rows where it can still matter."""
    asked = 0
    for column in waiting:
        asked |= column.rules
    for alone in index.alone:
        asked |= alone.in_all | alone.in_any
    mask = np.frombuffer(asked.to_bytes(width * 8, "little"), np.uint64)
    for row in np.flatnonzero((states[:, :width] & mask).any(axis=1)):
        raw = states[row].tobytes()
        alive, lacking = int.from_bytes(raw[: width * 8], "little"), int.from_bytes(raw[width * 8 :], "little")
        one, state = sight(int(row)), alive << index.size | lacking
        for column in waiting:
            if state >> index.size & column.rules:
                state &= column.says(column.read(one), one.account)
        met = index.rest(one, state)
        states[row, :width] = np.frombuffer(met.to_bytes(width * 8, "little"), np.uint64)
        states[row, width:] = 0


def _words(states: Sequence[State], index: Index, width: int) -> Words:
    """States as rows of words."""
    raw = b"".join(
        half.to_bytes(width * 8, "little") for one in states for half in (one >> index.size, one & index.every)
    )
    return np.frombuffer(raw, np.uint64).reshape(len(states), 2 * width)


def _in_slices(work: Callable[[int], None], count: int) -> None:
    """Slice after slice; numpy works outside the interpreter's lock, so that two threads share what is much."""
    starts = range(0, count, _SLICE)
    if len(starts) < 2 * _THREADS or _THREADS == 1:
        for first in starts:
            work(first)
        return
    with ThreadPoolExecutor(_THREADS) as threads:
        for _ in threads.map(work, starts):
            pass
