"""The one store of files that people bring, in the home's folder: whole or not at all, read by their owner alone.

A file has one of two kinds of keys. By its content (`keep`): the same is there once, and stays. Or a key of its own
(`keep_apart`): it can be taken away, whatever else is the same.
"""

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

FOLDER, APART = "evidence", "documents"
MEGABYTES = 5
LARGEST = MEGABYTES * 1024 * 1024
GONE = say(
    "이 파일을 보관함에서 찾을 수 없거나 올릴 때와 다릅니다. 관리자에게 백업을 확인해 달라고 해 주세요.",
    "This file is gone from the store or is not what was put in. Ask an admin to look into the backup.",
)
_SUM, _OWN = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}")


def keep(home: Path, content: bytes) -> str:
    """Gives its SHA-256. A transaction that is rolled back leaves a file that nothing names."""
    key = hashlib.sha256(content).hexdigest()
    path = path_of(home, key)
    if not path.exists():
        _write(path, content)
    return key


def keep_apart(home: Path, content: bytes) -> str:
    """Gives a key that nobody chose. Never writes over another."""
    key = secrets.token_hex(16)
    _write(path_of(home, key), content)
    return key


def content_of(home: Path, sha256: str, key: str | None = None) -> bytes:
    """By its key, or by what it is. Refuses what is not there, and what is not what was kept."""
    try:
        content = path_of(home, key or sha256).read_bytes()
    except OSError:
        raise Refusal(GONE) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal(GONE)
    return content


def take_away(home: Path, key: str) -> None:
    """One that was kept apart; what is kept by its content belongs to nobody alone, and stays."""
    if _OWN.fullmatch(key) is None:
        raise ValueError("no key of a file that was kept apart")
    path_of(home, key).unlink(missing_ok=True)


def to_save(content: bytes, media_type: str, name: str) -> Response:
    """An answer to be saved under its name: no browser shows or runs it here."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def path_of(home: Path, key: str) -> Path:
    """Raises ValueError for what is no key of ours."""
    for kind, folder in ((_SUM, FOLDER), (_OWN, APART)):
        if kind.fullmatch(key):
            return home / folder / key[:2] / key
    raise ValueError("no key of ours")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)
