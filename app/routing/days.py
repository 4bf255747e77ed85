"""When the office is open: business hours, and the holidays of Korea with what this office adds or takes away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from holidays import country_holidays
from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.clock import in_seoul
from app.db import Base, BigId, key_column
from app.errors import Refusal
from app.language.account import Calendar
from app.routing.desk import Span
from app.words import Words, say

KNOWN_YEARS = range(1990, 2100)
PLAIN_HOURS = [[["09:00", "18:00"]]] * 5 + [[], []]


WEEKDAYS: Mapping[str, Words] = MappingProxyType({
    "monday": say("월요일", "Monday"),
    "tuesday": say("화요일", "Tuesday"),
    "wednesday": say("수요일", "Wednesday"),
    "thursday": say("목요일", "Thursday"),
    "friday": say("금요일", "Friday"),
    "saturday": say("토요일", "Saturday"),
    "sunday": say("일요일", "Sunday"),
})  # fmt: skip
NOT_SPANS = say("09:00-12:00, 13:00-18:00처럼 적어 주세요.", "Write the hours as 09:00-12:00, 13:00-18:00.")
_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*[-~–]\s*([01]?[0-9]|2[0-4]):([0-5][0-9])")


def read_spans(typed: str) -> list[list[str]]:
    """ "9:00-12:00, 13:00~18:00" as pairs of "09:00"; 24:00 is 00:00. Refuses what is no span."""
    spans = []
    for part in (one.strip() for one in typed.split(",")):
        found = _SPAN.fullmatch(part) if part else None
        if found is not None and (found[3] != "24" or found[4] == "00"):
            spans.append([f"{int(found[1]):02d}:{found[2]}", f"{int(found[3]) % 24:02d}:{found[4]}"])
        elif part:
            raise Refusal(NOT_SPANS)
    return spans


def told_spans(spans: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{starts}-{ends}" for starts, ends in spans)


def _of_weekday(place: int, key: str) -> Any:
    """The hours of one weekday as people type them."""

    def told(row: BusinessHours) -> str:
        return told_spans(row.hours[place]) if row.hours else ""

    def typed(row: BusinessHours, text: str | None) -> None:
        hours = list(row.hours or [[]] * 7)
        try:
            hours[place] = read_spans(text or "")
        except Refusal as refused:
            raise Refusal(refused.words, field=key) from None
        row.hours = hours

    return property(told, typed)


class BusinessHours(Base):
    """Open spans of each weekday, Monday first, as ["09:00", "18:00"]; an end of 00:00 is the day's end. `zendesk_id`:
    the schedule of Zendesk that it stands for; the one that `is_default` stands for all others.
    """

    __tablename__ = "business_hours"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), unique=True)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    hours: Mapped[list[Any]] = mapped_column(default=list)
    keeps_holidays: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        _of_weekday(place, key) for place, key in enumerate(WEEKDAYS)
    )

    def __str__(self) -> str:
        return self.name


class HolidayChange(Base):
    """A day that is off here though no holiday (`is_off`), or a holiday on which this office works."""

    __tablename__ = "holiday_changes"

    id: Mapped[int] = key_column()
    on_date: Mapped[date] = mapped_column(unique=True)
    is_off: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.on_date} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day off, or one that would be: `change` is ours when we added it or took it away."""

    on: date
    name: Words
    change: HolidayChange | None = None

    @property
    def is_off(self) -> bool:
        return self.change is None or self.change.is_off


@lru_cache(maxsize=64)
def official(year: int) -> Mapping[date, Words]:
    """The public holidays of Korea, substitute days and election days included, by the package `holidays`."""
    if year not in KNOWN_YEARS:
        return {}
    korean = country_holidays("KR", years=year, language="ko")
    english = country_holidays("KR", years=year, language="en_US")
    return {day: say(name, english.get(day) or name) for day, name in sorted(korean.items())}


def holidays_of(session: Session, year: int) -> list[Holiday]:
    """Every holiday of the year, those that this office works on included, by date."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    asked = select(HolidayChange).where(HolidayChange.on_date.between(first, last))
    changes = {one.on_date: one for one in session.scalars(asked)}
    days = {day: Holiday(day, name, changes.get(day)) for day, name in official(year).items()}
    for day, change in changes.items():
        if day not in days:
            days[day] = Holiday(day, say(change.name, change.name), change)
    return [days[day] for day in sorted(days)]


@dataclass(frozen=True, slots=True)
class Opening:
    """`calendar` is the office's own; `schedules` those that Zendesk has, by its id."""

    calendar: Calendar
    schedules: Mapping[str, Calendar]


def read_opening(session: Session, now: datetime) -> Opening:
    """The calendars for the years around `now`: two before and one after. Two queries."""
    year = in_seoul(now).year
    changes = session.scalars(select(HolidayChange)).all()
    days = {day: name.ko for each in range(year - 2, year + 2) for day, name in official(each).items()}
    for one in changes:
        if one.is_off:
            days[one.on_date] = one.name or days.get(one.on_date, "휴무")
        else:
            days.pop(one.on_date, None)
    rows = session.scalars(select(BusinessHours).order_by(BusinessHours.id)).all()
    plain = Calendar(holidays=days)
    return Opening(
        calendar=next((_calendar(one, days) for one in rows if one.is_default), plain),
        schedules={str(one.zendesk_id): _calendar(one, days) for one in rows if one.zendesk_id},
    )


def opening_stamp(session: Session, now: datetime) -> tuple[object, ...]:
    """Changes whenever `read_opening` would say otherwise."""
    hours = session.execute(
        select(func.count(), func.max(BusinessHours.updated_at), func.sum(BusinessHours.version)).select_from(
            BusinessHours
        )
    )
    days = session.execute(
        select(func.count(), func.max(HolidayChange.id), func.sum(HolidayChange.version)).select_from(HolidayChange)
    )
    return (in_seoul(now).year, *hours.one(), *days.one())


def _calendar(row: BusinessHours, days: Mapping[date, str]) -> Calendar:
    return Calendar(
        id=str(row.zendesk_id or row.id),
        hours=tuple(spans_of(spans) for spans in row.hours),
        holidays=days if row.keeps_holidays else {},
    )


def spans_of(raw: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    return tuple((time.fromisoformat(starts), time.fromisoformat(ends)) for starts, ends in raw)
