"""What a check asks in a form that many checks can share: is a key among the wanted ones, or how does it rank.

A check that has a shape is answered by a table together with all others on the same field (app/language/index.py); one
that has none is asked by itself. Either way the answer is the check's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from app.language.sight import Sight
from app.language.values import WRITTEN_JOINED

Read = Callable[[Sight], object]


class How(StrEnum):
    """How the value that was read becomes what is compared."""

    text = "text"
    tags = "tags"
    address = "address"
    option = "option"
    included = "included"
    present = "present"
    change = "change"
    words = "words"
    number = "number"
    moment = "moment"
    day = "day"
    hours = "hours"
    business_hours = "business_hours"


class Needle(NamedTuple):
    """A folded text that is looked for. `whole`: only where no letter of a separate word touches it."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Among:
    """Met when one of the value's keys is wanted (`expected`), or when none is."""

    how: How
    read: Read
    wanted: frozenset[Hashable]
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Ordered:
    """Met when the value stands so (`operator` of check.ORDER) to the limit."""

    how: How
    read: Read
    operator: str
    limit: Any


Shape = Among | Ordered


def needles_of(words: tuple[str, ...]) -> frozenset[Hashable]:
    """The folded words of a condition, each as values.WordsOfText finds it: Hangul anywhere, letters as whole words."""
    return frozenset(Needle(word, whole=not WRITTEN_JOINED.search(word)) for word in words)


def anywhere(string: str) -> frozenset[Hashable]:
    """A folded string, wherever it stands; the empty one is nowhere."""
    return frozenset({Needle(string, whole=False)} if string else ())


__all__ = ["Among", "How", "Needle", "Ordered", "Read", "Shape", "anywhere", "needles_of"]
