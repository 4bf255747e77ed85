"""Business hours and holidays, in Seoul."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.language.account import SEOUL, Account, Calendar
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.verdict import evaluate

CHUSEOK = {date(2026, 9, 24): "추석 연휴", date(2026, 9, 25): "추석"}
OFFICE = Calendar("1", holidays=CHUSEOK)


def seoul(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def test_the_office_opens_at_nine_and_shuts_at_six() -> None:
    assert OFFICE.is_open(seoul(21, 9))
    assert OFFICE.is_open(seoul(21, 17, 59))
    assert not OFFICE.is_open(seoul(21, 18))
    assert not OFFICE.is_open(seoul(20, 12)), "a Sunday"
    assert not OFFICE.is_open(seoul(25, 12)), "Chuseok"


def test_business_time_leaves_nights_weekends_and_holidays_out() -> None:
    assert OFFICE.open_between(seoul(23, 17), seoul(28, 10)) == timedelta(hours=2)
    assert OFFICE.open_between(seoul(21, 10), seoul(21, 12)) == timedelta(hours=2)
    assert OFFICE.open_between(seoul(21, 12), seoul(21, 10)) == timedelta()


def test_a_night_shift_may_end_at_midnight() -> None:
    night = Calendar("2", hours=(((time(20), time(0)),),) * 7)
    assert night.is_open(seoul(21, 23, 59))
    assert not night.is_open(seoul(22, 0))
    assert night.open_between(seoul(21, 22), seoul(22, 21)) == timedelta(hours=3)


@pytest.mark.parametrize(
    "hours", [((),) * 6, (((time(9), time(12)), (time(11), time(18))), *((),) * 6), (((time(9), time(9)),), *((),) * 6)]
)
def test_a_calendar_that_makes_no_sense_is_not_built(hours: tuple[tuple[tuple[time, time], ...], ...]) -> None:
    with pytest.raises(ValueError):
        Calendar("x", hours=hours)


def test_conditions_ask_the_tickets_own_calendar() -> None:
    account = Account(calendar=OFFICE, schedules={"77": Calendar("77", hours=(((time(20), time(0)),),) * 7)})

    def met(field: str, value: str, at: datetime, schedule_id: str | None = None) -> bool:
        conditions = Conditions(all=(Condition(field, "is", value),))
        return evaluate(conditions, TicketFacts(schedule_id=schedule_id), at, account).met

    assert met("on_holiday", "true", seoul(25, 12))
    assert not met("on_holiday", "true", seoul(21, 12))
    assert not met("on_holiday", "false", seoul(25, 12))
    assert met("in_business_hours", "true", seoul(21, 21), "77")
    assert not met("in_business_hours", "true", seoul(21, 21))
    assert met("within_schedule", "77", seoul(21, 21))
    assert not met("within_schedule", "77", seoul(21, 12))
