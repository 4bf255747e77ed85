"""Whether JSON from outside can be kept in every database."""

from __future__ import annotations

import json

from app.errors import Refusal
from app.words import say


def refuse_unstorable(raw: object) -> None:
    """Refuses the NUL character, half characters and endless numbers: JSON may hold them, PostgreSQL does not."""
    try:
        json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()
        fit = not _holds_nul(raw)
    except (ValueError, RecursionError):
        fit = False
    if not fit:
        raise Refusal(
            say(
                "저장할 수 없는 글자나 숫자가 들어 있습니다 (NUL, 깨진 글자, 끝없는 숫자).",
                "It holds a character or a number that cannot be kept (NUL, half a character, an endless number).",
            )
        )


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_holds_nul(one) for one in value)
