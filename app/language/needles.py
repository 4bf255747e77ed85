"""All words and strings that rules look for in a text, found in one pass over it (Aho and Corasick)."""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick

from app.language.shape import Needle
from app.language.values import SEPARATE_WORD, folded


class Needles:
    """Finds needles as values.WordsOfText does. What is found is bits: of `needles`, the first is the lowest."""

    __slots__ = ("_automaton", "iterate", "needles")

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.needles = tuple(sorted(needles))
        bits: dict[str, list[int]] = {}
        for number, one in enumerate(self.needles):
            bits.setdefault(one.text, [0, 0])[one.whole] |= 1 << number
        self._automaton = ahocorasick.Automaton()
        for text, (loose, whole) in bits.items():
            self._automaton.add_word(text, (len(text), loose, whole))
        if bits:
            self._automaton.make_automaton()
        self.iterate = self._automaton.iter if bits else _nothing

    def found(self, raw: str) -> int:
        """Which needles are in a text as it came."""
        text = folded(raw)
        seen = 0
        for end, (length, loose, whole) in self.iterate(text):
            seen |= loose
            if whole & ~seen and stands_alone(text, end - length + 1, end + 1):
                seen |= whole
        return seen

    def of_bits(self, bits: int) -> list[Needle]:
        return [one for number, one in enumerate(self.needles) if bits >> number & 1]


def _nothing(_text: str) -> tuple[()]:
    return ()


class _Letters(dict[str, bool]):
    """Which characters are letters of separate words; each is asked once."""

    def __missing__(self, character: str) -> bool:
        self[character] = found = SEPARATE_WORD.match(character) is not None
        return found


LETTERS = _Letters()


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter of a separate word touches text[start:end]."""
    return not (start and LETTERS[text[start - 1]]) and not (end < len(text) and LETTERS[text[end]])
