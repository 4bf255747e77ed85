"""How the values of our own fields are read from the facts: bookings, partners, customers, refunds, topics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType

from app.language.facts_of_ticket import TicketFacts
from app.language.sight import NOT_KNOWN, Sight, Unknown
from app.language.values import day_of
from app.money import exponent
from app.words import Words, say

Read = Callable[[Sight], object]

_NO_BOOKING = Unknown(say("연결된 예약이 없습니다.", "No booking is linked."))
_NO_PARTNER = Unknown(say("연결된 파트너가 없습니다.", "No partner is linked."))
_NO_CUSTOMER = Unknown(say("연결된 고객 기록이 없습니다.", "No customer record is linked."))
_NO_REFUND = Unknown(say("연결된 환불이 없습니다.", "No refund is linked."))
_NOT_INSURED = Unknown(say("유효한 보험이 없습니다.", "No insurance is in force."))
_NOT_YET: Words = say("아직 그 시각이 되지 않았습니다.", "That time has not come yet.")
_NOT_REACHED = Unknown(_NOT_YET)
_NONE_LINKED = {"booking": _NO_BOOKING, "partner": _NO_PARTNER, "customer": _NO_CUSTOMER, "refund": _NO_REFUND}
_CUSTOMER_FAMILIES = {"customer.contacts_{n}d": "contacted_at", "customer.refunds_{n}d": "refunded_at"}


def _linked(record: str, name: str) -> Read:
    none_linked, read = _NONE_LINKED[record], attrgetter(name)

    def of_record(sight: Sight) -> object:
        found = getattr(sight.facts, record)
        if found is None:
            return none_linked
        value = read(found)
        return NOT_KNOWN if value is None else value

    return of_record


def _hours_until(name: str) -> Read:
    """Whole hours, rounded down, below nothing once it is past."""
    moment = _linked("booking", name)

    def until(sight: Sight) -> object:
        at = moment(sight)
        return sight.hours(sight.now, at, business=False) if isinstance(at, datetime) else at

    return until


def _hours_since(name: str) -> Read:
    moment = _linked("booking", name)

    def since(sight: Sight) -> object:
        at = moment(sight)
        if not isinstance(at, datetime):
            return at
        return sight.hours(at, sight.now, business=False) if at <= sight.now else _NOT_REACHED

    return since


def _amount(record: str, name: str) -> Read:
    """Money as people write it: won as won, dollars as 12.5."""
    minor, currency = _linked(record, name), _linked(record, "currency")

    def amount(sight: Sight) -> object:
        value = minor(sight)
        if not isinstance(value, int):
            return value
        return Decimal(value).scaleb(-exponent(str(currency(sight))))

    return amount


def _insurance_days_left(sight: Sight) -> object:
    """Days until the last day of cover, which itself is 0."""
    partner = sight.facts.partner
    if partner is None:
        return _NO_PARTNER
    if partner.insured_until is None:
        return NOT_KNOWN
    last, today = day_of(partner.insured_until), day_of(sight.now)
    if last is None or today is None or last < today:
        return _NOT_INSURED
    return (last - today).days


def _first_contact(sight: Sight) -> object:
    contacts = _linked("customer", "contacts")(sight)
    return contacts <= 1 if isinstance(contacts, int) else contacts


def _within_days(name: str, days: int) -> Read:
    """How many of those times lie in the last so many days, the moment itself included."""
    times = _linked("customer", name)

    def within(sight: Sight) -> object:
        found = times(sight)
        if not isinstance(found, tuple):
            return found
        since = sight.now - timedelta(days=days)
        return sum(since < at <= sight.now for at in found)

    return within


def spoken_of(facts: TicketFacts) -> str:
    """What topics are looked for in: the subject with what this update said, or else with the description."""
    comment = facts.update.comment if facts.update else None
    return f"{facts.subject}\n{comment.body if comment else facts.description}"


def _topics(sight: Sight) -> object:
    return sight.topics("text.topic", spoken_of(sight.facts))


def customer_reader(family: str, days: str) -> Read | None:
    """The reader of `customer.contacts_{n}d` and its like; None for another family."""
    name = _CUSTOMER_FAMILIES.get(family)
    return None if name is None else _within_days(name, int(days))


OWN_READERS: Mapping[str, Read] = MappingProxyType({
    "booking.number": _linked("booking", "number"),
    "booking.product": _linked("booking", "product"),
    "booking.city": _linked("booking", "city"),
    "booking.state": _linked("booking", "state"),
    "booking.price": _amount("booking", "price"),
    "booking.nights": _linked("booking", "nights"),
    "booking.hours_until_start": _hours_until("starts_at"),
    "booking.hours_until_end": _hours_until("ends_at"),
    "booking.hours_since_start": _hours_since("starts_at"),
    "booking.hours_since_end": _hours_since("ends_at"),
    "partner.state": _linked("partner", "state"),
    "partner.city": _linked("partner", "city"),
    "partner.kind": _linked("partner", "kind"),
    "partner.warnings": _linked("partner", "warnings"),
    "partner.gated": _linked("partner", "gated"),
    "partner.insurance_days_left": _insurance_days_left,
    "customer.tier": _linked("customer", "tier"),
    "customer.language": _linked("customer", "language"),
    "customer.bookings": _linked("customer", "bookings"),
    "customer.first_contact": _first_contact,
    "customer.contacts_7d": _within_days("contacted_at", 7),
    "customer.contacts_30d": _within_days("contacted_at", 30),
    "customer.contacts_90d": _within_days("contacted_at", 90),
    "customer.refunds_30d": _within_days("refunded_at", 30),
    "customer.refunds_90d": _within_days("refunded_at", 90),
    "refund.state": _linked("refund", "state"),
    "refund.amount": _amount("refund", "amount"),
    "refund.reason": _linked("refund", "reason"),
    "refund.count": _linked("booking", "refunds"),
    "text.topic": _topics,
})  # fmt: skip
