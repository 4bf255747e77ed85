"""What a file is by its content, never by what it calls itself. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

LONGEST_NAME = 120
_UNFIT = re.compile(r"[\x00-\x1f\x7f\"<>|:*?\\/\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class FileKind(StrEnum):
    jpeg = "jpeg"
    png = "png"
    webp = "webp"
    heic = "heic"
    pdf = "pdf"
    text = "text"


PICTURES_AND_PDF = frozenset({FileKind.jpeg, FileKind.png, FileKind.webp, FileKind.heic, FileKind.pdf})
MIME = {
    FileKind.jpeg: "image/jpeg",
    FileKind.png: "image/png",
    FileKind.webp: "image/webp",
    FileKind.heic: "image/heic",
    FileKind.pdf: "application/pdf",
    FileKind.text: "text/plain",
}
SUFFIX = {
    FileKind.jpeg: "jpg",
    FileKind.png: "png",
    FileKind.webp: "webp",
    FileKind.heic: "heic",
    FileKind.pdf: "pdf",
    FileKind.text: "txt",
}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"mif1"}


def kind_of(content: bytes) -> FileKind | None:
    """None for whatever is not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.jpeg
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return FileKind.png
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileKind.webp
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return FileKind.heic
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return FileKind.pdf
    return FileKind.text if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """In UTF-8, and nothing that a browser would take for a page."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    bare = text.lstrip("\ufeff \t\r\n")
    return bool(bare) and "\x00" not in text and not bare.startswith(("<", "%PDF-"))


def fit_name(name: str, kind: FileKind) -> str:
    """What a file is called here: no path, nothing that is not seen, and the suffix of what it is."""
    last = _UNFIT.sub(" ", name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = last.rsplit(".", 1)[0] if "." in last else last
    fit = " ".join(stem.split()).strip(". ")[: LONGEST_NAME - 6] or "file"
    return f"{fit}.{SUFFIX[kind]}"
