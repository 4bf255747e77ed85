"""Whether the partner of a booking may do it: on its day, and now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking, BookingState
from app.desk.states import named
from app.errors import Refusal
from app.partners.criteria import Criterion
from app.partners.fitness import Finding, unfit
from app.partners.kinds import AT_WORK
from app.partners.model import Partner
from app.words import Words, say

AHEAD = (BookingState.booked, BookingState.under_way)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """`works`: the partner is at work today; `lacks`: what is not met on `on`, the booking's day or today if later."""

    on: date
    works: bool
    lacks: tuple[Finding, ...] = ()

    @property
    def may(self) -> bool:
        return self.works and not self.lacks


def cannot_come() -> ColumnElement[bool]:
    """Bookings to come whose partner is not at work: gated, suspended, gone, or not begun."""
    return Booking.state.in_(AHEAD) & Booking.partner.has(Partner.state.not_in(AT_WORK))


def dispatch_of(session: Session, booking: Booking) -> Dispatch | None:
    """None for a booking that is over, or has no partner."""
    partner = booking.partner
    if partner is None or booking.state not in AHEAD:
        return None
    on = max(clock.in_seoul(clock.now()).date(), clock.in_seoul(booking.starts_at).date())
    with session.no_autoflush:
        criteria = session.scalars(select(Criterion).order_by(Criterion.id)).all()
        lacks = unfit(partner.findings(criteria, on))
    return Dispatch(on, partner.state in AT_WORK, tuple(lacks))


def must_be_dispatchable(booking: Booking) -> None:
    """Nobody new is given a booking who is not at work. Who has it already may keep it: a person sees to that."""
    if booking.partner is not None and inspect(booking).attrs.partner.history.has_changes():
        must_be_at_work(booking.partner)


def must_be_given_to(session: Session, booking: Booking | None, wanted: Mapping[str, Any]) -> None:
    """The same of a booking that comes from outside, before it is put in: None is one that is not there yet. What is
    over tells who has done it, and is no new work.
    """
    partner_id = wanted.get("partner_id")
    stands = booking.state if booking is not None else BookingState.booked
    if partner_id is None or wanted.get("state", stands) not in AHEAD:
        return
    if booking is None or booking.partner_id != partner_id:
        must_be_at_work(session.get_one(Partner, partner_id))


def must_be_at_work(partner: Partner) -> None:
    """Refuses in words whoever is given no new work."""
    if partner.state in AT_WORK:
        return
    gated: Words = say(" (배정 막힘)", " (gated)") if partner.gated_from else say("", "")
    words = say(
        "{name}은(는) 지금 ‘{state}’{gated} 상태라서 배정할 수 없습니다. 활동 중인 파트너를 골라 주세요.",
        "{name} is “{state}”{gated} and cannot be dispatched. Choose a partner who is at work.",
    )
    raise Refusal(words.fill(name=partner.name, state=named(partner.state).words, gated=gated), field="partner")
