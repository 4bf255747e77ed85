"""Sums of the ledger: by account, by partner, by booking, and the lines of one of them. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, joinedload

from app.bookings.model import Booking
from app.desk.states import named
from app.ledger.model import BEARERS, Account, LedgerEntry
from app.partners.model import Partner
from app.words import Words, say

MOST = 500


class By(StrEnum):
    account = "account"
    partner = "partner"
    booking = "booking"


@dataclass(frozen=True, slots=True)
class Balance:
    """`first` and `second` are the two sides, `left` what is left between them; what they mean is told by HEADS. `id`
    is the partner's or booking's.
    """

    name: Words
    id: int | None
    currency: str
    first: int
    second: int

    @property
    def left(self) -> int:
        return self.first - self.second


HEADS: dict[By, tuple[Words, Words, Words, Words]] = {
    By.account: (
        say("계정", "Account"),
        say("차변", "Debit"),
        say("대변", "Credit"),
        say("잔액 (차변 − 대변)", "Balance (debit − credit)"),
    ),
    By.partner: (
        say("파트너", "Partner"),
        say("부담한 몫", "Borne"),
        say("정산·면제·취소", "Settled, waived, released"),
        say("남은 몫", "Left"),
    ),
    By.booking: (
        say("예약", "Booking"),
        say("확정된 환불", "Refunds owed"),
        say("고객에게 지급", "Paid to the customer"),
        say("지급 대기", "Waits for payment"),
    ),
}


def balances(session: Session, by: By, limits: Sequence[ColumnElement[bool]], text: str = "") -> list[Balance]:
    """At most 500 of them, of what `limits` lets through; `text` narrows partners and bookings by name and number."""
    return _READ[by](session, limits, text)


def lines(
    session: Session, limits: Sequence[ColumnElement[bool]], *, booking: int | None = None, partner: int | None = None
) -> list[tuple[LedgerEntry, int]]:
    """The entries of a booking or of a partner's account, oldest first, each with what is left after it: what waits to
    be paid to the customer, or what the partner still bears.
    """
    mine = LedgerEntry.booking_id == booking if partner is None else LedgerEntry.partner_id == partner
    of = Account.payable if partner is None else Account.partner
    asked = select(LedgerEntry).where(mine, *limits).order_by(LedgerEntry.id).options(joinedload(LedgerEntry.booking))
    left: dict[str, int] = {}
    told = []
    for entry in session.scalars(asked):
        signed = (entry.credit is of) - (entry.debit is of)
        change = (signed if of is Account.payable else -signed) * entry.amount_minor
        left[entry.currency] = left.get(entry.currency, 0) + change
        told.append((entry, left[entry.currency]))
    return told


def _by_account(session: Session, limits: Sequence[ColumnElement[bool]], _text: str) -> list[Balance]:
    found: dict[tuple[str, Account], list[int]] = {}
    for place, column in enumerate((LedgerEntry.debit, LedgerEntry.credit)):
        asked = select(LedgerEntry.currency, column, func.sum(LedgerEntry.amount_minor)).where(*limits)
        for currency, account, minor in session.execute(asked.group_by(LedgerEntry.currency, column)).all():
            found.setdefault((currency, account), [0, 0])[place] = int(minor)
    order = list(Account)
    rows = sorted(found.items(), key=lambda row: (row[0][0], order.index(row[0][1])))
    return [
        Balance(named(account).words, None, currency, debit, credit) for (currency, account), (debit, credit) in rows
    ]


def _by_partner(session: Session, limits: Sequence[ColumnElement[bool]], text: str) -> list[Balance]:
    asked = (
        select(Partner.id, Partner.name, LedgerEntry.currency, *_sides(Account.partner))
        .join(LedgerEntry, LedgerEntry.partner_id == Partner.id)
        .where(*limits, *([Partner.name.icontains(text, autoescape=True)] if text else []))
        .group_by(Partner.id, Partner.name, LedgerEntry.currency)
        .order_by(Partner.name, LedgerEntry.currency)
    )
    return [
        Balance(say(name, name), key, currency, int(borne), int(back))
        for key, name, currency, borne, back in session.execute(asked.limit(MOST)).all()
    ]


def _by_booking(session: Session, limits: Sequence[ColumnElement[bool]], text: str) -> list[Balance]:
    owed = func.sum(
        case(
            (LedgerEntry.credit == Account.payable, LedgerEntry.amount_minor),
            (
                (LedgerEntry.debit == Account.payable) & LedgerEntry.credit.in_(BEARERS.values()),
                -LedgerEntry.amount_minor,
            ),
            else_=0,
        )
    )
    paid = func.sum(case((LedgerEntry.credit == Account.provider, LedgerEntry.amount_minor), else_=0))
    asked = (
        select(Booking.id, Booking.ref, LedgerEntry.currency, owed, paid)
        .join(LedgerEntry, LedgerEntry.booking_id == Booking.id)
        .where(*limits, *([Booking.ref.icontains(text, autoescape=True)] if text else []))
        .group_by(Booking.id, Booking.ref, LedgerEntry.currency)
        .order_by(Booking.id.desc())
    )
    return [
        Balance(say(ref, ref), key, currency, int(first), int(second))
        for key, ref, currency, first, second in session.execute(asked.limit(MOST)).all()
    ]


def _sides(account: Account) -> tuple[Any, Any]:
    return tuple(
        func.sum(case((column == account, LedgerEntry.amount_minor), else_=0))
        for column in (LedgerEntry.debit, LedgerEntry.credit)
    )  # type: ignore[return-value]


_READ = {By.account: _by_account, By.partner: _by_partner, By.booking: _by_booking}
