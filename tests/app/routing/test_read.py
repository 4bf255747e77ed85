"""The desk from the rows: who is there, what they carry, and what is on its way to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from flask import Flask

from app import clock
from app.db import db
from app.language.account import SEOUL
from app.link.link import the_link
from app.routing.days import BusinessHours, HolidayChange, holidays_of, opening_stamp, read_opening
from app.routing.desk import OnShift
from app.routing.model import Shift
from app.routing.read import read_desk, read_queues, shifts_of
from app.rules.live import read_live
from tests.app.routing.rows import a_plan_row, a_shift, an_agent_row, an_owed_change
from tests.marketplace import PAID_AT, a_ticket, kept

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def loads() -> dict[str, int]:
    found = {one.id: one.load for one in read_desk(db.session(), NOW).agents}
    db.session.rollback()
    return found


def test_load_counts_open_tickets_and_what_is_owed(office: Flask) -> None:
    anna, bora = an_agent_row().zendesk_id, an_agent_row().zendesk_id
    the_link(db.session()).pushing = True
    for status in ("new", "open", "pending", "hold", "solved"):
        a_ticket(status=status, assignee_id=anna, channel="chat")
    assert loads() == {str(anna): 2, str(bora): 0}
    moved = a_ticket(status="open", assignee_id=anna, channel="chat")
    an_owed_change(moved, assignee_id=bora)
    assert loads() == {str(anna): 2, str(bora): 1}
    an_owed_change(moved, assignee_id=None)
    fresh = a_ticket(status="new")
    an_owed_change(fresh, assignee_id=bora, status="open")
    an_owed_change(fresh, additional_tags=["x"])
    assert loads() == {str(anna): 2, str(bora): 1}
    desk = read_desk(db.session(), NOW, fresh)
    assert [one.load for one in desk.agents] == [2, 0]
    assert dict(desk.agents[0].channel_load) == {"29": 2}


def test_the_desk_knows_turns_shifts_and_the_customers_last_agent(office: Flask) -> None:
    agent = an_agent_row(channel_limits={"chat": 2, "nonsense": 1}, skills={"refund": 3})
    a_plan_row("refunds", skills={"refund": 2})
    a_plan_row("old", is_active=False)
    a_shift(agent, 0)
    a_shift(agent, 4, "22:00", "06:00")
    a_ticket(requester_id=900, assignee_id=agent.zendesk_id, updated_at=PAID_AT)
    desk = read_desk(db.session(), NOW, a_ticket(requester_id=900))
    (found,) = desk.agents
    assert (found.name, dict(found.channel_limits), found.skills) == (agent.name, {"29": 2}, {"refund": 3})
    assert found.shifts.weekly[4] == ((time(22), time(6)),)
    assert desk.last_agents == {"900": str(agent.zendesk_id)}
    assert {key: one.skills for key, one in read_queues(db.session()).items()} == {"refunds": (("refund", 2),)}


def test_a_date_stands_in_place_of_its_weekday(office: Flask) -> None:
    agent = an_agent_row()
    a_shift(agent, 0)
    kept(Shift(agent=agent, on_date=date(2026, 11, 30)))
    kept(Shift(agent=agent, on_date=date(2026, 12, 6), starts=time(10), ends=time(15)))
    shifts, calendar = shifts_of(agent.shifts), read_opening(db.session(), NOW).calendar
    moments = [datetime(2026, month, day, 11, tzinfo=SEOUL) for month, day in ((11, 23), (11, 30), (12, 6), (12, 13))]
    assert [shifts.at(one, calendar) for one in moments] == [OnShift.on, OnShift.off, OnShift.on, OnShift.off]


# The days off of 2026 and 2027 by the calendar that the Korea AeroSpace Administration publishes, Sundays aside.
NEW_YEAR_2026 = (date(2026, 2, 16), date(2026, 2, 17), date(2026, 2, 18))
CHUSEOK_2026 = (date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 26))
NEW_YEAR_2027 = (date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 8))
CHUSEOK_2027 = (date(2027, 9, 14), date(2027, 9, 15), date(2027, 9, 16))
SUBSTITUTES = (
    *(date(2026, 3, 2), date(2026, 5, 25), date(2026, 8, 17), date(2026, 10, 5)),
    *(date(2027, 2, 9), date(2027, 8, 16), date(2027, 10, 4), date(2027, 10, 11), date(2027, 12, 27)),
)
LOCAL_ELECTION = date(2026, 6, 3)


def test_the_holidays_of_korea_with_substitutes_and_the_election(lone_office: Flask) -> None:
    days = {one.on: one for year in (2026, 2027) for one in holidays_of(db.session(), year)}
    assert {*NEW_YEAR_2026, *CHUSEOK_2026, *NEW_YEAR_2027, *CHUSEOK_2027, *SUBSTITUTES, LOCAL_ELECTION} <= set(days)
    assert (days[NEW_YEAR_2026[1]].name.ko, days[NEW_YEAR_2026[1]].name.en) == ("설날", "Korean New Year")
    assert all("대체" in days[one].name.ko for one in SUBSTITUTES)
    assert date(2026, 2, 19) not in days
    assert date(2026, 11, 23) not in days


def test_an_office_adds_days_and_works_on_others(office: Flask) -> None:
    kept(HolidayChange(on_date=date(2026, 11, 23), is_off=True, name="창립기념일", created_at=PAID_AT))
    kept(HolidayChange(on_date=date(2026, 10, 9), is_off=False, name="", created_at=PAID_AT))
    calendar = read_opening(db.session(), NOW).calendar
    assert calendar.holiday(NOW) == "창립기념일"
    assert date(2026, 10, 9) not in calendar.holidays
    listed = {one.on: one.is_off for one in holidays_of(db.session(), 2026)}
    assert (listed[date(2026, 10, 9)], listed[date(2026, 11, 23)]) == (False, True)


def test_rules_speak_of_the_hours_that_were_set(office: Flask) -> None:
    """A change shows at once, though what rules stand on is kept between decisions."""
    with clock.stopped(NOW):
        assert read_live(db.session()).account.calendar.is_open(datetime(2026, 11, 23, 10, tzinfo=SEOUL))
        before = opening_stamp(db.session(), NOW)
        spans = [[["11:00", "15:00"]]] * 5 + [[], []]
        kept(BusinessHours(name="본사", hours=spans, is_default=True, updated_at=PAID_AT))
        kept(BusinessHours(name="야간", hours=[[["00:00", "00:00"]]] * 7, zendesk_id=55, updated_at=PAID_AT,
                           keeps_holidays=False))  # fmt: skip
        assert opening_stamp(db.session(), NOW) != before
        account = read_live(db.session()).account
        assert not account.calendar.is_open(datetime(2026, 11, 23, 10, tzinfo=SEOUL))
        assert account.calendar.is_open(datetime(2026, 11, 23, 14, tzinfo=SEOUL))
        assert not account.calendar.is_open(datetime(2026, 9, 25, 14, tzinfo=SEOUL))
        assert account.calendar_of("55").is_open(datetime(2026, 9, 25, 3, tzinfo=SEOUL))
