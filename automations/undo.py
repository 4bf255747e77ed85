"""Taking back what a rule did: each ticket's share becomes a push of its own, or a push that had waited goes nowhere.

An item is taken by one guarded UPDATE in the transaction that writes its push, so a killed or doubled worker does
nothing twice. What somebody touches between the asking and the sending the outbox leaves alone, as it always does.
"""

from __future__ import annotations

import logging

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.bell import bell_of_now
from app.db import db
from app.facts import Fact
from app.outbox.model import Push, PushState
from app.outbox.outbox import owe
from app.rules.undo.model import ItemState, Undo, UndoItem, UndoState
from app.tickets.model import Ticket
from automations.lease import Shift

log = logging.getLogger(__name__)

ITEMS_A_TRANSACTION = 50
ORIGIN = "undo:"


def drain() -> None:
    """Works until nothing waits, or its shift is over: then it rings for whoever comes next."""
    session, shift, failed = db.session(), Shift(), set[int]()
    while shift.goes_on(ITEMS_A_TRANSACTION):
        if not _some(session, failed):
            _close(session)
            return
    bell_of_now().ring(Fact.undo_asked)


def _some(session: Session, failed: set[int]) -> bool:
    """A few of the oldest undo's items. Commits; False when none waited but those that `failed`, which takes what fails
    now.
    """
    waiting = (
        select(UndoItem.id, UndoItem.undo_id, UndoItem.ticket_id)
        .where(UndoItem.state == ItemState.waiting, UndoItem.id.not_in(failed))
        .order_by(UndoItem.id)
        .limit(ITEMS_A_TRANSACTION)
    )
    rows = session.execute(waiting).all()
    for item_id, _, _ in rows:
        try:
            with session.begin_nested():
                _one(session, item_id)
        except Exception:
            failed.add(item_id)
            log.exception("undo_item_failed", extra={"item": item_id})
    session.commit()
    return bool(rows)


def _one(session: Session, item_id: int) -> None:
    taken = session.execute(
        update(UndoItem)
        .where(UndoItem.id == item_id, UndoItem.state == ItemState.waiting)
        .values(state=ItemState.held_back)
        .returning(UndoItem.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return
    item = session.get_one(UndoItem, item_id, populate_existing=True)
    kept = _hold_back(session, item)
    if kept < len(item.drops):
        # A worker was quicker: what had waited is on its way now.
        item.stays = [*item.stays, {"field": "push", "value": None, "why": "under_way", "by": None, "at": None}]
    if item.change:
        ticket = session.get_one(Ticket, item.ticket_id)
        origin = f"{ORIGIN}{item.undo_id}"
        item.push_id = owe(session, ticket=ticket, change=item.change, before=item.before, origin=origin).id
        item.state = ItemState.owed
    elif not kept:
        item.state = ItemState.left
    session.flush()


def _hold_back(session: Session, item: UndoItem) -> int:
    """Drops the pushes that have not been sent; gives how many were still there to drop."""
    if not item.drops:
        return 0
    gone = session.execute(
        update(Push)
        .where(Push.id.in_(item.drops), Push.state.in_((PushState.owed, PushState.held)))
        .values(state=PushState.dropped, why=f"taken back by undo {item.undo_id}")
        .returning(Push.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone)


def _close(session: Session) -> None:
    """Ends every undo of which nothing waits any more. Commits."""
    waits = select(func.count(UndoItem.id)).where(UndoItem.undo_id == Undo.id, UndoItem.state == ItemState.waiting)
    open_ones = select(Undo).where(Undo.state == UndoState.asked, waits.scalar_subquery() == 0)
    for undo in session.scalars(open_ones):
        undo.state, undo.done_at, undo.open_rule_id = UndoState.done, clock.now(), None
        log.info("undo_done", extra={"undo": undo.id})
    session.commit()
