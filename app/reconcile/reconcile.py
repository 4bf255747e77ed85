"""Comparing what providers say with what we know, keeping what differs open until it agrees or a person resolved it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.facts import Fact, announce
from app.reconcile.check import ledger_faults
from app.reconcile.match import GRACE, Found, Matched, Ours, Theirs, match, missing
from app.reconcile.model import Difference, DifferenceKind, DifferenceState, ProviderRefund, Reconciliation
from app.refunds.model import Refund, RefundState
from app.refunds.settlement import settled_by_hand
from app.words import say
from integrations.payments.port import Refunded

AT_ONCE = 400
Some = TypeVar("Some")


def reconcile(
    session: Session,
    told: Iterable[Refunded],
    *,
    since: datetime,
    until: datetime,
    source: str,
    gateways: Sequence[str] | None = None,
    only_sent: bool = True,
) -> Reconciliation:
    """Keeps what is told, matches each with one refund of ours, opens what differs and closes what agrees again.

    `since` and `until`: the time that `told` is whole for; refunds of ours that were paid then and are not told of are
    missing there, unless finance settled them by hand. `gateways` narrows those to bookings paid through them (with
    none in it, nothing is missing), `only_sent` to what we sent by ourselves.
    Several at once do it one after the other. The caller commits.
    """
    one_at_a_time(session, "reconcile")
    now = clock.now()
    rows = _kept(session, told, source)
    looked_at = [*rows, *_left_over(session, {row.id for row in rows})]
    matched = _matched(session, looked_at, now)
    for row in looked_at:
        row.refund_id = matched.pairs.get(row.id)
    session.flush()
    silent = _silent(session, since, min(until, now - GRACE), gateways, only_sent=only_sent)
    found = [*matched.found, *missing(silent)]
    ids = {None, *(row.id for row in looked_at)}
    keep(session, found, of=lambda one: one.kind is not DifferenceKind.ledger_off and one.told_id in ids)
    run = Reconciliation(
        at=now,
        by=acting().name[:120],
        source=source[:120],
        since=since,
        until=until,
        told=len(rows),
        matched=sum(1 for row in rows if row.id in matched.pairs),
        differing=len(found),
    )
    session.add(run)
    session.flush()
    return run


def gateways_of(session: Session, told: Iterable[Refunded]) -> list[str]:
    """Of the bookings whose payments are told of: whose refunds could be missing there."""
    found: set[str] = set()
    for some in _by_many({one.payment for one in told}):
        found |= set(session.scalars(select(Booking.gateway).where(Booking.payment_ref.in_(some)).distinct()))
    return sorted(found)


def check_ledger(session: Session) -> int:
    """Opens what the ledger says otherwise than the refunds, and closes what agrees again. The caller commits."""
    one_at_a_time(session, "reconcile")
    found = ledger_faults(session)
    keep(session, found, of=lambda one: one.kind is DifferenceKind.ledger_off)
    return len(found)


def resolve(session: Session, difference: Difference, why: str) -> None:
    """A person has dealt with it. Where it was the last, what waits is paid."""
    difference.move_to(DifferenceState.resolved, why)
    announce(session, Fact.refund_approved)


def keep(session: Session, found: Iterable[Found], *, of: Callable[[Difference], bool]) -> None:
    """Opens what is new among `found`; what is kept, belongs to `of` and is not among them is over. What was resolved
    and rests on other figures now is new.
    """
    now, by_key = clock.now(), {one.open_key: one for one in found}
    kept = session.scalars(select(Difference).where(Difference.open_key.is_not(None))).all()
    for one in kept:
        again = by_key.get(one.open_key or "")
        if again is not None:
            if _still(one, again):
                del by_key[again.open_key]
            else:
                by_key[again.open_key] = replace(again, words=again.words + _CHANGED.fill(ref=one))
                one.open_key = None
        elif of(one):
            one.open_key = None
            if one.state is DifferenceState.open:
                one.move_to(DifferenceState.over)
    session.flush()
    for key, one_found in by_key.items():
        session.add(
            Difference(
                kind=one_found.kind,
                state=DifferenceState.open,
                open_key=key,
                refund_id=one_found.ours,
                told_id=one_found.theirs,
                facts=one_found.facts,
                detail_ko=one_found.words.ko,
                detail_en=one_found.words.en,
                found_at=now,
            )
        )
    session.flush()


def _still(one: Difference, again: Found) -> bool:
    """Whether it is what stands there already; one that is open tells the newest figures."""
    if one.facts == again.facts:
        return True
    if one.facts is not None and one.state is not DifferenceState.open:
        return False
    one.facts = again.facts
    if one.state is DifferenceState.open:
        one.detail_ko, one.detail_en = again.words.ko, again.words.en
    return True


_CHANGED = say(" 앞서 푼 {ref}의 내용이 그 뒤에 바뀌었습니다.", " What {ref} was resolved upon has changed since.")


def _kept(session: Session, told: Iterable[Refunded], source: str) -> list[ProviderRefund]:
    """A row for each reference, with what was told last."""
    newest = {one.reference: one for one in told}
    known: dict[str, ProviderRefund] = {}
    for some in _by_many(newest):
        asked = select(ProviderRefund).where(ProviderRefund.reference.in_(some))
        known |= {row.reference: row for row in session.scalars(asked)}
    rows = []
    for reference, one in newest.items():
        row = known.get(reference) or ProviderRefund(reference=reference, source=source[:120])
        row.key, row.payment, row.minor, row.currency, row.at = one.key, one.payment, one.minor, one.currency, one.at
        rows.append(row)
    session.add_all(rows)
    session.flush()
    return rows


def _left_over(session: Session, ids: set[int]) -> list[ProviderRefund]:
    """Told of earlier, and not settled: no refund of ours was found for it, or it differed."""
    differing = select(Difference.told_id).where(Difference.open_key.is_not(None), Difference.told_id.is_not(None))
    asked = select(ProviderRefund).where(or_(ProviderRefund.refund_id.is_(None), ProviderRefund.id.in_(differing)))
    return [row for row in session.scalars(asked) if row.id not in ids]


def _matched(session: Session, rows: Sequence[ProviderRefund], now: datetime) -> Matched:
    keys = [row.key for row in rows if row.key]
    references = [row.reference for row in rows]
    ours = [
        *chain.from_iterable(_ours(session, Refund.provider_key.in_(some)) for some in _by_many(keys)),
        *chain.from_iterable(_ours(session, Refund.provider_ref.in_(some)) for some in _by_many(references)),
    ]
    theirs = [Theirs(row.id, row.key, row.reference, row.payment, row.minor, row.currency, row.at) for row in rows]
    taken: dict[int, int] = {}
    for some in _by_many({one.id for one in ours}):
        asked = select(ProviderRefund.refund_id, ProviderRefund.id).where(ProviderRefund.refund_id.in_(some))
        taken |= {refund_id: key for refund_id, key in session.execute(asked).all() if refund_id is not None}
    return match(theirs, ours, taken, now)


def _silent(
    session: Session, since: datetime, until: datetime, gateways: Sequence[str] | None, *, only_sent: bool
) -> list[Ours]:
    """Paid by our record in that time, or held open as missing since earlier; and no provider has told of it. Not what
    two people have settled: a bank transfer is in no provider's books.
    """
    still = select(Difference.refund_id).where(
        Difference.open_key.is_not(None), Difference.kind == DifferenceKind.unknown_there
    )
    there = select(ProviderRefund.refund_id).where(ProviderRefund.refund_id.is_not(None))
    in_time: ColumnElement[bool] = Refund.paid_at.between(since, until)
    if gateways is not None:
        in_time &= Refund.booking.has(Booking.gateway.in_(gateways))
    if only_sent:
        in_time &= Refund.tries > 0
    either = or_(in_time, Refund.id.in_(still))
    return list(_ours(session, Refund.state == RefundState.paid, Refund.id.not_in(there), ~settled_by_hand(), either))


def _ours(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Ours]:
    for one in session.scalars(select(Refund).where(*conditions).options(joinedload(Refund.booking))):
        yield Ours(
            id=one.id,
            ref=one.ref,
            key=one.provider_key,
            reference=one.provider_ref,
            payment=one.booking.payment_ref or "",
            minor=one.amount_minor,
            currency=one.currency,
            state=one.state,
        )


def _by_many(all_of: Iterable[Some]) -> Iterator[list[Some]]:
    """In lists short enough for one query."""
    left = iter(all_of)
    while some := list(islice(left, AT_ONCE)):
        yield some
