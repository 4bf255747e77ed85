"""The days off of a year: Korea's, with what this office adds and on which it works."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from app import clock
from app.actor import acting
from app.db import db
from app.desk.view import DeskPage, needs
from app.errors import Refusal
from app.routing.days import KNOWN_YEARS, HolidayChange, holidays_of, official
from app.words import say


class HolidaysView(DeskPage):
    subject = "routing"
    endpoint = "holidays"
    label = say("휴일", "Holidays")
    icon = "calendar"

    @expose("/")
    def index(self) -> str:
        return self._page({})

    @expose("/set/", methods=("POST",))
    @needs("routing.edit")
    def set_view(self) -> ResponseReturnValue:
        """`off` adds a day, `work` works on a holiday, `plain` takes our change of that day away."""
        typed = {name: request.form.get(name, "").strip() for name in ("on_date", "name")}
        try:
            on = self._set(typed, request.form.get("what", ""))
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return self._page(typed), 422
        flash(str(say("저장했습니다.", "Saved.")), "success")
        return redirect(self.get_url(".index", year=on.year))

    def _set(self, typed: dict[str, str], what: str) -> date:
        if acting().vendor_id is not None:
            raise Refusal(say("협력사 사용자는 휴일을 바꿀 수 없습니다.", "A vendor's people cannot change holidays."))
        try:
            on = date.fromisoformat(typed["on_date"])
        except ValueError:
            raise Refusal(say("날짜를 2026-11-22처럼 적어 주세요.", "Write the date as 2026-11-22.")) from None
        if on.year not in KNOWN_YEARS:
            raise Refusal(say("그 해는 다루지 않습니다.", "That year is not kept."))
        change = db.session.scalars(select(HolidayChange).where(HolidayChange.on_date == on)).first()
        if what == "plain":
            if change is not None:
                db.session.delete(change)
            return on
        if what not in {"off", "work"}:
            raise Refusal(say("무엇을 할지 고르세요.", "Choose what to do."))
        if what == "work" and on not in official(on.year):
            raise Refusal(say("공휴일이 아닌 날입니다.", "That day is no holiday."))
        if what == "off" and not typed["name"]:
            raise Refusal(say("쉬는 이유를 적어 주세요.", "Say what the day off is for."))
        if change is None:
            change = HolidayChange(on_date=on, created_at=clock.now())
            db.session.add(change)
        change.is_off, change.name = what == "off", typed["name"][:120]
        return on

    def _page(self, typed: dict[str, str]) -> str:
        asked, this_year = request.values.get("year", ""), clock.in_seoul(clock.now()).year
        year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) in KNOWN_YEARS else this_year
        return self.render("routing/holidays.html", year=year, days=holidays_of(db.session(), year), typed=typed)
