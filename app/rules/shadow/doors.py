"""The doors of shadows: start one, look at it, set its thresholds, end it."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.db import db
from app.desk.gate import needs
from app.errors import Refusal
from app.rules.rule import EDIT
from app.rules.shadow.model import SETTLE_HOURS, Shadow
from app.rules.shadow.page import page_of
from app.rules.shadow.shadow import Thresholds, end, set_thresholds, start
from app.words import Words, say

STARTED = say("그림자 운용을 시작했습니다. 아무것도 나가지 않습니다.", "It is in shadow now. Nothing is sent.")
SET = say("기준을 바꾸었습니다.", "The thresholds were set.")
ENDED = say("그림자 운용을 끝냈습니다.", "The shadow has ended.")


class ShadowDoors:
    """Mixed into the screen of rules."""

    @expose("/shadow/")
    @needs("rules.view")
    def shadow_view(self: Any) -> ResponseReturnValue:
        """?id= the shadow."""
        page: str = self.render("rules/shadow.html", **page_of(db.session(), self._shadow(request.args.get("id"))))
        return page

    @expose("/shadow/start/", methods=("POST",))
    @needs(EDIT)
    def shadow_start_view(self: Any) -> ResponseReturnValue:
        """`number` is the version; the thresholds of `_thresholds`."""
        rule = self._asked()
        done: ResponseReturnValue = self._lived(
            rule, lambda: _started(start(db.session(), rule, number=_whole("number"), thresholds=_thresholds()))
        )
        return done

    @expose("/shadow/set/", methods=("POST",))
    @needs(EDIT)
    def shadow_set_view(self: Any) -> ResponseReturnValue:
        shadow = self._shadow(request.form.get("shadow"))
        done: ResponseReturnValue = self._lived(shadow.rule, lambda: set_thresholds(shadow, _thresholds()), SET)
        return done

    @expose("/shadow/end/", methods=("POST",))
    @needs(EDIT)
    def shadow_end_view(self: Any) -> ResponseReturnValue:
        shadow = self._shadow(request.form.get("shadow"))
        why = request.form.get("why") or ""
        done: ResponseReturnValue = self._lived(shadow.rule, lambda: end(shadow, why), ENDED)
        return done

    def _shadow(self: Any, text: str | None) -> Shadow:
        number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
        found = db.session.get(Shadow, number)
        if found is None or self.get_one(str(found.rule_id)) is None:
            abort(404)
        return found


def _started(_made: Shadow) -> Words:
    return STARTED


def _thresholds() -> Thresholds:
    hours, least = _whole("settle_hours"), _whole("least")
    return Thresholds(
        settle_hours=SETTLE_HOURS if hours is None else hours,
        promote_percent=_whole("promote_percent"),
        demote_percent=_whole("demote_percent"),
        least=50 if least is None else least,
    )


def _whole(name: str) -> int | None:
    """A whole number of the form; None where nothing was typed."""
    typed = (request.form.get(name) or "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
        raise Refusal(say("숫자로 적어 주세요.", "Enter a whole number."), field=name)
    return int(typed)
