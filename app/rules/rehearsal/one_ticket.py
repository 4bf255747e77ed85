"""One ticket of a rehearsal, worked out once more: look by look, what each set would have done, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.language.kinds import Use
from app.macros.controls import Pickers
from app.macros.pickers import pickers_of
from app.routing.past import read_past_desk
from app.rules.diff import GROUP_WORDS
from app.rules.live import read_live
from app.rules.page import ReasonLine, reason_lines
from app.rules.rehearsal.chunk import read_ticket
from app.rules.rehearsal.compare import Compared, Outcome
from app.rules.rehearsal.effects import effects_of
from app.rules.rehearsal.looks import Watch
from app.rules.rehearsal.model import Rehearsal
from app.rules.rehearsal.names import EffectNames, names_of
from app.rules.rehearsal.outcome import rules_that_differ
from app.rules.rehearsal.routing import drawing_router
from app.rules.rehearsal.sets import thaw, titles_of
from app.tickets.model import Ticket
from app.words import Words


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that would have fired, with each condition's wanted and seen value. `alone`: in this set only."""

    rule_id: str
    title: Words
    effects: list[tuple[Words, Words]]
    bodies: list[str]
    reasons: list[ReasonLine]
    refused: Words | None
    alone: bool


@dataclass(frozen=True, slots=True)
class LookLine:
    at: datetime
    on_time: bool
    differs: bool
    before: list[Fired]
    after: list[Fired]


def ticket_page(session: Session, rehearsal: Rehearsal, ticket: Ticket) -> dict[str, Any]:
    """Everything for templates/rules/rehearsal_ticket.html."""
    sets = thaw(rehearsal.frozen, read_live(session).account, drawing_router(read_past_desk(session)))
    watch = Watch.of(sets, rehearsal.since, rehearsal.until)
    compared = read_ticket(session, watch, ticket) if ticket.history_complete else []
    plans = [decision.plan for one in compared for side in (one.before, one.after) for decision in side.decisions]
    names = names_of(session, [effect for plan in plans for effect in effects_of(plan)], titles_of(rehearsal.frozen))
    pickers = pickers_of(session)
    return {
        "rehearsal": rehearsal,
        "ticket": ticket,
        "looks": [_look(one, names, pickers) for one in compared],
        "is_whole": ticket.history_complete,
        "group_words": GROUP_WORDS,
    }


def _look(one: Compared, names: EffectNames, pickers: Pickers) -> LookLine:
    alone = rules_that_differ(one)
    before, after = (_fired(side, one.look.kind, alone, names, pickers) for side in (one.before, one.after))
    return LookLine(one.look.at, one.look.kind is Use.automation, one.differs, before, after)


def _fired(outcome: Outcome, use: Use, alone: set[str], names: EffectNames, pickers: Pickers) -> list[Fired]:
    return [
        Fired(
            decision.rule.id,
            names.rule(decision.rule.id),
            [(names.label(effect.field), names.value(effect)) for effect in effects_of(decision.plan)],
            [said.body for said in decision.plan.comments],
            reason_lines(decision.reasons, use, pickers),
            decision.refused,
            decision.rule.id in alone,
        )
        for decision in outcome.decisions
    ]
