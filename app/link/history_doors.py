"""The past on the link's page: bring it in, see how far it is, stop it."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.db import db
from app.desk.troubles import told
from app.desk.view import DeskPage, needs
from app.link.history import USUAL_DAYS, HistoryLoad, HistoryState, ask_history, cancel_history, newest_load
from app.tickets.history import how_complete
from app.words import Words, say


class HistoryDoors(DeskPage):
    """Mixed into the link's page."""

    @expose("/history.json")
    def history_state(self) -> ResponseReturnValue:
        load = newest_load(db.session())
        return jsonify(
            history=str(how_far(load)),
            percent=load.percent if load else 0,
            running=load is not None and load.is_under_way,
            complete=str(_complete_words()),
            history_trouble=str(told(load.trouble)) if load and load.trouble else "",
        )

    @expose("/history/", methods=("POST",))
    @needs("switches.turn")
    def bring_history(self) -> ResponseReturnValue:
        days = request.form.get("days", "").strip()
        session = db.session()
        ask_history(session, int(days) if days.isdecimal() and len(days) < 5 else 0)
        session.commit()
        flash(str(say("과거를 가져오기 시작했습니다.", "The past is being brought in.")), "success")
        return redirect(self.get_url(".index"))

    @expose("/history/cancel/", methods=("POST",))
    @needs("switches.turn")
    def cancel_history(self) -> ResponseReturnValue:
        session = db.session()
        cancel_history(session)
        session.commit()
        flash(str(say("멈추었습니다. 가져온 것은 그대로 둡니다.", "Stopped. What is in stays in.")), "success")
        return redirect(self.get_url(".index"))


def history_of_page() -> dict[str, Any]:
    """What the page's part about the past shows."""
    load = newest_load(db.session())
    return {"load": load, "how_far": how_far(load), "complete": _complete_words(), "usual_days": USUAL_DAYS}


def how_far(load: HistoryLoad | None) -> Words:
    if load is None:
        return say("아직 과거를 가져오지 않았습니다.", "The past was not brought in yet.")
    words = {
        HistoryState.queued: say("곧 시작합니다.", "It begins in a moment."),
        HistoryState.running: say(
            "지난 {days}일을 가져오는 중입니다: {percent}%, 업데이트 {events}건.",
            "Bringing in the last {days} days: {percent}%, {events} updates.",
        ),
        HistoryState.done: say(
            "지난 {days}일을 모두 가져왔습니다: 새 업데이트 {events}건.",
            "The last {days} days are in: {events} new updates.",
        ),
        HistoryState.cancelled: say(
            "멈추었습니다: {percent}%, 업데이트 {events}건까지 가져왔습니다.",
            "Stopped at {percent}%; {events} updates are in.",
        ),
        HistoryState.failed: say(
            "가져오지 못했습니다: {percent}%까지 왔습니다.", "It failed at {percent}%; what is in stays in."
        ),
    }[load.state]
    return words.fill(days=load.days, percent=load.percent, events=f"{load.events:,}")


def _complete_words() -> Words:
    complete, total = how_complete(db.session())
    return say(f"{total:,}건 중 {complete:,}건", f"{complete:,} of {total:,}")
