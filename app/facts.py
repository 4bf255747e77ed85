"""What happened, told by name: announced inside a transaction, heard only if it commits."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.bell import bell_of_now


class Fact(StrEnum):
    """Each fact has its reaction in automations/reactions.py."""

    inbox_filled = "inbox_filled"
    push_owed = "push_owed"
    refund_approved = "refund_approved"
    sync_asked = "sync_asked"
    history_asked = "history_asked"
    twin_off = "twin_off"
    undo_asked = "undo_asked"
    sweep_due = "sweep_due"
    time_rules_due = "time_rules_due"
    shadows_due = "shadows_due"
    rehearsal_asked = "rehearsal_asked"
    routing_due = "routing_due"
    letter_owed = "letter_owed"
    reconcile_due = "reconcile_due"
    partners_due = "partners_due"
    partner_scores_due = "partner_scores_due"
    import_asked = "import_asked"
    dispute_told = "dispute_told"
    disputes_due = "disputes_due"


_KEY = "opsroom.facts"


def announce(session: Session, fact: Fact) -> None:
    """Rings the bell for `fact` once this transaction has committed; a rollback forgets it."""
    session.info.setdefault(_KEY, set()).add(fact)


@event.listens_for(Session, "after_commit")
def _ring(session: Session) -> None:
    if session.get_nested_transaction() is not None:
        return
    for fact in sorted(session.info.pop(_KEY, ())):
        bell_of_now().ring(fact)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if previous.nested:
        return
    session.info.pop(_KEY, None)
