"""A rehearsal of rules from a file, in this process: nothing is written, and the result is told as JSON."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import reading
from app.routing.past import read_past_desk
from app.rules.counterpart import Counterparts
from app.rules.definition import RuleDefinition, RuleRefused, problems
from app.rules.exchange import Incoming
from app.rules.importing import Left
from app.rules.live import read_live
from app.rules.model import RuleKind
from app.rules.rehearsal.ask import in_force
from app.rules.rehearsal.chunk import TICKETS_A_CHUNK, count, read_chunk
from app.rules.rehearsal.effects import Effect, as_told, from_rows
from app.rules.rehearsal.looks import Watch
from app.rules.rehearsal.model import RuleChange
from app.rules.rehearsal.names import EffectNames, names_of
from app.rules.rehearsal.outcome import ASSIGNMENTS, Differing
from app.rules.rehearsal.routing import drawing_router
from app.rules.rehearsal.sets import Sets, Version
from app.rules.rehearsal.tally import Pair, Tallies, Tally
from app.tickets.model import Ticket
from app.words import say

SAMPLES = 20
NOT_A_RULE = say(
    "트리거나 자동화가 아니어서 연습하지 않습니다.", "It is no trigger and no automation, so it is not rehearsed."
)


@dataclass(slots=True)
class Read:
    """What a file came to: the candidate set and how it differs, or every fault of it."""

    before: list[Version] = field(default_factory=list)
    after: list[Version] = field(default_factory=list)
    changes: dict[str, RuleChange] = field(default_factory=dict)
    refused: list[Left] = field(default_factory=list)
    ignored: list[Left] = field(default_factory=list)


def read_candidates(session: Session, incoming: Iterable[Incoming]) -> Read:
    """A rule of the file stands in the place of the one in force that it is a version of (see counterpart.py), or is
    added; one that the file says is not active is left out."""
    live = read_live(session)
    found = Read(before=in_force(live))
    here = Counterparts(session)
    after = {one.definition.id: one for one in found.before}
    for one in incoming:
        if one.kind not in set(RuleKind):
            found.ignored.append(Left(one.path, _title(one.raw), one.ignored or NOT_A_RULE))
            continue
        try:
            rule = _rule(one, here)
        except RuleRefused as refused:
            faults = [fault for fault in refused.problems if not fault.warning]
            found.refused += [Left(_join(one.path, fault.path), _title(one.raw), fault.words) for fault in faults]
            continue
        known = rule.id in after
        if not rule.active:
            if known:
                del after[rule.id]
                found.changes[rule.id] = RuleChange.removed
            continue
        if known and after[rule.id].definition == rule:
            continue
        found.changes[rule.id] = RuleChange.changed if known else RuleChange.added
        after[rule.id] = Version(rule, 0)
    found.after = list(after.values())
    return found


def rehearse(
    session: Session, read: Read, since: datetime, until: datetime, told: Callable[[int, int], None]
) -> dict[str, Any]:
    """The result as JSON (see `flask rules rehearse --help`); `told` hears how many tickets of how many are done."""
    live = read_live(session)
    with reading():
        router = drawing_router(read_past_desk(session))
        total = count(session, since, until)
        session.rollback()
    watch = Watch.of(Sets.of(read.before, read.after, live.macros, live.account, router), since, until)
    tallies, samples, cursor, done = Tallies(), Samples(), 0, 0
    while True:
        with reading():
            chunk = read_chunk(session, watch, cursor, TICKETS_A_CHUNK)
            samples.take(session, chunk.differing)
            session.rollback()
        for city, tally in chunk.tallies.by_city.items():
            tallies.of(city).join(tally)
        cursor, done = chunk.last, done + chunk.count
        told(done, max(total, done))
        if not chunk.count:
            break
    titles = {one.definition.id: one.definition.title for one in (*read.before, *read.after)}
    whole = tallies.seen_in(())
    with reading():
        names = names_of(
            session, [Effect(name, one) for name in ASSIGNMENTS for one in whole.effects.get(name, ())], {}
        )
        session.rollback()
    return as_json(whole, titles, read.changes, since, until, samples) | {"load": _load(whole, names)}


def _load(tally: Tally, names: EffectNames) -> list[dict[str, Any]]:
    """What each agent and each group would have been given."""
    return [
        {"to": to, "id": one, "name": str(names.value(Effect(name, one)))} | _pair(pair)
        for name, to in ASSIGNMENTS.items()
        for one, pair in sorted(tally.effects.get(name, {}).items())
        if one
    ]


@dataclass(slots=True)
class Samples:
    """The few tickets whose draw is the smallest: the same ones every time."""

    kept: list[tuple[int, int, Differing]] = field(default_factory=list)

    def take(self, session: Session, differing: Iterable[tuple[int, Differing]]) -> None:
        candidates = [(one.draw, ticket_id, one) for ticket_id, one in differing]
        chosen = heapq.nsmallest(SAMPLES, candidates, key=lambda one: one[:2])
        rows = select(Ticket.id, Ticket.zendesk_id).where(Ticket.id.in_([one[1] for one in chosen]))
        numbers = {row.id: row.zendesk_id for row in session.execute(rows)}
        fresh = [(draw, numbers[ticket_id], one) for draw, ticket_id, one in chosen]
        self.kept = heapq.nsmallest(SAMPLES, [*self.kept, *fresh], key=lambda one: one[:2])


def as_json(
    tally: Tally,
    titles: dict[str, str],
    changes: dict[str, RuleChange],
    since: datetime,
    until: datetime,
    samples: Samples,
) -> dict[str, Any]:
    ids = dict.fromkeys([*changes, *sorted(tally.rules)])
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "tickets": tally.tickets,
        "left_out": tally.left_out,
        "looks": tally.looks,
        "differing": tally.differing,
        "rules": [
            {"id": one, "title": titles.get(one, one), "change": changes.get(one)} | _pair(tally.rules.get(one, [0, 0]))
            for one in ids
        ],
        "effects": [
            {"field": name, "value": value} | _pair(pair)
            for name, values in sorted(tally.effects.items())
            for value, pair in sorted(values.items())
        ],
        "refunds": [
            {"currency": currency, "requests": _pair(pair), "amount_minor": _pair(tally.money.get(currency, [0, 0]))}
            for currency, pair in sorted(tally.wishes.items())
        ],
        "sla": [{"outcome": name} | _pair(pair) for name, pair in sorted(tally.sla.items())],
        "samples": [
            {
                "ticket": number,
                "looks": [
                    {"at": look["at"], "cause": look["cause"]}
                    | {side: as_told(from_rows(look[side])) for side in ("gone", "come")}
                    for look in one.effects
                ],
            }
            for _, number, one in samples.kept
        ],
    }


def _pair(pair: Pair) -> dict[str, int]:
    return {"before": pair[0], "after": pair[1]}


def _rule(one: Incoming, here: Counterparts) -> RuleDefinition:
    raw = one.raw
    faults = problems(raw, one.kind)
    if any(not fault.warning for fault in faults) or not isinstance(raw, dict):
        raise RuleRefused(faults)
    return here.version(RuleKind(one.kind), raw, f"file:{one.path}")


def _title(raw: object) -> str:
    title = raw.get("title") if isinstance(raw, dict) else None
    return title if isinstance(title, str) else ""


def _join(path: str, more: str) -> str:
    return path + more if not more or more.startswith("[") or not path else f"{path}.{more}"
