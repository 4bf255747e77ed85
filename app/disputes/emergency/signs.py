"""By what an emergency is known in a customer's words: a table that managers edit, asked of each text.

A sign is met by any of its words, and where it names a topic (app/language/topics.py) only in a text of that topic.
What is in `unless` is taken out of the text before its words are looked for: "가스레인지" tells of no gas leak, and
"가스레인지에서 가스 냄새가 나요" does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice, key_column
from app.disputes.emergency.kinds import EmergencyKind
from app.language.topics import topics_of
from app.language.values import WordsOfText, folded

LONGEST_TEXT = 20_000


class EmergencySign(Base):
    """`topic` "" asks for none."""

    __tablename__ = "emergency_signs"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[EmergencyKind] = mapped_column(choice(EmergencyKind), index=True)
    topic: Mapped[str] = mapped_column(String(32), default="")
    words_ko: Mapped[list[str]] = mapped_column(default=list)
    words_en: Mapped[list[str]] = mapped_column(default=list)
    unless: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=100)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def sign(self) -> Sign:
        return Sign(self.name, self.kind, (*self.words_ko, *self.words_en), tuple(self.unless), self.topic)


@dataclass(frozen=True, slots=True)
class Sign:
    name: str
    kind: EmergencyKind
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The sign that was met, and the words that met it as they stand in the table."""

    name: str
    kind: EmergencyKind
    words: tuple[str, ...]


def find(text: str, signs: Iterable[Sign]) -> Found | None:
    """The first sign that the text meets; None where it meets none. Pure."""
    seen = text[:LONGEST_TEXT]
    topics = topics_of(WordsOfText(seen))
    for sign in signs:
        if sign.topic and sign.topic not in topics:
            continue
        left = WordsOfText(_without(seen, sign.unless))
        met = tuple(word for word in sign.words if left.found((folded(word.strip()),)))
        if met:
            return Found(sign.name, sign.kind, met)
    return None


def _without(text: str, phrases: Sequence[str]) -> str:
    """Longer phrases first, so that a part of one does not hide it."""
    left = folded(text)
    for phrase in sorted((folded(one.strip()) for one in phrases if one.strip()), key=len, reverse=True):
        left = re.sub(re.escape(phrase), " ", left)
    return left
