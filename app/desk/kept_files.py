"""Files that people bring, in the home's folder under the hash of their content: whole or not at all, the same once."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path
from urllib.parse import quote

from flask import Response

from app.errors import Refusal
from app.words import say

FOLDER = "evidence"
MEGABYTES = 5
LARGEST = MEGABYTES * 1024 * 1024
GONE = say(
    "이 파일을 찾을 수 없거나 내용이 달라졌습니다. 관리자에게 백업을 확인해 달라고 해 주세요.",
    "This file is gone or is not what was kept. Ask an admin to look into the backup.",
)
_SUM = re.compile(r"[0-9a-f]{64}")


def keep(home: Path, content: bytes) -> str:
    """Gives its SHA-256. A transaction that is rolled back leaves a file that nothing names."""
    key = hashlib.sha256(content).hexdigest()
    path = _path(home, key)
    if path.exists():
        return key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{key}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)
    return key


def content_of(home: Path, sha256: str) -> bytes:
    """Refuses what is not there, and what is not what was kept."""
    try:
        content = _path(home, sha256).read_bytes()
    except OSError:
        raise Refusal(GONE) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal(GONE)
    return content


def to_save(content: bytes, media_type: str, name: str) -> Response:
    """An answer to be saved under its name: no browser shows or runs it here."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _path(home: Path, key: str) -> Path:
    if not _SUM.fullmatch(key):
        raise ValueError("no sum of a file")
    return home / FOLDER / key[:2] / key
