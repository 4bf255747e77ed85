"""Asking for rehearsals in tests, and working them to the end by the job itself."""

from __future__ import annotations

from sqlalchemy import select

from app.actor import Actor, ActorKind
from app.db import db
from app.rules.model import Rule
from app.rules.rehearsal.ask import ask
from app.rules.rehearsal.model import Rehearsal, RehearsalTicket
from app.rules.rehearsal.tally import Tallies, Tally
from automations import rehearse

MANAGER = Actor(ActorKind.person, "김하늘", None, frozenset({"rules.edit", "rules.view"}))
NEW = ("status", "is", "new")


def asked(*rules: Rule, days: int = 90, without: bool = False) -> Rehearsal:
    rehearsal = ask(db.session(), rules, days=days, without=without)
    db.session.commit()
    return rehearsal


def rehearsed(*rules: Rule, days: int = 90, without: bool = False) -> Rehearsal:
    """Asked for and worked to the end by the job itself."""
    rehearsal_id = asked(*rules, days=days, without=without).id
    rehearse.run()
    return again(rehearsal_id)


def again(rehearsal_id: int) -> Rehearsal:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Rehearsal, rehearsal_id)


def told(rehearsal: Rehearsal) -> Tally:
    return Tallies.from_json(rehearsal.tally).seen_in(())


def listed(rehearsal: Rehearsal) -> list[RehearsalTicket]:
    rows = select(RehearsalTicket).where(RehearsalTicket.rehearsal_id == rehearsal.id)
    return list(db.session.scalars(rows.order_by(RehearsalTicket.ticket_id)))
