"""The screen of views: what each asks, and which tickets are in it now."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request
from sqlalchemy.orm import Session

from app.db import db
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.language.conditions import Conditions
from app.language.kinds import Use
from app.macros.known import told
from app.macros.pickers import pickers_of
from app.macros.sentences import Sentence, condition_sentence
from app.tickets.model import Ticket
from app.views.model import View
from app.views.view import definition_of, unknown_in
from app.words import Words, say

GROUP_WORDS = {"all": say("모두 충족", "Meet all"), "any": say("하나 이상 충족", "Meet any")}


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets of a view, newest first. `after` asks for those behind them, "" when there are none; `looked` tells how
    many tickets were looked at.
    """

    tickets: list[Ticket]
    after: str = ""
    looked: int = 0


@dataclass(frozen=True, slots=True)
class Finder:
    """`find` takes the session, the conditions and what the page before gave as `after`."""

    find: Callable[[Session, Conditions, str], Found]


class ViewView(DeskView):
    """`finder` finds the tickets of a view: whoever wires the house gives it, since it stands above this room."""

    model = View
    subject = "views"
    label = say("보기", "Views")
    icon = "list-filter"
    finder: ClassVar[Finder | None] = None
    can_create = False
    can_edit = False
    can_export = False
    details_template = "views/details.html"
    empty = say(
        "보기가 없습니다. `flask rules import`로 Zendesk의 보기를 가져오세요.",
        "There are no views. Bring Zendesk's by `flask rules import`.",
    )
    column_list = ("position", "title", "is_active", "zendesk_id", "updated_at")
    column_labels = {
        "position": say("순서", "Order"),
        "title": say("제목", "Title"),
        "is_active": say("Zendesk에서 켜짐", "Active in Zendesk"),
        "zendesk_id": say("Zendesk 번호", "Zendesk id"),
        "updated_at": say("바뀐 때", "Changed"),
    }
    column_searchable_list = ("title", "description")
    column_filters = ("is_active",)
    column_sortable_list = ("position", "title", "is_active", "updated_at")
    column_default_sort = "position"
    tabs = (
        Tab("active", say("켜짐", "Active"), lambda: View.is_active.is_(True)),
        Tab("all", say("전체", "All")),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= self._page(more["model"], request.args.get("after", "")[:80])
        return super().render(template, **more)

    def _page(self, view: View, after: str) -> dict[str, Any]:
        session = db.session()
        sentences, refused, found = sentences_of(session, view), None, None
        try:
            read = definition_of(view)
            found = self.finder.find(session, read.conditions, after) if self.finder is not None else None
        except Refusal as refusal:
            refused = refusal.words
        return {
            "view": view,
            "sentences_by": sentences,
            "group_words": GROUP_WORDS,
            "warnings": _warnings(session, view) if refused is None else [refused],
            "found": found,
            "after": after,
            "raw": json.dumps(view.definition, ensure_ascii=False, indent=2, sort_keys=True),
        }


def sentences_of(session: Session, view: View) -> dict[str, list[Sentence]]:
    """The conditions as people read them; rows that are no conditions are left out."""
    pickers = pickers_of(session)
    raw = view.definition.get("conditions", view.definition)
    rows = {name: raw.get(name) if isinstance(raw, dict) else None for name in GROUP_WORDS}
    return {
        name: [condition_sentence(row, Use.view, pickers) for row in some or () if isinstance(row, dict)]
        for name, some in rows.items()
    }


def _warnings(session: Session, view: View) -> list[Words]:
    unknown = unknown_in(session, view)
    if not unknown:
        return []
    words = say("여기에 없는 것을 가리킵니다: {unknown}.", "It names what is not known here: {unknown}.")
    return [words.fill(unknown=told(unknown))]
