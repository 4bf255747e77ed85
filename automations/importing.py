"""Files that were confirmed, a slice at a time, in the name of whoever confirmed them."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actor import NOBODY, Actor, ActorKind, acting_as
from app.bell import bell_of_now
from app.bookings.importing import SLICE, take_some
from app.bookings.imports import Import, ImportState
from app.db import db
from app.facts import Fact
from app.people.model import User
from app.people.rights import RIGHTS
from automations.lease import Shift

log = logging.getLogger(__name__)

RIGHT = "imports.edit"


def drain() -> None:
    """Works until no file waits, or its shift is over: then it rings for whoever comes next. A file of somebody who is
    disabled, or may not any more, is stopped where it is.
    """
    session, shift = db.session(), Shift()
    while shift.goes_on(SLICE):
        one = session.scalar(select(Import).where(Import.state == ImportState.taking).order_by(Import.id).limit(1))
        if one is None:
            session.rollback()
            return
        actor = _actor(session, one)
        if not actor.may(RIGHT):
            with acting_as(NOBODY):
                one.move_to(ImportState.stopped)
                session.commit()
            log.warning("import_stopped", extra={"import": one.id})
            continue
        with acting_as(actor):
            take_some(session, one)
            session.commit()
    bell_of_now().ring(Fact.import_asked)


def _actor(session: Session, one: Import) -> Actor:
    """As the audit shall name it; scope and rights are what they are now, so that a city that was taken away is not
    written to.
    """
    user = session.get(User, one.by_id, populate_existing=True) if one.by_id is not None else None
    if user is None:
        return Actor(ActorKind.system, one.by, rights=frozenset({RIGHT}))
    if not user.is_enabled:
        return Actor(ActorKind.person, user.name, user.id)
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role], frozenset(user.cities or ()))
