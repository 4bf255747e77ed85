"""Evidence of disputes: what is taken, and what the record knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.desk import kept_files
from app.desk.file_kinds import MIME, fit_name, kind_of
from app.desk.kept_files import LARGEST, MEGABYTES
from app.errors import Refusal
from app.words import say


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as the record knows it."""

    name: str
    type: str
    bytes: int
    sha256: str


def keep(name: str, content: bytes) -> Kept:
    """Refuses in words what is too big, empty or of no safe kind."""
    if not content:
        raise Refusal(say("파일이 비어 있습니다.", "The file is empty."), field="file")
    if len(content) > LARGEST:
        words = say(f"파일은 {MEGABYTES} MB까지 올릴 수 있습니다.", f"A file may have {MEGABYTES} MB at most.")
        raise Refusal(words, field="file")
    kind = kind_of(content)
    if kind is None:
        words = say(
            "사진(JPEG, PNG, WebP, HEIC)과 PDF, 글(txt) 파일만 받습니다. 다른 형식은 PDF로 바꿔 올려 주세요.",
            "Only pictures (JPEG, PNG, WebP, HEIC), PDF and plain text are taken. Bring anything else as PDF.",
        )
        raise Refusal(words, field="file")
    return Kept(fit_name(name, kind), MIME[kind], len(content), kept_files.keep(_home(), content))


def read(sha256: str) -> bytes:
    """The file as it was brought. Refuses one that is gone or not what it was."""
    return kept_files.content_of(_home(), sha256)


def _home() -> Path:
    home: Path = current_app.extensions["opsroom.settings"].home
    return home
