"""Disputes as time goes on: clocks that run out, and what each side is still to be told on its ticket."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.disputes.clocks import DisputeClock
from app.disputes.lapsing import lapse, run_out
from app.disputes.notices import NO_TICKET, DisputeNotice
from app.disputes.sides import Side
from app.macros.languages import language_for
from app.outbox.outbox import owe
from app.rules.facts_of import facts_at, read_record
from automations import emergencies

log = logging.getLogger(__name__)

MOST = 500


def run() -> None:
    """Deals with what is late in an emergency, then with every clock that has run out; each in its own transaction. A
    clock that fails is left for the next look.
    """
    session, failed = db.session(), set[int]()
    emergencies.watch(session)
    for _ in range(MOST):
        if not lapse_next(session, failed):
            break
    drain()


def drain() -> None:
    """A word that cannot be told is left for the next look."""
    session, failed = db.session(), set[int]()
    for _ in range(MOST):
        if not tell_next(session, failed):
            return


def lapse_next(session: Session, failed: set[int]) -> bool:
    """False when no clock has run out but those that `failed`, which takes this one if it does. Commits.

    What is held is the dispute, as everybody who moves it does: holding the clock first would wait for one who waits
    for it.
    """
    due = select(DisputeClock).where(run_out(clock.now()), DisputeClock.id.not_in(failed))
    late = session.scalars(due.order_by(DisputeClock.due_at).limit(1)).first()
    if late is None:
        session.rollback()
        return False
    ids = {"clock": late.id, "dispute": late.dispute_id}
    try:
        lapse(session, late)
        session.commit()
    except Exception:
        session.rollback()
        failed.add(ids["clock"])
        log.exception("dispute_clock_failed", extra=ids)
    return True


def untold(_now: datetime) -> ColumnElement[bool]:
    """What a side is still to be told."""
    return and_(DisputeNotice.told_at.is_(None), DisputeNotice.untold_why.is_(None))


def tell_next(session: Session, failed: set[int]) -> bool:
    """Owes a side's ticket the oldest word that it was not told yet. False when there is none but those that `failed`,
    which takes this one if it does. Commits.

    It is told or set aside in the transaction that writes its Push, so it is told once.
    """
    waiting = (untold(clock.now()), DisputeNotice.id.not_in(failed))
    oldest = select(DisputeNotice).where(*waiting).order_by(DisputeNotice.id).limit(1)
    notice = session.scalars(oldest.with_for_update(skip_locked=True, of=DisputeNotice)).first()
    if notice is None:
        session.rollback()
        return False
    key = notice.id
    try:
        _tell(session, notice)
        session.commit()
    except Exception:
        session.rollback()
        failed.add(key)
        log.exception("dispute_notice_failed", extra={"notice": key})
    return True


def _tell(session: Session, notice: DisputeNotice) -> None:
    """On the ticket of its side, in the language that the side writes; the customer's record tells it for the customer.
    Without a ticket a person has to call; the page says so.
    """
    ticket = notice.ticket
    if ticket is None:
        notice.untold_why = NO_TICKET
        log.info("dispute_untold", extra={"notice": notice.id})
        return
    facts = facts_at(read_record(session, ticket), None)
    if notice.side is Side.partner:
        facts = replace(facts, customer=None)
    language = language_for(facts)
    change = {"comment": {"body": notice.words.in_language(language), "public": True}}
    push = owe(session, ticket=ticket, change=change, origin=f"dispute:{notice.dispute.ref}")
    notice.told_at, notice.told_in, notice.push_id = clock.now(), language, push.id
