"""What an editor's pickers find as one types: groups, people, macros and tags of the account. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.language.vocabulary import Choice, ValueKind
from app.macros.controls import Pickers
from app.macros.matching import best
from app.macros.pickers import AGENT_ROLES, macro_choices
from app.tickets.model import Ticket, ZendeskGroup, ZendeskUser
from app.tickets.scope import seen
from app.words import Words, say

MOST = 20
"""Answers to one question."""
TICKETS_READ = 2000
"""Tags are those of the tickets that changed last: what nobody uses any more is not offered."""
NAMES_READ = 5000
OPTIONS = "options:"
TAGS = "tags"
USED = say("{count}건", "on {count} tickets")


def find(session: Session, kind: str, query: str, fields: Pickers | None = None) -> list[tuple[Choice, Words | None]]:
    """The best answers with what tells them apart; nothing for a kind that is not looked up. `fields`: what
    the account has told of, for "options:custom_fields_12", "organization" and the like."""
    if kind.startswith(OPTIONS):
        field = fields.fields.get(kind.removeprefix(OPTIONS)) if fields else None
        return [(one, None) for one in _named(query, field.options if field else ())]
    source = _SOURCES.get(kind)
    if source is None:
        listed = next((some for name, some in fields.lists.items() if name == kind), ()) if fields else ()
        return [(one, None) for one in _named(query, listed)]
    return source(session, query.strip()[:100])


def _named(query: str, some: Iterable[Choice]) -> list[Choice]:
    return best(query, tuple(some), lambda one: str(one.label), MOST)


def _groups(session: Session, query: str) -> list[tuple[Choice, Words | None]]:
    rows = select(ZendeskGroup.zendesk_id, ZendeskGroup.name).where(ZendeskGroup.is_deleted.is_(False))
    names = session.execute(rows.order_by(ZendeskGroup.name).limit(NAMES_READ)).all()
    return [(one, None) for one in _named(query, (_choice(number, name) for number, name in names))]


def _agents(session: Session, query: str) -> list[tuple[Choice, Words | None]]:
    columns = ZendeskUser.zendesk_id, ZendeskUser.name, ZendeskUser.email
    agents = select(*columns).where(ZendeskUser.role.in_(AGENT_ROLES), ZendeskUser.is_active.is_(True))
    rows = session.execute(agents.order_by(ZendeskUser.name).limit(NAMES_READ)).all()
    mails = {str(number): email for number, _, email in rows}
    found = _named(query, (_choice(number, name) for number, name, _ in rows))
    return [(one, say(mail, mail) if (mail := mails[one.value]) else None) for one in found]


def _users(session: Session, query: str) -> list[tuple[Choice, Words | None]]:
    """Agents, and the customers of the tickets that the one who asks may see."""
    found = _agents(session, query)
    left = MOST - len(found)
    if left <= 0 or not query:
        return found
    asked = or_(
        func.lower(ZendeskUser.name).contains(query.lower(), autoescape=True),
        func.lower(ZendeskUser.email).contains(query.lower(), autoescape=True),
    )
    theirs = select(Ticket.requester_id).where(*seen())
    rows = (
        select(ZendeskUser.zendesk_id, ZendeskUser.name)
        .where(asked, ZendeskUser.role.not_in(AGENT_ROLES), ZendeskUser.zendesk_id.in_(theirs))
        .order_by(ZendeskUser.name, ZendeskUser.zendesk_id)
        .limit(left)
    )
    return [*found, *((_choice(number, name), CUSTOMER) for number, name in session.execute(rows))]


CUSTOMER = say("고객", "Customer")


def _macros(session: Session, query: str) -> list[tuple[Choice, Words | None]]:
    return [(one, None) for one in _named(query, macro_choices(session))]


def _tags(session: Session, query: str) -> list[tuple[Choice, Words | None]]:
    """Those of tickets in sight, the most used first."""
    rows = select(Ticket.tags).where(*seen()).order_by(Ticket.updated_at.desc()).limit(TICKETS_READ)
    used = Counter(tag for tags in session.scalars(rows) for tag in tags)
    most_used = tuple(tag for tag, _ in used.most_common())
    found = best(query, most_used, lambda tag: tag, MOST)
    return [(Choice(tag, say(tag, tag)), USED.fill(count=used[tag])) for tag in found]


def _choice(number: int, name: str) -> Choice:
    return Choice(str(number), say(name, name))


_SOURCES: Mapping[str, Callable[[Session, str], list[tuple[Choice, Words | None]]]] = MappingProxyType(
    {
        ValueKind.group.value: _groups,
        ValueKind.agent.value: _agents,
        ValueKind.user.value: _users,
        ValueKind.macro.value: _macros,
        TAGS: _tags,
    }
)


def is_looked_up(kind: str) -> bool:
    """Whether it is asked of the database by itself; the others are in what the account has told of."""
    return kind in _SOURCES
