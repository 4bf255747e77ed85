"""Whether a version of a rule was rehearsed and the result looked at: what publishing asks for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.rules.rehearsal.model import Rehearsal, RehearsalRule, RehearsalSeen, RehearsalState, RuleChange


def seen_rehearsal(session: Session, rule_id: int, number: int) -> Rehearsal | None:
    """The newest done rehearsal of exactly that version whose result somebody has opened."""
    rows = (
        select(Rehearsal)
        .join(Rehearsal.rules)
        .where(
            RehearsalRule.rule_id == rule_id,
            RehearsalRule.number == number,
            RehearsalRule.change != RuleChange.removed,
            Rehearsal.state == RehearsalState.done,
            Rehearsal.seen.any(),
        )
    )
    return session.scalars(rows.order_by(Rehearsal.id.desc()).limit(1)).first()


def mark_seen(rehearsal: Rehearsal) -> bool:
    """Writes down that the person who acts has opened the result; the caller commits. False when there is no result
    yet, or nothing new to write."""
    person = acting()
    if rehearsal.state is not RehearsalState.done or person.id is None:
        return False
    if any(one.user_id == person.id for one in rehearsal.seen):
        return False
    rehearsal.seen.append(RehearsalSeen(user_id=person.id, by=person.name, at=clock.now()))
    return True
