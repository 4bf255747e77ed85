"""The door that the form of a macro asks while one types; here, where a ticket's facts are. Nothing is written."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.db import db
from app.desk.view import needs
from app.macros.faults import row_of
from app.macros.form import GROUP, MacroForm
from app.macros.pickers import pickers_of
from app.macros.rows import named_people
from app.rules.check_doors import finding_json, let_others_write, planned_json
from app.rules.macro_trial import MacroTrial, tried
from app.rules.page import ticket_named
from app.tickets.model import Ticket


class MacroDoors:
    @expose("/macro-check/", methods=("POST",))
    @needs("macros.edit")
    def macro_check_view(self) -> ResponseReturnValue:
        """The unsaved form, with `ticket` where one is chosen: findings by row and by text, and how it would answer."""
        let_others_write()
        session, number = db.session(), request.form.get("ticket", "")
        shown = MacroForm.read(request.form, blank=True)
        form = MacroForm.read(request.form)
        ticket = ticket_named(session, number) if number else None
        trial = tried(session, form, ticket, pickers_of(session, also_people=named_people(form.actions)))
        return jsonify(_told(trial, shown, ticket, is_asked=bool(number)))


def _told(trial: MacroTrial, shown: MacroForm, ticket: Ticket | None, *, is_asked: bool) -> dict[str, Any]:
    places = [at for at, row in enumerate(shown.actions) if not row.is_blank]
    rows: list[dict[str, Any]] = [{"findings": []} for _ in shown.actions]
    loose = []
    for one in trial.found:
        row = row_of(one.path)
        if row is None or row[1] >= len(places):
            loose.append(finding_json(one))
        else:
            rows[places[row[1]]]["findings"].append(finding_json(one))
    return {
        "faults": [],
        "loose": loose,
        "rows": {GROUP: rows},
        "bodies": {
            language: {"problems": [finding_json(one) for one in some], "reads": _reads(trial, language)}
            for language, some in trial.by_body.items()
        },
        "placeholders": trial.values,
        "on": _on(trial, ticket) if ticket is not None else {"missing": True} if is_asked else None,
    }


def _reads(trial: MacroTrial, language: str) -> str | None:
    answer = trial.answers.get(language)
    if answer is None:
        return None
    return answer.text if answer.refused is None else str(answer.refused)


def _on(trial: MacroTrial, ticket: Ticket) -> dict[str, Any]:
    plan = [planned_json(one) for one in trial.plan or ()]
    return {"number": ticket.zendesk_id, "subject": ticket.subject or "", "plan": plan}
