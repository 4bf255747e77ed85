"""The shifts of a week on one page, a form for a day, and the same as a file with a preview before it is taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock
from app.audit.trail import because, record
from app.db import db
from app.desk.exports import csv_file
from app.desk.fields import id_in
from app.desk.sheets import decoded
from app.desk.view import DeskPage, needs
from app.errors import Refusal
from app.routing.admin.board import agents_seen
from app.routing.days import WEEKDAYS, read_opening, read_spans, spans_of, told_spans
from app.routing.model import RoutingAgent, Shift
from app.routing.read import shifts_of
from app.routing.shift_rows import (
    COLUMNS,
    Day,
    DayChange,
    ReadRows,
    Spans,
    changes,
    days_of,
    read_day,
    read_rows,
    rows_of,
)
from app.words import say

BIGGEST_FILE = 1024 * 1024


class ShiftsView(DeskPage):
    subject = "routing"
    endpoint = "shifts"
    label = say("근무표", "Shifts")
    icon = "calendar-days"

    @expose("/")
    def index(self) -> str:
        return self._page()

    @expose("/set/", methods=("POST",))
    @needs("routing.edit")
    def set_view(self) -> ResponseReturnValue:
        """One weekday or date of one agent: its hours, off without any; `clear` takes a date's exception away."""
        typed = {name: request.form.get(name, "").strip() for name in ("agent", "day", "on_date", "hours")}
        try:
            agent = _agent(typed["agent"])
            day = read_day(typed["on_date"] if typed["day"] == "date" else typed["day"])
            now: Spans | None = _hours(typed["hours"])
            if "clear" in request.form or (isinstance(day, int) and not now):
                now = None
            _write([DayChange(agent.id, day, None, now)])
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return self._page(typed), 422
        flash(str(say("저장했습니다.", "Saved.")), "success")
        return redirect(self.get_url(".index", week=request.form.get("week", "")))

    @expose("/csv/", methods=("POST",))
    @needs("exports.make")
    def csv_view(self) -> ResponseReturnValue:
        """Every shift that may be seen, as a file that can be taken in again."""
        reason = request.form.get("reason", "").strip()
        if len(reason) < 2:
            raise Refusal(say("내보내는 이유를 적어 주세요.", "Say why you export."))
        rows: list[Sequence[str]] = []
        for one in _agents():
            mine = {day: spans for (_, day), spans in days_of(one.shifts).items()}
            rows += rows_of((one.person.email if one.person else None) or str(one.zendesk_id), one.name, mine)
        because(db.session(), reason)
        record(db.session(), "export", "shifts", None, {"rows": len(rows), "kind": "csv"})
        db.session.commit()
        name = f"opsroom-shifts-{clock.in_seoul(clock.now()):%Y%m%d}.csv"
        return Response(
            csv_file(list(COLUMNS), [list(row) for row in rows]),
            mimetype="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @expose("/import/", methods=("GET", "POST"))
    @needs("routing.edit")
    def import_view(self) -> ResponseReturnValue:
        """First the preview: every bad line, and each day that would change. Then, on the second press, the change."""
        text, refused = _text(), ""
        if request.method == "GET":
            return self._preview("", None, [], "")
        agents = {key: one.id for one in _agents() for key in _keys(one)}
        read = read_rows(text, agents)
        stands = days_of(shift for one in _agents() for shift in one.shifts)
        found = changes(stands, read.days)
        if request.form.get("take") and request.form.get("seen") == _seal(found):
            _write(found)
            db.session.commit()
            words = say("{count}일의 근무를 바꾸었습니다.", "Changed the shifts of {count} days.")
            flash(str(words.fill(count=len(found))), "success")
            return redirect(self.get_url(".index"))
        if request.form.get("take"):
            refused = str(
                say("그사이 근무표가 바뀌었습니다. 다시 확인해 주세요.", "The shifts changed meanwhile. Look again.")
            )
        return self._preview(text, read, found, refused), 422 if read.faults or refused else 200

    def _page(self, typed: Mapping[str, str] | None = None) -> str:
        monday = _monday(request.values.get("week", ""))
        days = [monday + timedelta(days=each) for each in range(7)]
        calendar = read_opening(db.session(), clock.now()).calendar
        agents = _agents()
        shifts = {one.id: shifts_of(one.shifts, works_on_holidays=one.works_on_holidays) for one in agents}
        return self.render(
            "routing/shifts.html",
            agents=agents,
            days=days,
            holidays=calendar.holidays,
            spans={key: [each.spans_of(day, calendar) for day in days] for key, each in shifts.items()},
            dated={key: [day in each.dated for day in days] for key, each in shifts.items()},
            week=monday,
            before=monday - timedelta(days=7),
            after=monday + timedelta(days=7),
            weekdays=WEEKDAYS,
            typed=typed or {},
        )

    def _preview(self, text: str, read: ReadRows | None, found: list[DayChange], refused: str) -> str:
        names = {one.id: one.name for one in _agents()}
        return self.render(
            "routing/shift_import.html", text=text, read=read, changes=found, names=names, seal=_seal(found),
            refused=refused, told_day=told_day, told=told,
        )  # fmt: skip


def _agents() -> Sequence[RoutingAgent]:
    asked = agents_seen().options(selectinload(RoutingAgent.shifts)).order_by(RoutingAgent.id)
    return sorted(db.session.scalars(asked), key=lambda one: one.name)


def _agent(typed: str) -> RoutingAgent:
    found = db.session.scalars(agents_seen().where(RoutingAgent.id == (id_in(typed) or 0))).first()
    if found is None:
        raise Refusal(say("상담사를 고르세요.", "Choose an agent."))
    agent: RoutingAgent = found
    return agent


def _keys(agent: RoutingAgent) -> list[str]:
    email = agent.person.email if agent.person else None
    return [str(agent.zendesk_id), *([email.lower()] if email else [])]


def _hours(typed: str) -> Spans:
    try:
        return tuple(spans_of(read_spans(typed)))
    except ValueError:
        raise Refusal(say("시간을 읽을 수 없습니다.", "The hours cannot be read.")) from None


def _write(found: Sequence[DayChange]) -> None:
    session = db.session()
    for one in found:
        column = Shift.weekday if isinstance(one.day, int) else Shift.on_date
        for row in session.scalars(select(Shift).where(Shift.agent_id == one.agent_id, column == one.day)):
            session.delete(row)
        if one.now is not None:
            weekday, on_date = (one.day, None) if isinstance(one.day, int) else (None, one.day)
            spans = one.now or (((None, None),) if on_date is not None else ())
            session.add_all(
                Shift(agent_id=one.agent_id, weekday=weekday, on_date=on_date, starts=starts, ends=ends)
                for starts, ends in spans
            )


def _text() -> str:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        raw = sent.read(BIGGEST_FILE + 1)
        if len(raw) > BIGGEST_FILE:
            raise Refusal(say("파일이 너무 큽니다(1MB까지).", "The file is too big (1 MB at most)."))
        return decoded(raw)
    return request.form.get("text", "")


def _monday(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = clock.in_seoul(clock.now()).date()
    day = min(max(day, date(2000, 1, 10)), date(2100, 1, 1))
    return day - timedelta(days=day.weekday())


def _seal(found: Sequence[DayChange]) -> str:
    """What was previewed, so that no other change is taken."""
    whole = "|".join(f"{one.agent_id},{one.day},{one.was},{one.now}" for one in found)
    return hashlib.sha256(whole.encode()).hexdigest()


def told(spans: Spans | None) -> str:
    if spans is None:
        return ""
    return told_spans([(f"{starts:%H:%M}", f"{ends:%H:%M}") for starts, ends in spans]) or str(say("휴무", "Off"))


def told_day(day: Day) -> str:
    return str(list(WEEKDAYS.values())[day]) if isinstance(day, int) else day.isoformat()
