"""How well a name answers what was typed: by its beginning, by a word of it, anywhere, or by its first consonants
("ㅎㅂ" finds 환불). Pure; static/rules/matching.js does the same on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.language.values import folded

One = TypeVar("One")
_FIRST = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SYLLABLES, _OF_ONE_FIRST = 11_172, 588


def consonants(text: str) -> str:
    """The first consonant of each syllable; what is no syllable stays."""
    return "".join(_first(each) for each in text)


def _first(letter: str) -> str:
    place = ord(letter) - 0xAC00
    return _FIRST[place // _OF_ONE_FIRST] if 0 <= place < _SYLLABLES else letter


def rank(query: str, text: str) -> int | None:
    """0 is best; None when it does not answer. Nothing typed is answered by everything."""
    wanted, name = folded(query.strip()), folded(text)
    if not wanted:
        return 0
    at = name.find(wanted)
    if at == 0:
        return 0
    if at > 0:
        return 1 if not name[at - 1].isalnum() else 2
    if all(letter in _FIRST or letter == " " for letter in wanted) and wanted in consonants(name):
        return 3
    return 4 if len(parts := wanted.split()) > 1 and all(one in name for one in parts) else None


def best(query: str, some: Sequence[One], name: Callable[[One], str], most: int) -> list[One]:
    """Those that answer, best first, in their order among equals."""
    ranked = ((rank(query, name(one)), place) for place, one in enumerate(some))
    found = sorted((how, place) for how, place in ranked if how is not None)
    return [some[place] for _, place in found[:most]]
