"""Rows of a file set beside what stands: new, changed (field by field), the same, or bad. Reads in a fixed number of
queries for each five hundred rows, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actor import acting
from app.bookings.dispatch import must_be_given_to
from app.bookings.file_columns import FileKind
from app.bookings.file_rows import FileRow
from app.bookings.imports import Verdict
from app.bookings.incoming import OUTSIDE, Change, differences, find_partner
from app.bookings.model import Booking, Customer, must_add_up
from app.desk.sheets import Fault
from app.errors import Refusal
from app.partners.model import Partner
from app.words import Words, say

CHUNK = 500
# The columns of a file that are called otherwise in the table.
BOOKING_COLUMN = {
    "total": "total_minor",
    "first_period": "first_period_minor",
    "service_fee": "service_fee_minor",
    "paid": "paid_minor",
    "partner": "partner_id",
}
FILE_COLUMN = {column: key for key, column in BOOKING_COLUMN.items()}
OF_CUSTOMER = {"customer_email": "email", "customer_zendesk_id": "zendesk_id", "customer_name": "name",
               "customer_phone": "phone"}  # fmt: skip
NO_CUSTOMER = say(
    "이 고객이 없습니다. 새로 만들려면 고객의 이름과 이메일을 적어 주세요.",
    "There is no such customer. To make one, give its name and e-mail.",
)
WHO = say(
    "누구의 예약인지 고객의 이메일이나 Zendesk 번호를 적어 주세요.",
    "Say whose it is: the customer's e-mail or Zendesk id.",
)
TWO = say(
    "이메일과 Zendesk 번호가 서로 다른 고객의 것입니다.", "The e-mail and the Zendesk id belong to two customers."
)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Compared:
    """`wanted` is ready to be put in; of a booking, `customer` is what makes its customer where there is none yet."""

    row: FileRow
    verdict: Verdict
    record: Any = None
    wanted: Mapping[str, Any] = field(default_factory=dict)
    customer: Mapping[str, Any] | None = None
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Known:
    """What stands, of a chunk of rows, and every partner that was asked for so far."""

    session: Session
    bookings: dict[str, Booking] = field(default_factory=dict)
    by_email: dict[str, Customer] = field(default_factory=dict)
    by_zendesk: dict[int, Customer] = field(default_factory=dict)
    partners: dict[str, Partner | Refusal] = field(default_factory=dict)

    def read(self, kind: FileKind, rows: Sequence[FileRow]) -> None:
        prefix = "customer_" if kind is FileKind.bookings else ""
        emails = {row.wanted[f"{prefix}email"] for row in rows if f"{prefix}email" in row.wanted}
        ids = {row.wanted[f"{prefix}zendesk_id"] for row in rows if f"{prefix}zendesk_id" in row.wanted}
        self.by_email = {one.email: one for one in self._all(Customer, Customer.email, emails) if one.email}
        self.by_zendesk = {one.zendesk_id: one for one in self._all(Customer, Customer.zendesk_id, ids)}
        refs = {row.wanted["ref"] for row in rows if "ref" in row.wanted}
        self.bookings = {one.ref: one for one in self._all(Booking, Booking.ref, refs)}

    def _all(self, model: Any, column: Any, values: set[Any]) -> Sequence[Any]:
        return self.session.scalars(select(model).where(column.in_(values))).all() if values else ()

    def partner(self, text: str) -> Partner:
        if text not in self.partners:
            try:
                self.partners[text] = find_partner(self.session, text)
            except Refusal as refusal:
                self.partners[text] = refusal
        found = self.partners[text]
        if isinstance(found, Refusal):
            raise Refusal(found.words, field="partner")
        return found

    def customer(self, email: str | None, zendesk_id: int | None, at: str) -> Customer | None:
        one, other = self.by_zendesk.get(zendesk_id or 0), self.by_email.get(email or "")
        if one is not None and other is not None and one is not other:
            raise Refusal(TWO, field=at)
        return one or other


def compared(session: Session, kind: FileKind, rows: Iterable[FileRow]) -> Iterator[Compared]:
    known = Known(session)
    for chunk in chunks(rows, CHUNK):
        known.read(kind, chunk)
        yield from (compare(kind, known, row) for row in chunk)


def compare(kind: FileKind, known: Known, row: FileRow) -> Compared:
    if row.faults:
        return Compared(row, Verdict.bad, faults=row.faults)
    try:
        return (_booking if kind is FileKind.bookings else _customer)(known, row)
    except Refusal as refusal:
        column = FILE_COLUMN.get(refusal.field or "", refusal.field or "")
        return Compared(row, Verdict.bad, faults=(Fault(row.line, refusal.words, column),))


def standing(kind: FileKind, known: Known, row: FileRow) -> Any:
    """The record that the row is about, or None."""
    if kind is FileKind.bookings:
        return known.bookings.get(row.wanted.get("ref", ""))
    return known.customer(row.wanted.get("email"), row.wanted.get("zendesk_id"), "email")


def _customer(known: Known, row: FileRow) -> Compared:
    record = standing(FileKind.customers, known, row)
    _must_be_ours(record.city if record else None, row.wanted.get("city"))
    return _beside(row, record, row.wanted)


def _booking(known: Known, row: FileRow) -> Compared:
    record = standing(FileKind.bookings, known, row)
    _must_be_ours(record.city if record else None, row.wanted["city"])
    wanted = {
        BOOKING_COLUMN.get(key, key): value
        for key, value in row.wanted.items()
        if key != "ref" and key not in OF_CUSTOMER and key != "partner"
    }
    if "partner" in row.wanted:
        partner = known.partner(row.wanted["partner"])
        if record is None or record.partner_id != partner.id:
            _must_be_ours(partner.city)
        wanted["partner_id"] = partner.id
        must_be_given_to(known.session, record, wanted)
    if record is None:
        wanted.setdefault("first_period_minor", wanted["total_minor"])
    else:
        wanted |= {name: stands for name, value in wanted.items() if (stands := _to_the_second(record, name, value))}
    customer = _whose(known, row, record)
    if isinstance(customer, Customer):
        wanted["customer_id"] = customer.id
    _must_stand(record, wanted)
    found = _beside(row, record, wanted)
    if isinstance(customer, Customer) or customer is None:
        return found
    verdict = Verdict.new if record is None else Verdict.changed
    change = Change("customer_id", None, customer["name"])
    return Compared(row, verdict, record, wanted, customer, (*found.changes, change))


def _to_the_second(record: Booking, name: str, value: Any) -> datetime | None:
    """What stands, where the file says the same time without the seconds that it does not show."""
    stands = getattr(record, name)
    if not isinstance(value, datetime) or not isinstance(stands, datetime):
        return None
    whole = stands.replace(microsecond=0)
    return stands if value in {whole, whole.replace(second=0)} else None


def _whose(known: Known, row: FileRow, record: Booking | None) -> Customer | Mapping[str, Any] | None:
    """The customer, what makes a new one, or None where a booking that is there keeps its own."""
    email, zendesk_id = row.wanted.get("customer_email"), row.wanted.get("customer_zendesk_id")
    if email is None and zendesk_id is None:
        if record is None:
            raise Refusal(WHO, field="customer_email")
        return None
    found = known.customer(email, zendesk_id, "customer_email")
    if found is not None:
        if record is None or record.customer_id != found.id:
            _must_be_ours(found.city)
        return found
    if "customer_name" not in row.wanted:
        raise Refusal(NO_CUSTOMER, field="customer_name")
    return {OF_CUSTOMER[key]: value for key, value in row.wanted.items() if key in OF_CUSTOMER}


def _must_stand(record: Booking | None, wanted: Mapping[str, Any]) -> None:
    """What the table would refuse at saving is refused at the preview."""
    names = [column.key for column in Booking.__mapper__.column_attrs if column.key not in {"id", "version"}]
    stands = {} if record is None else {name: getattr(record, name) for name in names}
    must_add_up(Booking(**{"service_fee_minor": 0, "currency": "KRW", "held_minor": 0, **stands, **wanted}))
    state = wanted.get("state")
    if record is not None and state is not None and state != record.state and state not in record.next_states():
        told = say("지금 상태에서 그렇게 바꿀 수 없습니다.", "It cannot become that from what it is now.")
        raise Refusal(told, field="state")


def _beside(row: FileRow, record: Any, wanted: Mapping[str, Any]) -> Compared:
    changes = differences(record, wanted)
    verdict = Verdict.new if record is None else Verdict.changed if changes else Verdict.same
    return Compared(row, verdict, record, wanted, None, changes)


def _must_be_ours(*cities: str | None) -> None:
    allowed = acting().cities
    outside: Words | None = next(
        (OUTSIDE.fill(city=city) for city in cities if allowed and city is not None and city not in allowed), None
    )
    if outside is not None:
        raise Refusal(outside, field="city")


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if len(kept) == size:
            yield kept
            kept = []
    if kept:
        yield kept
