"""An unsaved rule, tried as one types: what is wrong with its rows, and how it would take a ticket. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.language.action_rows import action_rows
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.verdict import evaluate
from app.macros.controls import Pickers
from app.macros.definition import LANGUAGES
from app.macros.faults import row_of
from app.routing.asked import ReadDesk
from app.rules import why
from app.rules.decide import Decision, decide
from app.rules.definition import RuleDefinition
from app.rules.facts_of import facts_at
from app.rules.findings import findings
from app.rules.form import GROUPS, RuleForm, raw_rows
from app.rules.lint.finding import Finding
from app.rules.live import read_live
from app.rules.page import ReasonLine, reason_lines
from app.rules.planned import PlannedLine, planned
from app.rules.record import read_record
from app.tickets.model import Ticket

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class OnTicket:
    """`rows`: the conditions that could be asked, by their place on the form; `skipped`: how many could not."""

    ticket: Ticket
    met: bool
    rows: Mapping[Place, ReasonLine]
    skipped: int
    plan: list[PlannedLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trial:
    """`by_row` by their place on the form, blank rows counted; `loose` belong to no row."""

    definition: Mapping[str, Any]
    found: list[Finding]
    by_row: Mapping[Place, list[Finding]]
    loose: list[Finding]
    on: OnTicket | None


def tried(
    session: Session,
    form: RuleForm,
    rule_id: int | None,
    ticket: Ticket | None,
    pickers: Pickers,
    *,
    at_first: bool = False,
) -> Trial:
    """Refuses with RawRefused a text that is no JSON. Rows that nobody has filled in are no fault."""
    definition = form.filled().definition()
    places = _places(form) if form.raw is None else {}
    found = findings(session, definition, form.kind, rule_id)
    by_row: dict[Place, list[Finding]] = {}
    loose: list[Finding] = []
    for one in found:
        row = row_of(one.path)
        (loose if row is None else by_row.setdefault(places.get(row, row), [])).append(one)
    wrong = {row for one in found if one.code.startswith("wrong-") and (row := row_of(one.path)) is not None}
    on = _on_ticket(session, form, definition, wrong, places, ticket, pickers, at_first=at_first) if ticket else None
    return Trial(definition, found, by_row, loose, on)


def _places(form: RuleForm) -> dict[Place, Place]:
    """Where a row of the JSON stands on the form: blank rows are only there."""
    places: dict[Place, Place] = {}
    for group in GROUPS:
        filled = (at for at, row in enumerate(form.group(group)) if not row.is_blank)
        places.update({(group, number): (group, at) for number, at in enumerate(filled)})
    return places


def _facts(session: Session, ticket: Ticket, form: RuleForm, *, at_first: bool) -> TicketFacts:
    """As it is now, after its newest update; `at_first`: as it was when it had just come in."""
    if not at_first:
        return why.facts_now(session, ticket, form.use)
    record = read_record(session, ticket)
    return facts_at(record, record.events[0] if record.events else None)


def _on_ticket(
    session: Session,
    form: RuleForm,
    definition: Mapping[str, Any],
    wrong: set[Place],
    places: Mapping[Place, Place],
    ticket: Ticket,
    pickers: Pickers,
    *,
    at_first: bool,
) -> OnTicket | None:
    """With what can be understood of it; None when nothing can."""
    try:
        rows = raw_rows(definition)
        good = {
            group: [(at, row) for at, row in enumerate(rows[group]) if (group, at) not in wrong] for group in GROUPS
        }
        conditions = Conditions.parse({group: [row for _, row in good[group]] for group in ("all", "any")})
        actions = action_rows([row for _, row in good["actions"]])
    except (Refusal, AttributeError, TypeError):
        return None
    facts = _facts(session, ticket, form, at_first=at_first)
    live = read_live(session, why.zendesk_url())
    verdict = evaluate(conditions, facts, clock.now(), live.account)
    lines = reason_lines(verdict.reasons, form.use, pickers)
    found: dict[Place, ReasonLine] = {}
    for reason, line in zip(verdict.reasons, lines, strict=True):
        place = reason.group, good[reason.group][reason.row][0]
        found[places.get(place, place)] = line
    always = RuleDefinition(form.title or "-", form.use, Conditions(), actions, id="trial")
    by_language: dict[str, Decision] = {}
    router = ReadDesk(session, ticket)
    for language in LANGUAGES:
        decided = decide(
            RuleSet.compile([always]),
            facts,
            clock.now(),
            macros=live.macros,
            account=live.account,
            language=language,
            router=router,
        )
        by_language |= dict.fromkeys((language,), decided[0]) if decided else {}
    skipped = sum(len(rows[group]) - len(good[group]) for group in ("all", "any"))
    return OnTicket(
        ticket, verdict.met, found, skipped, planned(by_language, form.use, pickers) if by_language and actions else []
    )
