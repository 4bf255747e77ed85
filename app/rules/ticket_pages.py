"""What the pages show that look from a ticket: every rule on it, one run, and a macro as it would answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.language.kinds import Use
from app.language.plan import Plan
from app.macros.controls import Pickers
from app.macros.definition import LANGUAGES
from app.macros.macro import bodies_of, definition_of
from app.macros.model import Macro
from app.macros.pickers import pickers_of
from app.macros.sentences import Sentence, action_sentence
from app.routing.routed import RoutingMove
from app.rules import why
from app.rules.definition import RuleDefinition
from app.rules.diff import GROUP_WORDS
from app.rules.live import number_of, read_live
from app.rules.model import Rule, RuleRun
from app.rules.page import ReasonLine, kept_reason_lines, reason_lines, ticket_named
from app.tickets.model import TicketEvent
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One rule on the ticket, in version `number`; `nearest` those that missed by the least; `shadowed_by` the rule
    before it that ended its conditions."""

    rule: Rule
    fired: bool
    nearest: bool
    lines: list[ReasonLine]
    refused: Words | None
    number: int
    order: int | None = None
    shadowed_by: RuleDefinition | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a macro would write in one language; `refused` when it cannot."""

    language: str
    body: str
    refused: Words | None = None


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One effect of a run. `held` was written down and not sent; `why` tells for what was dropped."""

    sentence: Sentence
    held: bool = False
    why: Words | None = None


def why_page(session: Session, number: str, audit: str = "") -> dict[str, Any]:
    """`audit`: the number of the update that triggers look at; the newest of somebody else's where left out."""
    ticket = ticket_named(session, number) if number else None
    lines: list[WhyLine] = []
    updates: list[TicketEvent] = []
    looked_at: int | None = None
    if ticket is not None:
        pickers = pickers_of(session)
        updates = list(reversed(ticket.events))
        asked = int(audit) if audit.isascii() and audit.isdigit() and len(audit) < 19 else None
        newest = why.newest_of_others(ticket.events)
        looked_at = asked if any(one.audit_id == asked for one in updates) else newest.audit_id if newest else None
        told = why.of_ticket(session, ticket, looked_at)
        least = min((one.explained.distance for one in told if not one.explained.fired), default=0)
        lines = [_why_line(one, pickers, least) for one in told]
    return {
        "asked": number,
        "ticket": ticket,
        "lines": lines,
        "updates": updates,
        "looked_at": looked_at,
        "group_words": GROUP_WORDS,
    }


def _why_line(one: why.Why, pickers: Pickers, least: int) -> WhyLine:
    told = one.explained
    nearest = not told.fired and told.distance == least
    lines = reason_lines(told.verdict.reasons, Use(one.rule.kind.value), pickers)
    refused = told.decision.refused if told.decision else None
    return WhyLine(one.rule, told.fired, nearest, lines, refused, number_of(one.rule), told.order, told.shadowed_by)


def macro_page(session: Session, macro: Macro, number: str) -> dict[str, Any]:
    """The macro on a ticket, in both languages. Changes nothing."""
    ticket = ticket_named(session, number) if number else None
    answers: list[Answer] = []
    effects: list[Sentence] = []
    if ticket is not None:
        facts, account = why.facts_now(session, ticket, Use.trigger), read_live(session, why.zendesk_url()).account
        pickers = pickers_of(session)
        effects = [action_sentence(row, Use.macro, pickers) for row in macro.actions]
        for language in LANGUAGES:
            if not bodies_of(macro)[language]:
                continue
            try:
                plan, _ = definition_of(macro).apply(facts, clock.now(), language, account)
            except Refusal as refused:
                answers.append(Answer(language, "", refused.words))
            else:
                answers.append(Answer(language, _said(plan)))
    return {"macro": macro, "asked": number, "ticket": ticket, "answers": answers, "effects": effects}


def _said(plan: Plan) -> str:
    return "\n\n".join(one.body for one in plan.comments)


def run_page(session: Session, run: RuleRun) -> dict[str, Any]:
    use, pickers = Use(run.rule.kind.value), pickers_of(session)
    return {
        "run": run,
        "group_words": GROUP_WORDS,
        "lines": kept_reason_lines(run.reasons, use, pickers),
        "actions": [_action_line(one, use, pickers) for one in run.actions],
        "dropped": [_action_line(one, use, pickers) for one in run.dropped],
        "routing_moves": session.scalars(select(RoutingMove).where(RoutingMove.run_id == run.id)).all(),
    }


def _action_line(raw: Mapping[str, Any], use: Use, pickers: Pickers) -> ActionLine:
    """An effect as the run keeps it: a comment and a refusal are ours, the rest is Zendesk's vocabulary."""
    field, value = str(raw.get("field")), raw.get("value")
    if field == "comment":
        label = say("공개 답변", "Public comment") if raw.get("public", True) else say("내부 메모", "Internal note")
        return ActionLine(Sentence(label, say("", ""), say("", ""), detail=str(value)))
    if field == "refused" and isinstance(value, dict):
        words = say(str(value.get("ko")), str(value.get("en")))
        return ActionLine(Sentence(say("하지 못함", "Not done"), say("", ""), words, known=False))
    reason = raw.get("why")
    dropped = say(str(reason.get("ko")), str(reason.get("en"))) if isinstance(reason, dict) else None
    return ActionLine(action_sentence(raw, use, pickers), held=bool(raw.get("held")), why=dropped)
