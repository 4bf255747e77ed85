"""Values as the language compares them: text, words, numbers, days and times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.language.account import SEOUL

_JOINED = "\u3131-\u318e\uac00-\ud7a3\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff"
WRITTEN_JOINED = re.compile(f"[{_JOINED}]")
SEPARATE_WORD = re.compile(f"[^\\W{_JOINED}]+")
_LONGEST_NUMBER = 40
NULL = "__NULL__"
"""How Zendesk's lists of values write what rules write as nothing; some accounts' tools put it into rules, too."""


def without_null(value: object) -> object:
    return "" if value == NULL else value


def text_of(value: object) -> str:
    """A value of a rule or a ticket as text: nothing is "", yes is "true", a whole number has no point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return value
    return str(value)


def tags_of(value: object) -> frozenset[str]:
    """Tags, or the options of a list: parted by spaces or commas, or given as a list; in lower case."""
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(text_of(one).lower() for one in value if text_of(one))
    return frozenset(text_of(value).replace(",", " ").lower().split())


def folded(text: str) -> str:
    """Text as it is compared: composed (a Mac sends Hangul in pieces) and without case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def number_of(value: object) -> Decimal | None:
    """The number a value says, or None: no infinities, and none that is too long to be meant."""
    if isinstance(value, bool):
        return None
    text = text_of(value).strip()
    if not text or len(text) > _LONGEST_NUMBER or text[0].isalpha():
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def day_of(value: object) -> date | None:
    """The day a value says ("2026-11-22", or a time, seen in Seoul), or None."""
    if isinstance(value, datetime):
        return value.astimezone(SEOUL).date()
    if isinstance(value, date):
        return value
    moment = moment_of(value)
    return moment.astimezone(SEOUL).date() if moment else None


def moment_of(value: object) -> datetime | None:
    """The time a value says, or None; without a zone it is Seoul's. "2026-11-22 09:30" and ISO both do."""
    text = text_of(value).strip()
    if len(text) > _LONGEST_NUMBER or not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


class WordsOfText:
    """The words of one text, made ready to be asked many times.

    A word in an alphabet counts as a whole word. One in Hangul (or kana, or Chinese characters) counts wherever it
    stands, since particles and compounds are written onto it: "환불" is in "전액환불을". Case never counts.
    """

    __slots__ = ("_separate", "text")

    def __init__(self, text: str) -> None:
        self.text = folded(text)
        self._separate: frozenset[str] | None = None

    def found(self, wanted: Iterable[str]) -> list[str]:
        """Which of the wanted words (already folded) are there, in their order."""
        return [word for word in wanted if self._has(word)]

    def has_any(self, wanted: Iterable[str]) -> bool:
        return any(self._has(word) for word in wanted)

    def _has(self, word: str) -> bool:
        if self._separate is None:
            self._separate = frozenset(SEPARATE_WORD.findall(self.text))
        if word in self._separate:
            return True
        if WRITTEN_JOINED.search(word):
            return word in self.text
        if SEPARATE_WORD.fullmatch(word):
            return False
        return bool(re.search(f"(?<![^\\W{_JOINED}]){re.escape(word)}(?![^\\W{_JOINED}])", self.text))


def wanted_words(value: object) -> tuple[str, ...]:
    """The words of a condition's value, each once, in order."""
    return tuple(dict.fromkeys(folded(text_of(value)).split()))
