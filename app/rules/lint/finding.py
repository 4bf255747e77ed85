"""One thing that is wrong, or may be, with rules as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.words import Words


class Level(StrEnum):
    """`error`: it cannot work as written. `warning`: it is hardly meant so. `note`: worth knowing."""

    error = "error"
    warning = "warning"
    note = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is constant, for machines; `rules`: ids, the one to look at first; `path` leads into that one's JSON.

    `may`: it hangs on a text or on a value that is only known when it happens, so it is no certainty.
    """

    level: Level
    code: str
    words: Words
    rules: tuple[str, ...]
    path: str = ""
    may: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "level": self.level.value,
            "code": self.code,
            "rules": list(self.rules),
            "path": self.path,
            "may": self.may,
            "words": {"ko": self.words.in_language("ko"), "en": self.words.in_language("en")},
        }
