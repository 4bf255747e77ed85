"""Asking providers about refunds that are paid: a bank may send one back days later. Looks, and sends nothing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking
from app.db import db
from app.refunds.came_back import fail_late, next_look
from app.refunds.model import Refund, RefundState
from app.refunds.settlement import settled_by_hand
from automations.outside import settings_of_app
from automations.providers import providers_of_app
from integrations.errors import Refused, Unavailable
from integrations.payments.port import Outcome, OutcomeState

log = logging.getLogger(__name__)

LOOKS_A_JOB = 50
# Until then nobody else asks, and a provider that did not answer is left alone.
AGAIN = timedelta(minutes=10)


def due(now: datetime) -> ColumnElement[bool]:
    """Paid by a provider that is set, and to be asked about; what two people have settled is in no provider's books."""
    ours = Refund.booking.has(Booking.gateway.in_(settings_of_app().paying))
    return and_(Refund.state == RefundState.paid, Refund.look_again_at <= now, ours, ~settled_by_hand())


def drain() -> None:
    """A few of those that are due, the longest waiting first."""
    for _ in range(LOOKS_A_JOB):
        if not look_next(db.session()):
            return


def look_next(session: Session) -> bool:
    """Asks about one with no transaction open, and writes down what came of it. False when none is due. Commits."""
    now = clock.now()
    oldest = select(Refund).where(due(now)).order_by(Refund.look_again_at, Refund.id).limit(1)
    refund = session.scalars(oldest.with_for_update(skip_locked=True, of=Refund)).first()
    if refund is None:
        session.rollback()
        return False
    refund.look_again_at = now + AGAIN
    key, gateway, sent = refund.id, refund.booking.gateway, (refund.provider_key, refund.booking.payment_ref or "")
    session.commit()
    try:
        _record(session, key, providers_of_app()[gateway].lookup(*sent))
        session.commit()
    except (Unavailable, Refused) as trouble:
        session.rollback()
        log.warning("paid_refund_not_looked_at", extra={"refund": key, "why": str(trouble)})
    except Exception:
        session.rollback()
        log.exception("paid_refund_not_looked_at", extra={"refund": key})
    return True


def _record(session: Session, key: int, outcome: Outcome | None) -> None:
    """Only a certain no changes anything. One that the provider does not know is for the comparison to tell of."""
    held = select(Refund).where(Refund.id == key).with_for_update(of=Refund)
    refund = session.scalars(held.execution_options(populate_existing=True)).one()
    if refund.state is not RefundState.paid:
        return
    if outcome is not None and outcome.state is OutcomeState.failed:
        fail_late(session, refund)
        log.warning("refund_came_back", extra={"refund": key})
        return
    refund.look_again_at = next_look(refund.paid_at or clock.now(), clock.now())
