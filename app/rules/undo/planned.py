"""What an undo would do, worked out from the rows: shown before it is done, and the same when it is."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.actor import acting
from app.audit.trail import because
from app.errors import Refusal
from app.facts import Fact, announce
from app.rules.model import Rule, RuleRun
from app.rules.publishing import PUBLISH
from app.rules.then import values_now
from app.rules.undo.model import ItemState, Undo, UndoItem, UndoState
from app.rules.undo.take_back import Happened, Left, Stays, TakenBack, take_back
from app.tickets.model import Ticket, TicketEvent
from app.tickets.scope import seen
from app.words import say

MOST_RUNS = 5000
TICKETS_A_QUERY = 500
UNSENT = frozenset({"owed", "held"})
UNDER_WAY = frozenset({"sending", "unknown"})


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket. `drops`: pushes of this rule alone that have not been sent and will not be."""

    ticket: Ticket
    run_ids: tuple[int, ...]
    back: TakenBack
    drops: tuple[int, ...] = ()

    @property
    def does_something(self) -> bool:
        return bool(self.back.change or self.drops)


@dataclass(frozen=True, slots=True)
class Planned:
    """`digest` tells this very plan from one that was shown before something changed."""

    lines: tuple[Line, ...]
    runs: int

    @property
    def restored(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.does_something)

    @property
    def left(self) -> tuple[Line, ...]:
        """Every ticket of which something stays, those that are partly restored among them."""
        return tuple(one for one in self.lines if one.back.stays)

    @property
    def digest(self) -> str:
        told = [[one.ticket.id, one.run_ids, one.back.change, one.drops, len(one.back.stays)] for one in self.lines]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def planned(session: Session, rule: Rule, since: datetime, until: datetime) -> Planned:
    """Looks at every firing of the rule in that time on tickets that the one who asks may see. Changes nothing.

    Refuses more than can be looked over at once.
    """
    wanted = RuleRun.rule_id == rule.id, RuleRun.at >= since, RuleRun.at <= until, *seen()
    count = session.scalar(select(func.count(RuleRun.id)).join(RuleRun.ticket).where(*wanted)) or 0
    if count > MOST_RUNS:
        words = say(
            "그동안 {count}번 실행되었습니다. 한 번에 {most}번까지 되돌릴 수 있으니 기간을 좁혀 주세요.",
            "It ran {count} times in that time; up to {most} can be taken back at once. Choose a shorter time.",
        )
        raise Refusal(words.fill(count=f"{count:,}", most=f"{MOST_RUNS:,}"))
    rows = select(RuleRun).join(RuleRun.ticket).where(*wanted).order_by(RuleRun.id)
    runs = session.scalars(rows.options(selectinload(RuleRun.push), selectinload(RuleRun.ticket))).all()
    by_ticket: dict[int, list[RuleRun]] = defaultdict(list)
    for run in runs:
        by_ticket[run.ticket_id].append(run)
    events = _events(session, list(by_ticket))
    beside = _runs_of_pushes(session, [run.push_id for run in runs if run.push and run.push.state in UNSENT])
    lines = [_line(runs_of_it, events[ticket_id], beside) for ticket_id, runs_of_it in by_ticket.items()]
    return Planned(tuple(one for one in lines if one.does_something or one.back.stays), len(runs))


def begin(session: Session, rule: Rule, plan: Planned, since: datetime, until: datetime, why: str) -> Undo:
    """Writes it all down; the night shift does it. The caller commits. Refuses an empty plan and a second one."""
    acting().must(PUBLISH)
    if not plan.restored:
        raise Refusal(say("되돌릴 것이 없습니다.", "There is nothing to take back."))
    if not why.strip():
        raise Refusal(say("왜 되돌리는지 적어 주세요.", "Say why it is taken back."), field="why")
    if session.scalar(select(Undo.id).where(Undo.open_rule_id == rule.id)) is not None:
        raise under_way(rule)
    because(session, why)
    undo = Undo(
        rule_id=rule.id,
        open_rule_id=rule.id,
        since=since,
        until=until,
        state=UndoState.asked,
        why=why.strip()[:500],
        by=acting().name,
        at=clock.now(),
    )
    for line in plan.lines:
        undo.items.append(
            UndoItem(
                ticket_id=line.ticket.id,
                run_ids=list(line.run_ids),
                change=line.back.change,
                before=line.back.before,
                drops=list(line.drops),
                stays=[one.to_json() for one in line.back.stays],
                state=ItemState.waiting if line.does_something else ItemState.left,
            )
        )
    session.add(undo)
    session.flush()
    announce(session, Fact.undo_asked)
    return undo


def under_way(rule: Rule) -> Refusal:
    words = say(
        "규칙 「{title}」은 이미 되돌리는 중입니다. 끝난 뒤에 다시 해 주세요.",
        "What the rule “{title}” did is being taken back already. Wait until that is done.",
    )
    return Refusal(words.fill(title=rule.title))


def _events(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, list[TicketEvent]]:
    found: dict[int, list[TicketEvent]] = defaultdict(list)
    for start in range(0, len(ticket_ids), TICKETS_A_QUERY):
        wanted = TicketEvent.ticket_id.in_(ticket_ids[start : start + TICKETS_A_QUERY])
        for event in session.scalars(select(TicketEvent).where(wanted).order_by(TicketEvent.audit_id)):
            found[event.ticket_id].append(event)
    return found


def _runs_of_pushes(session: Session, push_ids: Iterable[int | None]) -> Mapping[int, frozenset[int]]:
    """Which runs each push carries: one that carries other rules' as well is not dropped."""
    found: dict[int, set[int]] = defaultdict(set)
    ids = [one for one in push_ids if one is not None]
    for start in range(0, len(ids), TICKETS_A_QUERY):
        wanted = RuleRun.push_id.in_(ids[start : start + TICKETS_A_QUERY])
        for push_id, run_id in session.execute(select(RuleRun.push_id, RuleRun.id).where(wanted)):
            found[push_id or 0].add(run_id)
    return {push_id: frozenset(run_ids) for push_id, run_ids in found.items()}


def _line(runs: Sequence[RuleRun], events: Sequence[TicketEvent], beside: Mapping[int, frozenset[int]]) -> Line:
    mine = {run.id for run in runs}
    markers = {event.marker: event.audit_id for event in events if event.marker}
    effects: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    drops: list[int] = []
    stays: list[Stays] = []
    for run in runs:
        audit_id = markers.get(run.push.marker) if run.push else None
        if audit_id is not None:
            effects[audit_id] += run.actions
        elif run.push is None or run.push_id is None:
            stays += take_back([_alone(run)], {}).stays
        elif run.push.state in UNSENT and beside[run.push_id] <= mine:
            drops.append(run.push_id)
        elif run.push.state in UNSENT | UNDER_WAY:
            stays.append(Stays("push", run.push_id, Left.under_way))
        elif run.push.state == "sent":
            stays.append(Stays("push", run.push_id, Left.not_here))
    ticket = runs[0].ticket
    happened = [
        Happened(one.audit_id, one.created_at, one.author_id, one.changes, tuple(effects.get(one.audit_id, ())))
        for one in events
    ]
    back = take_back(happened, values_now(ticket))
    told = TakenBack(back.change, back.before, (*back.stays, *stays))
    return Line(ticket, tuple(sorted(mine)), told, tuple(dict.fromkeys(drops)))


def _alone(run: RuleRun) -> Happened:
    """A firing that sent no push: messages and what is held."""
    return Happened(0, run.at, None, {}, tuple(run.actions))
