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
from decimal import Decimal
from math import ceil, floor
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

_SLICE = 1 << 12
"""Rows that fit the cache with what is worked out on them."""
_TABLE = 1 << 16
"""Bytes of a table that does, too."""
_TEXTS = 1 << 15
_DEAREST = 3
_PLACES = 14
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)
_HOUR = 3_600_000_000
_BEYOND = (1 << 62) // _HOUR
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
    asks = columns.sight is not None and bool(waiting or index.alone)
    layers = _merged(laid, _words([index.start], index, width), columns.count)
    met = np.empty((columns.count, width), np.uint64)
    states = np.empty((columns.count if asks else 0, 2 * width), np.uint64)

    def lay(first: int) -> None:
        rows = slice(first, min(first + _SLICE, columns.count))
        state = layers[0].of(rows)
        for layer in layers[1:]:
            np.bitwise_and(state, layer.of(rows), out=state)
        if asks:
            states[rows] = state
        np.invert(state[:, width:], out=met[rows])
        np.bitwise_and(met[rows], state[:, :width], out=met[rows])

    _in_slices(lay, columns.count)
    if columns.sight is not None and asks:
        _ask_rows(index, columns.sight, waiting, states, met)
    return Met(met, index.size)


Laid = tuple[NDArray[np.int32], Words]


@dataclass(frozen=True, slots=True)
class _Layer:
    """Columns looked up together: `table` has a row for each combination of their codes."""

    codes: tuple[NDArray[np.int32], ...]
    sizes: tuple[int, ...]
    table: Words

    def of(self, rows: slice) -> Words:
        """What they say of these rows, as new words."""
        place = self.codes[0][rows].astype(np.intp) if self.codes else np.zeros(rows.stop - rows.start, np.intp)
        for codes, size in zip(self.codes[1:], self.sizes[1:], strict=True):
            place *= size
            place += codes[rows]
        return np.take(self.table, place, axis=0, mode="clip")

    def with_column(self, codes: NDArray[np.int32], states: Words) -> _Layer:
        table = (self.table[:, None, :] & states[None, :, :]).reshape(-1, states.shape[1])
        return _Layer((*self.codes, codes), (*self.sizes, len(states)), table)


def _merged(laid: Sequence[Laid], start: Words, count: int) -> list[_Layer]:
    """Columns of few values become one as long as the combinations fit the cache and are fewer than the rows."""
    most = min(_TABLE // start.nbytes, count) if start.nbytes else 1
    layers: list[_Layer] = []
    for codes, states in sorted(laid, key=lambda one: len(one[1])):
        for place, layer in enumerate(layers):
            if len(layer.table) * len(states) <= most:
                layers[place] = layer.with_column(codes, states)
                break
        else:
            layers.append(_Layer((codes,), (len(states),), states))
    if not layers:
        return [_Layer((), (), start)]
    first = layers[0]
    return [_Layer(first.codes, first.sizes, first.table & start), *layers[1:]]


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
        found[first : first + _TEXTS] = search.found(texts[first : first + _TEXTS])

    _in_slices(find, len(texts), _TEXTS)
    sets, codes = _distinct(found)
    return codes, [one.of_found(int.from_bytes(bits.tobytes(), "little")) for bits in sets]


def _distinct(found: Words) -> tuple[Words, NDArray[np.int32]]:
    """The different rows, and for each row which it is."""
    known: dict[bytes, int] = {}
    codes = np.empty(len(found), np.int32)
    places = np.full(1 << _PLACES, -1, np.int32)
    kinds = np.zeros((1 << _PLACES, found.shape[1]), np.uint64)
    spread = _SPREAD ** np.arange(1, found.shape[1] + 1, dtype=np.uint64)
    for first in range(0, len(found), _SLICE):
        part = found[first : first + _SLICE]
        place = ((part * spread).sum(axis=1, dtype=np.uint64) >> np.uint64(64 - _PLACES)).astype(np.intp)
        said = places[place]
        others = np.flatnonzero((said < 0) | (kinds[place] != part).any(axis=1))
        if len(others):
            rows, inverse = np.unique(part[others], axis=0, return_inverse=True)
            numbers = np.array([known.setdefault(one.tobytes(), len(known)) for one in rows], np.int32)
            said[others] = numbers[inverse]
            places[place[others]], kinds[place[others]] = said[others], part[others]
        codes[first : first + _SLICE] = said
    return np.frombuffer(b"".join(known), np.uint64).reshape(len(known), found.shape[1]), codes


def _of_times(one: tables.OrderColumn, source: Times, columns: Columns) -> tuple[NDArray[np.int32], list[State]]:
    """Whole hours between, placed among the limits; the last state stands for what is not known."""
    now = columns.moments()
    edges = np.array([edge * _HOUR for limit in one.order.limits for edge in _edges(limit)], np.int64)
    codes = np.empty(columns.count, np.int32)
    unknown = len(one.order.states)

    def place(first: int) -> None:
        rows = slice(first, first + _SLICE)
        at, here = source.at[rows], now if isinstance(now, int) else now[rows]
        between = here - at if one.field in SINCE else at - here
        codes[rows] = np.searchsorted(edges, between, side="right")
        codes[rows][(at == NO_TIME) | (between < 0)] = unknown

    _in_slices(place, columns.count)
    return codes, [*one.order.states, one.unknown]


def _edges(limit: int | Decimal) -> tuple[int, int]:
    """The first whole hour that is not below the limit, and the first that is above it."""
    near = max(-_BEYOND, min(limit, _BEYOND))
    return ceil(near), floor(near) + 1


def _ask_rows(
    index: Index,
    sight: Callable[[int], Sight],
    waiting: Sequence[tables.Column],
    states: Words,
    met: Words,
) -> None:
    """Asks whole tickets what columns cannot tell, on the rows where it can still matter."""
    asked, width = 0, met.shape[1]
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
        met[row] = np.frombuffer(index.rest(one, state).to_bytes(width * 8, "little"), np.uint64)


def _words(states: Sequence[State], index: Index, width: int) -> Words:
    """States as rows of words."""
    raw = b"".join(
        half.to_bytes(width * 8, "little") for one in states for half in (one >> index.size, one & index.every)
    )
    return np.frombuffer(raw, np.uint64).reshape(len(states), 2 * width)


def _in_slices(work: Callable[[int], None], count: int, size: int = _SLICE) -> None:
    """Slice after slice; numpy works outside the interpreter's lock, so that two threads share what is much."""
    starts = range(0, count, size)
    if len(starts) < 2 * _THREADS or _THREADS == 1:
        for first in starts:
            work(first)
        return
    with ThreadPoolExecutor(_THREADS) as threads:
        for _ in threads.map(work, starts):
            pass
