"""Needles in many texts at once: the same as Needles.found on each, over arrays of characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.language.needles import LETTERS, Needles
from app.language.shape import Needle

_CASED = 0x20000
"""Beyond the first two planes no character has a case."""
_UNEVEN = 0x110000
_GAP = "\0"
_MOST_CLASSES = 255

Found = NDArray[np.uint64]


class ColumnSearch:
    """Works on slices of texts; may be shared between threads."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self.words = max(1, -(-len(needles.needles) // 64))
        letters = sorted({one for needle in needles.needles for one in needle.text})
        self._by_pair: dict[int, list[tuple[int, Needle]]] = {}
        self._single: list[tuple[int, Needle]] = []
        self._able = len(letters) < _MOST_CLASSES and _GAP not in letters
        if not self._able:
            return
        class_of = {one: number for number, one in enumerate(letters, start=1)}
        size = len(letters) + 1
        of_folded = np.zeros(0x110000, np.uint8)
        of_folded[[ord(one) for one in letters]] = list(class_of.values())
        self._uneven = size
        self._classes = of_folded.copy()
        self._classes[:_CASED] = np.append(of_folded, np.uint8(size))[_folds()]
        self._size = size + 1
        pairs = np.zeros(self._size * self._size, np.uint8)
        for number, needle in enumerate(needles.needles):
            if len(needle.text) == 1:
                self._single.append((number, needle))
                continue
            pair = class_of[needle.text[0]] * self._size + class_of[needle.text[1]]
            pairs[pair] = 1
            self._by_pair.setdefault(pair, []).append((number, needle))
        self._pairs = pairs
        self._class_of = class_of

    def found(self, texts: Sequence[str]) -> Found:
        """For each text the needles in it: bit n of the row's words is needle n."""
        found = np.zeros((len(texts), self.words), np.uint64)
        joined = _GAP.join(texts)
        if not joined.isascii() and not unicodedata.is_normalized("NFC", joined):
            joined = unicodedata.normalize("NFC", joined)
        codes = np.frombuffer(f"{joined}{_GAP}".encode("utf-32-le", "surrogatepass"), np.uint32)
        classes = self._classes[codes] if self._able else None
        if classes is None or joined.count(_GAP) != len(texts) - 1 or (classes == self._uneven).any():
            return self._one_by_one(texts, found)
        ends = np.flatnonzero(codes == ord(_GAP))
        pairs = classes[:-1].astype(np.uint16) * np.uint16(self._size) + classes[1:]
        places = np.flatnonzero(self._pairs[pairs])
        pairs = pairs[places]
        for pair, needles in self._by_pair.items():
            here = places[pairs == pair]
            for number, needle in needles if len(here) else ():
                self._mark(found, number, self._alone(needle, self._whole(needle, here, classes), codes), ends)
        for number, needle in self._single:
            here = np.flatnonzero(classes == self._class_of[needle.text])
            self._mark(found, number, self._alone(needle, here, codes), ends)
        return found

    def _whole(self, needle: Needle, here: NDArray[np.intp], classes: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Of the places where its first two letters stand, those where all of it does."""
        here = here[here + len(needle.text) < len(classes)]
        for offset, letter in enumerate(needle.text[2:], start=2):
            here = here[classes[here + offset] == self._class_of[letter]]
        return here

    @staticmethod
    def _alone(needle: Needle, here: NDArray[np.intp], codes: NDArray[np.uint32]) -> NDArray[np.intp]:
        if not needle.whole or not len(here):
            return here
        before = _are_letters(codes[np.maximum(here - 1, 0)]) & (here > 0)
        return here[~before & ~_are_letters(codes[here + len(needle.text)])]

    @staticmethod
    def _mark(found: Found, number: int, here: NDArray[np.intp], ends: NDArray[np.intp]) -> None:
        if len(here):
            rows = np.searchsorted(ends, here)
            found[rows, number // 64] |= np.uint64(1 << number % 64)

    def _one_by_one(self, texts: Sequence[str], found: Found) -> Found:
        for row, text in enumerate(texts):
            bits = self._needles.found(text)
            for word in range(self.words if bits else 0):
                found[row, word] = bits >> 64 * word & 0xFFFF_FFFF_FFFF_FFFF
        return found


def _are_letters(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    folds = _folds()
    kinds, inverse = np.unique(codes, return_inverse=True)
    alike = [chr(folds[code] if code < _CASED else code) for code in kinds]
    return np.array([LETTERS[one] for one in alike], np.bool_)[inverse]


@lru_cache(maxsize=1)
def _folds() -> NDArray[np.uint32]:
    """Each character without its case; `_UNEVEN` for the few that become several."""
    folded = (chr(code).casefold() for code in range(_CASED))
    return np.fromiter((ord(one) if len(one) == 1 else _UNEVEN for one in folded), np.uint32, _CASED)
