"""Views in the database: written down as they came, and read as the language takes them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.errors import Refusal
from app.language.ids import NamedId, named_ids
from app.macros.known import unknown_here
from app.views.definition import ViewDefinition
from app.views.model import View
from app.words import say

EDIT = "views.edit"
TITLE_LENGTH = 200
BIGGEST_POSITION = 2**31 - 1


def save(session: Session, view: View | None, raw: dict[str, Any], zendesk_id: int | None) -> View:
    """Writes down a view, new or changed; the caller commits. Refuses with ViewRefused what is wrong with it."""
    acting().must(EDIT)
    read = ViewDefinition.parse(raw)
    if len(read.title) > TITLE_LENGTH:
        raise Refusal(say("제목은 200자까지입니다.", "A title has at most 200 characters."), field="title")
    now = clock.now()
    if view is None:
        view = View(created_at=now)
        session.add(view)
    description = raw.get("description")
    view.title, view.definition, view.zendesk_id = read.title, deepcopy(raw), zendesk_id
    view.description = description if isinstance(description, str) else ""
    view.is_active, view.updated_at = read.active, now
    view.position = min(max(read.position, -BIGGEST_POSITION), BIGGEST_POSITION)
    return view


def definition_of(view: View) -> ViewDefinition:
    return ViewDefinition.parse(view.definition)


def unknown_in(session: Session, view: View) -> list[NamedId]:
    """The ids in it that are not known here."""
    return unknown_here(session, named_ids(definition_of(view).conditions, ()))
