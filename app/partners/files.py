"""Files of documents as they come, looked at before they are kept (app/desk/kept_files.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from app.desk.kept_files import LARGEST
from app.errors import Refusal
from app.resident_number import NOT_KEPT, holds_resident_number
from app.words import say

BIGGEST = LARGEST
LONGEST_NAME = 160
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# By what a file begins with, never by what its name or the browser says: HTML and SVG are none of these.
BEGINNINGS: Mapping[bytes, str] = MappingProxyType({b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG})
ENDINGS: Mapping[str, str] = MappingProxyType({".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. Refuses in words what is empty, too big, of another kind than PDF, JPEG or PNG, or named with
    a resident registration number.
    """

    name: str
    body: bytes

    def __post_init__(self) -> None:
        if not self.body or not self.name.strip():
            raise Refusal(say("파일을 골라 주세요.", "Choose a file."), field="file")
        if len(self.body) > BIGGEST:
            raise Refusal(
                say("파일이 너무 큽니다. 5MB까지 받습니다.", "The file is too big: 5 MB at most."), field="file"
            )
        if holds_resident_number(self.name):
            raise Refusal(NOT_KEPT, field="file")
        if self.media_type is None or ENDINGS.get(Path(self.name).suffix.lower()) != self.media_type:
            words = say(
                "PDF, JPEG, PNG 파일만 받습니다. 이 파일은 내용이나 확장자가 그 가운데 하나가 아닙니다.",
                "Only PDF, JPEG and PNG are taken. What is in this file, or how its name ends, is none of these.",
            )
            raise Refusal(words, field="file")

    @property
    def media_type(self) -> str | None:
        return next((kind for start, kind in BEGINNINGS.items() if self.body.startswith(start)), None)

    @property
    def short_name(self) -> str:
        """Without folders and odd signs, at most 160 characters, its ending kept."""
        bare = self.name.replace("\\", "/").rpartition("/")[2]
        clean = "".join(sign for sign in bare if sign.isprintable() and sign not in '"<>:|?*').strip(" .") or "file"
        stem, dot, ending = clean.rpartition(".")
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else clean[:LONGEST_NAME]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()
