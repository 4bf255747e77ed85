"""Who bears a refund, decided anew after it went out: costs move by entries, and claw-backs are replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger.bearers import Bearer
from app.ledger.model import BEARERS, Account, Clawback, ClawbackState, EntryKind
from app.ledger.posting import Owing, claw_back, costs, is_paid, partner_of, post

_ELSE = (Bearer.platform, Bearer.insurer, Bearer.customer)


def move_part(session: Session, owing: Owing, source: Bearer, to: Bearer, minor: int, why: str) -> int:
    """Takes at most `minor` off one bearer and lays it on another, in the transaction of whoever decided it and holds
    the refund; gives what was moved. Nothing is taken off a partner who was let off already. What a partner has settled
    is owed back to them, as a claw-back that gives back.
    """
    if source is Bearer.partner:
        return _off_the_partner(session, owing, to, minor, why)
    moved = 0
    for one, part in _bearing(session, owing, (source, *_ELSE), to, minor):
        partner_id = partner_of(owing) if to is Bearer.partner else None
        post(session, owing, EntryKind.moved, BEARERS[to], BEARERS[one], part, partner_id, why)
        if partner_id is not None and is_paid(session, owing.refund_id):
            claw_back(session, owing, partner_id, part)
        moved += part
    return moved


def _bearing(
    session: Session, owing: Owing, sources: Iterable[Bearer], to: Bearer, minor: int
) -> Iterator[tuple[Bearer, int]]:
    """Of whom how much is taken: finance may have corrected since who it is that bears it."""
    borne = {cost.account: cost.minor for cost in costs(session, owing.refund_id)}
    for one in dict.fromkeys(sources):
        part = 0 if one is to else min(minor, borne.get(BEARERS[one], 0))
        if part > 0:
            minor -= part
            yield one, part


def _off_the_partner(session: Session, owing: Owing, to: Bearer, minor: int, why: str) -> int:
    if not is_paid(session, owing.refund_id):
        moved = 0
        for cost in costs(session, owing.refund_id):
            if cost.account is Account.partner and (part := min(minor - moved, cost.minor)) > 0:
                post(session, owing, EntryKind.moved, BEARERS[to], Account.partner, part, cost.partner_id, why)
                moved += part
        return moved
    session.flush()
    moved = _off_what_is_owed(session, owing, minor, why)
    moved += back_of_what_was_settled(session, owing, minor - moved, why)
    if moved and to is not Bearer.platform:
        post(session, owing, EntryKind.moved, BEARERS[to], Account.platform, moved, None, why)
    return moved


def _off_what_is_owed(session: Session, owing: Owing, minor: int, why: str) -> int:
    """A claw-back is one amount for good: it is waived, and what the partner still bears is another."""
    moved = 0
    for one in clawbacks(session, owing, ClawbackState.owed, gives_back=False):
        part = min(minor - moved, one.amount_minor)
        if part <= 0:
            break
        one.move_to(ClawbackState.waived, why)
        if rest := one.amount_minor - part:
            post(session, owing, EntryKind.moved, Account.partner, Account.platform, rest, one.partner_id, why)
            claw_back(session, owing, one.partner_id, rest)
        moved += part
    return moved


def back_of_what_was_settled(
    session: Session,
    owing: Owing,
    minor: int,
    why: str,
    to: Account = Account.platform,
    kind: EntryKind = EntryKind.moved,
) -> int:
    """At most `minor` of what the partner has settled, and is not owed back already, is owed back; `to` carries it from
    now on. Gives how much.
    """
    given = sum(
        one.amount_minor
        for state in (ClawbackState.owed, ClawbackState.settled)
        for one in clawbacks(session, owing, state, gives_back=True)
    )
    moved = 0
    for one in clawbacks(session, owing, ClawbackState.settled, gives_back=False):
        already = min(given, one.amount_minor)
        given -= already
        part = min(minor - moved, one.amount_minor - already)
        if part > 0:
            post(session, owing, kind, to, Account.partner, part, one.partner_id, why)
            claw_back(session, owing, one.partner_id, part, gives_back=True)
            moved += part
    return moved


def clawbacks(session: Session, owing: Owing, state: ClawbackState, *, gives_back: bool) -> list[Clawback]:
    """Of this refund, oldest first, held until this transaction ends."""
    asked = (
        select(Clawback)
        .where(Clawback.refund_id == owing.refund_id, Clawback.state == state, Clawback.gives_back.is_(gives_back))
        .order_by(Clawback.id)
    )
    held = asked.with_for_update(of=Clawback).execution_options(populate_existing=True)
    return list(session.scalars(held).all())
