"""What of the account the language must know beside the ticket: when it is open, what its options and texts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
LONGEST_DAYS = 731

_WORKDAY = ((time(9), time(18)),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business hours: open spans of each weekday (Monday is 0) in the zone's time, none on holidays.

    Spans of a day do not overlap, are in order and do not pass midnight; an end of 00:00 means the day's end.
    """

    id: str = ""
    hours: tuple[tuple[tuple[time, time], ...], ...] = (_WORKDAY, _WORKDAY, _WORKDAY, _WORKDAY, _WORKDAY, (), ())
    holidays: Mapping[date, str] = field(default_factory=dict)
    zone: ZoneInfo = SEOUL

    def __post_init__(self) -> None:
        if len(self.hours) != 7:
            raise ValueError("a calendar has the hours of seven weekdays, Monday first")
        for spans in self.hours:
            ends = [moment for opens, shuts in spans for moment in (opens, shuts)]
            if ends[-1:] == [time(0)]:
                ends[-1] = time.max
            if ends != sorted(set(ends)):
                raise ValueError("the open spans of a weekday are in order and do not overlap")

    def holiday(self, at: datetime) -> str | None:
        """The name of the holiday that day, or None."""
        return self.holidays.get(at.astimezone(self.zone).date())

    def is_open(self, at: datetime) -> bool:
        here = at.astimezone(self.zone)
        return any(opens <= here < shuts for opens, shuts in self._spans(here.date()))

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from start to end; nothing when end is not after start. Takes time by the day between."""
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, shuts in self._spans(day):
                total += max(min(shuts, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    def open_after(self, start: datetime, span: timedelta) -> datetime:
        """When `span` of business time has gone by since start. A calendar that does not open within two years counts
        as open all the time.
        """
        left, day = span, start.astimezone(self.zone).date()
        for _ in range(LONGEST_DAYS):
            for opens, shuts in self._spans(day):
                begins = max(opens, start)
                if shuts - begins >= left:
                    return (begins + left).astimezone(UTC)
                left -= max(shuts - begins, timedelta())
            day += timedelta(days=1)
        return start + span

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            return []
        midnight = datetime.combine(day + timedelta(days=1), time(0), self.zone)
        return [
            (
                datetime.combine(day, opens, self.zone),
                datetime.combine(day, shuts, self.zone) if shuts != time(0) else midnight,
            )
            for opens, shuts in self.hours[day.weekday()]
        ]


@dataclass(frozen=True, slots=True)
class Account:
    """`calendar` stands where a ticket has no schedule of its own that is among `schedules` (by Zendesk's id).

    `option_titles`: of a custom field's id, each option's value to its title. `option_values`: a drop-down option's
    id to its value, since conditions on people name options by id.
    `dynamic_content`: the texts of `{{dc.key}}` by key, each by language ("ko", "en").
    `name`: what `{{ticket.account}}` says. `default_form_id`: what "default_ticket_form" means.
    """

    calendar: Calendar = field(default_factory=Calendar)
    schedules: Mapping[str, Calendar] = field(default_factory=dict)
    option_values: Mapping[str, str] = field(default_factory=dict)
    option_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dynamic_content: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    name: str = ""
    default_form_id: str | None = None

    def calendar_of(self, schedule_id: str | None) -> Calendar:
        return self.schedules.get(schedule_id or "", self.calendar)


PLAIN_ACCOUNT = Account()
"""Weekdays 9 to 18 in Seoul, no holidays, no texts of its own."""
