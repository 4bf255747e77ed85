"""An unsaved macro, tried as one types: its faults, what a language lacks, how it would answer. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.language.account import Account
from app.language.action_rows import action_rows
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ids import named_ids
from app.language.kinds import Use
from app.language.plan import Plan
from app.macros.controls import Pickers
from app.macros.definition import LANGUAGES, MacroDefinition, problems
from app.macros.faults import row_of
from app.macros.form import MacroForm
from app.macros.known import told, unknown_here
from app.macros.macro import missing_words
from app.macros.placeholder_names import OFFERED
from app.macros.render import Renderer, text_problem
from app.rules import why
from app.rules.decide import Decision
from app.rules.definition import RuleDefinition
from app.rules.lint.finding import Finding, Level
from app.rules.live import read_live
from app.rules.planned import PlannedLine, planned
from app.tickets.model import Ticket
from app.words import Words, say

UNKNOWN = say("여기에 없는 것을 가리킵니다: {unknown}.", "It names what is not known here: {unknown}.")
EMPTY = say("문구도 하는 일도 없습니다.", "It neither answers nor does anything.")


@dataclass(frozen=True, slots=True)
class Answer:
    """`text`: how it would read on the ticket; `refused`: why it cannot be made."""

    text: str = ""
    refused: Words | None = None


@dataclass(frozen=True, slots=True)
class MacroTrial:
    """`found` are of rows and of the whole; `by_body` stand under the text of a language."""

    found: list[Finding]
    by_body: Mapping[str, list[Finding]]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    plan: list[PlannedLine] | None = None
    values: Mapping[str, Mapping[str, str]] | None = None


def tried(session: Session, form: MacroForm, ticket: Ticket | None, pickers: Pickers) -> MacroTrial:
    """`form` without rows that nobody has filled in."""
    found, by_body = _findings(session, form), _of_bodies(form)
    if ticket is None:
        return MacroTrial(found, by_body)
    facts, live = why.facts_now(session, ticket, Use.trigger), read_live(session, why.zendesk_url())
    wrong = {row[1] for one in found if one.level is Level.error and (row := row_of(one.path)) is not None}
    rows = [row for at, row in enumerate(form.written()) if at not in wrong]
    return MacroTrial(
        found,
        by_body,
        {language: _answer(form.bodies[language], facts, language, live.account) for language in LANGUAGES},
        _plan(rows, facts, live.account, pickers),
        values_on(facts, live.account),
    )


def values_on(facts: TicketFacts, account: Account) -> dict[str, dict[str, str]]:
    """What each offered placeholder gives, by language."""
    renderers = {language: Renderer(facts, clock.now(), language, account) for language in LANGUAGES}
    return {
        one.name: {language: each.text(f"{{{{{one.name}}}}}")[:200] for language, each in renderers.items()}
        for one in OFFERED
    }


def _answer(body: str, facts: TicketFacts, language: str, account: Account) -> Answer:
    try:
        return Answer(Renderer(facts, clock.now(), language, account).text(body))
    except Refusal as refused:
        return Answer(refused=refused.words)


def _plan(rows: list[dict[str, Any]], facts: TicketFacts, account: Account, pickers: Pickers) -> list[PlannedLine]:
    """What it does beside answering."""
    macro = MacroDefinition("-", action_rows(rows))
    by_language: dict[str, Decision] = {}
    rule = RuleDefinition("-", Use.trigger, Conditions(), ())
    for language in LANGUAGES:
        try:
            plan, dropped = macro.apply(facts, clock.now(), language, account)
        except Refusal as refused:
            return planned({language: Decision(rule, (), Plan(), refused=refused.words)}, Use.macro, pickers)
        by_language[language] = Decision(rule, (), plan, dropped)
    return planned(by_language, Use.macro, pickers)


def _findings(session: Session, form: MacroForm) -> list[Finding]:
    texts = any(body.strip() for body in form.bodies.values())
    written = form.written()
    stand_in = [{"field": "comment_value", "value": "-"}] if texts else []
    found = [
        Finding(Level.warning if one.warning else Level.error, "wrong-macro", one.words, (), one.path)
        for one in problems({"title": form.title, "actions": [*written, *stand_in]})
        if one.path != "actions"
    ]
    if not texts and not written:
        found.append(Finding(Level.note, "empty-macro", EMPTY, ()))
    if not any(one.level is Level.error and row_of(one.path) for one in found):
        unknown = unknown_here(session, named_ids(Conditions(), action_rows(written)))
        found += [
            Finding(Level.warning, "unknown-id", UNKNOWN.fill(unknown=told([one])), (), one.path) for one in unknown
        ]
    return found


def _of_bodies(form: MacroForm) -> dict[str, list[Finding]]:
    by_body: dict[str, list[Finding]] = {language: [] for language in LANGUAGES}
    for language, body in form.bodies.items():
        words = text_problem(body)
        if words is not None:
            by_body[language].append(Finding(Level.error, "wrong-text", words, (), f"bodies.{language}"))
    missing = [language for language, body in form.bodies.items() if not body.strip()]
    words = missing_words(missing) if len(missing) == 1 else None
    if words is not None:
        by_body[missing[0]].append(Finding(Level.warning, "missing-language", words, (), f"bodies.{missing[0]}"))
    return by_body
