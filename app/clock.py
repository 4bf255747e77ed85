"""What time it is: aware UTC inside, Asia/Seoul for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
_stopped: ContextVar[datetime | None] = ContextVar("stopped_clock", default=None)


def now() -> datetime:
    """Now, in aware UTC."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Within the block it is `at` (aware): for rehearsals and tests."""
    if at.tzinfo is None:
        raise ValueError("a stopped clock needs an aware time")
    token = _stopped.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.reset(token)


def in_seoul(at: datetime) -> datetime:
    return at.astimezone(SEOUL)


def telling(at: datetime) -> datetime:
    """What somebody typed. Raises ValueError for a year that no clock on earth will tell with us."""
    if not 1970 <= at.year < 3000:
        raise ValueError(at)
    return at
