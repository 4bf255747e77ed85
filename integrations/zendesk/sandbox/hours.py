"""Business hours: the schedules of the account, their holidays, and how much of a time is within them."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import records
from .shape import Json, ident

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
# A schedule that does not open within two years counts as open all the time.
LONGEST_DAYS = 731
# Names of Zendesk's that are no city of their own, or one of another zone.
_OTHER_NAMES = {
    "Eastern Time (US & Canada)": "America/New_York", "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver", "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Arizona": "America/Phoenix", "Alaska": "America/Anchorage", "Hawaii": "Pacific/Honolulu",
    "Beijing": "Asia/Shanghai", "Osaka": "Asia/Tokyo", "Sapporo": "Asia/Tokyo", "Hanoi": "Asia/Bangkok",
    "New Delhi": "Asia/Kolkata", "Mumbai": "Asia/Kolkata", "Chennai": "Asia/Kolkata",
}  # fmt: skip
_CONTINENTS = ("", "Asia/", "Europe/", "America/", "Australia/", "Africa/", "Pacific/")


@dataclass(frozen=True, slots=True)
class Hours:
    """`intervals`: minutes of the week from Sunday's midnight on, in the zone's time, as Zendesk counts them."""

    intervals: tuple[tuple[int, int], ...]
    zone: ZoneInfo
    days_off: frozenset[date] = frozenset()

    def open_seconds(self, start: datetime, end: datetime) -> int:
        total = timedelta()
        for opens, shuts in self._spans(start, end):
            total += max(min(shuts, end) - max(opens, start), timedelta())
        return int(total.total_seconds())

    def after(self, start: datetime, seconds: int) -> datetime:
        """When so much business time has gone by since start."""
        left = timedelta(seconds=seconds)
        for opens, shuts in self._spans(start, start + timedelta(days=LONGEST_DAYS)):
            begins = max(opens, start)
            if shuts - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= max(shuts - begins, timedelta())
        return start + timedelta(seconds=seconds)

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            first = (day.weekday() + 1) % 7 * DAY_MINUTES
            for opens, shuts in () if day in self.days_off else self.intervals:
                if opens < first + DAY_MINUTES and shuts > first:
                    yield (self._at(day, max(opens - first, 0)), self._at(day, min(shuts - first, DAY_MINUTES)))
            day += timedelta(days=1)

    def _at(self, day: date, minutes: int) -> datetime:
        whole, rest = divmod(minutes, DAY_MINUTES)
        return datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), self.zone)


def of(db: sqlite3.Connection, schedule_id: int | None) -> Hours | None:
    """Of that schedule, or of the account's first; None: the account has none, and every hour is a business hour."""
    every = records.every(db, "schedule")
    row = next((row for row in every if row["id"] == schedule_id), every[0] if every else None)
    if row is None:
        return None
    return Hours(_intervals(row), zone(str(row["time_zone"])), frozenset(_days_off(holidays(db, row["id"]))))


def holidays(db: sqlite3.Connection, schedule_id: object) -> list[Json]:
    return [row for row in records.every(db, "holiday") if row["schedule_id"] == ident(schedule_id)]


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Zendesk names a zone by its city, most often; one that nobody knows is UTC."""
    known = _OTHER_NAMES.get(name, name).replace(" ", "_")
    for place in _CONTINENTS:
        try:
            return ZoneInfo(place + known)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _intervals(row: Json) -> tuple[tuple[int, int], ...]:
    """Those that make sense, in order, with what overlaps joined."""
    found: list[tuple[int, int]] = []
    for one in sorted(row.get("intervals") or [], key=lambda one: int(one["start_time"])):
        opens, shuts = int(one["start_time"]), min(int(one["end_time"]), WEEK_MINUTES)
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], shuts))
        elif opens < shuts:
            found.append((opens, shuts))
    return tuple(found)


def _days_off(rows: Iterable[Json]) -> Iterator[date]:
    for row in rows:
        day, last = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])
        while day <= last:
            yield day
            day += timedelta(days=1)
