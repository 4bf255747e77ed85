"""The demo's catalogue of goodwill, and what was given of it, by the refund desk's own functions at its own times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking, BookingState
from app.demo.booking_rows import case_ref
from app.demo.sign_ins import AGENT, FINANCE, GLOBAL_AGENT, MANAGER, SECOND_MANAGER
from app.errors import Refusal
from app.people.model import User
from app.people.rights import RIGHTS
from app.policies.model import Product
from app.refunds.goodwill.giving import approve, give, reject
from app.refunds.goodwill.model import CatalogueEntry, Goodwill, GoodwillKind, GoodwillState
from app.refunds.reasons import Reason
from app.tickets.model import Ticket

SEED = "goodwill of 20260615"
DESK = ["agent", "ops_manager", "admin"]
LEADERS = ["ops_manager", "admin"]
DAYS = 150


@dataclass(frozen=True, slots=True)
class Wish:
    """`facts` are the entry's columns."""

    ko: str
    en: str
    kind: GoodwillKind
    facts: dict[str, Any]


CATALOGUE = (
    Wish("다음 방문 적립금", "Credit for the next visit", GoodwillKind.credit,
         {"amount_minor": 5_000, "alone_up_to_minor": 5_000, "per_booking": 1, "per_customer": 3,
          "per_giver_month": 40, "roles": DESK}),
    Wish("사과 쿠폰", "Voucher with our apology", GoodwillKind.voucher,
         {"amount_minor": 15_000, "cost_minor": 9_000, "alone_up_to_minor": 10_000, "per_booking": 1,
          "per_customer": 2, "per_giver_month": 20, "roles": DESK}),
    Wish("무료 재청소", "Free re-clean", GoodwillKind.re_clean,
         {"amount_minor": 66_000, "cost_minor": 42_000, "alone_up_to_minor": 0, "per_booking": 1,
          "per_customer": 1, "roles": DESK}),
    Wish("입주 선물 바구니", "Welcome basket", GoodwillKind.gift,
         {"amount_minor": 40_000, "cost_minor": 31_000, "alone_up_to_minor": 35_000, "per_booking": 1,
          "per_customer": 1, "customer_days": 365, "per_giver_month": 5, "roles": LEADERS}),
    Wish("결제 금액 10% 추가 환불", "Extra refund of 10%", GoodwillKind.extra_refund,
         {"percent": 10, "most_minor": 100_000, "per_booking": 1, "per_customer": 1, "roles": LEADERS}),
)  # fmt: skip
STORIES = {
    Product.home_cleaning: (
        (Reason.partner_late, 0, "클리너가 25분 늦어 다음 일정에 차질이 있었음"),
        (Reason.poor_quality, 1, "욕실 거울과 배수구가 그대로였음. 사진 확인"),
        (Reason.poor_quality, 2, "주방 후드와 바닥 기름때가 남아 있었음"),
        (Reason.platform_error, 0, "앱에 방문 시각이 한 시간 다르게 나왔음"),
    ),
    Product.mid_term_housing: (
        (Reason.facility_fault, 3, "입주 첫날 온수가 나오지 않아 저녁에 고침"),
        (Reason.facility_fault, 1, "세탁기 고장 안내가 늦었음"),
        (Reason.platform_error, 0, "입주 안내 메시지가 하루 늦게 나갔음"),
    ),
}


def catalogue(session: Session, moment: datetime) -> list[CatalogueEntry]:
    made = [
        CatalogueEntry(
            name_ko=wish.ko,
            name_en=wish.en,
            kind=wish.kind,
            created_at=moment - timedelta(days=DAYS + 10),
            **{"customer_days": 90, "alone_up_to_minor": 0, **wish.facts},
        )
        for wish in CATALOGUE
    ]
    session.add_all(made)
    session.flush()
    return made


def goodwill(session: Session, moment: datetime, users: Mapping[str, User]) -> int:
    """Some for each month, one that waits, one that was rejected. Does not commit."""
    entries, rng = catalogue(session, moment), Random(SEED)
    since = moment - timedelta(days=DAYS)
    done = select(Booking).where(
        Booking.state == BookingState.done, Booking.ends_at > since, Booking.ends_at < moment, Booking.ref < case_ref(0)
    )
    bought = list(session.scalars(done.order_by(Booking.ref)))
    made = [
        given
        for booking in rng.sample(bought, min(len(bought), 36))
        if (given := _given(session, booking, entries, users, rng, moment)) is not None
    ]
    _on_tickets(session, moment, entries, users)
    return len(made) + 2


def _given(
    session: Session,
    booking: Booking,
    entries: list[CatalogueEntry],
    users: Mapping[str, User],
    rng: Random,
    moment: datetime,
) -> Goodwill | None:
    reason, entry, why = rng.choice(STORIES[booking.product])
    at = min(booking.ends_at + timedelta(hours=rng.randrange(2, 30)), moment - timedelta(hours=30))
    kind = entries[entry]
    giver = users[MANAGER.key if "agent" not in kind.roles else rng.choice((AGENT, GLOBAL_AGENT)).key]
    with clock.stopped(at), acting_as(_person(giver)):
        try:
            one = give(session, kind, booking, reason=reason, why=why)
        except Refusal:
            return None
    with clock.stopped(at + timedelta(hours=1)), acting_as(_person(users[SECOND_MANAGER.key])):
        if one.state is GoodwillState.waiting:
            approve(one)
        session.flush()
    return one


def _on_tickets(session: Session, moment: datetime, entries: list[CatalogueEntry], users: Mapping[str, User]) -> None:
    """One that waits for approval today, and one that was not given."""
    wanted = (
        select(Ticket)
        .join(Ticket.booking)
        .where(Booking.product == Product.home_cleaning, Ticket.status != "closed", Booking.currency == "KRW")
    )
    first, second = session.scalars(wanted.order_by(Ticket.zendesk_id.desc()).limit(2)).all()
    with clock.stopped(moment - timedelta(hours=3)), acting_as(_person(users[AGENT.key])):
        _one(session, entries[2], first, "거실과 주방을 다시 청소해 달라고 하심. 사진 4장 확인")
    with clock.stopped(moment - timedelta(hours=26)), acting_as(_person(users[AGENT.key])):
        refused = _one(session, entries[2], second, "창틀 먼지가 남아 있었다고 하심")
    with clock.stopped(moment - timedelta(hours=25)), acting_as(_person(users[FINANCE.key])):
        reject(refused, "창틀은 이 상품의 청소 범위가 아님")
        session.flush()


def _one(session: Session, entry: CatalogueEntry, ticket: Ticket, why: str) -> Goodwill:
    assert ticket.booking is not None  # noqa: S101  joined above
    return give(session, entry, ticket.booking, reason=Reason.poor_quality, why=why, ticket=ticket)


def _person(user: User) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])
