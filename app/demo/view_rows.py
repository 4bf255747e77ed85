"""The views of the demo, in Zendesk's own JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.demo import numbers
from app.demo.ruleset import Row, when
from app.views.view import save

UNSOLVED = when("status", "less_than", "solved")


def _view(title: str, *all_of: Row) -> dict[str, Any]:
    return {"title": title, "active": True, "conditions": {"all": [UNSOLVED, *all_of], "any": []}}


VIEWS = (
    _view("내가 맡은 열린 티켓", when("assignee_id", "is", "current_user")),
    _view("고객의 답을 기다리는 티켓", when("status", "is", "pending")),
    _view("우선순위 높음 이상", when("priority", "greater_than", "normal")),
    _view("환불팀의 열린 티켓", when("group_id", "is", str(numbers.REFUNDS))),
)


def views(session: Session) -> int:
    """How many were made."""
    for place, raw in enumerate(VIEWS, 1):
        save(session, None, raw | {"position": place}, None)
    return len(VIEWS)
