"""The one link row and its switches."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.actor import acting
from app.link.model import Link


def the_link(session: Session) -> Link:
    """The link, made on first need: watch-only, rules on."""
    link = session.get(Link, 1)
    if link is None:
        link = Link(id=1, pushing=False, rules_on=True, loaded=0)
        session.add(link)
        session.flush()
    return link


def turn_pushing(link: Link, *, on: bool) -> None:
    """Whether changes go out to Zendesk. What was held meanwhile stays held: a person looks at it first."""
    acting().must("switches.turn")
    link.pushing = on


def turn_rules(link: Link, *, on: bool) -> None:
    """Whether rules decide at all."""
    acting().must("switches.turn")
    link.rules_on = on
