"""How a choice is shown: its words, and its tone."""

from __future__ import annotations

from dataclasses import dataclass

from app.words import Words

PLAIN, GOOD, WARN, BAD, ACCENT, VIOLET = "plain", "good", "warn", "bad", "accent", "violet"


@dataclass(frozen=True, slots=True)
class Named:
    words: Words
    tone: str = PLAIN
