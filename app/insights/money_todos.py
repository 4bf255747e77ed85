"""That no money goes out, on the home page of everyone who sees refunds."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.desk.shown import ago
from app.desk.states import BAD
from app.insights.told import Todo
from app.reconcile.check import payout_stopped
from app.reconcile.model import Difference, DifferenceState
from app.words import say


def payout_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query while all is green. Whoever may not see the differences is led to the refunds."""
    stopped = payout_stopped(session)
    if stopped is None:
        return
    since = session.scalar(select(func.min(Difference.found_at)).where(Difference.state == DifferenceState.open))
    sees = actor.may("differences.view")
    yield Todo(
        BAD,
        say("지급 멈춤", "Payout stopped"),
        stopped,
        None,
        ago(since),
        say("확인하기", "Look") if sees else say("환불 보기", "See refunds"),
        "differences.index_view" if sees else "refunds.index_view",
        {},
    )
