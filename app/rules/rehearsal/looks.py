"""Which past moments of a ticket the rules would have looked at, as the live engine does. Reads no database.

Triggers look at every update by others; our own updates start no rule. Automations look at the moments at which one of
them could turn true, while the ticket is neither closed nor deleted. Most looks meet no rule, and a glance tells so:
whole facts are made of the others alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.language.batch import met_many
from app.language.facts_of_ticket import TicketFacts, but
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.rules.definition import RuleDefinition
from app.rules.facts_of import Record, facts_at, facts_at_time, glance_at
from app.rules.rehearsal.compare import Look
from app.rules.rehearsal.moments import asks_own, at_a_glance, moments, still
from app.rules.rehearsal.sets import Sets
from app.rules.sla_rows import Promises
from app.rules.then import values_after_each
from app.tickets.model import TicketEvent

OVER = frozenset({"closed", "deleted"})
PROMISED = frozenset({"sla_next_breach_at", "until_sla_next_breach_at"})
NO_PROMISES = Promises()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A ticket from one update to the next, in which only time goes by (and our own records go on). `facts` are those
    of the update."""

    record: Record
    facts: TicketFacts
    start: datetime
    end: datetime
    cause: str


@dataclass(slots=True)
class Watch:
    """Finds the looks of many tickets. Made once for a run: it keeps the rules that time alone can turn, and those
    that a glance must meet before anybody looks closer. `promised`: some rule asks for the due times of SLA policies.
    """

    sets: Sets
    since: datetime
    until: datetime
    timed: RuleSet[RuleDefinition]
    glanced: Mapping[Use, RuleSet[RuleDefinition]]
    promised: bool

    @classmethod
    def of(cls, sets: Sets, since: datetime, until: datetime) -> Watch:
        triggers, automations = (sets.casts[kind].everyone for kind in (Use.trigger, Use.automation))
        timed = RuleSet.compile([still(one) for one in automations.rules])
        glanced = {
            Use.trigger: RuleSet.compile([at_a_glance(one) for one in triggers.rules]),
            Use.automation: RuleSet.compile([at_a_glance(one) for one in timed.rules]),
        }
        return cls(sets, since, until, timed, glanced, not PROMISED.isdisjoint(triggers.fields | automations.fields))

    def looks(self, records: Sequence[Record], ours: Collection[str]) -> Iterator[tuple[Record, list[Look], int]]:
        """Of each record those looks, in order of time, at which at least one rule of either set is met; and how many
        looks there were in all. `ours`: the markers of our own updates."""
        total: Counter[int] = Counter()
        updates: list[tuple[int, Look]] = []
        stretches: list[tuple[int, Stretch]] = []
        bare = list(records) if self.promised else [replace(record, promises=NO_PROMISES) for record in records]
        for place, record in enumerate(bare):
            for looked_at, look, stretch in self._walked(record, ours):
                total[place] += looked_at
                if look is not None:
                    updates.append((place, look))
                if stretch is not None:
                    stretches.append((place, stretch))
        by_time = list(self._by_time(stretches))
        total.update(place for place, _ in by_time)
        found: list[list[Look]] = [[] for _ in records]
        for kind, looks in ((Use.trigger, updates), (Use.automation, by_time)):
            for place, look in self._met(kind, looks):
                found[place].append(look if kind is Use.trigger else _as_then(bare[place], look))
        for place, record in enumerate(records):
            found[place].sort(key=lambda look: (look.at, look.kind is Use.automation))
            yield record, found[place], total[place]

    def _walked(self, record: Record, ours: Collection[str]) -> Iterator[tuple[bool, Look | None, Stretch | None]]:
        """Of each update whether triggers look at it, and, where a glance does not rule it out, the look itself and
        the time after it."""
        others = ""
        account, wants_time = self.sets.account, bool(len(self.timed))
        values = values_after_each(record.ticket, record.events)
        for place, event in enumerate(record.events):
            at = event.created_at
            if at > self.until:
                return
            by_others = event.marker is None or event.marker not in ours
            if by_others:
                others = str(event.audit_id)
            looked_at = by_others and at >= self.since
            end = self._end(record.events, place)
            lasts = wants_time and end > self.since and bool(others)
            if not looked_at and not lasts:
                continue
            glance, start = glance_at(record, place, values[place]), max(at, self.since)
            wanted = looked_at and self._may_meet(Use.trigger, Sight(glance, at, account))
            lasts = lasts and glance.status not in OVER
            lasts = lasts and self._may_meet(Use.automation, Sight(glance, start, account))
            look, stretch = None, None
            if wanted or lasts:
                facts = facts_at(record, event, values[place])
                look = Look(Use.trigger, f"audit:{event.audit_id}", at, facts) if wanted else None
                stretch = Stretch(record, facts, start, end, f"time:{others}") if lasts else None
            yield looked_at, look, stretch

    def _may_meet(self, kind: Use, glance: Sight) -> bool:
        return next(self.glanced[kind].met(glance), None) is not None

    def _end(self, events: Sequence[TicketEvent], place: int) -> datetime:
        following = events[place + 1].created_at if place + 1 < len(events) else self.until
        return min(following, self.until)

    def _by_time(self, stretches: Sequence[tuple[int, Stretch]]) -> Iterator[tuple[int, Look]]:
        if not stretches:
            return
        account, rules = self.sets.account, self.sets.casts[Use.automation].everyone.rules
        sights = [Sight(one.facts, one.start, account) for _, one in stretches]
        for (place, stretch), sight, possible in zip(stretches, sights, met_many(self.timed, sights), strict=True):
            if not possible:
                continue
            alone = but(stretch.facts, update=None)
            at: dict[datetime, bool] = {}
            for index in possible:
                asks = asks_own(rules[index])
                at |= {turn: at.get(turn, False) or asks for turn in moments(rules[index], sight, stretch.end)}
            for moment, asks in sorted(at.items()):
                facts = facts_at_time(stretch.record, moment) if asks else alone
                yield place, Look(Use.automation, stretch.cause, moment, facts)

    def _met(self, kind: Use, looks: Sequence[tuple[int, Look]]) -> Iterator[tuple[int, Look]]:
        rules = self.sets.casts[kind].everyone
        if not looks or not len(rules):
            return
        sights = [Sight(look.facts, look.at, self.sets.account) for _, look in looks]
        for (place, look), met in zip(looks, met_many(rules, sights), strict=True):
            if met:
                yield place, look


def _as_then(record: Record, look: Look) -> Look:
    """With our own records, too, as they were at that time."""
    return replace(look, facts=facts_at_time(record, look.at))
