"""What conditions on bookings, partners, customers, refunds and topics say, by hand, after docs/handbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.language.facts_of_ticket import BookingFacts, Comment, CustomerFacts, PartnerFacts, RefundFacts, TicketFacts
from app.language.facts_of_ticket import Update as Update_
from tests.app.language.semantics.cases import NOW, Case, ago, both, said, ticket


def booked(**facts: Any) -> TicketFacts:
    return ticket(booking=BookingFacts(**facts))


def starting(hours: float) -> TicketFacts:
    return booked(starts_at=ago(-hours))


def ending(hours: float) -> TicketFacts:
    return booked(ends_at=ago(-hours))


def priced(minor: int, currency: str = "KRW") -> TicketFacts:
    return booked(price=minor, currency=currency)


def staying(nights: int) -> TicketFacts:
    """From three in the afternoon to eleven in the morning, Seoul's time."""
    begin = datetime.fromisoformat("2026-12-01T15:00:00+09:00")
    return booked(starts_at=begin, ends_at=begin + timedelta(days=nights, hours=-4 if nights else 3))


def done_by(**facts: Any) -> TicketFacts:
    return ticket(partner=PartnerFacts(**facts))


def insured(days: int) -> TicketFacts:
    return done_by(insured_until=date(2026, 11, 23) + timedelta(days=days))


def refunded(**facts: Any) -> TicketFacts:
    return ticket(refund=RefundFacts(**facts))


def bought_by(**facts: Any) -> TicketFacts:
    return ticket(customer=CustomerFacts(**facts))


def contacted(*days_ago: float) -> TicketFacts:
    return bought_by(contacted_at=tuple(NOW - timedelta(days=days) for days in days_ago))


def given_back(*days_ago: float) -> TicketFacts:
    return bought_by(refunded_at=tuple(NOW - timedelta(days=days) for days in days_ago))


def _equal(field: str, value: str, one: TicketFacts, other: TicketFacts) -> list[Case]:
    return [
        *both(field, "is", value, one, other),
        *both(field, "is_not", value, other, one),
        *both(field, "present", None, one, ticket()),
        *both(field, "not_present", None, ticket(), one),
        Case(field, "is_not", value, ticket(), False),
        Case(field, "is", value, ticket(), False),
    ]


def _counted(field: str, below: TicketFacts, same: TicketFacts, above: TicketFacts, value: str) -> list[Case]:
    """`below`, `same`, `above` the value that is wanted."""
    return [
        *both(field, "less_than", value, below, same),
        *both(field, "less_than_equal", value, same, above),
        *both(field, "greater_than", value, above, same),
        *both(field, "greater_than_equal", value, same, below),
        *both(field, "is", value, same, above),
        *both(field, "is_not", value, below, same),
        *(Case(field, one, value, ticket(), False) for one in ("less_than", "greater_than", "is", "is_not")),
    ]


def _present(field: str, one: TicketFacts) -> list[Case]:
    return [*both(field, "present", "", one, ticket()), *both(field, "not_present", "", ticket(), one)]


EQUALS = [
    *_equal("booking.number", "B-1", booked(number="B-1"), booked(number="B-2")),
    *_equal("booking.product", "home_cleaning", booked(product="home_cleaning"), booked(product="mid_term_housing")),
    *_equal("booking.city", "서울", booked(city="서울"), booked(city="부산")),
    *_equal("booking.state", "done", booked(state="done"), booked(state="booked")),
    *_equal("partner.state", "active", done_by(state="active"), done_by(state="left")),
    *_equal("partner.kind", "host", done_by(kind="host"), done_by(kind="cleaner")),
    *_equal("partner.city", "서울", done_by(city="서울"), done_by(city="부산")),
    *both("partner.gated", "is", "true", done_by(gated=True), done_by(gated=False)),
    *both("partner.gated", "is", "false", done_by(gated=False), done_by(gated=True)),
    Case("partner.gated", "is", "false", done_by(), False),
    *_equal("customer.tier", "vip", bought_by(tier="vip"), bought_by(tier="standard")),
    *_equal("customer.language", "en", bought_by(language="en"), bought_by(language="ko")),
    *_equal("refund.state", "paid", refunded(state="paid"), refunded(state="failed")),
    *_equal("refund.reason", "partner_late", refunded(reason="partner_late"), refunded(reason="platform_error")),
    *both("customer.first_contact", "is", "true", bought_by(contacts=1), bought_by(contacts=2)),
    *both("customer.first_contact", "is", "false", bought_by(contacts=2), bought_by(contacts=1)),
    Case("customer.first_contact", "is", "false", bought_by(), False),
]

TIMES = [
    *_counted("booking.hours_until_start", starting(23.9), starting(24.5), starting(25), "24"),
    *_present("booking.hours_until_start", starting(1)),
    Case("booking.hours_until_start", "less_than", "0", starting(-1), True),
    *_counted("booking.hours_until_end", ending(23.9), ending(24.5), ending(25), "24"),
    *_present("booking.hours_until_end", ending(1)),
    Case("booking.hours_until_end", "less_than", "0", ending(-1), True),
    *_counted("booking.hours_since_start", starting(-1.9), starting(-2), starting(-3), "2"),
    *_present("booking.hours_since_start", starting(-1)),
    Case("booking.hours_since_start", "not_present", "", starting(1), True),
    Case("booking.hours_since_start", "less_than", "2", starting(1), False),
    *_counted("booking.hours_since_end", ending(-1.9), ending(-2), ending(-3), "2"),
    *_present("booking.hours_since_end", ending(-1)),
    Case("booking.hours_since_end", "less_than", "2", ending(1), False),
    *_counted("booking.nights", staying(29), staying(30), staying(31), "30"),
    *_present("booking.nights", staying(0)),
    Case("booking.nights", "is", "0", staying(0), True),
    *_counted("partner.insurance_days_left", insured(29), insured(30), insured(31), "30"),
    *_present("partner.insurance_days_left", insured(0)),
    Case("partner.insurance_days_left", "is", "0", insured(0), True),
    Case("partner.insurance_days_left", "less_than", "1", insured(-1), False),
    Case("partner.insurance_days_left", "not_present", "", insured(-1), True),
    Case("partner.insurance_days_left", "not_present", "", done_by(insured_until=""), True),
    Case("partner.insurance_days_left", "not_present", "", done_by(), False),
]

AMOUNTS = [
    *_counted("booking.price", priced(99_999), priced(100_000), priced(100_001), "100000"),
    *_present("booking.price", priced(1)),
    Case("booking.price", "is", "12.5", priced(1250, "USD"), True),
    *_counted("refund.amount", refunded(amount=9), refunded(amount=10), refunded(amount=11), "10"),
    *_present("refund.amount", refunded(amount=1)),
    Case("refund.amount", "less_than", "13", refunded(amount=1250, currency="USD"), True),
    *_counted("refund.count", booked(refunds=0), booked(refunds=1), booked(refunds=2), "1"),
    *_counted("partner.warnings", done_by(warnings=0), done_by(warnings=1), done_by(warnings=2), "1"),
    *_counted("customer.bookings", bought_by(bookings=4), bought_by(bookings=5), bought_by(bookings=6), "5"),
]


def _days(field: str, days: int, of: Any) -> list[Case]:
    """Times just inside and just outside of the last so many days."""
    inside, outside = days - 0.001, float(days)
    return [
        *_counted(field, of(inside), of(0, inside), of(0, 0.5, inside), "2"),
        *both(field, "is", "1", of(inside, outside), of(outside, outside + 1)),
        Case(field, "is", "0", of(), True),
        Case(field, "is", "0", of(-1), True),
    ]


DAYS = [
    *_days("customer.contacts_7d", 7, contacted),
    *_days("customer.contacts_30d", 30, contacted),
    *_days("customer.contacts_90d", 90, contacted),
    *_days("customer.contacts_14d", 14, contacted),
    *_days("customer.contacts_365d", 365, contacted),
    *_days("customer.refunds_30d", 30, given_back),
    *_days("customer.refunds_90d", 90, given_back),
    *_days("customer.refunds_1d", 1, given_back),
    Case("customer.contacts_366d", "is", "0", contacted(), False),
    Case("customer.contacts_0d", "is", "0", contacted(), False),
]


def _topic(key: str, texts: Sequence[str], other: str) -> list[Case]:
    return [
        case
        for text in texts
        for case in (
            *both("text.topic", "includes", key, ticket(subject=text), ticket(subject=other)),
            *both("text.topic", "not_includes", key, ticket(description=other), ticket(description=text)),
        )
    ]


TOPICS = [
    *_topic("cancellation", ("예약 취소할게요", "Please cancel my visit"), "잘 지냈어요"),
    *_topic("refund", ("전액환불을 원해요", "I want my money back"), "취소만 할게요"),
    *_topic("change", ("시간 변경 부탁드려요", "Can we reschedule?"), "hello"),
    *_topic("late", ("클리너가 늦네요", "She is LATE"), "collateral"),
    *_topic("no_show", ("아무도 안 왔어요", "Nobody came today"), "she came"),
    *_topic("damage", ("그릇이 깨졌어요", "The vase is broken"), "unbroken line"),
    *_topic("safety", ("가스 냄새가 나요", "There was a fire"), "fired up"),
    *_topic("payment", ("영수증 주세요", "I was charged twice"), "hello"),
    *_topic("access", ("도어락 비밀번호요", "The door code is wrong"), "hello"),
    *_topic("cleanliness", ("바닥이 지저분해요", "It is still dirty"), "hello"),
    *_topic("facility", ("온수가 안 나와요", "The heating is off"), "hello"),
    *_topic("noise", ("위층이 시끄러워요", "It is so noisy"), "hello"),
    *_topic("conduct", ("너무 불친절했어요", "He was rude"), "crude oil"),
    *_topic("complaint", ("정말 실망입니다", "This is unacceptable"), "hello"),
    *_topic("praise", ("최고예요!", "Excellent work"), "hello"),
    *_topic("account", ("로그인이 안 돼요", "I cannot log in"), "hello"),
    Case("text.topic", "includes", "refund cancellation", ticket(subject="환불"), True),
    Case("text.topic", "not_includes", "refund cancellation", ticket(subject="환불"), False),
    *both("text.topic", "present", None, ticket(subject="refund"), ticket(subject="hello")),
    *both("text.topic", "not_present", None, ticket(subject="hello"), ticket(subject="refund")),
    # Of an update the newest words count, not those that the ticket began with.
    Case("text.topic", "includes", "noise", said("시끄러워요", description="환불"), True),
    Case("text.topic", "includes", "refund", said("시끄러워요", description="환불"), False),
    Case("text.topic", "includes", "refund", ticket(description="환불", update=Update_("Change")), True),
    Case("text.topic", "includes", "refund", ticket(update=Update_("Create", comment=Comment("환불", True))), True),
]

RECORD_CASES = [*EQUALS, *TIMES, *AMOUNTS, *DAYS, *TOPICS]
