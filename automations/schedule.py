"""THE PAGE: what time wakes. Run as a process of its own: `python -m automations.schedule`.

Each entry has slots of its interval; a slot is taken by one guarded UPDATE, so a second scheduler changes nothing.
"""

from __future__ import annotations

import logging
import signal
import threading
from datetime import timedelta
from types import FrameType

from flask import Flask, current_app
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.bell import bell_of_now
from app.db import db
from app.facts import Fact
from app.link.model import Tick
from automations.stage import night_app

log = logging.getLogger(__name__)

# fact -> every so many seconds
TIMETABLE: dict[Fact, int] = {
    Fact.sweep_due: 10,
    Fact.sync_asked: 60,
    Fact.time_rules_due: 300,
    Fact.shadows_due: 300,
    Fact.routing_due: 60,
    Fact.reconcile_due: 300,
    # Slots are counted from midnight in UTC, so that one of these begins at midnight in Seoul.
    Fact.partners_due: 300,
    Fact.partner_scores_due: 3600,
    Fact.disputes_due: 60,
}
# A slot taken by a clock further ahead than this was taken by a wrong one: it is not waited for.
TRUSTED_AHEAD = timedelta(minutes=10)


def take_slot(fact: Fact, every_seconds: int) -> bool:
    """True for the one scheduler that takes this slot first."""
    slot = int(clock.now().timestamp()) // every_seconds
    session = db.session()
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    if session.scalar(select(Tick.slot).where(Tick.name == fact)) is None:
        session.execute(kind.insert(Tick).values(name=fact, slot=0).on_conflict_do_nothing())
    from_tomorrow = and_(Tick.slot > slot, Tick.at > clock.now() + TRUSTED_AHEAD)
    taken = session.execute(
        update(Tick)
        .where(Tick.name == fact, or_(Tick.slot < slot, from_tomorrow))
        .values(slot=slot, at=clock.now())
        .returning(Tick.name)
    ).first()
    session.commit()
    return taken is not None


def tick(timetable: dict[Fact, int] | None = None) -> list[Fact]:
    """Rings for every entry whose slot has come and was not taken yet; gives what it rang for."""
    rung = []
    for fact, every_seconds in (timetable or TIMETABLE).items():
        if take_slot(fact, every_seconds):
            bell_of_now().ring(fact)
            rung.append(fact)
    return rung


def run(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        while not stop.wait(1.0):
            try:
                tick()
            except SQLAlchemyError:
                log.exception("schedule_database_unavailable")
            finally:
                current_app.extensions["sqlalchemy"].session.remove()


def main() -> None:
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    run(night_app(), stop)


if __name__ == "__main__":
    main()
