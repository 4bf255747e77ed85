"""The doors by which a version comes to act and ceases to: publish, agree, decline, call back, pause, go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.db import db
from app.desk.gate import needs
from app.desk.saving import CHANGED, SAVED
from app.errors import Refusal
from app.rules.model import Rule, RuleState
from app.rules.publication import Publication, PublicationState
from app.rules.publishing import PUBLISH, approve, call_back, decline, publish, resume, switch_off
from app.rules.rule import EDIT, copied
from app.rules.shadow.doors import ShadowDoors
from app.words import Words, say

MOVED = say("「{title}」의 상태를 바꾸었습니다.", "The state of “{title}” was changed.")
PUBLISHED = say("게시했습니다. 다음 티켓부터 적용됩니다.", "Published. It applies from the next ticket on.")
AHEAD = say("{at}부터 시행하도록 게시했습니다.", "Published; in force from {at}.")
ASKED = say("승인을 요청했습니다. 다른 사람이 승인하면 시행됩니다.", "Asked for. It acts once another person agrees.")
AGREED = say(
    "그림자 운용이 기준에 이르면 스스로 게시됩니다.", "It publishes itself once its shadow reaches the threshold."
)
DECLINED = say("승인하지 않았습니다.", "Declined.")
CALLED_BACK = say("게시를 거두었습니다.", "The publication was called back.")


class LifeDoors(ShadowDoors):
    """Mixed into the screen of rules; watching in shadow is a part of a rule's life."""

    @expose("/publish/", methods=("POST",))
    @needs(PUBLISH)
    def publish_view(self) -> ResponseReturnValue:
        """`number` is the version; `when` now, later (at `starts`, Seoul's time) or reached; `why` is kept."""
        rule, form = self._asked(), request.form

        def act() -> Words:
            made = publish(
                db.session(),
                rule,
                number=_number(form.get("number")),
                why=form.get("why") or "",
                starts_at=_starts() if form.get("when") == "later" else None,
                when_reached=form.get("when") == "reached",
            )
            return _told(made)

        return self._lived(rule, act)

    @expose("/approve/", methods=("POST",))
    @needs(PUBLISH)
    def approve_view(self) -> ResponseReturnValue:
        asked = self._publication()

        def act() -> Words:
            approve(db.session(), asked, request.form.get("why") or "")
            return _told(asked)

        return self._lived(asked.rule, act)

    @expose("/decline/", methods=("POST",))
    @needs(PUBLISH)
    def decline_view(self) -> ResponseReturnValue:
        asked = self._publication()
        return self._lived(asked.rule, lambda: decline(asked, request.form.get("why") or ""), DECLINED)

    @expose("/call-back/", methods=("POST",))
    @needs(PUBLISH)
    def call_back_view(self) -> ResponseReturnValue:
        asked = self._publication()
        return self._lived(asked.rule, lambda: call_back(asked, request.form.get("why") or ""), CALLED_BACK)

    @expose("/state/", methods=("POST",))
    @needs(PUBLISH)
    def state_view(self) -> ResponseReturnValue:
        """`now` is the state: paused, retired, draft; or live, for a paused rule that goes on as it was."""
        rule, why = self._asked(), (request.form.get("why") or "")[:500]
        wanted = request.form.get("now", "")
        if wanted not in set(RuleState):
            raise Refusal(say("그런 상태는 없습니다.", "There is no such state."))
        if RuleState(wanted) is RuleState.live:
            return self._lived(rule, lambda: resume(db.session(), rule, why), MOVED)
        return self._lived(rule, lambda: switch_off(rule, RuleState(wanted), why), MOVED)

    @expose("/back-to/", methods=("POST",))
    @needs(EDIT)
    def back_to_view(self) -> ResponseReturnValue:
        """An earlier version once more, as a new draft."""
        rule, number = self._asked(), _number(request.form.get("number")) or -1
        return self._lived(rule, lambda: copied(db.session(), rule, number), SAVED)

    def _asked(self: Any) -> Rule:
        rule: Rule = self.get_one(request.form.get("id"))
        return rule

    def _publication(self: Any) -> Publication:
        """The one that the form names, of a rule that this person may see."""
        found = db.session.get(Publication, _number(request.form.get("publication")) or -1)
        if found is None or self.get_one(str(found.rule_id)) is None:
            abort(404)
        return found

    def _lived(self: Any, rule: Rule, act: Any, told: Words = MOVED) -> ResponseReturnValue:
        """Does it, commits, and goes to the rule's page; `act` may give the words to tell. What is refused stays on the
        page with everything that was typed."""
        rule_id, title = rule.id, rule.title
        try:
            done = act()
            db.session.commit()
        except StaleDataError:
            db.session.rollback()
            flash(str(CHANGED), "error")
        except Refusal as refusal:
            db.session.rollback()
            page: str = self.render(
                self.details_template, model=self.get_one(str(rule_id)), refused=refusal, typed=request.form
            )
            return page, 422
        else:
            flash(str((done if isinstance(done, Words) else told).fill(title=title)), "success")
        return redirect(self.get_url(".details_view", id=rule_id))


def _told(made: Publication) -> Words:
    if made.state is PublicationState.asked:
        return ASKED
    if made.state is PublicationState.agreed:
        return AGREED
    if made.starts_at is not None and made.starts_at > clock.now():
        return AHEAD.fill(at=clock.in_seoul(made.starts_at).strftime("%Y-%m-%d %H:%M"))
    return PUBLISHED


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _starts() -> datetime:
    """When it shall begin, as typed in Seoul's time."""
    typed = request.form.get("starts") or ""
    try:
        at = datetime.fromisoformat(typed).replace(tzinfo=clock.SEOUL)
    except ValueError as fault:
        raise Refusal(say("언제부터인지 골라 주세요.", "Choose when it shall begin."), field="starts") from fault
    if at <= clock.now():
        raise Refusal(say("이미 지난 시각입니다.", "That moment has passed."), field="starts")
    return at
