"""What time does to partners: the gate, the ends that are told of, and the scores."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import db, one_at_a_time
from app.insights.partner_sources import read_sources
from app.partners import gate
from app.partners.model import Partner
from app.partners.score_history import have_history, keep_then
from app.partners.scores import PartnerScore
from automations.apart import some_at_a_time

log = logging.getLogger(__name__)


def run() -> None:
    """Looks at everybody whom dated facts may move, some hundred in a transaction. Run twice, it does nothing more."""
    session = db.session()
    ids = gate.to_look_at(session)
    session.commit()
    some_at_a_time(session, ids, gate.A_CHUNK, lambda some: _look(session, some), "partner_gate_failed")
    gate.look_at_vendors(session)
    session.commit()


def score() -> None:
    """Works the scores of everybody out anew, some hundred in a transaction. Who cannot be scored holds up nobody."""
    session = db.session()
    ids = session.scalars(select(Partner.id).order_by(Partner.id)).all()
    session.commit()
    some_at_a_time(session, ids, gate.A_CHUNK, lambda some: _score(session, some), "partner_score_failed")


def _look(session: Session, some: Sequence[int]) -> None:
    looked = gate.look(session, some)
    if looked.closed or looked.opened:
        log.info("partners_gated", extra={"closed": len(looked.closed), "opened": len(looked.opened)})


def _score(session: Session, some: Sequence[int]) -> None:
    one_at_a_time(session, "partner_scores")
    now = clock.now()
    sources = read_sources(session, some, now)
    asked = select(PartnerScore).where(PartnerScore.partner_id.in_(some))
    rows = {one.partner_id: one for one in session.scalars(asked)}
    told = have_history(session, some)
    for partner_id in some:
        row = rows.get(partner_id)
        if row is None:
            row = PartnerScore(partner_id=partner_id)
            session.add(row)
        if row.take(sources[partner_id], now) or partner_id not in told:
            keep_then(session, row, now)
