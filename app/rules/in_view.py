"""Which tickets of the mirror are in a view now: narrowed by the database, decided by the language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import acting
from app.language import choices
from app.language.batch import met_many
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import Person
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.values import text_of
from app.people.model import User
from app.rules.definition import RuleDefinition
from app.rules.facts_of import facts_at, read_records
from app.rules.live import read_live
from app.tickets.model import Ticket, ZendeskUser
from app.tickets.scope import seen
from app.views.admin import Found

A_PAGE = 50
AT_ONCE = 250
MOST_LOOKED_AT = 5_000
"""Tickets that one page looks at at most, before it gives what it has found and asks whether to go on."""

_STATUSES = tuple(one.value for one in choices.STATUSES)
_IDS = frozenset({"group_id", "assignee_id", "requester_id", "organization_id", "brand_id", "ticket_form_id"})
_TEXTS = frozenset({"type", "priority"})


def tickets_in(session: Session, conditions: Conditions, after: str) -> Found:
    """A page of those that the one who acts may see, the newest change first. `after` is what the page before gave;
    anything else begins at the top.
    """
    viewer = _viewer(session)
    rules = RuleSet.compile([RuleDefinition("view", Use.view, conditions, ())])
    account, now = read_live(session, current_app.extensions["opsroom.settings"].zendesk_url).account, clock.now()
    query = (
        select(Ticket)
        .where(Ticket.status != "deleted", *seen(), *_narrowed(conditions, viewer))
        .order_by(Ticket.updated_at.desc(), Ticket.id.desc())
        .options(joinedload(Ticket.requester), joinedload(Ticket.group), joinedload(Ticket.assignee))
        .limit(AT_ONCE)
    )
    found: list[Ticket] = []
    place, looked = _place(after), 0
    while looked < MOST_LOOKED_AT:
        rows = session.scalars(query.where(_behind(*place)) if place else query).all()
        records = read_records(session, rows)
        sights = [Sight(replace(facts_at(one, None), viewer=viewer), now, account) for one in records]
        for ticket, met in zip(rows, met_many(rules, sights), strict=True):
            looked += 1
            place = (ticket.updated_at, ticket.id)
            if met:
                found.append(ticket)
            if len(found) == A_PAGE:
                return Found(found, _written(*place), looked)
        if len(rows) < AT_ONCE:
            return Found(found, "", looked)
    return Found(found, _written(*place) if place else "", looked)


def _viewer(session: Session) -> Person | None:
    """The one who looks, as Zendesk knows them."""
    user = session.get(User, acting().id) if acting().id is not None else None
    known = session.get(ZendeskUser, user.zendesk_id) if user is not None and user.zendesk_id else None
    return (
        Person(
            str(known.zendesk_id), known.role, known.name, group_ids=tuple(str(one) for one in known.group_ids or ())
        )
        if known is not None
        else None
    )


def _narrowed(conditions: Conditions, viewer: Person | None) -> Iterator[ColumnElement[bool]]:
    """What the database can leave out beforehand: never a ticket that the language would take."""
    for row in conditions.all:
        wanted = text_of(row.value)
        if row.field == "status" and row.operator in _ORDERS and wanted in _STATUSES:
            yield Ticket.status.in_(_ORDERS[row.operator](_STATUSES.index(wanted)))
        elif row.operator in {"is", "is_not"} and (row.field in _IDS or row.field in _TEXTS):
            narrowed = _equal(row, viewer)
            if narrowed is not None:
                yield narrowed


def _equal(row: Condition, viewer: Person | None) -> ColumnElement[bool] | None:
    column, wanted = getattr(Ticket, row.field), text_of(row.value)
    if wanted == "current_user" and viewer is not None:
        wanted = viewer.id
    if not wanted:
        empty: ColumnElement[bool] = or_(column.is_(None), column == "") if row.field in _TEXTS else column.is_(None)
        return empty if row.operator == "is" else ~empty
    if row.operator == "is_not" or (row.field in _IDS and not (wanted.isdecimal() and len(wanted) < 19)):
        return None
    same: ColumnElement[bool] = column == (int(wanted) if row.field in _IDS else wanted)
    return same


_ORDERS = {
    "is": lambda rank: _STATUSES[rank : rank + 1],
    "is_not": lambda rank: _STATUSES[:rank] + _STATUSES[rank + 1 :],
    "less_than": lambda rank: _STATUSES[:rank],
    "greater_than": lambda rank: _STATUSES[rank + 1 :],
}


def _behind(at: datetime, ticket_id: int) -> ColumnElement[bool]:
    return or_(Ticket.updated_at < at, and_(Ticket.updated_at == at, Ticket.id < ticket_id))


def _written(at: datetime, ticket_id: int) -> str:
    return f"{at.isoformat()}~{ticket_id}"


def _place(after: str) -> tuple[datetime, int] | None:
    at, _, number = after.partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, int(number)) if moment.tzinfo else None
