"""The sandbox's account as rules know it: its calendars, the options of its fields, its texts, its default form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from app.language.account import Account, Calendar
from integrations.zendesk.sandbox.engine import Books
from integrations.zendesk.sandbox.hours import zone

Row = Mapping[str, Any]
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
ALWAYS = (((time(0), time(0)),),) * 7
"""An account without a schedule is open all the time, as in Zendesk."""
LONGEST_HOLIDAY = 750
_TONGUES = {1: "en", 1176: "en", 69: "ko", 67: "ja", 10: "zh"}


def account_of(books: Books) -> Account:
    schedules = {str(row["id"]): calendar_of(row, books.holidays(row["id"])) for row in books.every("schedule")}
    default = next((row for row in books.every("ticket_form") if row.get("default")), None)
    return Account(
        name=books.subdomain,
        calendar=next(iter(schedules.values()), Calendar(hours=ALWAYS)),
        schedules=schedules,
        option_titles={
            str(row["id"]): {str(one["value"]): str(one["name"]) for one in _options(row)}
            for row in books.every("ticket_field")
        },
        option_values={
            str(one["id"]): str(one["value"])
            for kind in ("user_field", "organization_field")
            for row in books.every(kind)
            for one in _options(row)
            if one.get("id")
        },
        dynamic_content=_texts(books.every("item")),
        default_form_id=str(default["id"]) if default else None,
    )


def calendar_of(schedule: Row, holidays: Iterable[Row]) -> Calendar:
    """Zendesk counts the minutes of a week from Sunday's midnight, in the schedule's zone."""
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for interval in schedule.get("intervals") or ():
        start, end = int(interval["start_time"]), int(interval["end_time"])
        while start < end:
            until = min(end, (start // DAY_MINUTES + 1) * DAY_MINUTES)
            weekday = (start // DAY_MINUTES - 1) % 7
            days[weekday].append((start % DAY_MINUTES, (until - 1) % DAY_MINUTES + 1))
            start = until
    return Calendar(
        id=str(schedule["id"]),
        hours=tuple(tuple((_time(opens), _time(shuts)) for opens, shuts in _joined(spans)) for spans in days),
        holidays=dict(_days_off(holidays)),
        zone=zone(str(schedule.get("time_zone"))),
    )


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for opens, shuts in sorted(spans):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], shuts))
        else:
            found.append((opens, shuts))
    return found


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _days_off(holidays: Iterable[Row]) -> Iterable[tuple[date, str]]:
    for row in holidays:
        first, last = date.fromisoformat(str(row["start_date"])), date.fromisoformat(str(row["end_date"]))
        for number in range(min((last - first).days + 1, LONGEST_HOLIDAY)):
            yield first + timedelta(days=number), str(row["name"])


def _options(row: Row) -> list[Row]:
    return [one for one in row.get("custom_field_options") or () if {"name", "value"} <= one.keys()]


def _texts(items: Iterable[Row]) -> dict[str, dict[str, str]]:
    """By the key of {{dc.key}}, each by language; the default variant comes first, since it answers for the others."""
    found: dict[str, dict[str, str]] = {}
    for item in items:
        key = str(item.get("placeholder") or "").strip("{} ").removeprefix("dc.")
        texts: dict[str, str] = {}
        for one in sorted(item.get("variants") or (), key=lambda one: not one.get("default")):
            tongue = _TONGUES.get(one.get("locale_id", 0), str(one.get("locale_id")))
            texts.setdefault(tongue, str(one.get("content") or ""))
        if key and texts:
            found[key] = texts
    return found
