"""The outbox: the only caller that changes a ticket in Zendesk.

A push is sent once. Whatever was sent without an answer is looked up by its marker before anything is sent again; what
somebody changed meanwhile is left alone; and while one push of a ticket is on its way, the next one waits.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Update, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app import clock
from app.bell import bell_of_now
from app.db import db, one_at_a_time
from app.facts import Fact
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.outbox.outbox import WAITING
from app.outbox.stopping import HELD_WHY, is_stopped
from app.tickets.model import TicketEvent
from automations import decide
from automations.alerts import push_ended
from automations.fit import fit
from automations.lease import LEASE, OUTAGE_TRIES, POISON_TRIES, Fenced, Shift, back_off, new_token, renewing
from automations.mirror import fetch, mirror
from automations.outside import TURNED_AWAY, TURNED_AWAY_SECONDS, pause, paused, zendesk
from automations.rows import keep_audits, ticket_row, upsert_tickets
from integrations.errors import Conflict, Refused, Unavailable, Unknown
from integrations.zendesk import types as outside
from integrations.zendesk.client import Zendesk

log = logging.getLogger(__name__)

CONFLICT_TRIES = 5
# Zendesk takes 30 updates of one ticket in ten minutes from one user; five are left to people.
TICKET_UPDATES = 25
TICKET_WINDOW = timedelta(minutes=10)
LOOK_UP_AFTER = timedelta(seconds=2)
# Not the plain id: with LIMIT 1 both databases would walk its index from the first push there ever was.
OLDEST = Push.id + 0
FAILED = "it failed here; see the log"
# What nobody gets done without a person.
ALARMING = frozenset({PushState.dead, PushState.refused})


@dataclass(frozen=True, slots=True)
class Claim:
    """`must_look`: an earlier attempt may have been carried out."""

    push_id: int
    token: str
    tries: int
    must_look: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """What is about to be sent, read from the rows before the transaction is closed."""

    ticket_id: int
    change: dict[str, Any]
    stamp: str
    marker: str


def drain() -> None:
    """Works until nothing waits, or its shift is over: then it rings for whoever comes next."""
    shift = Shift()
    while shift.goes_on(1):
        claim = claim_one(db.session())
        if claim is None:
            return
        work(claim)
    bell_of_now().ring(Fact.push_owed)


def claim_one(session: Session) -> Claim | None:
    """Takes the oldest due push whose ticket has no other under way and none before it. Commits.

    With pushing turned off nothing is taken, and what is owed becomes held: a person looks at it first.
    """
    now = clock.now()
    one_at_a_time(session, "outbox")
    if not the_link(session).pushing:
        session.execute(update(Push).where(Push.state == PushState.owed).values(state=PushState.held))
        session.commit()
        return None
    if paused(session):
        session.rollback()
        return None
    earlier = aliased(Push)
    due = or_(
        and_(Push.state.in_((PushState.owed, PushState.unknown)), Push.due_at <= now),
        and_(Push.state == PushState.sending, Push.lease_until <= now),
    )
    first = (
        select(Push)
        .where(
            due,
            ~select(earlier.id)
            .where(earlier.ticket_id == Push.ticket_id, earlier.id < Push.id, earlier.state.in_(WAITING))
            .exists(),
        )
        .order_by(OLDEST)
        .limit(1)
    )
    # Locked, so that one a person (or an undo) is dropping this very moment is not taken all the same.
    locked = first.with_for_update(of=Push, skip_locked=True).execution_options(populate_existing=True)
    push = session.scalars(locked).first()
    if push is None:
        session.rollback()
        return None
    must_look = push.state is not PushState.owed
    push.deaths += push.state is PushState.sending
    if push.deaths > POISON_TRIES:
        _close(push, PushState.dead, "it stopped the worker every time")
        push_ended(session, push.id)
        session.commit()
        return claim_one(session)
    push.state, push.token, push.lease_until, push.tries = PushState.sending, new_token(), now + LEASE, push.tries + 1
    claim = Claim(push.id, push.token, push.tries, must_look)
    session.commit()
    return claim


def work(claim: Claim) -> None:
    """Brings one push to an end, or to its next try. Never raises: what goes wrong is on the row."""
    session = db.session()
    try:
        account = zendesk()
        with account.announcing(renewing(session, _mine(claim))):
            deliver(session, claim, account)
    except Fenced:
        session.rollback()
        log.warning("push_fenced", extra={"push": claim.push_id})
    except Unknown as trouble:
        session.rollback()
        _wait(session, claim, PushState.unknown, trouble, LOOK_UP_AFTER.total_seconds())
    except Unavailable as trouble:
        session.rollback()
        if trouble.retry_after is not None:
            pause(session, trouble.retry_after)
        state = PushState.unknown if claim.must_look else PushState.owed
        _wait(session, claim, state, trouble, trouble.retry_after)
    except Refused as refused:
        session.rollback()
        if refused.status == TURNED_AWAY:
            # The token is not valid now: that is the account's trouble, and this push's no more than any other's.
            pause(session, TURNED_AWAY_SECONDS)
            _wait(
                session,
                claim,
                PushState.unknown if claim.must_look else PushState.owed,
                Unavailable(str(refused)),
                None,
            )
            return
        log.warning("push_refused", extra={"push": claim.push_id, "status": refused.status})
        _end(session, claim, PushState.refused, f"{refused} {refused.words}".strip())
    except Exception:
        session.rollback()
        log.exception("push_failed", extra={"push": claim.push_id})
        # It may have failed after the sending: whoever tries next looks first.
        if claim.tries >= POISON_TRIES and _failed_before(session, claim):
            _end(session, claim, PushState.dead, "it failed here every time; see the log")
        else:
            _wait(session, claim, PushState.unknown, None, None)


def deliver(session: Session, claim: Claim, account: Zendesk) -> None:
    if claim.must_look:
        found = _look_up(session, claim, account)
        if found is not None:
            _sent(session, claim, None, found)
            return
    for _ in range(CONFLICT_TRIES):
        letter = _compose(session, claim)
        if letter is None:
            return
        try:
            ticket, audit = account.update_ticket(
                letter.ticket_id, letter.change, updated_stamp=letter.stamp, marker=letter.marker
            )
        except Conflict:
            ours = _refresh(session, account, letter)
            if ours is None:
                continue
            ticket, audit = None, ours
        _sent(session, claim, ticket, audit)
        return
    _end(session, claim, PushState.dead, "the ticket changed under every try")


def _look_up(session: Session, claim: Claim, account: Zendesk) -> outside.Audit | None:
    push = _own(session, claim)
    ticket_id, marker = push.ticket.zendesk_id, push.marker
    session.rollback()
    return account.find_marker(ticket_id, marker)


def _mirrored(session: Session, push: Push) -> int | None:
    """The audit of this very push, if the mirror has seen it come back."""
    seen = select(TicketEvent.audit_id).where(
        TicketEvent.ticket_id == push.ticket_id, TicketEvent.marker == push.marker
    )
    return session.scalar(seen.limit(1))


def _compose(session: Session, claim: Claim) -> Letter | None:
    """What is left to send now, with a fresh lease; None when the push has come to an end instead. Commits."""
    push = _own(session, claim)
    ticket = push.ticket
    audit_id = _mirrored(session, push)
    if audit_id is not None:
        push.audit_id, push.sent_at = audit_id, clock.now()
        _close(push, PushState.sent, None)
        session.commit()
        return None
    if is_stopped(session, push):
        _close(push, PushState.held, HELD_WHY)
        session.commit()
        return None
    spent = session.scalar(
        select(func.count())
        .select_from(Push)
        .where(Push.ticket_id == ticket.id, Push.sent_at > clock.now() - TICKET_WINDOW)
    )
    if (spent or 0) >= TICKET_UPDATES:
        push.state, push.due_at, push.token = PushState.owed, clock.now() + timedelta(seconds=60), None
        push.why = "this ticket has had its updates for ten minutes"
        session.commit()
        return None
    blocked = decide.no_longer_holds(session, push)
    change = {} if blocked else fit(push.change, push.before, ticket)
    if not change:
        _close(push, PushState.overtaken, blocked or "somebody has already done or changed it")
        session.commit()
        return None
    push.lease_until = clock.now() + LEASE
    letter = Letter(ticket.zendesk_id, change, f"{ticket.updated_at:%Y-%m-%dT%H:%M:%SZ}", push.marker)
    session.commit()
    return letter


def _refresh(session: Session, account: Zendesk, letter: Letter) -> outside.Audit | None:
    """The ticket as it is now, into the mirror; what is new in it the rules see through the inbox. Gives our own
    update when that is what changed it: an earlier attempt whose answer never came.
    """
    look = fetch(account, session, letter.ticket_id)
    mirror(session, look, sync_looks_again=True)
    session.commit()
    return next((audit for audit in look.audits if audit.marker == letter.marker), None)


def _sent(session: Session, claim: Claim, ticket: outside.Ticket | None, audit: outside.Audit | None) -> None:
    """Records it under the token, and lets the mirror know at once. Raises Fenced."""
    push = _own(session, claim)
    row = push.ticket
    if ticket is not None:
        # 0: the sync is to look at it once more, should somebody have written in the same second.
        upsert_tickets(session, [ticket_row(ticket, clock.now()) | {"generated_at": 0}])
    if audit is not None:
        keep_audits(session, row, [audit])
        push.audit_id = audit.id
    push.sent_at = clock.now()
    _close(push, PushState.sent, None)
    session.commit()
    log.info("push_sent", extra={"push": claim.push_id, "tries": claim.tries})


def _own(session: Session, claim: Claim) -> Push:
    """The row, if its lease is still ours. Raises Fenced."""
    wanted = select(Push).where(Push.id == claim.push_id, Push.token == claim.token, Push.state == PushState.sending)
    push = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if push is None:
        raise Fenced
    return push


def _close(push: Push, state: PushState, why: str | None) -> None:
    push.state, push.why, push.token, push.lease_until = state, why[:500] if why else None, None, None


def _wait(
    session: Session, claim: Claim, state: PushState, trouble: Unavailable | None, retry_after: float | None
) -> None:
    if claim.tries >= OUTAGE_TRIES:
        _end(session, claim, PushState.dead, f"gave up after {claim.tries} tries: {trouble}")
        return
    session.execute(
        _mine(claim).values(
            state=state,
            why=str(trouble)[:500] if trouble else FAILED,
            due_at=back_off(clock.now(), claim.tries, retry_after),
            token=None,
            lease_until=None,
        )
    )
    session.commit()


def _failed_before(session: Session, claim: Claim) -> bool:
    """Whether the try before this one failed here too; what waited for an outage has more tries to come."""
    why = session.scalar(select(Push.why).where(Push.id == claim.push_id))
    session.rollback()
    return why is None or why == FAILED


def _end(session: Session, claim: Claim, state: PushState, why: str) -> None:
    ended = session.execute(_mine(claim).values(state=state, why=why[:500], token=None, lease_until=None))
    if ended.rowcount and state in ALARMING:  # type: ignore[attr-defined]
        push_ended(session, claim.push_id)
    session.commit()


def _mine(claim: Claim) -> Update:
    return (
        update(Push)
        .where(Push.id == claim.push_id, Push.token == claim.token, Push.state == PushState.sending)
        .execution_options(synchronize_session=False)
    )
