"""What a person may do with what came in: have a row that failed worked again, or a ticket looked at once more."""

from __future__ import annotations

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.desk.states import named
from app.errors import Refusal
from app.facts import Fact, announce
from app.inbox.intake import keep
from app.inbox.model import InboxState, WebhookEvent
from app.tickets.model import Ticket
from app.words import say

RIGHT = "inbox.retry"
LOOK_RIGHT = "tickets.edit"


def retry(session: Session, row: WebhookEvent) -> None:
    """A failed row is due again from now; the caller commits. Refuses any other state."""
    acting().must(RIGHT)
    moved = session.execute(
        update(WebhookEvent)
        .where(WebhookEvent.id == row.id, WebhookEvent.state == InboxState.dead)
        .values(state=InboxState.new, due_at=clock.now(), tries=0, why=None, token=None, lease_until=None, done_at=None)
        .returning(WebhookEvent.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(row)
    if moved is None:
        words = say(
            "{id}번은 지금 「{state}」 상태라서 다시 시도할 수 없습니다. 실패한 것만 다시 시도합니다.",
            "Row {id} is “{state}” now and cannot be tried again: only failed ones can.",
        )
        raise Refusal(words.fill(id=row.id, state=named(row.state).words))
    record(session, "retry", "webhook_events", row.id, {"state": [InboxState.dead, InboxState.new]})
    announce(session, Fact.inbox_filled if row.payment_ref is None else Fact.refund_approved)


def look_again(session: Session, ticket: Ticket) -> None:
    """Has the ticket fetched from Zendesk once more, through the inbox; the caller commits."""
    acting().must(LOOK_RIGHT)
    keep(
        session,
        source="manual",
        invocation_id=secrets.token_hex(16),
        ticket_id=ticket.zendesk_id,
        event_type="manual",
    )
    record(session, "look_again", "tickets", ticket.id, {"ticket": ticket.zendesk_id})
