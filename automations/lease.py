"""Claiming rows for a while: a lease says until when, a token says whose.

HTTP time-outs (17 s) < lease (25 s) < 30 s, so that the rows of a killed worker are free again before anybody misses
them, and a worker that is merely slow finds its token gone instead of doing the work twice. Work of several requests
renews its lease before each of them: else a slow Zendesk would take the row from everyone who works it honestly.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Update
from sqlalchemy.orm import Session

from app import clock

LEASE = timedelta(seconds=25)
# What is left of the lease then is still longer than any request.
RENEW_AFTER = timedelta(seconds=5)
POISON_TRIES = 5
OUTAGE_TRIES = 200
LONGEST_BACK_OFF = timedelta(seconds=60)
# A job is short, and rings for what is left: pushes and tickets share the workers, and take turns.
ROWS_A_JOB = 500
JOB_SECONDS = 10.0


class Fenced(Exception):
    """The lease ran out and somebody else has the row now: nothing of this attempt may be recorded."""


class Shift:
    """How much one job may do: so many rows, for so long."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + JOB_SECONDS
        self._rows = ROWS_A_JOB

    def goes_on(self, rows: int = 0) -> bool:
        """Counts `rows` as done; False when the rest is for the next job."""
        self._rows -= rows
        return self._rows > 0 and time.monotonic() < self._ends


def renewing(session: Session, mine: Update) -> Callable[[], None]:
    """To be called before each request, with no transaction open: gives the rows of `mine` (those under our token) a
    fresh lease when theirs has aged. Commits; raises Fenced when they are somebody else's.
    """
    renewed_at = clock.now()

    def renew() -> None:
        nonlocal renewed_at
        now = clock.now()
        if now - renewed_at < RENEW_AFTER:
            return
        kept = session.execute(mine.values(lease_until=now + LEASE)).rowcount  # type: ignore[attr-defined]
        session.commit()
        if not kept:
            raise Fenced
        renewed_at = now

    return renew


def new_token() -> str:
    return secrets.token_hex(16)


def back_off(now: datetime, tries: int, retry_after: float | None = None) -> datetime:
    """When to try again: as long as the other side asks for, or 1, 2, 4 … 60 seconds with some jitter."""
    if retry_after is not None:
        return now + timedelta(seconds=min(max(retry_after, 0.5), 3600.0))
    wait = min(timedelta(seconds=2.0 ** min(tries - 1, 10)), LONGEST_BACK_OFF)
    return now + wait * (0.75 + secrets.randbelow(500) / 1000)
