"""Past tickets with their whole history, for rehearsals: each update says what it changed and how many hours later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app import clock
from app.actor import NOBODY, acting_as
from app.db import db
from app.rules.model import Rule, RuleKind
from app.rules.publishing import publish
from app.rules.rule import save
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser
from tests.marketplace import number

CUSTOMER, AGENT = 7001, 7101
START = (clock.now() - timedelta(days=20)).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Was:
    """One update, `hours` after the ticket was made. `ours`: the marker of our own update."""

    hours: float
    changes: Mapping[str, Any] = field(default_factory=dict)
    by: int = CUSTOMER
    ours: str | None = None
    says: str = ""
    public: bool = True


def people() -> None:
    """A customer and an agent whom the mirror knows."""
    db.session.add_all(
        [
            ZendeskUser(zendesk_id=CUSTOMER, name="박지우", email="jiwoo@example.com", role="end-user", tags=[]),
            ZendeskUser(zendesk_id=AGENT, name="이서준", email="seojun@example.com", role="agent", tags=[]),
        ]
    )
    db.session.commit()


def a_past_ticket(later: Sequence[Was] = (), *, start: datetime = START, whole: bool = True, **first: Any) -> Ticket:
    """Made at `start` with the fields of `first`, then changed by each of `later`; `whole`: its history is complete."""
    values: dict[str, Any] = {"subject": "문의드려요", "status": "new", "tags": [], "priority": None, **first}
    here = number()
    ticket = Ticket(
        zendesk_id=50_000 + here,
        description="안녕하세요, 문의가 있습니다.",
        requester_id=CUSTOMER,
        submitter_id=CUSTOMER,
        created_at=start,
        mirrored_at=start,
        updated_at=start,
        status="new",
    )
    made = {name: [None, value] for name, value in values.items() if name != "booking" and value not in (None, [])}
    events = [_event(ticket, here * 1000, Was(0, made, says="안녕하세요, 문의가 있습니다."), start, made)]
    for place, was in enumerate(later, start=1):
        changes = {name: [values.get(name), value] for name, value in was.changes.items()}
        values.update(was.changes)
        events.append(_event(ticket, here * 1000 + place, was, start, changes))
    for name, value in values.items():
        setattr(ticket, name, value)
    ticket.updated_at = events[-1].created_at
    ticket.history_through = ticket.updated_at if whole else None
    db.session.add(ticket)
    db.session.add_all(events)
    db.session.commit()
    return ticket


def _event(ticket: Ticket, audit_id: int, was: Was, start: datetime, changes: dict[str, Any]) -> TicketEvent:
    at = start + timedelta(hours=was.hours)
    if was.says:
        ticket.comments.append(
            Comment(
                zendesk_id=audit_id * 10,
                audit_id=audit_id,
                author_id=was.by,
                is_public=was.public,
                body=was.says,
                created_at=at,
            )
        )
    return TicketEvent(
        ticket=ticket,
        audit_id=audit_id,
        author_id=was.by,
        channel="web",
        is_creation=was.hours == 0,
        changes=changes,
        marker=was.ours,
        created_at=at,
    )


def a_rule(
    title: str,
    conditions: Sequence[tuple[str, str, object]],
    actions: Sequence[tuple[str, object]],
    *,
    kind: RuleKind = RuleKind.trigger,
    is_live: bool = False,
) -> Rule:
    """A draft, or in force, made by the system."""
    with acting_as(NOBODY):
        rule = save(db.session(), None, title=title, kind=kind, definition=a_definition(conditions, actions))
        db.session.commit()
        if is_live:
            make_live(rule)
    return rule


def make_live(rule: Rule) -> None:
    with acting_as(NOBODY):
        publish(db.session(), rule, why="시험")
        db.session.commit()


def a_definition(
    conditions: Sequence[tuple[str, str, object]], actions: Sequence[tuple[str, object]]
) -> dict[str, Any]:
    rows = [{"field": name, "operator": operator, "value": value} for name, operator, value in conditions]
    return {
        "conditions": {"all": rows, "any": []},
        "actions": [{"field": name, "value": value} for name, value in actions],
    }


def at(hours: float) -> datetime:
    return (START + timedelta(hours=hours)).astimezone(UTC)
