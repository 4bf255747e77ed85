"""What the page of a rule shows: the rule in sentences, its versions, runs and warnings; why and why not a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from app import clock
from app.actor import acting
from app.desk.saving import Difference
from app.desk.shown import NOTHING
from app.language.kinds import Use
from app.language.topics import TOPIC_CHOICES
from app.language.verdict import Reason
from app.macros.controls import Pickers
from app.macros.pickers import pickers_of
from app.macros.sentences import Sentence, condition_sentence
from app.rules import why
from app.rules.diff import GROUP_WORDS, Line, difference, sentences_of
from app.rules.exchange import to_text
from app.rules.findings import findings
from app.rules.form import RuleForm
from app.rules.life_page import compared, life_of
from app.rules.model import Rule, RuleRun, RuleVersion
from app.rules.rehearsal.card import card_of
from app.rules.rule import EDIT
from app.tickets.model import Ticket
from app.tickets.scope import seen, seen_ticket
from app.words import Words, say

RUNS_SHOWN = 20
WEEK = timedelta(days=7)
TOPIC = "text.topic"
TOPIC_NAMES: Mapping[str, Words] = {one.value: one.label for one in TOPIC_CHOICES}
ROLES: Mapping[str, Words] = {
    "end_user": say("고객", "End user"),
    "agent": say("상담원", "Agent"),
    "admin": say("관리자", "Admin"),
    "system": say("시스템", "System"),
}
NO_VALUE = say("(없음)", "(none)")
SEEN_COMMENT: Mapping[str, Words] = {
    "public": say("공개 댓글", "Public comment"),
    "internal": say("내부 메모", "Internal note"),
}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One condition on one ticket: as a sentence, what was seen, and whether it was met."""

    group: str
    sentence: Sentence
    seen: Words
    met: bool
    note: Words | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    version: RuleVersion
    lines: list[Line]
    renamed_from: str | None


@dataclass(frozen=True, slots=True)
class Count:
    runs: int = 0
    last_at: datetime | None = None


def page_of(session: Session, rule: Rule, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything for templates/rules/details.html. `asked`: "ticket", a number; "from" and "to", two versions."""
    ticket_number = asked.get("ticket")
    use, pickers = Use(rule.kind.value), pickers_of(session)
    return {
        "rule": rule,
        "group_words": GROUP_WORDS,
        "sentences_by": sentences_of(rule.definition, use, pickers),
        "versions": list(_versions(rule, use, pickers)),
        "compared": compared(rule, asked.get("from"), asked.get("to"), use, pickers),
        "runs": runs_of(session, rule),
        "count": counts(session, [rule.id]).get(rule.id, Count()),
        "findings": findings(session, rule.definition | {"title": rule.title}, rule.kind, rule.id),
        "raw": to_text(rule.definition),
        "rehearsals": card_of(session, rule),
        "may_rehearse": acting().may(EDIT),
        "asked": ticket_number or "",
        "life": life_of(session, rule),
        "why": _why(session, rule, ticket_number, use, pickers),
    }


def differences(session: Session, rule: Rule, form: RuleForm) -> list[Difference]:
    """What stands in the database otherwise than in the form that was sent."""
    use, pickers = Use(rule.kind.value), pickers_of(session)
    found = []
    if rule.title != form.title:
        found.append(Difference(str(say("제목", "Title")), rule.title, form.title))
    if rule.description != form.description:
        found.append(Difference(str(say("설명", "Description")), rule.description, form.description))
    lines = difference(rule.definition, form.definition(rule.definition), use, pickers)
    for group, label in GROUP_WORDS.items():
        stands = " · ".join(str(one.sentence) for one in lines if one.group == group and not one.came)
        typed = " · ".join(str(one.sentence) for one in lines if one.group == group and one.came)
        if stands or typed:
            found.append(Difference(str(label), stands or NOTHING, typed or NOTHING))
    return found


def counts(session: Session, rule_ids: Iterable[int]) -> dict[int, Count]:
    """Runs in the last seven days and the last firing of each rule, in one query."""
    recent = func.count(RuleRun.id).filter(RuleRun.at > clock.now() - WEEK)
    rows = select(RuleRun.rule_id, recent, func.max(RuleRun.at)).where(RuleRun.rule_id.in_(list(rule_ids)))
    return {rule_id: Count(runs, last_at) for rule_id, runs, last_at in session.execute(rows.group_by(RuleRun.rule_id))}


def runs_of(session: Session, rule: Rule) -> list[RuleRun]:
    rows = select(RuleRun).join(RuleRun.ticket).where(RuleRun.rule_id == rule.id, *seen())
    shown = rows.order_by(RuleRun.id.desc()).limit(RUNS_SHOWN).options(contains_eager(RuleRun.ticket))
    return list(session.scalars(shown))


def _versions(rule: Rule, use: Use, pickers: Pickers) -> Iterable[VersionLine]:
    """Newest first, each beside the one before it."""
    before: RuleVersion | None = None
    lines = []
    for one in rule.versions:
        changes = difference(before.definition, one.definition, use, pickers) if before else []
        lines.append(VersionLine(one, changes, before.title if before and before.title != one.title else None))
        before = one
    return reversed(lines)


def _why(session: Session, rule: Rule, number: str | None, use: Use, pickers: Pickers) -> dict[str, Any] | None:
    """Why and why not, for the ticket asked about; None when nothing was asked."""
    if not number:
        return None
    ticket = ticket_named(session, number)
    if ticket is None:
        return {"ticket": None}
    explained = why.of_rule(session, rule, ticket).explained
    lines = reason_lines(explained.verdict.reasons, use, pickers)
    blocked = [line for line in lines if not line.met and (line.group == "all" or not _any_met(lines))]
    return {
        "ticket": ticket,
        "fired": explained.fired,
        "lines": lines,
        "nearest": blocked[0] if len(blocked) == 1 else None,
        "distance": explained.distance,
        "refused": explained.decision.refused if explained.decision else None,
    }


def _any_met(lines: list[ReasonLine]) -> bool:
    return any(line.met for line in lines if line.group == "any")


def ticket_named(session: Session, number: str) -> Ticket | None:
    """By the number a person types, with or without its #."""
    digits = number.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    return seen_ticket(session, int(digits))


def reason_lines(reasons: Iterable[Reason], use: Use, pickers: Pickers) -> list[ReasonLine]:
    return kept_reason_lines((one.to_json() for one in reasons), use, pickers)


def kept_reason_lines(reasons: Iterable[Mapping[str, Any]], use: Use, pickers: Pickers) -> list[ReasonLine]:
    """From reasons as a run keeps them."""
    return [_line(one, use, pickers) for one in reasons]


def _line(raw: Mapping[str, Any], use: Use, pickers: Pickers) -> ReasonLine:
    wanted = {"field": raw.get("field"), "operator": raw.get("operator"), "value": raw.get("wanted")}
    note = raw.get("note")
    return ReasonLine(
        group=str(raw.get("group")),
        sentence=condition_sentence(wanted, use, pickers),
        seen=seen_words(raw, use, pickers),
        met=bool(raw.get("met")),
        note=say(str(note.get("ko")), str(note.get("en"))) if isinstance(note, dict) else None,
    )


def seen_words(raw: Mapping[str, Any], use: Use, pickers: Pickers) -> Words:
    """What was seen, by its name. A list is told as its parts; a change as from and to."""
    seen = raw.get("seen")
    if isinstance(seen, dict) and {"before", "after"} <= seen.keys():
        before, after = (seen_words({**raw, "seen": seen[side]}, use, pickers) for side in ("before", "after"))
        return (before if before.ko else NO_VALUE) + " → " + (after if after.ko else NO_VALUE)
    if isinstance(seen, dict) and "role" in seen:
        return ROLES.get(str(seen["role"]), say(str(seen.get("id")), str(seen.get("id"))))
    if raw.get("field") == "comment_is_public" and str(seen) in SEEN_COMMENT:
        return SEEN_COMMENT[str(seen)]
    if isinstance(seen, list):
        parts = [TOPIC_NAMES.get(str(one)) if raw.get("field") == TOPIC else None for one in seen]
        named = [name or say(str(one), str(one)) for one, name in zip(seen, parts, strict=True)]
        told = say(", ".join(one.ko for one in named), ", ".join(one.en for one in named))
        return told if named else NO_VALUE
    return condition_sentence({"field": raw.get("field"), "operator": "is", "value": seen}, use, pickers).value
