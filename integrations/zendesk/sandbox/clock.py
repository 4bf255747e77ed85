"""The sandbox's time: the wall's, or one that stands still until it is told to move."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .shape import Json, fine_stamp, moment

LONGEST_STEP = timedelta(days=366)


class ClockRefused(Exception):
    """The clock cannot be moved so: the words say why."""


class SimulatedClock:
    """Everything in the sandbox goes by it but rate limits, whose clients wait in real time. It begins with the wall's
    time where the folder knows none, stands still, moves forward only, and is kept in the folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "clock"
        self._lock = threading.Lock()
        kept = moment(self._path.read_text().strip()) if self._path.exists() else None
        self._now = kept or datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._now

    def move(self, to: datetime) -> None:
        """Written down before it holds: what was stamped with a time is never older than the kept clock."""
        with self._lock:
            if to < self._now:
                raise ClockRefused(f"The clock only moves forward: it is {fine_stamp(self._now)} already")
            beside = self._path.with_suffix(".new")
            beside.write_text(to.astimezone(UTC).isoformat() + "\n")
            beside.replace(self._path)
            self._now = to.astimezone(UTC)


def wanted(body: Json, now: datetime) -> datetime:
    """{"advance_seconds": N} or {"set": a time}, as a time that lies ahead."""
    seconds, text = body.get("advance_seconds"), body.get("set")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and text is None:
        if not 0 <= seconds <= LONGEST_STEP.total_seconds():
            raise ClockRefused("advance_seconds must be from 0 to a year's")
        return now + timedelta(seconds=seconds)
    to = moment(text) if seconds is None else None
    if to is None:
        raise ClockRefused('Send {"advance_seconds": a number} or {"set": "2026-12-01T09:00:00Z"}')
    if to - now > LONGEST_STEP:
        raise ClockRefused("The clock moves by a year at most")
    return to
