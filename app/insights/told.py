"""One thing that needs somebody, as the home page tells it."""

from __future__ import annotations

from dataclasses import dataclass

from app.words import Words


@dataclass(frozen=True, slots=True)
class Todo:
    """`endpoint` and `asked` are where the button leads."""

    tone: str
    label: Words
    sentence: Words
    detail: Words | None
    since: str
    button: Words
    endpoint: str
    asked: dict[str, str | int]
