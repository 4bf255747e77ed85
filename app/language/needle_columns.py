"""Needles in many texts at once: the same as Needles.found on each, over arrays of characters.

One look-up a character tells of which needles it may be the first letter and of which the second, by a few groups of
needles; where both agree, the needles of that pair of letters are compared. Texts of which an array cannot be sure
(a letter that folds into two, a rare plane of Unicode) are searched one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.language.needles import Needles
from app.language.values import SEPARATE_WORD

_UNITS = 0x10000
_SURROGATES = slice(0xD800, 0xE000)
_HIGH_SURROGATES = slice(0xD800, 0xDC00)
_PICTOGRAPHS = slice(0xD83C, 0xD83F)
"""The first halves of emoji: no case, no composition."""
_GAP = "\0"
_NO_LETTER = re.compile("[\0\ud800-\udfff]")
_GROUPS = 15
_SECOND = 16
_PASS = 1 << 15
_NOWHERE = np.zeros(0, np.intp)
_UNEVEN = np.uint32(1 << 15)
_UNCOMPOSED = np.uint32(1 << 31)

Found = NDArray[np.uint64]
Places = NDArray[np.intp]
Numbers = NDArray[np.intp]
Units = NDArray[np.uint16]


class ColumnSearch:
    """Works on slices of texts; may be shared between threads."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self.words = max(1, -(-len(needles.needles) // 64))
        self._able = not any(_NO_LETTER.search(one.text) for one in needles.needles)
        letters = [_units_of(one.text) for one in needles.needles] if self._able else []
        longest = max(map(len, letters), default=0)
        self._letters = np.array([np.pad(one, (0, longest - len(one))) for one in letters], np.uint16).T
        self._lengths = np.array([len(one) for one in letters], np.intp)
        self._whole = np.array([one.whole for one in needles.needles], np.bool_)
        self._single = [number for number, one in enumerate(letters) if len(one) == 1]
        firsts = {one: place for place, one in enumerate(sorted({int(one[0]) for one in letters}), start=1)}
        seconds = {one: place for place, one in enumerate(sorted({int(one[1]) for one in letters if len(one) > 1}), 1)}
        self._pairs = np.full((len(firsts) + 1, len(seconds) + 1), -1, np.intp)
        self._next = np.full(len(letters), -1, np.intp)
        kinds = np.zeros(_UNITS, np.uint32)
        for number, one in enumerate(letters):
            if len(one) == 1:
                continue
            first, second = int(one[0]), int(one[1])
            pair = (firsts[first], seconds[second])
            self._next[number], self._pairs[pair] = self._pairs[pair], number
            kinds[first] |= np.uint32(1 << firsts[first] % _GROUPS)
            kinds[second] |= np.uint32(1 << firsts[first] % _GROUPS + _SECOND)
        self._firsts, self._seconds = _table(firsts), _table(seconds)
        self._folds = _folds()
        self._kinds = kinds[self._folds] | _doubts()

    def found(self, texts: Sequence[str]) -> Found:
        """For each text the needles in it: bit n of the row's words is needle n."""
        found = np.zeros((len(texts), self.words), np.uint64)
        joined = _GAP.join([*texts, ""])
        try:
            units = _units_of(joined)
            places, ends, unsure, composed = self._passed(units)
            if not composed and not unicodedata.is_normalized("NFC", joined):
                units = _units_of(unicodedata.normalize("NFC", joined))
                places, ends, unsure, _ = self._passed(units)
        except UnicodeEncodeError:
            return self._one_by_one(texts, range(len(texts)), found)
        if not self._able or len(ends) != len(texts):
            return self._one_by_one(texts, range(len(texts)), found)
        doubted = [unsure]
        for candidates in self._candidates(units, places):
            places, numbers = self._alone(*self._spelt(*candidates, units), units, doubted)
            self._mark(found, np.searchsorted(ends, places), numbers)
        rows = {row for places in doubted for row in np.searchsorted(ends, places).tolist()}
        return self._one_by_one(texts, sorted(rows), found)

    def _passed(self, units: Units) -> tuple[Places, Places, Places, bool]:
        """Where two letters may begin a needle, where texts end, where arrays are not sure; whether all is composed."""
        begin, end, unsure, composed = [_NOWHERE], [_NOWHERE], [_NOWHERE], True
        for first in range(0, len(units), _PASS):
            part = units[first : first + _PASS + 1]
            kinds = self._kinds.take(part, mode="clip")
            begin.append(np.flatnonzero((kinds[:-1] & (kinds[1:] >> np.uint32(_SECOND))) != 0) + first)
            end.append(np.flatnonzero(part[:_PASS] == 0) + first)
            doubts = np.bitwise_or.reduce(kinds)
            if doubts & _UNEVEN:
                unsure.append(np.flatnonzero(kinds[:_PASS] & _UNEVEN) + first)
            composed = composed and not doubts & _UNCOMPOSED
        return np.concatenate(begin), np.concatenate(end), np.concatenate(unsure), composed

    def _candidates(self, units: Units, places: Places) -> Iterator[tuple[Places, Numbers]]:
        """Where the first two letters of needles stand, in order of place, with the numbers of the needles."""
        numbers = self._pairs[self._firsts[units[places]], self._seconds[units[places + 1]]]
        while len(places):
            there = numbers >= 0
            places, numbers = places[there], numbers[there]
            yield places, numbers
            numbers = self._next[numbers]
        for number in self._single:
            places = np.flatnonzero(self._firsts[units] == self._firsts[self._letters[0, number]])
            yield places, np.full(len(places), number, np.intp)

    def _spelt(self, places: Places, numbers: Numbers, units: Units) -> tuple[Places, Numbers]:
        """Of the places where their first two letters stand, those where all of them do. The last unit is a gap."""
        there = np.ones(len(places), np.bool_)
        asked = np.arange(len(places))
        for offset in range(2, len(self._letters)):
            asked = asked[self._lengths[numbers[asked]] > offset]
            letters = self._folds[units.take(places[asked] + offset, mode="clip")]
            same = letters == self._letters[offset][numbers[asked]]
            there[asked[~same]] = False
            asked = asked[same]
        return places[there], numbers[there]

    def _alone(self, places: Places, numbers: Numbers, units: Units, unsure: list[Places]) -> tuple[Places, Numbers]:
        """Without those of whole words that a letter touches; where half a character does, its text is `unsure`."""
        before, after = units[places - 1], units[places + self._lengths[numbers]]
        before[places == 0] = 0
        halves = ((before & 0xF800) == 0xD800) | ((after & 0xF800) == 0xD800)
        if halves.any():
            unsure.append(places[halves])
        there = ~self._whole[numbers] | ~(_are_letters(before) | _are_letters(after))
        return places[there], numbers[there]

    def _mark(self, found: Found, rows: Places, numbers: Numbers) -> None:
        """`rows` in ascending order."""
        bits = np.uint64(1) << (numbers % 64).astype(np.uint64)
        for word in range(self.words):
            here = numbers // 64 == word if self.words > 1 else slice(None)
            marked, said = rows[here], bits[here]
            if len(marked):
                starts = np.flatnonzero(np.diff(marked, prepend=-1))
                found[marked[starts], word] |= np.bitwise_or.reduceat(said, starts)

    def _one_by_one(self, texts: Sequence[str], rows: Sequence[int], found: Found) -> Found:
        for row in rows:
            bits = self._needles.found(texts[row])
            for word in range(self.words):
                found[row, word] = bits >> 64 * word & 0xFFFF_FFFF_FFFF_FFFF
        return found


def _units_of(text: str) -> Units:
    """Halves of a surrogate that stand alone are refused."""
    return np.frombuffer(text.encode("utf-16-le"), np.uint16)


def _are_letters(units: Units) -> NDArray[np.bool_]:
    return _letters()[units]


def _table(places: Mapping[int, int]) -> NDArray[np.intp]:
    """By the character, with or without its case; 0 for others."""
    table = np.zeros(_UNITS, np.intp)
    table[list(places)] = list(places.values())
    return table[_folds()]


@lru_cache(maxsize=1)
def _letters() -> NDArray[np.bool_]:
    """Which characters are letters of separate words."""
    raw = np.zeros(_UNITS, np.bool_)
    for one in SEPARATE_WORD.finditer("".join(map(chr, range(_UNITS)))):
        raw[one.start() : one.end()] = True
    return raw[_folds()]


@lru_cache(maxsize=1)
def _folds() -> Units:
    """Each character without its case; one that becomes several stays as it is."""
    folded = [chr(code).casefold() for code in range(_UNITS)]
    return np.array([ord(one) if len(one) == 1 else code for code, one in enumerate(folded)], np.uint16)


@lru_cache(maxsize=1)
def _doubts() -> NDArray[np.uint32]:
    """Flags of the characters that do not fold into one, and of those that may not be composed."""
    doubts = np.zeros(_UNITS, np.uint32)
    latter: set[int] = set()
    for code in range(_UNITS):
        one = chr(code)
        parts = unicodedata.decomposition(one)
        if parts and parts[0] != "<":
            latter.add(int(parts.split()[-1], 16))
        if len(one.casefold()) > 1:
            doubts[code] |= _UNEVEN
        if unicodedata.combining(one) or not unicodedata.is_normalized("NFC", one):
            doubts[code] |= _UNCOMPOSED
    doubts[[code for code in latter if code < _UNITS]] |= _UNCOMPOSED
    doubts[0x1160:0x1200] |= _UNCOMPOSED
    doubts[_SURROGATES] = 0
    doubts[_HIGH_SURROGATES] = _UNEVEN
    doubts[_PICTOGRAPHS] = 0
    return doubts
