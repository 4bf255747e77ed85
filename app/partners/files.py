"""Files of partners' documents: looked at before they are kept, in the home's folder, under names nobody chose."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from app.errors import Refusal
from app.resident_number import NOT_KEPT, holds_resident_number
from app.words import say

FOLDER = "documents"
BIGGEST = 5 * 1024 * 1024
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


def keep(home: Path, upload: Upload) -> str:
    """Writes it where only the owner reads, and gives the key it is found by. Never writes over another."""
    key = secrets.token_hex(16)
    path = path_of(home, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as kept:
        path.chmod(0o600)
        kept.write(upload.body)
    return key


def read(home: Path, key: str, sha256: str) -> bytes:
    """The file as it was kept. Refuses one that is gone or was changed on the disk."""
    try:
        body = path_of(home, key).read_bytes()
    except FileNotFoundError:
        raise Refusal(
            say("파일이 보관함에 없습니다. 관리자에게 알려 주세요.", "The file is not in the store. Tell an admin.")
        ) from None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Refusal(
            say(
                "보관된 파일이 올릴 때와 다릅니다. 내려받을 수 없으니 관리자에게 알려 주세요.",
                "The file is not the one that was put in. It cannot be downloaded: tell an admin.",
            )
        )
    return body


def take_away(home: Path, key: str) -> None:
    path_of(home, key).unlink(missing_ok=True)


def path_of(home: Path, key: str) -> Path:
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        raise ValueError("no key of ours")
    return home / FOLDER / key[:2] / key
