"""Providers' webhooks: a ring makes the refunds of its payment due at once, also those that are paid: one may have come
back. What became of them tells the look-up.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking
from app.inbox.model import InboxState, WebhookEvent
from app.refunds.model import Refund, RefundState

ROWS_A_JOB = 500
LOOKED_FOR = (RefundState.paying, RefundState.unknown)
NO_REFUND = "no refund of this payment waits for an answer"


def unheard() -> ColumnElement[bool]:
    return and_(WebhookEvent.state == InboxState.new, WebhookEvent.payment_ref.is_not(None))


def hear(session: Session) -> None:
    """Takes every ring that waits, in one short transaction. Two workers at once hear the same and change nothing
    twice. Commits.
    """
    rows = session.execute(
        select(WebhookEvent.id, WebhookEvent.payment_ref).where(unheard()).order_by(WebhookEvent.id).limit(ROWS_A_JOB)
    ).all()
    if not rows:
        session.rollback()
        return
    now = clock.now()
    paid_through = select(Booking.id).where(Booking.payment_ref.in_({row.payment_ref for row in rows}))
    waiting = (Refund.booking_id.in_(paid_through), Refund.state.in_(LOOKED_FOR))
    found = set(session.scalars(select(Booking.payment_ref).join(Refund).where(*waiting)))
    # One that a worker has in hand right now keeps its lease: its own answer is on the way, or its next look-up.
    session.execute(
        update(Refund)
        .where(*waiting, Refund.token.is_(None), Refund.lease_until > now)
        .values(lease_until=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Refund)
        .where(Refund.booking_id.in_(paid_through), Refund.state == RefundState.paid, Refund.tries > 0)
        .values(look_again_at=now)
        .execution_options(synchronize_session=False)
    )
    for why, ids in (
        (None, [row.id for row in rows if row.payment_ref in found]),
        (NO_REFUND, [row.id for row in rows if row.payment_ref not in found]),
    ):
        session.execute(
            update(WebhookEvent)
            .where(WebhookEvent.id.in_(ids), WebhookEvent.state == InboxState.new)
            .values(state=InboxState.done, why=why, tries=WebhookEvent.tries + 1, done_at=now)
            .execution_options(synchronize_session=False)
        )
    session.commit()
