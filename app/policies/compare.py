"""Two versions side by side: their terms as sentences, and their clauses line by line in both languages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from app.clock import in_seoul
from app.policies.model import PolicyVersion
from app.policies.sentences import Difference, differences, sentences
from app.policies.terms import read_terms
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; `is_other` where the two versions differ."""

    text: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line of each version, None where there is none; `is_same` where both read alike."""

    was: Sequence[Piece] | None
    now: Sequence[Piece] | None
    is_same: bool


@dataclass(frozen=True, slots=True)
class Text:
    name: Words
    rows: Sequence[TextRow]


@dataclass(frozen=True, slots=True)
class Compared:
    """`texts`: those that differ at all, whole, so that a change is read where it stands."""

    was: PolicyVersion
    now: PolicyVersion
    terms: Sequence[Difference]
    texts: Sequence[Text]


def compared(was: PolicyVersion, now: PolicyVersion) -> Compared:
    told = differences(sentences(read_terms(was.terms)), sentences(read_terms(now.terms)))
    if was.valid_from != now.valid_from:
        told.insert(0, Difference(say("시행 시각", "In force from"), _time(was.valid_from), _time(now.valid_from)))
    texts = [
        Text(name, text_rows(before, after))
        for name, before, after in (
            (say("조항 (한국어)", "Clauses (Korean)"), was.text_ko, now.text_ko),
            (say("조항 (영어)", "Clauses (English)"), was.text_en, now.text_en),
        )
        if before != after
    ]
    return Compared(was, now, told, texts)


def text_rows(was: str, now: str) -> list[TextRow]:
    """Line by line; lines that were changed stand beside each other, with the words that differ marked."""
    before, after = was.splitlines(), now.splitlines()
    rows: list[TextRow] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [TextRow(_same(line), _same(line), is_same=True) for line in before[a1:a2]]
        else:
            rows += _changed(before[a1:a2], after[b1:b2])
    return rows


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[TextRow]:
    for at in range(max(len(before), len(after))):
        old = before[at] if at < len(before) else None
        new = after[at] if at < len(after) else None
        if old is None or new is None:
            yield TextRow(_other(old), _other(new), is_same=False)
        else:
            yield TextRow(*_words(old, new), is_same=False)


def _words(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    was, now = old.split(" "), new.split(" ")
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if a2 > a1:
            left.append(Piece(" ".join(was[a1:a2]), tag != "equal"))
        if b2 > b1:
            right.append(Piece(" ".join(now[b1:b2]), tag != "equal"))
    return left, right


def _same(line: str) -> list[Piece]:
    return [Piece(line, is_other=False)]


def _other(line: str | None) -> list[Piece] | None:
    return None if line is None else [Piece(line, is_other=True)]


def _time(at: datetime) -> Words:
    told = f"{in_seoul(at):%Y-%m-%d %H:%M}"
    return say(told, told)
