"""The doors that the form of a rule asks while one types: what is wrong, what a ticket would get, which tickets there
are. They read; nothing is written."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from app.db import db, only_read
from app.desk.view import needs
from app.language.problems import Problem
from app.macros.pickers import pickers_of
from app.macros.rows import named_people
from app.rules.form import GROUPS, RuleForm
from app.rules.lint.finding import Finding
from app.rules.model import Rule
from app.rules.page import ticket_named
from app.rules.planned import PlannedLine
from app.rules.raw import RawRefused, located
from app.rules.trial import OnTicket, Trial, tried
from app.tickets.model import Ticket
from app.tickets.scope import seen

TICKETS_FOUND = 12


class CheckDoors:
    @expose("/check/", methods=("POST",))
    @needs("rules.edit")
    def check_view(self: Any) -> ResponseReturnValue:
        """The unsaved form, with `ticket` where one is chosen and ?id= of a saved rule: findings by row, lines of the
        JSON, and the trial on the ticket."""
        let_others_write()
        rule: Rule | None = self.get_one(request.args["id"]) if request.args.get("id") else None
        form = RuleForm.read(request.form, kind=rule.kind if rule is not None else None, blank=True)
        session, number = db.session(), request.form.get("ticket", "")
        ticket = ticket_named(session, number) if number else None
        pickers = pickers_of(session, also_people=named_people(form.all + form.any + form.actions))
        try:
            at_first = request.form.get("at") == "first"
            trial = tried(session, form, rule.id if rule is not None else None, ticket, pickers, at_first=at_first)
        except RawRefused as refused:
            return jsonify(faults=[_fault(refused.line, "", "error", str(refused))], loose=[], rows={}, on=None)
        return jsonify(_told(trial, form, is_asked=bool(number)))

    @expose("/tickets/")
    @needs("tickets.view")
    def tickets_view(self) -> ResponseReturnValue:
        """?q=number or words of the subject: {"found": [{value, label, hint}]}, the newest first."""
        found = _tickets(db.session(), request.args.get("q", ""))
        return jsonify(
            found=[
                {"value": str(one.zendesk_id), "label": f"#{one.zendesk_id} {one.subject or ''}".strip(), "hint": ""}
                for one in found
            ]
        )


def let_others_write() -> None:
    """What is posted on every pause of typing must not hold the database from whoever saves."""
    db.session.rollback()
    only_read(flag=True)


def _tickets(session: Session, query: str) -> list[Ticket]:
    """Those in sight of the one who asks."""
    wanted = query.strip().removeprefix("#")[:100]
    rows = select(Ticket).where(*seen())
    if wanted.isascii() and wanted.isdigit():
        rows = rows.where(cast(Ticket.zendesk_id, String).startswith(wanted))
        rows = rows.order_by(func.length(cast(Ticket.zendesk_id, String)), Ticket.zendesk_id.desc())
    elif wanted:
        words = [func.lower(Ticket.subject).contains(word.lower(), autoescape=True) for word in wanted.split()[:8]]
        rows = rows.where(*words)
        rows = rows.order_by(Ticket.updated_at.desc())
    else:
        rows = rows.order_by(Ticket.updated_at.desc())
    return list(session.scalars(rows.limit(TICKETS_FOUND)))


def _told(trial: Trial, form: RuleForm, *, is_asked: bool) -> dict[str, Any]:
    faults = []
    if form.raw is not None:
        places = [Problem(one.path, one.words) for one in trial.found]
        faults = [
            _fault(fault.line, fault.path, one.level.value, str(one.words))
            for one, fault in zip(trial.found, located(form.raw, places), strict=True)
        ]
    return {
        "faults": faults,
        "loose": [finding_json(one) for one in trial.loose],
        "rows": {
            group: [
                {
                    "findings": [finding_json(one) for one in trial.by_row.get((group, at), ())],
                    **(_seen(trial.on, group, at) if trial.on is not None else {}),
                }
                for at in range(len(form.group(group)))
            ]
            for group in GROUPS
        },
        "on": _on(trial.on) if trial.on is not None else {"missing": True} if is_asked else None,
    }


def _fault(line: int, path: str, level: str, words: str) -> dict[str, Any]:
    return {"line": line, "path": path, "level": level, "words": words}


def finding_json(one: Finding) -> dict[str, Any]:
    return {"level": one.level.value, "code": one.code, "words": str(one.words), "may": one.may}


def _seen(on: OnTicket, group: str, at: int) -> dict[str, Any]:
    line = on.rows.get((group, at))
    if line is None:
        return {}
    return {"met": line.met, "seen": str(line.seen), "note": "" if line.note is None else str(line.note)}


def _on(on: OnTicket) -> dict[str, Any]:
    return {
        "number": on.ticket.zendesk_id,
        "subject": on.ticket.subject or "",
        "met": on.met,
        "skipped": on.skipped,
        "plan": [planned_json(one) for one in on.plan],
    }


def planned_json(one: PlannedLine) -> dict[str, Any]:
    return {
        "label": str(one.label),
        "value": str(one.value),
        "texts": dict(one.texts),
        "note": "" if one.note is None else str(one.note),
        "done": one.done,
    }
