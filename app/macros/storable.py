"""Whether JSON from outside can be kept in every database."""

from __future__ import annotations

import json

from app.errors import Refusal
from app.words import say

DEEPEST = 60
"""Lists and objects inside one another; Zendesk's rules need six."""
UNSTORABLE = say(
    "저장할 수 없는 것이 들어 있습니다 (NUL, 깨진 글자, 끝없는 숫자, 너무 깊은 묶음).",
    "It holds what cannot be kept (NUL, half a character, an endless number, or lists too deep in one another).",
)


def is_storable(raw: object) -> bool:
    """False for the NUL character, half characters and endless numbers: JSON may hold them, PostgreSQL does not. And
    for what is too deep to be walked through.
    """
    try:
        json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return not _is_too_deep(raw) and not _holds_nul(raw)


def refuse_unstorable(raw: object) -> None:
    if not is_storable(raw):
        raise Refusal(UNSTORABLE)


def _is_too_deep(raw: object) -> bool:
    layer = [raw]
    for _ in range(DEEPEST):
        inner = [one for value in layer for one in _parts(value)]
        if not inner:
            return False
        layer = inner
    return True


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_holds_nul(one) for one in value)
