"""The home page: what needs me now, and how the house stands."""

from __future__ import annotations

from collections.abc import Sequence

from flask_admin import expose

from app.actor import acting
from app.db import db
from app.desk.view import DeskPage
from app.insights import figures
from app.insights.todo import sync_told, todos
from app.link.model import Link
from app.words import say

WIDTH, HEIGHT, MARGIN = 200, 40, 4


class HomePage(DeskPage):
    subject = "home"
    label = say("오늘", "Today")
    icon = "house"

    @expose("/")
    def index(self) -> str:
        session = db.session()
        link = session.get(Link, 1)
        tone, words = sync_told(link)
        rate = figures.contact_rate(session)
        return self.render(
            "insights/home.html",
            todos=todos(session, acting(), link),
            link=link,
            sync_tone=tone,
            sync_words=words,
            rate=rate,
            line=sparkline(rate.days),
            resolution=figures.first_contact_resolution(session),
            owed=figures.refunds_owed(session) if acting().may("refunds.view") else None,
            runs=figures.runs_of_a_day(session),
        )


def sparkline(values: Sequence[float]) -> str:
    """The points of a line of WIDTH × HEIGHT that shows `values` from the smallest to the biggest."""
    low, high = min(values), max(values)
    reach = (high - low) or 1
    step = WIDTH / max(len(values) - 1, 1)
    return " ".join(
        f"{number * step:.1f},{HEIGHT - MARGIN - (value - low) / reach * (HEIGHT - 2 * MARGIN):.1f}"
        for number, value in enumerate(values)
    )
