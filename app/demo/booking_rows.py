"""What the demo's customers bought: visits and stays, past, under way and to come, and those of the refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.bookings.model import Booking, BookingState, Customer
from app.clock import in_seoul
from app.demo.cases import CASES, Case
from app.partners.model import Partner, PartnerKind
from app.policies.model import Product

VISITS, STAYS = 170, 50
FIRST_REF, FIRST_CASE_REF = 10_001, 20_001
VISIT_PRICES = (49_000, 58_000, 69_000, 79_000, 96_000, 118_000)
RENTS = (680_000, 790_000, 880_000, 950_000, 1_100_000, 1_250_000, 1_480_000, 1_750_000)
STAY_FEE_PERCENT = 3
# By bank transfer now and then, which finance gives back by hand.
VISITS_THROUGH = ("stripe", "toss", "stripe", "toss", "stripe", "manual", "stripe", "toss")
_REFS = {"stripe": "pi_demo", "toss": "tdemo", "manual": "bank-"}
WORKS = frozenset(range(8, 19, 2))


@dataclass(frozen=True, slots=True)
class Times:
    """`moment` is the demo's now."""

    moment: datetime
    paid_at: datetime
    starts_at: datetime
    called_off: bool = False

    def state(self, ends_at: datetime) -> BookingState:
        if self.called_off:
            return BookingState.cancelled
        if ends_at <= self.moment:
            return BookingState.done
        return BookingState.under_way if self.starts_at <= self.moment else BookingState.booked


def bookings(rng: Random, moment: datetime, buyers: Sequence[Customer], sides: Sequence[Partner]) -> list[Booking]:
    """Not bound to a policy yet."""
    cleaners = [one for one in sides if one.kind is PartnerKind.cleaner]
    hosts = [one for one in sides if one.kind is PartnerKind.host]
    made = []
    for place in range(VISITS):
        days = rng.randint(-5, 21) if place % 2 else rng.randint(-80, 0)
        starts_at = _at(moment + timedelta(days=days), rng.choice(sorted(WORKS)))
        times = Times(moment, _paid(rng, moment, starts_at, timedelta(days=12)), starts_at)
        made.append(_visit(rng, rng.choice(buyers), rng.choice(cleaners), times, FIRST_REF + place))
    for place in range(STAYS):
        starts_at = _at(moment + timedelta(days=rng.randint(-170, 75)), 15)
        times = Times(moment, _paid(rng, moment, starts_at, timedelta(days=60)), starts_at)
        made.append(_stay(rng, rng.choice(buyers), rng.choice(hosts), times, FIRST_REF + VISITS + place))
    return made + [
        _of_case(rng, moment, case, buyers, cleaners if case.product is Product.home_cleaning else hosts, place)
        for place, case in enumerate(CASES)
    ]


def payment_ref(gateway: str, number: int) -> str:
    """Of the form that each provider gives its payments."""
    return f"{_REFS[gateway]}{number}"


def case_ref(place: int) -> str:
    return f"B-{FIRST_CASE_REF + place}"


def _of_case(
    rng: Random, moment: datetime, case: Case, buyers: Sequence[Customer], sides: Sequence[Partner], place: int
) -> Booking:
    speakers = [one for one in buyers if one.language == case.language]
    customer, partner = speakers[place % len(speakers)], rng.choice(sides)
    asked_at = case.asked_at(moment)
    starts_at = asked_at + timedelta(hours=case.hours_before)
    if case.product is Product.home_cleaning:
        starts_at = starts_at.replace(minute=0, second=0, microsecond=0)
        paid_at = min(starts_at, asked_at) - timedelta(days=4, hours=rng.randint(1, 60))
        times = Times(moment, paid_at, starts_at, called_off=case.is_cancelled)
        booking = _visit(rng, customer, partner, times, FIRST_CASE_REF + place)
    else:
        starts_at = _at(starts_at, 15)
        paid_at = min(starts_at, asked_at) - timedelta(days=case.paid_days_before)
        times = Times(moment, paid_at, starts_at, called_off=case.is_cancelled)
        booking = _stay(rng, customer, partner, times, FIRST_CASE_REF + place)
    booking.gateway, booking.channel = case.gateway, case.channel
    booking.payment_ref = payment_ref(case.gateway, FIRST_CASE_REF + place)
    return booking


def _visit(rng: Random, customer: Customer, partner: Partner, times: Times, number: int) -> Booking:
    price, gateway = rng.choice(VISIT_PRICES), VISITS_THROUGH[number % len(VISITS_THROUGH)]
    ends_at = times.starts_at + timedelta(hours=rng.choice((2, 3, 4)))
    return Booking(
        ref=f"B-{number}",
        customer=customer,
        partner=partner,
        state=times.state(ends_at),
        product=Product.home_cleaning,
        city=partner.city,
        channel=rng.choice(("app", "app", "web", "kakao")),
        gateway=gateway,
        payment_ref=payment_ref(gateway, number),
        currency="KRW",
        total_minor=price,
        first_period_minor=price,
        service_fee_minor=0,
        paid_minor=price,
        held_minor=0,
        paid_at=times.paid_at,
        starts_at=times.starts_at,
        ends_at=ends_at,
        created_at=times.paid_at - timedelta(minutes=3),
    )


def _stay(rng: Random, customer: Customer, partner: Partner, times: Times, number: int) -> Booking:
    """One to four months of thirty days; guests from abroad often pay by Stripe."""
    rent, months = rng.choice(RENTS), rng.randint(1, 4)
    fee = rent * months * STAY_FEE_PERCENT // 100
    ends_at = _at(times.starts_at + timedelta(days=30 * months), 11)
    gateway = "stripe" if customer.language == "en" and rng.random() < 0.6 else "toss"
    return Booking(
        ref=f"B-{number}",
        customer=customer,
        partner=partner,
        state=times.state(ends_at),
        product=Product.mid_term_housing,
        city=partner.city,
        channel="agency" if rng.random() < 0.1 else rng.choice(("app", "web")),
        gateway=gateway,
        payment_ref=payment_ref(gateway, number),
        currency="KRW",
        total_minor=rent * months,
        first_period_minor=rent,
        service_fee_minor=fee,
        paid_minor=rent * months + fee,
        held_minor=0,
        paid_at=times.paid_at,
        starts_at=times.starts_at,
        ends_at=ends_at,
        created_at=times.paid_at - timedelta(minutes=7),
    )


def _paid(rng: Random, moment: datetime, starts_at: datetime, ahead: timedelta) -> datetime:
    """Up to so long ahead of the start, and before the demo's now."""
    latest = min(starts_at, moment) - timedelta(hours=3)
    earliest = min(starts_at - ahead, latest - timedelta(days=1))
    return latest - (latest - earliest) * rng.random()


def _at(day: datetime, hour: int) -> datetime:
    """That day in Seoul, at the full hour."""
    return in_seoul(day).replace(hour=hour, minute=0, second=0, microsecond=0)
