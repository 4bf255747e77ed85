"""Inbox -> mirror -> rules: works every waiting reason to look at a ticket, one ticket at a time, each fetched once.

All waiting rows of a ticket are claimed together, so fifty webhooks about one update are one look. No two workers look
at the same ticket at the same time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Update, and_, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.bell import bell_of_now
from app.db import db, one_at_a_time
from app.facts import Fact
from app.inbox.model import InboxState, WebhookEvent
from app.tickets.model import Ticket, ZendeskUser
from automations import decide
from automations.alerts import delivery_ended
from automations.lease import LEASE, OUTAGE_TRIES, POISON_TRIES, Fenced, Shift, back_off, new_token, renewing
from automations.outside import TURNED_AWAY, TURNED_AWAY_SECONDS, pause, paused, zendesk
from automations.rows import keep_audits, ticket_row, upsert_tickets, upsert_users
from integrations.errors import Refused, Unavailable
from integrations.zendesk import types as outside
from integrations.zendesk.client import Zendesk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    ticket_id: int
    token: str
    rows: int
    tries: int


def drain() -> None:
    """Works until nothing waits, or its shift is over: then it rings for whoever comes next."""
    shift = Shift()
    while shift.goes_on():
        claim = claim_one(db.session())
        if claim is None:
            return
        work(claim)
        shift.goes_on(claim.rows)
    bell_of_now().ring(Fact.inbox_filled)


def claim_one(session: Session) -> Claim | None:
    """Takes all due rows of the ticket that has waited longest. Commits."""
    now = clock.now()
    one_at_a_time(session, "inbox")
    if paused(session):
        session.rollback()
        return None
    due = or_(
        and_(WebhookEvent.state == InboxState.new, WebhookEvent.due_at <= now),
        and_(WebhookEvent.state == InboxState.working, WebhookEvent.lease_until <= now),
    )
    busy = select(WebhookEvent.ticket_zendesk_id).where(
        WebhookEvent.state == InboxState.working, WebhookEvent.lease_until > now
    )
    tickets = WebhookEvent.ticket_zendesk_id.is_not(None)
    first = select(WebhookEvent.ticket_zendesk_id).where(due, tickets, WebhookEvent.ticket_zendesk_id.not_in(busy))
    ticket_id = session.scalar(first.order_by(OLDEST).limit(1))
    if ticket_id is None:
        session.rollback()
        return None
    # Locked, so that a lease that is renewed this very moment is seen: it holds the ticket's new rows back too.
    held = select(WebhookEvent.lease_until).where(
        WebhookEvent.ticket_zendesk_id == ticket_id, WebhookEvent.state == InboxState.working
    )
    if any(until is not None and until > now for until in session.scalars(held.with_for_update())):
        session.rollback()
        return claim_one(session)
    token = new_token()
    claimed = session.execute(
        update(WebhookEvent)
        .where(due, WebhookEvent.ticket_zendesk_id == ticket_id)
        .values(
            state=InboxState.working, token=token, lease_until=now + LEASE, due_at=now, tries=WebhookEvent.tries + 1
        )
        .returning(WebhookEvent.tries)
        .execution_options(synchronize_session=False)
    ).all()
    session.commit()
    if not claimed:
        # Whoever had them came to their end this very moment.
        return claim_one(session)
    return Claim(ticket_id, token, len(claimed), max(row.tries for row in claimed))


def work(claim: Claim) -> None:
    """Looks at one ticket and records it under the token. Never raises: what goes wrong is on the rows."""
    session = db.session()
    try:
        if claim.tries > POISON_TRIES and not _only_waited(session, claim):
            _end(session, claim, InboxState.dead, "it stopped the worker every time")
            return
        account = zendesk()
        with account.announcing(renewing(session, _mine(claim))):
            look = fetch(account, session, claim.ticket_id)
        record(session, claim, look)
        session.commit()
    except Fenced:
        session.rollback()
        log.warning("mirror_fenced", extra={"ticket": claim.ticket_id})
    except Unavailable as trouble:
        session.rollback()
        if trouble.retry_after is not None:
            pause(session, trouble.retry_after)
        _again(session, claim, trouble)
    except Refused as refused:
        session.rollback()
        _refused(session, claim, refused)
    except Exception:
        session.rollback()
        log.exception("mirror_failed", extra={"ticket": claim.ticket_id})
        _again(session, claim, None)


@dataclass(frozen=True, slots=True)
class Look:
    """A ticket as it was fetched, with everyone who is named in it and not known yet."""

    ticket: outside.Ticket
    audits: list[outside.Audit]
    users: list[outside.User]


def fetch(account: Zendesk, session: Session, ticket_id: int) -> Look:
    """Asks Zendesk; holds no transaction open meanwhile."""
    ticket, audits = account.ticket_with_audits(ticket_id)
    if is_behind(ticket, audits):
        # Somebody changed it between the two: the rules would judge that change by a ticket without it, and only once.
        ticket = account.ticket(ticket_id)
    missing = _unknown_users(session, ticket, audits)
    session.rollback()
    return Look(ticket, audits, account.users(missing) if missing else [])


def mirror(session: Session, look: Look, *, sync_looks_again: bool = False) -> Ticket:
    """Writes what was fetched into the mirror, if it is not older than what is there; gives the row.

    `sync_looks_again` is for a look after which the rules do not decide: the sync still finds it changed.
    """
    upsert_users(session, look.users)
    row = ticket_row(look.ticket, clock.now())
    upsert_tickets(session, [row | {"generated_at": 0} if sync_looks_again else row])
    kept = session.scalars(
        select(Ticket).where(Ticket.zendesk_id == look.ticket.id).execution_options(populate_existing=True)
    ).one()
    keep_audits(session, kept, look.audits)
    if look.audits:
        # All its audits were asked for, and after the ticket itself: up to that version nothing is missing.
        kept.history_through = max(kept.history_through or look.ticket.updated_at, look.ticket.updated_at)
    return kept


def record(session: Session, claim: Claim, look: Look) -> None:
    """Mirror, rules and the end of the inbox rows in one transaction. Raises Fenced when the lease is somebody
    else's. The caller commits."""
    ended = session.execute(
        update(WebhookEvent)
        .where(
            WebhookEvent.ticket_zendesk_id == claim.ticket_id,
            WebhookEvent.token == claim.token,
            WebhookEvent.state == InboxState.working,
        )
        .values(state=InboxState.done, done_at=clock.now(), lease_until=None, token=None, why=None)
        .returning(WebhookEvent.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not ended:
        raise Fenced
    decide.on_updates(session, mirror(session, look))


def is_behind(ticket: outside.Ticket, audits: Iterable[outside.Audit]) -> bool:
    """Whether the audits tell of an update that the ticket does not show: a later one, or another in its second."""
    last: dict[str, object] = {}
    for audit in audits:
        if audit.created_at > ticket.updated_at:
            return True
        last |= {event.field_name: event.value for event in audit.events if event.type == "Change" and event.field_name}
    told = {field: getattr(ticket, field) for field in TOLD_ALIKE}
    return any(str(last[field] or "") != str(told[field] or "") for field in told if field in last)


# Fields of which audits and tickets tell in the same words.
TOLD_ALIKE = ("status", "priority", "type", "group_id", "assignee_id", "requester_id", "subject")


def _unknown_users(session: Session, ticket: outside.Ticket, audits: Iterable[outside.Audit]) -> set[int]:
    named = {ticket.requester_id, ticket.assignee_id, ticket.submitter_id} | {audit.author_id for audit in audits}
    wanted = {user_id for user_id in named if user_id is not None and user_id > 0}
    known = set(session.scalars(select(ZendeskUser.zendesk_id).where(ZendeskUser.zendesk_id.in_(wanted))))
    return wanted - known


def _only_waited(session: Session, claim: Claim) -> bool:
    """Whether the earlier tries ended in an outage outside, which is not the ticket's fault."""
    why = session.scalar(select(WebhookEvent.why).where(WebhookEvent.token == claim.token).limit(1))
    session.rollback()
    return bool(why) and why != CRASHED and claim.tries <= OUTAGE_TRIES


# Not the plain id: with LIMIT 1 both databases would walk its index from the first row there ever was.
OLDEST = WebhookEvent.id + 0
CRASHED = "it failed here; see the log"


def _again(session: Session, claim: Claim, trouble: Unavailable | None) -> None:
    tries = claim.tries
    if trouble is None and tries >= POISON_TRIES:
        if not _only_waited(session, claim):
            _end(session, claim, InboxState.dead, CRASHED)
            return
        tries = 1  # what went before was an outage: this is the first failure of ours
    retry_after = trouble.retry_after if trouble else None
    session.execute(
        _mine(claim).values(
            state=InboxState.new,
            why=str(trouble)[:500] if trouble else CRASHED,
            due_at=back_off(clock.now(), tries, retry_after),
            tries=tries,
            lease_until=None,
            token=None,
        )
    )
    session.commit()


def _refused(session: Session, claim: Claim, refused: Refused) -> None:
    """404 says that the ticket is gone, 401 that the token is not valid (now); anything else needs a person."""
    if refused.status == TURNED_AWAY:
        pause(session, TURNED_AWAY_SECONDS)
        _again(session, claim, Unavailable(str(refused)))
        return
    if refused.status == 404:
        session.execute(update(Ticket).where(Ticket.zendesk_id == claim.ticket_id).values(status="deleted"))
        _end(session, claim, InboxState.done, "deleted in Zendesk")
        return
    log.error("mirror_refused", extra={"ticket": claim.ticket_id, "status": refused.status})
    _end(session, claim, InboxState.dead, str(refused)[:500])


def _end(session: Session, claim: Claim, state: InboxState, why: str) -> None:
    session.execute(_mine(claim).values(state=state, why=why, done_at=clock.now(), lease_until=None, token=None))
    if state is InboxState.dead:
        delivery_ended(session, claim.ticket_id)
    session.commit()


def _mine(claim: Claim) -> Update:
    return (
        update(WebhookEvent)
        .where(WebhookEvent.token == claim.token, WebhookEvent.state == InboxState.working)
        .execution_options(synchronize_session=False)
    )
