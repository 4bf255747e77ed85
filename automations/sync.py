"""The incremental sync: everything that changed since the cursor, page by page, whether or not a webhook told of it.

A page is written in bulk and committed with its cursor, so a killed load goes on where it was. The cursor is fenced: of
two syncs at once, the one that lost its lease cannot move it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import UtcDateTime, db, one_at_a_time
from app.inbox.intake import keep_many
from app.inbox.model import InboxState
from app.link.link import the_link
from app.link.model import Link
from app.tickets.model import Ticket
from automations import twins
from automations.account_names import sync_account_names
from automations.lease import Fenced, new_token
from automations.outside import is_connected, paused, zendesk
from automations.rows import keep_sla_policies, ticket_row, upsert_fields, upsert_groups, upsert_tickets, upsert_users
from integrations.errors import Refused, Unavailable
from integrations.zendesk import types as outside
from integrations.zendesk.client import Zendesk
from integrations.zendesk.export import Budget, Page, pages

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
PAGES_A_RUN = 8
NAMES_EVERY = timedelta(hours=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Progress:
    """`loaded` counts tickets over all runs of this load; `newest` is the page's newest change."""

    loaded: int
    newest: datetime | None
    end_of_stream: bool


def run() -> None:
    """What the schedule wakes: a few pages, never waiting; the next run goes on at the cursor."""
    session = db.session()
    link = the_link(session)
    connected = is_connected() and link.connected_at is not None
    waits = paused(session)
    session.commit()
    if not connected or waits:
        return
    try:
        sync_names(session, zendesk())
        for number, progress in enumerate(load(session, zendesk()), start=1):
            if progress.end_of_stream or number >= PAGES_A_RUN:
                break
    except Fenced:
        log.info("sync_already_running")
    except Unavailable as trouble:
        session.rollback()
        _note(session, trouble=str(trouble)[:500], trouble_at=clock.now())
    except Refused as refused:
        session.rollback()
        log.exception("sync_refused", extra={"status": refused.status})
        _note(session, trouble=str(refused)[:500], trouble_at=clock.now())


def load(
    session: Session, account: Zendesk, *, budget: Budget | None = None, wait: Callable[[float], None] | None = None
) -> Iterator[Progress]:
    """Goes on at the cursor to the end of the stream; each page is committed before it is told.

    `wait` is for a command in a terminal: it is called with the seconds to wait where Zendesk, or the budget, asks for
    it. Without it Unavailable is raised. Raises Fenced when another sync is at work.
    """
    token = _take_lease(session)
    try:
        while True:
            cursor = _keep_lease(session, token)
            try:
                source = pages(
                    account, cursor=cursor, start_at=None if cursor else BEGINNING, include=("users",), budget=budget
                )
                for page in source:
                    progress = take_page(session, page, token)
                    yield progress
                    if progress.end_of_stream:
                        return
            except Unavailable as trouble:
                session.rollback()
                if wait is None:
                    raise
                wait(trouble.retry_after or 5.0)
    finally:
        session.rollback()
        _free_lease(session, token)


def take_page(session: Session, page: Page, token: str) -> Progress:
    """Writes one page with its cursor and says which tickets the rules must look at. Commits; raises Fenced."""
    now = clock.now()
    moved = session.execute(
        update(Link)
        .where(Link.id == 1, Link.sync_token == token)
        .values(
            cursor=page.cursor or Link.cursor,
            loaded=Link.loaded + len(page.tickets),
            sync_lease_until=now + LEASE,
            synced_at=now if page.end_of_stream else Link.synced_at,
            load_done_at=_first(Link.load_done_at, now) if page.end_of_stream else Link.load_done_at,
            trouble=None,
            trouble_at=None,
        )
        .returning(Link.loaded, Link.connected_at)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        session.rollback()
        raise Fenced
    changed = _changed(session, page.tickets, moved.connected_at)
    upsert_users(session, page.users)
    newest_of_each = {ticket.id: ticket for ticket in page.tickets}
    upsert_tickets(session, [ticket_row(ticket, now) for ticket in newest_of_each.values()])
    keep_many(session, [_reason_to_look(ticket, now) for ticket in changed])
    session.commit()
    newest = max((ticket.updated_at for ticket in page.tickets), default=None)
    return Progress(moved.loaded, newest, page.end_of_stream)


def sync_names(session: Session, account: Zendesk, *, force: bool = False) -> None:
    """Groups, agents, ticket fields and SLA policies, once an hour: what forms and lists call things by; and which of
    the account's own rules are active there. Commits.
    """
    link = the_link(session)
    fresh = link.names_synced_at is not None and link.names_synced_at > clock.now() - NAMES_EVERY
    session.commit()
    if fresh and not force:
        return
    groups, agents, fields = account.groups(), account.agents(), account.ticket_fields()
    promised = _sla_policies(account)
    upsert_groups(session, groups)
    upsert_users(session, agents)
    upsert_fields(session, fields)
    if promised is not None:
        keep_sla_policies(session, promised)
    session.commit()
    sync_account_names(session, account)
    _note(session, names_synced_at=clock.now())
    twins.refresh(session, account)


def _sla_policies(account: Zendesk) -> list[outside.SlaPolicy] | None:
    """None where the account's plan has none to tell of."""
    try:
        return account.sla_policies()
    except Refused as refused:
        if refused.status not in {403, 404}:
            raise
        return None


def _changed(
    session: Session, tickets: Sequence[outside.Ticket], connected_at: datetime | None
) -> list[outside.Ticket]:
    """Those that changed after we were connected and that the mirror does not have in this version."""
    if connected_at is None:
        return []
    since = connected_at.replace(microsecond=0)  # Zendesk tells times in whole seconds
    recent = {ticket.id: ticket for ticket in tickets if ticket.updated_at >= since}
    here = {
        row.zendesk_id: row.generated_at
        for row in session.execute(
            select(Ticket.zendesk_id, Ticket.generated_at).where(Ticket.zendesk_id.in_(list(recent)))
        )
    }
    return [ticket for ticket in recent.values() if ticket.generated_timestamp > here.get(ticket.id, -1)]


def _reason_to_look(ticket: outside.Ticket, now: datetime) -> dict[str, object]:
    return {
        "source": "sync",
        "invocation_id": f"{ticket.id}:{ticket.generated_timestamp}",
        "ticket_zendesk_id": ticket.id,
        "event_type": "changed",
        "body_sha256": "",
        "state": InboxState.new,
        "tries": 0,
        "due_at": now,
        "received_at": now,
    }


def _take_lease(session: Session) -> str:
    the_link(session)
    token, now = new_token(), clock.now()
    one_at_a_time(session, "sync")
    taken = session.execute(
        update(Link)
        .where(Link.id == 1, or_(Link.sync_token.is_(None), Link.sync_lease_until <= now))
        .values(sync_token=token, sync_lease_until=now + LEASE, load_started_at=_first(Link.load_started_at, now))
        .returning(Link.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    if taken is None:
        raise Fenced
    return token


def _keep_lease(session: Session, token: str) -> str | None:
    """The cursor, and a fresh lease on it. Raises Fenced."""
    kept = session.execute(
        update(Link)
        .where(Link.id == 1, Link.sync_token == token)
        .values(sync_lease_until=clock.now() + LEASE)
        .returning(Link.cursor)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    if kept is None:
        raise Fenced
    cursor: str | None = kept.cursor
    return cursor


def _free_lease(session: Session, token: str) -> None:
    session.execute(
        update(Link)
        .where(Link.id == 1, Link.sync_token == token)
        .values(sync_token=None, sync_lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _note(session: Session, **values: Any) -> None:
    """On the link, past its version: whoever turns a switch meanwhile is not refused for it, nor are we. Commits."""
    session.execute(update(Link).where(Link.id == 1).values(**values).execution_options(synchronize_session=False))
    session.commit()


def _first(column: Any, value: datetime) -> Any:
    return func.coalesce(column, literal(value, UtcDateTime()))
