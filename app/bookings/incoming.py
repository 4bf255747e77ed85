"""Bookings and customers that come from outside, by the API or a file: found again, compared, and put in.

What is wanted is a mapping of columns to values; a column that it does not name stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.bookings.booking import bind
from app.bookings.dispatch import must_be_given_to
from app.bookings.model import Booking, BookingState, Customer
from app.errors import Forbidden, Refusal
from app.partners.model import Partner
from app.words import say

CUSTOMER_COLUMNS = ("name", "email", "phone", "language", "tier", "city", "zendesk_id")
BOOKING_COLUMNS = (
    *("customer_id", "partner_id", "product", "city", "channel", "gateway", "payment_ref", "currency", "total_minor"),
    *(
        "first_period_minor",
        "service_fee_minor",
        "paid_minor",
        "paid_at",
        "contracted_at",
        "starts_at",
        "ends_at",
        "state",
    ),
)
TWO_CUSTOMERS = say(
    "이메일과 Zendesk 번호가 서로 다른 고객의 것입니다. 하나만 보내거나 고객을 먼저 고쳐 주세요.",
    "The e-mail and the Zendesk id belong to two customers. Send one of them, or mend the customers first.",
)
NOT_KNOWN = say(
    "고객을 알아볼 이메일이나 Zendesk 번호를 적어 주세요.", "Give an e-mail or a Zendesk id to know the customer by."
)
NO_PARTNER = say(
    "「{value}」(이)라는 파트너가 없습니다. 사업자등록번호나 번호를 확인해 주세요.",
    "There is no partner “{value}”. Check the business number or the id.",
)
MANY_PARTNERS = say(
    "「{value}」(이)라는 파트너가 여럿입니다. 사업자등록번호나 번호로 적어 주세요.",
    "There are several partners “{value}”. Give the business number or the id.",
)
OUTSIDE = say("맡은 도시가 아닙니다: {city}", "That city is outside what you may change: {city}")
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    was: Any
    becomes: Any


def differences(record: Any, wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """What putting `wanted` in would change; of a record that is not there yet, everything."""
    stands = {name: getattr(record, name, None) for name in wanted}
    return tuple(
        Change(name, stands[name], value) for name, value in wanted.items() if record is None or stands[name] != value
    )


def find_customer(session: Session, wanted: Mapping[str, Any]) -> Customer | None:
    """By Zendesk's id, else by e-mail. Refuses when the two are of two people, and when neither is told."""
    by_zendesk = _one(session, Customer.zendesk_id, wanted.get("zendesk_id"))
    by_email = _one(session, Customer.email, wanted.get("email"))
    if wanted.get("zendesk_id") is None and wanted.get("email") is None:
        raise Refusal(NOT_KNOWN, field="email")
    if by_zendesk is not None and by_email is not None and by_zendesk is not by_email:
        raise Refusal(TWO_CUSTOMERS, field="email")
    return by_zendesk or by_email


def _one(session: Session, column: Any, value: Any) -> Customer | None:
    return None if value is None else session.scalar(select(Customer).where(column == value))


def find_partner(session: Session, text: str) -> Partner:
    """By business number, by our id, or the only one of that name. Refuses what is none, or not one."""
    digits = text.replace("-", "").replace(" ", "")
    where: ColumnElement[bool]
    if len(digits) == 10 and digits.isascii() and digits.isdigit():
        where = Partner.business_number.in_((digits, f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"))
    elif text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_ID:
        where = Partner.id == int(text)
    else:
        where = Partner.name == text
    found = session.scalars(select(Partner).where(where).limit(2)).all()
    if len(found) == 1:
        return found[0]
    raise Refusal((MANY_PARTNERS if found else NO_PARTNER).fill(value=text[:60]), field="partner")


def put_customer(session: Session, record: Customer | None, wanted: Mapping[str, Any]) -> Customer:
    """Made or brought up to `wanted`; flushed, so that whatever does not stand is refused here."""
    _must_be_within(record.city if record else None)
    _must_be_within(wanted.get("city"))
    if record is None:
        record = Customer(**wanted, created_at=clock.now())
        session.add(record)
    else:
        for change in differences(record, wanted):
            setattr(record, change.name, change.becomes)
    session.flush()
    return record


def put_booking(session: Session, record: Booking | None, ref: str, wanted: Mapping[str, Any]) -> Booking:
    """Made, and bound to the policy in force when it was paid as the office does, or brought up to `wanted`. A state
    moves by its own table. Refuses a partner who is given no new work; who has it already keeps it. Flushed.
    """
    _must_be_within(record.city if record else None)
    _must_be_within(wanted.get("city"))
    must_be_given_to(session, record, wanted)
    if record is None:
        made = Booking(ref=ref, created_at=clock.now(), **{"state": BookingState.booked, **wanted})
        with session.no_autoflush:
            bind(session, made)
        session.add(made)
        session.flush()
        return made
    for change in differences(record, {name: value for name, value in wanted.items() if name != "state"}):
        setattr(record, change.name, change.becomes)
    if wanted.get("state", record.state) != record.state:
        record.move_to(wanted["state"])
    session.flush()
    return record


def _must_be_within(city: str | None) -> None:
    """Whoever is of some cities changes nothing of another."""
    cities = acting().cities
    if cities and city is not None and city not in cities:
        raise Forbidden(OUTSIDE.fill(city=city), field="city")
