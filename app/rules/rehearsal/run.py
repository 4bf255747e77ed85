"""A rehearsal as a job: claimed under a lease, worked in chunks, each recorded with what it counted in one transaction.

Whoever lost the lease, or finds the rehearsal cancelled, records nothing: the three numbers (`cursor`, `done`, `tally`)
and the rows of a chunk move together, under the token.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import reading
from app.routing.past import read_past_desk
from app.rules.live import read_live
from app.rules.rehearsal.chunk import TICKETS_A_CHUNK, Chunk, count, read_chunk
from app.rules.rehearsal.looks import Watch
from app.rules.rehearsal.model import Rehearsal, RehearsalState, RehearsalTicket
from app.rules.rehearsal.routing import drawing_router
from app.rules.rehearsal.sets import thaw
from app.rules.rehearsal.tally import Tallies
from app.words import Words, say

LEASE = timedelta(seconds=30)
MOST_TRIES = 5
GAVE_UP = say(
    "연습하던 프로세스가 여러 번 멈추었습니다. 더 짧은 기간으로 다시 해 보세요.",
    "The process that rehearsed it was stopped several times. Try again with fewer days.",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A rehearsal that is ours until the lease ends; each chunk renews it."""

    id: int
    token: str
    since: datetime
    until: datetime
    frozen: dict[str, Any]
    cursor: int
    done: int
    tally: dict[str, Any]


def waiting(now: datetime) -> ColumnElement[bool]:
    """Asked for and not begun, or left by a worker that died."""
    left = and_(Rehearsal.state == RehearsalState.running, Rehearsal.lease_until <= now)
    return or_(Rehearsal.state == RehearsalState.queued, left)


def claim(session: Session) -> Claim | None:
    """The one that has waited longest, if any; commits."""
    now, token = clock.now(), secrets.token_hex(16)
    oldest = (
        select(Rehearsal.id).where(waiting(now)).order_by(Rehearsal.lease_until.is_not(None), Rehearsal.lease_until)
    )
    rehearsal_id = session.scalar(oldest.order_by(Rehearsal.id).limit(1))
    if rehearsal_id is None:
        session.rollback()
        return None
    taken = session.execute(
        update(Rehearsal)
        .where(Rehearsal.id == rehearsal_id, waiting(now))
        .values(state=RehearsalState.running, token=token, lease_until=now + LEASE, tries=Rehearsal.tries + 1)
        .returning(Rehearsal.started_at, Rehearsal.since, Rehearsal.until, Rehearsal.tries)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        session.rollback()
        return None
    if taken.tries > MOST_TRIES:
        fail(session, rehearsal_id, token, GAVE_UP)
        return None
    if taken.started_at is None:
        _begin(session, rehearsal_id, now, count(session, taken.since, taken.until))
    session.commit()
    stands = select(Rehearsal.frozen, Rehearsal.cursor, Rehearsal.done, Rehearsal.tally)
    row = session.execute(stands.where(Rehearsal.id == rehearsal_id)).one()
    session.rollback()
    return Claim(rehearsal_id, token, taken.since, taken.until, row.frozen, row.cursor, row.done, row.tally)


def work(session: Session, mine: Claim, zendesk_url: str | None = None) -> Iterator[int]:
    """Chunk by chunk to the end; after each is committed it tells how many tickets are done. Ends early, recording
    nothing more, when the rehearsal is not ours any more. Refuses what cannot be rehearsed, in words."""
    with reading():
        sets = thaw(mine.frozen, read_live(session, zendesk_url).account, drawing_router(read_past_desk(session)))
        session.rollback()
    watch = Watch.of(sets, mine.since, mine.until)
    tallies, cursor, done = Tallies.from_json(mine.tally), mine.cursor, mine.done
    while True:
        with reading():
            chunk = read_chunk(session, watch, cursor, TICKETS_A_CHUNK)
            session.rollback()
        cursor, done = chunk.last, done + chunk.count
        for city, tally in chunk.tallies.by_city.items():
            tallies.of(city).join(tally)
        if not _record(session, mine, chunk, tallies, done):
            return
        yield done
        if not chunk.count:
            return


def _record(session: Session, mine: Claim, chunk: Chunk, tallies: Tallies, done: int) -> bool:
    """One transaction for a chunk and all it counted. False when it is not ours to record."""
    now = clock.now()
    if chunk.count:
        moved = {"cursor": chunk.last, "done": done, "tally": tallies.to_json(), "lease_until": now + LEASE, "tries": 0}
    else:
        moved = {"state": RehearsalState.done, "ended_at": now, "token": None, "lease_until": None, "total": done}
    if not _moved(session, mine.id, mine.token, moved):
        session.rollback()
        return False
    rows = [
        {
            "rehearsal_id": mine.id,
            "ticket_id": ticket_id,
            "kind": one.kind,
            "draw": one.draw,
            "looks": one.looks,
            "marks": one.marks,
            "effects": one.effects,
        }
        for ticket_id, one in chunk.differing
    ]
    if rows:
        session.execute(insert(RehearsalTicket), rows)
    session.commit()
    return True


def let_go(session: Session, mine: Claim) -> None:
    """Leaves the rest to the next job; commits."""
    _moved(session, mine.id, mine.token, {"token": None, "lease_until": clock.now()})
    session.commit()


def fail(session: Session, rehearsal_id: int, token: str, why: Words) -> None:
    """Ends it with the reason, unless it is somebody else's by now; commits."""
    trouble = {"ko": why.in_language("ko"), "en": why.in_language("en")}
    ended = {"state": RehearsalState.failed, "trouble": trouble, "ended_at": clock.now()}
    _moved(session, rehearsal_id, token, {**ended, "token": None, "lease_until": None})
    session.commit()


def _begin(session: Session, rehearsal_id: int, now: datetime, total: int) -> None:
    """Nothing of an earlier life may be counted: a row that has not begun has no tickets."""
    session.execute(delete(RehearsalTicket).where(RehearsalTicket.rehearsal_id == rehearsal_id))
    begun = {"started_at": now, "total": total, "cursor": 0, "done": 0, "tally": {}}
    session.execute(
        update(Rehearsal)
        .where(Rehearsal.id == rehearsal_id)
        .values(**begun)
        .execution_options(synchronize_session=False)
    )


def _moved(session: Session, rehearsal_id: int, token: str, values: dict[str, Any]) -> bool:
    return bool(
        session.execute(
            update(Rehearsal)
            .where(Rehearsal.id == rehearsal_id, Rehearsal.token == token, Rehearsal.state == RehearsalState.running)
            .values(**values)
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
    )
