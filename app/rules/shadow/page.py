"""What the page of a shadow shows: how often people did what it wanted, by field and over time, and where not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from app import clock
from app.language.kinds import Use
from app.macros.controls import Pickers
from app.macros.pickers import pickers_of
from app.macros.sentences import action_sentence
from app.rules.shadow.model import Outcome, Shadow, ShadowRun
from app.rules.shadow.shadow import running_of
from app.rules.shadow.wilson import Share
from app.tickets.scope import seen
from app.words import Words, say

SHOWN = 50
COUNTED = 20_000
REPLY = {
    "reply": say("공개 답변", "Public reply"),
    "note": say("내부 메모", "Internal note"),
    "request_refund": say("환불 요청", "Refund request"),
}
DID, DID_NOT = say("함", "done"), say("하지 않음", "not done")


@dataclass(frozen=True, slots=True)
class FieldLine:
    label: Words
    share: Share
    unclear: int


@dataclass(frozen=True, slots=True)
class WeekLine:
    since: date
    share: Share


@dataclass(frozen=True, slots=True)
class RunLine:
    """A decision that people did otherwise; `fields`: what was wanted and seen where it differed."""

    run: ShadowRun
    fields: tuple[tuple[Words, Words, Words], ...]


def page_of(session: Session, shadow: Shadow) -> dict[str, Any]:
    """Everything for templates/rules/shadow.html, in a fixed number of queries."""
    rule = shadow.rule
    use, pickers = Use(rule.kind.value), pickers_of(session)
    counts = {
        outcome: int(count)
        for outcome, count in session.execute(
            select(ShadowRun.outcome, func.count()).where(ShadowRun.shadow_id == shadow.id).group_by(ShadowRun.outcome)
        )
    }
    agreed, differed = counts.get(Outcome.agreed, 0), counts.get(Outcome.differed, 0)
    told = session.execute(
        select(ShadowRun.at, ShadowRun.outcome, ShadowRun.compared)
        .where(ShadowRun.shadow_id == shadow.id, ShadowRun.outcome != Outcome.pending)
        .order_by(ShadowRun.id.desc())
        .limit(COUNTED)
    ).all()
    return {
        "shadow": shadow,
        "rule": rule,
        "share": Share(agreed, agreed + differed),
        "counts": {one: counts.get(one, 0) for one in Outcome},
        "fields": _fields([row.compared for row in told], use, pickers),
        "weeks": _weeks((row.at, row.outcome) for row in told),
        "differed": [_run_line(one, use, pickers) for one in _differed(session, shadow)],
        "shown": SHOWN,
        "running": running_of(rule),
    }


def _differed(session: Session, shadow: Shadow) -> list[ShadowRun]:
    rows = select(ShadowRun).join(ShadowRun.ticket)
    wanted = rows.where(ShadowRun.shadow_id == shadow.id, ShadowRun.outcome == Outcome.differed, *seen())
    return list(
        session.scalars(wanted.order_by(ShadowRun.id.desc()).limit(SHOWN).options(contains_eager(ShadowRun.ticket)))
    )


def _fields(compared: Iterable[list[dict[str, Any]]], use: Use, pickers: Pickers) -> list[FieldLine]:
    """Those that differ most often first."""
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rows in compared:
        for row in rows:
            counted[str(row["field"])][str(row["outcome"])] += 1
    lines = []
    for name, by in counted.items():
        agreed, differed = by[Outcome.agreed], by[Outcome.differed]
        lines.append(FieldLine(_label(name, use, pickers), Share(agreed, agreed + differed), by[Outcome.unclear]))
    return sorted(lines, key=lambda one: (one.share.value if one.share.n else 2.0, -one.share.n))


def _weeks(rows: Iterable[tuple[Any, Outcome]]) -> list[WeekLine]:
    """By the Monday of the decision, Seoul's calendar, oldest first."""
    counted: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for at, outcome in rows:
        day = clock.in_seoul(at).date()
        if outcome in (Outcome.agreed, Outcome.differed):
            week = counted[day - timedelta(days=day.weekday())]
            week[0] += outcome is Outcome.agreed
            week[1] += 1
    return [WeekLine(since, Share(agreed, n)) for since, (agreed, n) in sorted(counted.items())]


def _run_line(run: ShadowRun, use: Use, pickers: Pickers) -> RunLine:
    rows = [row for row in run.compared if row["outcome"] == Outcome.differed]
    return RunLine(run, tuple((_label(str(row["field"]), use, pickers), *_values(row, use, pickers)) for row in rows))


def _label(name: str, use: Use, pickers: Pickers) -> Words:
    return REPLY.get(name) or action_sentence({"field": name, "value": ""}, use, pickers).label


def _values(row: Mapping[str, Any], use: Use, pickers: Pickers) -> tuple[Words, Words]:
    """Wanted and seen, by their names."""
    name, wanted, stands = str(row["field"]), row["wanted"], row["seen"]
    if name in REPLY:
        return DID, DID if stands else DID_NOT
    if name in {"current_tags", "remove_tags"}:
        there, gone = say("있음", "there"), say("없음", "not there")
        tag = say(f"{wanted}: ", f"{wanted}: ")
        return tag + (there if name == "current_tags" else gone), tag + (there if stands else gone)
    told = [action_sentence({"field": name, "value": one}, use, pickers).value for one in (wanted, stands)]
    return told[0], told[1] if str(told[1]) else say("(없음)", "(none)")
