"""How far the past of the mirrored tickets is known."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.tickets.model import Ticket


def how_complete(session: Session) -> tuple[int, int]:
    """How many tickets have their whole history here, and how many there are. Deleted ones count in neither."""
    row = session.execute(
        select(func.count(case((Ticket.history_complete, 1))), func.count()).where(Ticket.status != "deleted")
    ).one()
    return int(row[0]), int(row[1])
