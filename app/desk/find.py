"""Ctrl-K: screens and records by a few letters. Each screen of a table is asked, within its scope."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Unicode, cast, or_

from app.actor import acting
from app.desk.lists import SCREENS
from app.desk.rail import the_rail

find = Blueprint("find", __name__)
EACH, SHORTEST, LONGEST = 5, 2, 60


@find.get("/find.json")
def found() -> ResponseReturnValue:
    """{"found": [{"where", "label", "url"}]}: at most EACH of every screen that the one who acts may view."""
    text = request.args.get("q", "").strip()[:LONGEST]
    places = [
        {"where": heading, "label": screen.label, "url": screen.url}
        for heading, shown in the_rail().shown()
        for place in shown
        for screen in place.screens
        if text.lower() in screen.label.lower()
    ]
    records = [record for screen in current_app.extensions[SCREENS] for record in _records(screen, text)]
    return jsonify(found=[*places, *records])


def _records(screen: Any, text: str) -> list[dict[str, str]]:
    columns = _columns(screen)
    if len(text) < SHORTEST or not columns or not acting().may(screen.view_right):
        return []
    like = [cast(getattr(screen.model, name), Unicode).icontains(text, autoescape=True) for name in columns]
    return [
        {
            "where": str(screen.label),
            "label": screen.title_of(row),
            "url": url_for(f"{screen.endpoint}.details_view", id=screen.get_pk_value(row)),
        }
        for row in screen.seen().filter(or_(*like)).limit(EACH)
    ]


def _columns(screen: Any) -> list[str]:
    """What the screen declares, else what its list is searched by, as far as it stands in its own table."""
    declared = getattr(screen, "find_by", ())
    if declared is None:
        declared = screen.column_searchable_list or ()
    return [name for name in declared if isinstance(name, str) and "." not in name]
