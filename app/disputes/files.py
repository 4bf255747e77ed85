"""Evidence on disk: kept by its own sum in the home's folder, of a few safe kinds, and given back as it came."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flask import current_app

from app.errors import Refusal
from app.words import say

FOLDER = "evidence"
MOST_BYTES = 5 * 1024 * 1024
# By what a file is, whatever it is called: SVG, HTML and everything else that a browser would run are none of these.
_STARTS: Mapping[bytes, str] = MappingProxyType({
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
})  # fmt: skip
EXTENSIONS: Mapping[str, str] = MappingProxyType({
    "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf", "text/plain": "txt",
})  # fmt: skip
_UNSAFE = re.compile(r"[^\w .()가-힣-]+")
_SUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as the record knows it."""

    name: str
    type: str
    bytes: int
    sha256: str


def keep(name: str, content: bytes) -> Kept:
    """Writes the file into the home's folder, once for all who bring the same. Refuses in words what is too big, empty
    or of no safe kind. A transaction that is rolled back leaves a file that nothing names.
    """
    if not content:
        raise Refusal(say("파일이 비어 있습니다.", "The file is empty."), field="file")
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise Refusal(
            say(f"파일은 {most} MB까지 올릴 수 있습니다.", f"A file may have {most} MB at most."), field="file"
        )
    kind = _kind_of(content)
    if kind is None:
        words = say(
            "PNG, JPEG, WebP 사진과 PDF, 글(txt) 파일만 받습니다. 다른 형식은 PDF로 바꿔 올려 주세요.",
            "Only PNG, JPEG and WebP pictures, PDF and plain text are taken. Bring anything else as PDF.",
        )
        raise Refusal(words, field="file")
    told = hashlib.sha256(content).hexdigest()
    place = _place(told)
    if not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f".{told}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(place)
    return Kept(_plain_name(name, kind), kind, len(content), told)


def read(sha256: str) -> bytes:
    """The file as it was brought. Refuses one that is gone or not what it was."""
    try:
        content = _place(sha256).read_bytes()
    except FileNotFoundError:
        raise Refusal(say("보관 폴더에 이 파일이 없습니다.", "This file is not in the folder of evidence.")) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal(
            say("이 파일은 올렸을 때와 내용이 다릅니다.", "This file is not what it was when it was brought.")
        )
    return content


def _kind_of(content: bytes) -> str | None:
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\x00" in text or text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    return "text/plain"


def _plain_name(name: str, kind: str) -> str:
    """A name without folders and odd characters, with the ending of what the file is."""
    stem = _UNSAFE.sub("_", Path(name.replace("\\", "/")).stem).strip(" ._")[:120] or "file"
    return f"{stem}.{EXTENSIONS[kind]}"


def _place(sha256: str) -> Path:
    if not _SUM.fullmatch(sha256):
        raise ValueError("no sum of a file")
    home: Path = current_app.extensions["opsroom.settings"].home
    return home / FOLDER / sha256[:2] / sha256
