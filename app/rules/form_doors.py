"""The form of a rule: what its doors show, read and write."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from sqlalchemy.orm import Session

from app.db import db
from app.desk.saving import Difference
from app.errors import Refusal
from app.language.problems import Problem
from app.macros.controls import vocabulary
from app.macros.editor import row_views, sections
from app.macros.faults import Faults
from app.macros.form_doors import FormDoors
from app.macros.pickers import pickers_of
from app.macros.placeholder_names import offered_json
from app.macros.rows import Row, named_people
from app.rules import page
from app.rules.definition import RuleRefused
from app.rules.findings import findings
from app.rules.form import GROUPS, RuleForm
from app.rules.lint.finding import Level
from app.rules.live import version_in_force
from app.rules.model import Rule, RuleKind, RuleState
from app.rules.raw import Fault, RawRefused, located
from app.rules.rehearsal.ask import USUAL_DAYS, ask
from app.rules.rule import save


class RuleFormDoors(FormDoors):
    refused_by = RuleRefused
    form_template = "rules/edit.html"

    def form_shown(self, record: Rule | None) -> RuleForm:
        return RuleForm.of(record) if record is not None else _new_form()

    def form_sent(self, record: Rule | None, *, blank: bool) -> RuleForm:
        return RuleForm.read(request.form, kind=record.kind if record is not None else None, blank=blank)

    def number_of(self, record: Rule) -> int:
        return record.number

    def write(self, record: Rule | None, form: RuleForm) -> Rule:
        return save(
            db.session(),
            record,
            title=form.title,
            kind=form.kind,
            definition=form.definition(record.definition if record is not None else {}),
            description=form.description,
        )

    def after_saving(self: Any, record: Rule) -> str:
        """To its rehearsal, where one was asked for with the same press; to the rule where none can be made."""
        page_of_rule: str = self.get_url(".details_view", id=record.id)
        if request.form.get("then") != "rehearse":
            return page_of_rule
        try:
            rehearsal = ask(db.session(), [record], days=USUAL_DAYS)
            db.session.commit()
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return f"{page_of_rule}#rehearse"
        return url_for("rehearsals.details_view", id=rehearsal.id)

    def told_apart(self, record: Rule, form: RuleForm) -> list[Difference]:
        try:
            return page.differences(db.session(), record, form)
        except RawRefused:
            return []

    def form_page(self, record: Rule | None, form: RuleForm, faults: Faults) -> dict[str, Any]:
        pickers = pickers_of(db.session(), also_people=named_people(form.all + form.any + form.actions))
        return {
            "rule": record,
            "in_force": _in_force(record),
            "kinds": list(RuleKind),
            "groups": {name: row_views(name, form.group(name), form.use, pickers, faults.by_row) for name in GROUPS},
            "conditions": sections(form.use, pickers, actions=False),
            "actions": sections(form.use, pickers, actions=True),
            "vocabulary": vocabulary(form.use, pickers),
            "placeholders": offered_json(),
            "raw_faults": _raw_faults(db.session(), form, record),
        }


def _in_force(rule: Rule | None) -> int | None:
    """The number of the version that acts now."""
    version = version_in_force(rule) if rule is not None and rule.state is RuleState.live else None
    return version.number if version is not None else None


def _raw_faults(session: Session, form: RuleForm, record: Rule | None) -> list[tuple[Fault, Level]]:
    """What is wrong with the JSON as it was typed, by its lines."""
    if form.raw is None:
        return []
    try:
        found = findings(session, form.definition(), form.kind, record.id if record is not None else None)
    except RawRefused as refused:
        return [(Fault(refused.line, "", refused.words), Level.error)]
    faults = located(form.raw, [Problem(one.path, one.words) for one in found])
    return [(fault, one.level) for one, fault in zip(found, faults, strict=True)]


def _new_form() -> RuleForm:
    kind = request.args.get("kind", "")
    named = RuleKind(kind) if kind in set(RuleKind) else RuleKind.trigger
    return RuleForm(kind=named, all=(Row(operator="is"),), actions=(Row(),))
