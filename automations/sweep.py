"""Making good what the bell missed: whatever is due and unworked is rung for again."""

from __future__ import annotations

import logging

from sqlalchemy import and_, exists, or_, select

from app import clock
from app.bell import bell_of_now
from app.bookings.imports import Import, ImportState
from app.db import db
from app.facts import Fact
from app.inbox.model import InboxState, WebhookEvent
from app.outbox.model import Push, PushState
from app.rules.model import Rule, TwinState
from app.rules.rehearsal.run import waiting as waiting_rehearsals
from app.rules.undo.model import Undo, UndoState
from automations import alerts, came_back, disputes, history, payout, post, rung, telling

log = logging.getLogger(__name__)


def run() -> None:
    """Rings whatever the alarms came to: a look that fails must not keep what waits from being worked."""
    try:
        alerts.look(db.session())
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("alarms_not_looked_at")
    for fact in waiting():
        bell_of_now().ring(fact)


def waiting() -> list[Fact]:
    """The facts for which some row is due: never rung for, rung for in vain, or left by a worker that died."""
    now = clock.now()
    tickets = WebhookEvent.ticket_zendesk_id.is_not(None)
    inbox = or_(
        and_(tickets, WebhookEvent.state == InboxState.new, WebhookEvent.due_at <= now),
        and_(WebhookEvent.state == InboxState.working, WebhookEvent.lease_until <= now),
    )
    outbox = or_(
        and_(Push.state.in_((PushState.owed, PushState.unknown)), Push.due_at <= now),
        and_(Push.state == PushState.sending, Push.lease_until <= now),
    )
    rows = {
        Fact.inbox_filled: exists().where(inbox),
        Fact.push_owed: exists().where(outbox),
        Fact.refund_approved: or_(
            exists().where(or_(payout.due(now), telling.untold(now))),
            exists().where(telling.ungiven(now)),
            exists().where(came_back.due(now)),
            exists().where(rung.unheard()),
        ),
        Fact.letter_owed: exists().where(post.due(now)),
        Fact.dispute_told: exists().where(disputes.untold(now)),
        Fact.rehearsal_asked: exists().where(waiting_rehearsals(now)),
        Fact.twin_off: exists().where(Rule.twin == TwinState.asked),
        Fact.undo_asked: exists().where(Undo.state == UndoState.asked),
        Fact.history_asked: exists().where(history.due(now)),
        Fact.import_asked: exists().where(Import.state == ImportState.taking),
    }
    session = db.session()
    found = [fact for fact, some in rows.items() if session.scalar(select(some))]
    session.rollback()
    return found
