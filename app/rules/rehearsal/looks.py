"""Which past moments of a ticket the rules would have looked at, as the live engine does. Reads no database.

Triggers look at every update by others; our own updates start no rule. Automations look at the moments at which one of
them could turn true, while the ticket is neither closed nor deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.language.batch import met_many
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.rules.definition import RuleDefinition
from app.rules.facts_of import Record, facts_at, facts_at_time
from app.rules.rehearsal.compare import Look
from app.rules.rehearsal.moments import asks_own, moments, still
from app.rules.rehearsal.sets import Sets
from app.tickets.model import TicketEvent

OVER = frozenset({"closed", "deleted"})


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
    """Finds the looks of many tickets. Made once for a run: it keeps the rules that time alone can turn."""

    sets: Sets
    since: datetime
    until: datetime
    timed: RuleSet[RuleDefinition]

    @classmethod
    def of(cls, sets: Sets, since: datetime, until: datetime) -> Watch:
        everyone = sets.casts[Use.automation].everyone
        return cls(sets, since, until, RuleSet.compile([still(one) for one in everyone.rules]))

    def looks(self, records: Sequence[Record], ours: Collection[str]) -> Iterator[tuple[Record, list[Look], int]]:
        """Of each record those looks, in order of time, at which at least one rule of either set is met; and how many
        looks there were in all. `ours`: the markers of our own updates."""
        updates: list[tuple[int, Look]] = []
        stretches: list[tuple[int, Stretch]] = []
        for place, record in enumerate(records):
            for look, stretch in self._walked(record, ours):
                if look is not None:
                    updates.append((place, look))
                if stretch is not None:
                    stretches.append((place, stretch))
        by_time = list(self._by_time(stretches))
        total = Counter(place for place, _ in (*updates, *by_time))
        found: list[list[Look]] = [[] for _ in records]
        for kind, looks in ((Use.trigger, updates), (Use.automation, by_time)):
            for place, look in self._met(kind, looks):
                found[place].append(look if kind is Use.trigger else _as_then(records[place], look))
        for place, record in enumerate(records):
            found[place].sort(key=lambda look: (look.at, look.kind is Use.automation))
            yield record, found[place], total[place]

    def _walked(self, record: Record, ours: Collection[str]) -> Iterator[tuple[Look | None, Stretch | None]]:
        others = ""
        wants_time = bool(len(self.timed))
        for place, event in enumerate(record.events):
            if event.created_at > self.until:
                return
            by_others = event.marker is None or event.marker not in ours
            if by_others:
                others = str(event.audit_id)
            looked_at = by_others and event.created_at >= self.since
            end = self._end(record.events, place)
            lasts = wants_time and end > self.since and bool(others)
            if not looked_at and not lasts:
                continue
            facts = facts_at(record, event)
            look = Look(Use.trigger, f"audit:{event.audit_id}", event.created_at, facts) if looked_at else None
            stretch = None
            if lasts and facts.status not in OVER:
                stretch = Stretch(record, facts, max(event.created_at, self.since), end, f"time:{others}")
            yield look, stretch

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
            alone = replace(stretch.facts, update=None)
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
