"""The back-fill: what happened on tickets before we came, from Zendesk's export of all updates, page by page.

A page is written in bulk and committed with where it ends, so a killed back-fill goes on there. It takes its turns: so
many pages a run and a minute, which leaves the sync what it needs of the exports that Zendesk allows; and it waits on a
row, never in a worker.

When is a ticket's history complete? When we hold every update from its creation to the version that is mirrored. So a
page makes it complete up to the page's end for each of its tickets that was made within the window, its creation held;
and for an older one when its updates were all fetched before, at a time within the window: no gap is left between. An
older ticket that was never fetched stays incomplete, and so does one with an update that cannot be read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.link.history import UNDER_WAY, HistoryLoad, HistoryState, newest_load
from app.tickets.model import Ticket, TicketEvent, ZendeskUser
from automations.lease import Fenced, new_token
from automations.outside import is_connected, pause, paused, zendesk
from automations.rows import keep_all_audits, upsert_users
from integrations.errors import Refused, Unavailable
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import Budget, EventPage, ticket_events
from integrations.zendesk.past import as_audit
from integrations.zendesk.types import Audit

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
# Zendesk allows ten exports a minute; the sync wants its own.
PAGES_A_RUN = 6
RUN_EVERY = timedelta(seconds=60)
IDS_A_QUESTION = 500
FAILED = "it failed here; see the log"


@dataclass(frozen=True, slots=True)
class Progress:
    """`events` counts over all runs of this load; `through`: everything up to then is in."""

    events: int
    percent: int
    through: datetime
    done: bool


def run() -> None:
    """What the bell wakes: a few pages, then the row says when to go on and the sweep rings again."""
    session = db.session()
    waits = paused(session)
    session.commit()
    if waits or not is_connected():
        return
    started = clock.now()
    try:
        for number, progress in enumerate(load(session, zendesk()), start=1):
            if progress.done:
                return
            if number >= PAGES_A_RUN:
                _put_off(session, started + RUN_EVERY)
                return
    except Fenced:
        log.info("history_taken_away")
    except Unavailable as trouble:
        session.rollback()
        if trouble.retry_after is not None:
            pause(session, trouble.retry_after)
        _put_off(session, clock.now() + timedelta(seconds=min(trouble.retry_after or 10.0, 600.0)), str(trouble))
    except Refused as refused:
        session.rollback()
        log.exception("history_refused", extra={"status": refused.status})
        _fail(session, str(refused))
    except Exception:
        session.rollback()
        log.exception("history_failed")
        _put_off(session, clock.now() + RUN_EVERY, FAILED)


def load(
    session: Session, account: Zendesk, *, budget: Budget | None = None, wait: Callable[[float], None] | None = None
) -> Iterator[Progress]:
    """Goes on with the load that is under way to the end of the stream; each page is committed before it is told.

    `wait` is for a command in a terminal: called with the seconds to wait where Zendesk, or the budget, asks for it.
    Without it Unavailable is raised. Raises Fenced when somebody else is at it, or it was cancelled.
    """
    token = _take_lease(session)
    if token is None:
        return
    edge: set[int] = set()
    try:
        while True:
            start = _keep_lease(session, token)
            try:
                for page in ticket_events(account, datetime.fromtimestamp(start, UTC), budget=budget):
                    audits = [as_audit(event) for event in page.events]
                    _bring_people(session, account, audits)
                    progress, edge = take_page(session, page, audits, edge, token)
                    yield progress
                    if progress.done:
                        return
            except Unavailable as trouble:
                session.rollback()
                if wait is None:
                    raise
                wait(trouble.retry_after or 5.0)
    finally:
        session.rollback()
        _free_lease(session, token)


def take_page(
    session: Session, page: EventPage, audits: list[Audit], edge: set[int], token: str
) -> tuple[Progress, set[int]]:
    """Writes one page with where it ends. Commits; raises Fenced. `edge`: tickets of the last page's last second,
    which may go on in this one; gives this page's.

    Updates of tickets that are not mirrored are left: when the sync brings one, its updates are fetched one by one.
    """
    moved = session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.token == token, HistoryLoad.state == HistoryState.running)
        .values(next_start=page.next_start, lease_until=clock.now() + LEASE, trouble=None)
        .returning(HistoryLoad.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        session.rollback()
        raise Fenced
    kept = session.get(HistoryLoad, moved.id, populate_existing=True)
    if kept is None:
        raise Fenced
    rows = _rows_of(session, {audit.ticket_id for audit in audits} | edge)
    kept.events += keep_all_audits(
        session, [(rows[audit.ticket_id], audit) for audit in audits if audit.ticket_id in rows]
    )
    if page.unreadable:
        kept.unreadable += page.unreadable
        kept.left_out = sorted({*kept.left_out, *((number or 0) for number in page.unread_tickets)})
    end = page.next_start if page.end_of_stream else page.next_start - 1
    through = datetime.fromtimestamp(end, UTC)
    if 0 not in kept.left_out:
        spoilt = set(kept.left_out)
        _complete(session, [row for number, row in rows.items() if number not in spoilt], kept.since, through)
    if page.end_of_stream:
        kept.state, kept.ended_at, kept.token, kept.lease_until = HistoryState.done, clock.now(), None, None
    progress = Progress(kept.events, kept.percent, through, page.end_of_stream)
    session.commit()
    return progress, {audit.ticket_id for audit in audits if int(audit.created_at.timestamp()) >= page.next_start}


def due(now: datetime) -> ColumnElement[bool]:
    """Whether a load waits for its next run."""
    free = or_(HistoryLoad.token.is_(None), HistoryLoad.lease_until <= now)
    return and_(HistoryLoad.state.in_(UNDER_WAY), HistoryLoad.due_at <= now, free)


def _complete(session: Session, ids: list[int], since: datetime, through: datetime) -> None:
    made_within = and_(
        Ticket.created_at >= since,
        exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.is_creation),
    )
    for start in range(0, len(ids), IDS_A_QUESTION):
        session.execute(
            update(Ticket)
            .where(
                Ticket.id.in_(ids[start : start + IDS_A_QUESTION]),
                or_(made_within, Ticket.history_through >= since),
                or_(Ticket.history_through.is_(None), Ticket.history_through < through),
            )
            .values(history_through=through)
            .execution_options(synchronize_session=False)
        )


def _rows_of(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """Our ids of tickets by Zendesk's."""
    wanted, found = sorted(numbers), {}
    for start in range(0, len(wanted), IDS_A_QUESTION):
        some = Ticket.zendesk_id.in_(wanted[start : start + IDS_A_QUESTION])
        found.update(
            {row.zendesk_id: row.id for row in session.execute(select(Ticket.zendesk_id, Ticket.id).where(some))}
        )
    return found


def _bring_people(session: Session, account: Zendesk, audits: Iterable[Audit]) -> None:
    """Whoever speaks or acts in the page and is not known yet: without a role, an agent's answer counts as none.

    Asks Zendesk with no transaction open; commits what it got.
    """
    named = {audit.author_id for audit in audits} | {one.author_id for audit in audits for one in audit.comments}
    wanted = sorted(one for one in named if one is not None and one > 0)
    known: set[int] = set()
    for start in range(0, len(wanted), IDS_A_QUESTION):
        some = ZendeskUser.zendesk_id.in_(wanted[start : start + IDS_A_QUESTION])
        known.update(session.scalars(select(ZendeskUser.zendesk_id).where(some)))
    session.rollback()
    missing = set(wanted) - known
    if missing:
        upsert_users(session, account.users(missing))
        session.commit()


def _take_lease(session: Session) -> str | None:
    """None when nothing is under way. Raises Fenced when somebody else is at it. Commits."""
    load_of_now = newest_load(session)
    waiting = load_of_now is not None and load_of_now.is_under_way
    session.commit()
    if not waiting or load_of_now is None:
        return None
    token, now = new_token(), clock.now()
    free = or_(HistoryLoad.token.is_(None), HistoryLoad.lease_until <= now)
    taken = session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.id == load_of_now.id, HistoryLoad.state.in_(UNDER_WAY), free)
        .values(token=token, lease_until=now + LEASE, state=HistoryState.running)
        .returning(HistoryLoad.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    if taken is None:
        raise Fenced
    return token


def _keep_lease(session: Session, token: str) -> int:
    """Where to go on, and a fresh lease. Raises Fenced."""
    kept = session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.token == token)
        .values(lease_until=clock.now() + LEASE)
        .returning(HistoryLoad.next_start)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    if kept is None:
        raise Fenced
    return int(kept.next_start)


def _free_lease(session: Session, token: str) -> None:
    session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.token == token)
        .values(token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _put_off(session: Session, until: datetime, trouble: str | None = None) -> None:
    session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.state.in_(UNDER_WAY))
        .values(due_at=until, trouble=trouble[:500] if trouble else None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _fail(session: Session, why: str) -> None:
    session.execute(
        update(HistoryLoad)
        .where(HistoryLoad.state.in_(UNDER_WAY))
        .values(state=HistoryState.failed, trouble=why[:500], ended_at=clock.now(), token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()
