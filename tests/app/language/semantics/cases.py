"""How the cases of conditions are written: a field, an operator, a value, a ticket, and whether it is met.

The moment of all cases is Monday 2026-11-23 10:30 in Seoul.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.language.account import SEOUL, Account, Calendar
from app.language.facts_of_ticket import Change, Comment, Person, TicketFacts, Update

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=SEOUL).astimezone(UTC)
NIGHT_SHIFT = Calendar("77", hours=(((time(20), time(0)),),) * 7)
ACCOUNT = Account(
    calendar=Calendar("1", holidays={date(2026, 12, 25): "성탄절"}),
    schedules={"77": NIGHT_SHIFT, "88": Calendar("88")},
    option_values={"500": "gold"},
)


@dataclass(frozen=True, slots=True)
class Case:
    field: str
    operator: str
    value: object
    facts: TicketFacts
    met: bool

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.value!r} -> {self.met}"


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def ticket(**facts: Any) -> TicketFacts:
    return TicketFacts(**facts)


def changed(key: str, before: object, after: object) -> TicketFacts:
    """A ticket of which this update changed one field."""
    return ticket(**{key: after}, update=Update("Change", changes={key: Change(before, after)}))


def silent(**facts: Any) -> TicketFacts:
    """An update that said nothing and changed nothing."""
    return ticket(update=Update("Change"), **facts)


def said(body: str, **facts: Any) -> TicketFacts:
    return ticket(update=Update("Change", comment=Comment(body, public=True)), **facts)


def noted(body: str, **facts: Any) -> TicketFacts:
    return ticket(update=Update("Change", comment=Comment(body, public=False)), **facts)


def asked_by(**person: Any) -> TicketFacts:
    return ticket(requester=Person("1", **person))


def by(person: Person | None, **facts: Any) -> TicketFacts:
    return ticket(update=Update("Change", updater=person), **facts)


def tagged(*tags: str) -> TicketFacts:
    return ticket(tags=frozenset(tags))


def scored(score: str) -> TicketFacts:
    return ticket(satisfaction_score=score)


def both(field: str, operator: str, value: object, met: TicketFacts, not_met: TicketFacts) -> tuple[Case, Case]:
    return Case(field, operator, value, met, True), Case(field, operator, value, not_met, False)
