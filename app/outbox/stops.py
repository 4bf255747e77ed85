"""The page of stops and budgets, and the doors by which a rule, or all rules, are stopped at once and started again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit.trail import because
from app.db import db
from app.desk.fields import id_in
from app.desk.view import DeskPage, needs
from app.errors import Refusal
from app.link.link import the_link
from app.link.model import Link
from app.outbox.stopping import stop_all, stop_rule
from app.rules.brakes.brake import STOP, budgets, fired, release, say_why, set_budget
from app.rules.brakes.model import ALL, RuleBrake
from app.rules.model import Rule, RuleState
from app.words import Words, say

BUSIEST = 20
STOPPED = say(
    "「{title}」을(를) 중단했습니다. 아직 보내지 않은 것은 보류합니다. 까닭은 아래에 적어 주세요.",
    "“{title}” is stopped; what it still owed is held. Say why below, when you have a moment.",
)
STARTED = say(
    "「{title}」을 다시 켰습니다. 보류된 것은 「보낼함」에 있습니다.",
    "“{title}” is on again. What was held is in the outbox.",
)
ALL_STOPPED = say("모든 규칙을 중단했습니다.", "All rules are stopped.")
SAVED = say("저장했습니다.", "Saved.")
A_NUMBER = say("한 시간 한도는 0 이상의 수로 적어 주세요.", "Give the budget of an hour as a number from 0 on.")


@dataclass(frozen=True, slots=True)
class ShownBrake:
    """A rule's brake as its page shows it; `fired` is this hour's count."""

    rule_id: int
    title: str
    per_hour: int
    fired: int
    stopped_at: datetime | None = None
    stopped_by: str = ""
    stopped_why: str = ""
    by_house: bool = False


def shown_brakes(session: Session, rules: Sequence[Rule]) -> list[ShownBrake]:
    """Three queries, however many rules."""
    ids, now = [one.id for one in rules], clock.now()
    limits, counts = budgets(session, ids), fired(session, now, ids)
    rows = {one.rule_id: one for one in session.scalars(select(RuleBrake).where(RuleBrake.rule_id.in_(ids)))}
    found = []
    for rule in rules:
        row = rows.get(rule.id)
        plain = ShownBrake(rule.id, rule.title, limits[rule.id], counts.get(rule.id, 0))
        if row is None or row.stopped_at is None:
            found.append(plain)
            continue
        found.append(
            ShownBrake(
                *(plain.rule_id, plain.title, plain.per_hour, plain.fired, row.stopped_at),
                *(row.stopped_by or "", row.stopped_why or "", row.by_house),
            )
        )
    return found


def brakes_of(rule_ids: Sequence[int]) -> list[ShownBrake]:
    """For templates: the brakes of these rules, in their order; those that are gone are left out."""
    session = db.session()
    rows = {one.id: one for one in session.scalars(select(Rule).where(Rule.id.in_(rule_ids)))}
    return shown_brakes(session, [rows[one] for one in rule_ids if one in rows])


class StopsView(DeskPage):
    subject = "rules"
    endpoint = "stops"
    label = say("중단·한도", "Stops & budgets")
    icon = "power"

    @expose("/")
    def index(self) -> str:
        session = db.session()
        stopped = session.scalars(
            select(Rule).join(RuleBrake, RuleBrake.rule_id == Rule.id).where(RuleBrake.stopped_at.is_not(None))
        ).all()
        busy = fired(session, clock.now(), most=BUSIEST)
        rows = {one.id: one for one in session.scalars(select(Rule).where(Rule.id.in_(busy)))}
        link = session.get(Link, 1)
        return self.render(
            "alarms/stops.html",
            stopped=shown_brakes(session, stopped),
            busy=shown_brakes(session, [rows[one] for one in busy if one in rows and rows[one] not in stopped]),
            all_per_hour=budgets(session, [])[ALL],
            all_fired=sum(fired(session, clock.now(), most=1_000_000).values()),
            rules_on=link.rules_on if link else True,
            live=session.scalar(select(Rule.id).where(Rule.state == RuleState.live).limit(1)) is not None,
        )

    @expose("/stop/", methods=("POST",))
    @needs(STOP)
    def stop_view(self) -> ResponseReturnValue:
        """One click: it stops first and is explained after."""
        rule = _rule()
        stop_rule(db.session(), rule, request.form.get("why", "").strip())
        return self._done(STOPPED.fill(title=rule.title))

    @expose("/start/", methods=("POST",))
    @needs(STOP)
    def start_view(self) -> ResponseReturnValue:
        rule = _rule()
        release(db.session(), rule)
        return self._done(STARTED.fill(title=rule.title))

    @expose("/why/", methods=("POST",))
    @needs(STOP)
    def why_view(self) -> ResponseReturnValue:
        """The reason of a stop, after it was done."""
        return self._try(lambda session: say_why(session, _rule(), _why(session)))

    @expose("/budget/", methods=("POST",))
    @needs(STOP)
    def budget_view(self) -> ResponseReturnValue:
        """How often a rule (or all together, with no `rule`) may fire in an hour."""
        typed = request.form.get("per_hour", "").strip()

        def budget(session: Session) -> None:
            if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
                raise Refusal(A_NUMBER, field="per_hour")
            set_budget(session, _rule().id if request.form.get("rule") else ALL, int(typed))

        return self._try(budget)

    @expose("/all/", methods=("POST",))
    @needs(STOP)
    def all_view(self) -> ResponseReturnValue:
        """Stops every rule. They are turned on again on the page of the link, by whoever may turn switches."""
        session = db.session()
        the_link(session)
        stop_all(session, _why(session))
        return self._done(ALL_STOPPED)

    def _try(self, act: Callable[[Session], None]) -> ResponseReturnValue:
        try:
            act(db.session())
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return redirect(get_redirect_target() or self.get_url(".index"))
        return self._done(SAVED)

    def _done(self, words: Words) -> ResponseReturnValue:
        db.session.commit()
        flash(str(words), "success")
        return redirect(get_redirect_target() or self.get_url(".index"))


def _rule() -> Rule:
    rule = db.session.get(Rule, id_in(request.form.get("rule", "")) or 0)
    if rule is None:
        abort(404)
    return rule


def _why(session: Session) -> str:
    why = request.form.get("why", "").strip()
    if why:
        because(session, why)
    return why
