"""Rows that are dealt with apart: what goes wrong with one is logged, and keeps no other from its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

log = logging.getLogger(__name__)


def each(session: Session, ids: Sequence[int], act: Callable[[int], object], event: str) -> None:
    """Each in a transaction of its own. One that raises leaves nothing behind, and is met again by the next look."""
    for one in ids:
        try:
            act(one)
            session.commit()
        except Exception:
            session.rollback()
            log.exception(event, extra={"row": one})


def some_at_a_time(
    session: Session, ids: Sequence[int], size: int, act: Callable[[Sequence[int]], object], event: str
) -> None:
    """`size` of them in a transaction; where that raises, each of those alone."""
    for start in range(0, len(ids), size):
        some = ids[start : start + size]
        try:
            act(some)
            session.commit()
        except Exception:
            session.rollback()
            log.exception(event, extra={"rows": len(some), "first": some[0]})
            each(session, some, lambda one: act([one]), event)
