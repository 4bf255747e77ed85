"""What can go wrong outside. Callers meet these and nothing else: no library's exception leaves integrations/.

The text of each says who, which call and which status, and is safe to log: it holds no secret and no customer's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Unavailable(Exception):
    """Try again. Nothing was changed outside. `retry_after` is in seconds where the other side named it."""

    def __init__(self, what: str, *, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Unknown(Unavailable):
    """A change was sent and no answer came: it may or may not have been carried out. Look before sending it again."""


class Refused(Exception):
    """Will never succeed as it is. `words` and `details` are the other side's own, for the operator's eyes:
    they may quote what was sent, so they do not belong into a log.
    """

    def __init__(
        self, what: str, *, status: int | None = None, words: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(what)
        self.status = status
        self.words = words
        self.details: Mapping[str, Any] = details or {}


class Conflict(Refused):
    """The record has changed since it was read, and nothing was written: read it, decide anew, then send."""
