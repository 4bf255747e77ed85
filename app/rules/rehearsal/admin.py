"""The screens of rehearsals: asked for on a rule's page, watched, read, and gone into ticket by ticket."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.exc import IntegrityError

from app.db import db
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.rules.model import Rule
from app.rules.rehearsal.ask import ask, cancel, drafts
from app.rules.rehearsal.model import UNDER_WAY, Rehearsal, RehearsalState
from app.rules.rehearsal.one_ticket import ticket_page
from app.rules.rehearsal.page import list_page, progress_of, result_page
from app.rules.rehearsal.seen import mark_seen
from app.rules.rule import EDIT
from app.tickets.scope import seen_ticket
from app.words import say

CANCELLED = say("연습을 멈추었습니다.", "The rehearsal was stopped.")
SET, WITHOUT = "set", "without"


class RehearsalView(DeskView):
    model = Rehearsal
    endpoint = "rehearsals"
    subject = "rules"
    label = say("연습", "Rehearsals")
    icon = "flask-conical"
    can_create = False
    can_edit = False
    can_export = False
    details_template = "rules/rehearsal.html"
    column_list = ("asked_at", "title", "days", "state", "done", "asked_by")
    column_labels = {
        "asked_at": say("때", "When"),
        "title": say("규칙", "Rules"),
        "days": say("지난 며칠", "Past days"),
        "state": say("상태", "State"),
        "done": say("본 티켓", "Tickets"),
        "asked_by": say("누가", "Who"),
    }
    column_filters = ("state",)
    column_searchable_list = ("title", "asked_by")
    column_default_sort = ("id", True)
    tabs = (
        Tab("all", say("전체", "All")),
        Tab("under_way", say("진행 중", "Under way"), lambda: Rehearsal.state.in_(UNDER_WAY)),
        Tab("done", say("끝남", "Done"), lambda: Rehearsal.state == RehearsalState.done),
    )
    empty = say(
        "아직 연습이 없습니다. 규칙 화면의 「지난 티켓으로 연습」에서 시작합니다.",
        "Nothing has been rehearsed yet. Begin on a rule's page, by “Rehearse on past tickets”.",
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= result_page(db.session(), more["model"])
        return super().render(template, **more)

    @expose("/ask/", methods=("POST",))
    @needs(EDIT)
    def ask_view(self) -> ResponseReturnValue:
        """`rule`: its id. `what`: nothing for this rule's newest version, "set" for all drafts together, "without" for
        the set without it. `days`: how far back."""
        session = db.session()
        rule = session.get(Rule, _number(request.form.get("rule")))
        if rule is None:
            abort(404)
        what, days = request.form.get("what", ""), _number(request.form.get("days"))
        try:
            wanted = drafts(session) if what == SET else [rule]
            rehearsal = ask(session, wanted, days=days, without=what == WITHOUT)
            session.commit()
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
            return redirect(f"{self._rule_page(rule)}#rehearse")
        return redirect(self.get_url(".details_view", id=rehearsal.id))

    @expose("/cancel/", methods=("POST",))
    @needs(EDIT)
    def cancel_view(self) -> ResponseReturnValue:
        rehearsal: Rehearsal = self.get_one(request.form.get("id"))
        rehearsal_id = rehearsal.id
        try:
            cancel(db.session(), rehearsal)
            db.session.commit()
            flash(str(CANCELLED), "success")
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=rehearsal_id))

    @expose("/seen/", methods=("POST",))
    @needs(EDIT)
    def seen_view(self) -> ResponseReturnValue:
        """The page says so itself once it shows a result; its button does where no script runs."""
        rehearsal: Rehearsal = self.get_one(request.form.get("id"))
        rehearsal_id = rehearsal.id
        mark_seen(rehearsal)
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()  # two windows of one person: it is written down once
        return redirect(self.get_url(".details_view", id=rehearsal_id))

    @expose("/state.json")
    def state(self) -> ResponseReturnValue:
        return jsonify(progress_of(self.get_one(request.args.get("id", ""))))

    @expose("/tickets/")
    @needs("tickets.view")
    def tickets_view(self) -> ResponseReturnValue:
        """Every differing ticket: ?id=&rule=&field=&agent=&group=&page="""
        rehearsal: Rehearsal = self.get_one(request.args.get("id", ""))
        return self.render("rules/rehearsal_tickets.html", **list_page(db.session(), rehearsal, request.args))

    @expose("/ticket/")
    @needs("tickets.view")
    def ticket_view(self) -> ResponseReturnValue:
        """One ticket, before and after and why: ?id=&ticket=its number."""
        rehearsal: Rehearsal = self.get_one(request.args.get("id", ""))
        ticket = seen_ticket(db.session(), _number(request.args.get("ticket")))
        if ticket is None:
            abort(404)
        return self.render("rules/rehearsal_ticket.html", **ticket_page(db.session(), rehearsal, ticket))

    def _rule_page(self, rule: Rule) -> str:
        return str(self.get_url("rules.details_view", id=rule.id))


def _number(asked: str | None) -> int:
    return int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
