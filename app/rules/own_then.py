"""Our own records as they were at a time: what came later is taken back, and what was not entered yet is not there.

Pure. A state is what its moves tell; any other column is today's with the audit's later changes taken back. A change
that was written past the audit (a bulk UPDATE) cannot be taken back: only what a refund holds of a booking is, and no
condition asks for that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from app.clock import in_seoul
from app.language.facts_of_ticket import BookingFacts, CustomerFacts, PartnerFacts, RefundFacts
from app.language.vocabulary import MOST_DAYS
from app.partners.model import PartnerState
from app.refunds.model import Refund, RefundState
from app.refunds.told_lines import fee_back_of, told_lines
from app.rules.own_rows import OwnRows
from app.words import LANGUAGES

OPEN = frozenset({RefundState.requested, RefundState.approved, RefundState.paying, RefundState.unknown})
_LONGEST = timedelta(days=MOST_DAYS + 1)


def booking_then(rows: OwnRows, booking_id: int | None, at: datetime) -> tuple[BookingFacts, int | None] | None:
    """The booking and who worked for it then, by our id. A ticket that was linked later counts as linked from the
    beginning: what it is about has not changed by our finding out.
    """
    booking = rows.bookings.get(booking_id or 0)
    if booking is None or booking.created_at > at:
        return None
    was, asked = _Was(rows, "bookings", booking, at), refunds_then(rows, booking_id, at)
    return BookingFacts(
        number=was("ref"),
        product=was("product"),
        city=was("city"),
        state=was("state"),
        starts_at=_moment(was("starts_at")),
        ends_at=_moment(was("ends_at")),
        price=was("total_minor"),
        currency=was("currency"),
        refunds=len(asked),
        open_refunds=sum(state in OPEN for _, state in asked),
    ), was("partner_id")


def partner_then(rows: OwnRows, partner_id: int | None, at: datetime) -> PartnerFacts | None:
    partner = rows.partners.get(partner_id or 0)
    if partner is None or partner.created_at > at:
        return None
    was = _Was(rows, "partners", partner, at)
    moves = rows.partner_moves.get(partner.id, ())
    done = [one for one in moves if one.at <= at]
    state = done[-1].now if done else moves[0].was if moves else partner.state
    gated = bool(done) and done[-1].by_gate and state is PartnerState.suspended
    return PartnerFacts(
        name=was("name"),
        state=state.value,
        city=was("city"),
        kind=was("kind"),
        warnings=warnings_then(rows, partner.id, at),
        insured_until=insured_until(rows, partner.id, at),
        gated=gated,
    )


def warnings_then(rows: OwnRows, partner_id: int, at: datetime) -> int:
    """Warnings entered by then and not withdrawn, and moves to *warned* that no record tells of; the gate's return to
    that state is none.
    """
    entered = [one for one in rows.warnings.get(partner_id, ()) if one.at <= at]
    moves = sum(
        one.now is PartnerState.warned and one.was is not PartnerState.warned and not one.by_gate and one.at <= at
        for one in rows.partner_moves.get(partner_id, ())
    )
    standing = sum(one.withdrawn_at is None or one.withdrawn_at > at for one in entered)
    return moves - sum(one.moved for one in entered) + standing


def insured_until(rows: OwnRows, partner_id: int, at: datetime) -> date | Literal[""]:
    """The last day of the insurance in force; "" where none was, as far as was entered by then."""
    today, last = in_seoul(at).date(), None
    for one in rows.insurances.get(partner_id, ()):
        entered = rows.made_at.get(("insurances", one.id))
        if entered is not None and entered > at:
            continue
        was = _Was(rows, "insurances", one, at)
        starts_on, ends_on = _day(was("starts_on")), _day(was("ends_on"))
        if starts_on <= today <= ends_on and (last is None or ends_on > last):
            last = ends_on
    return last or ""


def customer_then(
    rows: OwnRows, requester_id: int | None, at: datetime, given_away: Sequence[datetime] = ()
) -> CustomerFacts | None:
    """`given_away`: when those tickets were made that were this requester's then, and are somebody else's today."""
    customer = rows.customers.get(requester_id or 0)
    if customer is None or customer.created_at > at:
        return None
    was = _Was(rows, "customers", customer, at)
    contacts = (*until(rows.contacts.get(requester_id or 0, ()), at), *given_away)
    return CustomerFacts(
        name=was("name"),
        tier=was("tier"),
        language=was("language"),
        contacted_at=_of_a_year(contacts, at),
        refunded_at=_of_a_year(until(rows.asked_at.get(customer.id, ()), at), at),
        contacts=len(contacts),
        bookings=len(until(rows.booked_at.get(customer.id, ()), at)),
    )


def _of_a_year(moments: Sequence[datetime], at: datetime) -> tuple[datetime, ...]:
    """As far back as a condition may ask, and a day more: its moment may be a little before this one."""
    return tuple(one for one in moments if at - one < _LONGEST)


def refunds_then(rows: OwnRows, booking_id: int | None, at: datetime) -> list[tuple[Refund, RefundState]]:
    """Those asked for by then, in that order, each with its state then."""
    asked = [one for one in rows.refunds.get(booking_id or 0, ()) if one.requested_at <= at]
    return [(one, _state_of(rows, one, at)) for one in asked]


def refund_then(rows: OwnRows, booking_id: int | None, at: datetime) -> RefundFacts | None:
    """The newest of the booking."""
    asked = refunds_then(rows, booking_id, at)
    if not asked:
        return None
    refund, state = asked[-1]
    was = _Was(rows, "refunds", refund, at)
    amount = was("amount_minor")
    return RefundFacts(
        number=was("ref"),
        state=state.value,
        amount=amount,
        currency=was("currency"),
        reason=was("reason"),
        policy=was("quoted_minor"),
        service_fee=fee_back_of(refund.quote),
        lines={each: told_lines(refund.quote, amount, each) for each in LANGUAGES} if amount is not None else {},
    )


def until(moments: Sequence[datetime], at: datetime) -> tuple[datetime, ...]:
    """Those of the ordered moments that had come by then."""
    return tuple(moments[: bisect_right(moments, at)])


def _state_of(rows: OwnRows, refund: Refund, at: datetime) -> RefundState:
    moves = rows.refund_moves.get(refund.id, ())
    return next((one.now for one in reversed(moves) if one.at <= at), RefundState.requested)


class _Was:
    """Reads columns of one row as they were: today's, unless a later change tells what stood before."""

    __slots__ = ("_before", "_row")

    def __init__(self, rows: OwnRows, table: str, row: Any, at: datetime) -> None:
        self._row = row
        self._before: dict[str, Any] = {}
        for changed_at, changed in rows.changes.get((table, row.id), ()):
            if changed_at <= at:
                break
            self._before.update({column: pair[0] for column, pair in changed.items()})

    def __call__(self, column: str) -> Any:
        if column in self._before:
            return self._before[column]
        value = getattr(self._row, column)
        return getattr(value, "value", value)


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
