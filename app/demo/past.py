"""The tickets of the last ninety days, made from talks, bookings and refunds. The same seed and rows give the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from app import money
from app.bookings.model import Booking, Customer
from app.clock import in_seoul
from app.demo import numbers
from app.demo.cases import Case
from app.demo.ruleset import ROUTED
from app.demo.talks import (
    REFUND_ANSWERED,
    REFUND_ASKED,
    REFUND_TOLD,
    REFUND_WHY,
    TALKS,
    Talk,
)
from app.refunds.model import RefundState

TICKETS = 200
OLDEST = timedelta(days=90)
NEWEST = timedelta(minutes=25)
CLOSES_AFTER = timedelta(days=4)
# Bookings of the last two weeks are many; most of them give no cause to write.
SPARED = 0.5
# Talks that come before the booking starts; all others come after.
BEFORE = frozenset({"reschedule", "entrance", "move_in", "arrival", "reschedule_en"})
CHANNELS = ("web", "email", "chat", "chat", "email", "web", "voice")
CHANNEL_CHOICES = {"web": "channel_web", "email": "channel_email", "chat": "channel_kakao", "voice": "channel_phone"}


@dataclass(frozen=True, slots=True)
class Said:
    author_id: int
    body: str
    at: datetime
    public: bool = True


@dataclass(frozen=True, slots=True)
class PastTicket:
    """`number` is Zendesk's; `booking` the reference of the booking it is about, or None."""

    subject: str
    requester_id: int
    said: tuple[Said, ...]
    status: str
    group: int
    assignee: int
    tags: tuple[str, ...]
    channel: str
    type: str
    priority: str
    city: str | None
    booking: str | None = None
    satisfaction: str = "unoffered"
    number: int = 0

    @property
    def created_at(self) -> datetime:
        return self.said[0].at

    @property
    def updated_at(self) -> datetime:
        return self.said[-1].at + (CLOSES_AFTER if self.status == "closed" else timedelta())


@dataclass(frozen=True, slots=True)
class Told:
    """A refund as its ticket must tell of it."""

    case: Case
    booking: Booking
    amount_minor: int
    asked_at: datetime
    decided_at: datetime


def past_tickets(
    rng: Random, moment: datetime, bookings: Sequence[Booking], customers: Sequence[Customer], refunds: Sequence[Told]
) -> list[PastTicket]:
    """Numbered by age, the oldest 1."""
    made = [_of_refund(rng, moment, told) for told in refunds]
    talks = _talks(rng, moment, bookings, customers)
    made += [next(talks) for _ in range(TICKETS - len(made))]
    made.sort(key=lambda ticket: ticket.created_at)
    return [replace(ticket, number=place) for place, ticket in enumerate(made, start=1)]


def _talks(
    rng: Random, moment: datetime, bookings: Sequence[Booking], customers: Sequence[Customer]
) -> Iterator[PastTicket]:
    """Without end: what falls outside the ninety days is passed over."""
    while True:
        talk = rng.choice(TALKS)
        if talk.product is None:
            customer = rng.choice([one for one in customers if one.language == talk.language])
            yield _of_talk(rng, moment, talk, customer, None, moment - NEWEST - OLDEST * rng.random() * 0.99)
            continue
        fitting = [one for one in bookings if one.product is talk.product and one.customer.language == talk.language]
        booking = rng.choice(fitting)
        gap = timedelta(minutes=rng.randint(240, 2900))
        asked_at = booking.starts_at - gap if talk.topic in BEFORE else booking.starts_at + gap
        busy = moment - asked_at < timedelta(days=14) and rng.random() < SPARED
        if booking.paid_at < asked_at <= moment - NEWEST and asked_at > moment - OLDEST and not busy:
            yield _of_talk(rng, moment, talk, booking.customer, booking, asked_at)


def _of_talk(
    rng: Random, moment: datetime, talk: Talk, customer: Customer, booking: Booking | None, asked_at: datetime
) -> PastTicket:
    words = _words(customer, booking)
    assignee, status = rng.choice(numbers.MEMBERS[talk.group]), _status(rng, moment - asked_at)
    said = [Said(customer.zendesk_id or 0, talk.asked.format(**words), asked_at)]
    answered_at = asked_at + timedelta(minutes=rng.randint(4, 170))
    if (status != "open" or rng.random() < 0.4) and answered_at < moment:
        said.append(Said(assignee, talk.answered.format(**words), answered_at))
        after_at = answered_at + timedelta(minutes=rng.randint(10, 900))
        if talk.after and status in {"solved", "closed"} and after_at < moment:
            said.append(Said(customer.zendesk_id or 0, talk.after.format(**words), after_at))
    if talk.topic in {"broken", "leak", "injury"} and len(said) > 1:
        note = Said(assignee, "보험사에 사고 접수함. 사진과 영수증은 예약 기록에 보관.", said[-1].at, public=False)
        said.append(note)
    urgent = talk.group == numbers.URGENT
    tags = [ROUTED, talk.topic.removesuffix("_en"), *(["english"] if talk.language == "en" else [])]
    return PastTicket(
        subject=talk.subject.format(**words),
        requester_id=customer.zendesk_id or 0,
        said=tuple(said),
        status=status if len(said) > 1 else "open",
        group=talk.group,
        assignee=assignee,
        tags=tuple(tags + (["emergency"] if urgent else [])),
        channel=rng.choice(CHANNELS),
        type=talk.type,
        priority="urgent" if urgent else rng.choice(("normal", "normal", "normal", "low", "high")),
        city=booking.city if booking else customer.city,
        booking=booking.ref if booking else None,
        satisfaction=_rating(rng, status),
    )


def _of_refund(rng: Random, moment: datetime, told: Told) -> PastTicket:
    case, customer = told.case, told.booking.customer
    language, assignee = case.language, rng.choice(numbers.MEMBERS[numbers.REFUNDS])
    words = _words(customer, told.booking) | {
        "why": REFUND_WHY[case.reason.value][language == "en"],
        "amount": money.shown(told.amount_minor, told.booking.currency),
    }
    subject, asked = REFUND_ASKED[language]
    said = [
        Said(customer.zendesk_id or 0, asked.format(**words), told.asked_at - timedelta(minutes=35)),
        Said(
            assignee, REFUND_ANSWERED[language].format(**words), told.asked_at - timedelta(minutes=rng.randint(9, 28))
        ),
    ]
    outcome = REFUND_TOLD[language].get(case.state.value)
    if outcome:
        said.append(Said(assignee, outcome.format(**words), told.decided_at + timedelta(minutes=6)))
    status = "open"
    if case.state in {RefundState.paid, RefundState.rejected, RefundState.cancelled}:
        status = "closed" if moment - told.decided_at > timedelta(days=28) else "solved"
    return PastTicket(
        subject=subject.format(**words),
        requester_id=customer.zendesk_id or 0,
        said=tuple(said),
        status=status,
        group=numbers.REFUNDS,
        assignee=assignee,
        tags=(ROUTED, "refund_request", *(["english"] if language == "en" else [])),
        channel=rng.choice(CHANNELS),
        type="task",
        priority="normal",
        city=told.booking.city,
        booking=told.booking.ref,
        satisfaction=_rating(rng, status),
    )


def _words(customer: Customer, booking: Booking | None) -> dict[str, str]:
    about = {"name": customer.name, "ref": "", "place": customer.city or "", "day": ""}
    if booking is None:
        return about
    starts = in_seoul(booking.starts_at)
    korean = customer.language == "ko"
    day = f"{starts.month}월 {starts.day}일" if korean else f"{starts:%B} {starts.day}"
    place = booking.city if korean else f"{booking.city} (Korea)"
    return about | {"ref": booking.ref, "place": place, "day": day}


def _status(rng: Random, age: timedelta) -> str:
    """Fresh ones are open, old ones closed; some wait for the customer, a few too long."""
    if age > timedelta(days=28):
        return "closed"
    if age > timedelta(days=4):
        return rng.choices(("solved", "open", "pending", "hold"), (88, 4, 5, 3))[0]
    if age > timedelta(hours=8):
        return rng.choices(("solved", "open", "pending", "hold"), (42, 27, 27, 4))[0]
    return rng.choices(("open", "pending"), (80, 20))[0]


def _rating(rng: Random, status: str) -> str:
    if status not in {"solved", "closed"}:
        return "unoffered"
    return rng.choices(("good", "bad", "offered", "unoffered"), (38, 6, 30, 26))[0]
