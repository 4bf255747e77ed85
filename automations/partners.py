"""What time does to partners: the gate, the ends that are told of, and the scores."""

from __future__ import annotations

import logging

from sqlalchemy import select

from app import clock
from app.db import db, one_at_a_time
from app.insights.partner_sources import read_sources
from app.partners import gate
from app.partners.model import Partner
from app.partners.scores import PartnerScore

log = logging.getLogger(__name__)


def run() -> None:
    """Looks at everybody whom dated facts may move, some hundred in a transaction. Run twice, it does nothing more."""
    session = db.session()
    ids = gate.to_look_at(session)
    session.commit()
    for start in range(0, len(ids), gate.A_CHUNK):
        looked = gate.look(session, ids[start : start + gate.A_CHUNK])
        session.commit()
        if looked.closed or looked.opened:
            log.info("partners_gated", extra={"closed": len(looked.closed), "opened": len(looked.opened)})
    gate.look_at_vendors(session)
    session.commit()


def score() -> None:
    """Works the scores of everybody out anew, some hundred in a transaction."""
    session = db.session()
    ids = session.scalars(select(Partner.id).order_by(Partner.id)).all()
    session.commit()
    for start in range(0, len(ids), gate.A_CHUNK):
        one_at_a_time(session, "partner_scores")
        now, some = clock.now(), ids[start : start + gate.A_CHUNK]
        sources = read_sources(session, some, now)
        asked = select(PartnerScore).where(PartnerScore.partner_id.in_(some))
        rows = {one.partner_id: one for one in session.scalars(asked)}
        for partner_id in some:
            row = rows.get(partner_id)
            if row is None:
                row = PartnerScore(partner_id=partner_id)
                session.add(row)
            row.take(sources[partner_id], now)
        session.commit()
