"""THE PAGE: which fact wakes which job. The bell knows this module's `ring` and nothing else of the night shift."""

from __future__ import annotations

import logging

from flask import current_app

from app.actor import Actor, ActorKind, acting_as
from app.bell import RedisBell
from app.db import db
from app.facts import Fact
from automations import (
    disputes,
    history,
    idle,
    importing,
    mirror,
    partners,
    payout,
    post,
    push,
    reconcile,
    rehearse,
    shadow,
    sweep,
    sync,
    timed,
    twins,
    undo,
)

log = logging.getLogger(__name__)

REACTIONS = {
    Fact.inbox_filled: mirror.drain,
    Fact.push_owed: push.drain,
    Fact.refund_approved: payout.drain,
    Fact.letter_owed: post.drain,
    Fact.twin_off: twins.drain,
    Fact.undo_asked: undo.drain,
    Fact.sync_asked: sync.run,
    Fact.history_asked: history.run,
    Fact.time_rules_due: timed.run,
    Fact.shadows_due: shadow.drain,
    Fact.rehearsal_asked: rehearse.run,
    Fact.routing_due: idle.run,
    Fact.reconcile_due: reconcile.run,
    Fact.partners_due: partners.run,
    Fact.partner_scores_due: partners.score,
    Fact.import_asked: importing.drain,
    Fact.dispute_told: disputes.drain,
    Fact.disputes_due: disputes.run,
    Fact.sweep_due: sweep.run,
}
NIGHT_SHIFT = Actor(ActorKind.system, "opsroom")


def ring(fact: str) -> None:
    """What RQ runs. Says first that the ring was heard, so that whatever commits from now on rings anew."""
    bell = current_app.extensions["opsroom.bell"]
    if isinstance(bell, RedisBell):
        bell.heard(fact)
    with acting_as(NIGHT_SHIFT):
        try:
            REACTIONS[Fact(fact)]()
        finally:
            db.session.remove()
