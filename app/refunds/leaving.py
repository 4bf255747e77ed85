"""What goes back when somebody leaves before the end, or was not there at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from app.clock import SEOUL
from app.money import exact_shown, shown
from app.policies.extras import EarlyExit, PenaltyOf
from app.policies.terms import BASE_WORDS
from app.policies.values import percent_text
from app.refunds.case import Case
from app.refunds.part import Part, base_of, share
from app.words import say

_PENALTY = {
    PenaltyOf.first_period: say(
        "중도 퇴실 위약금: 첫 기간 금액 {base}의 {percent} 공제",
        "Penalty for leaving early: {percent} of the first period's price, {base}, is kept",
    ),
    PenaltyOf.unused: say(
        "중도 퇴실 위약금: 쓰지 않은 날의 금액 {base}의 {percent} 공제",
        "Penalty for leaving early: {percent} of the unused days' price, {base}, is kept",
    ),
}


@dataclass(frozen=True, slots=True)
class Days:
    """Nights by the calendar in Seoul: `unused` of `all`, charged up to `until`."""

    leaves_on: date
    until: date
    unused: int
    all: int


def days_of(case: Case, terms: EarlyExit, ends_at: datetime) -> Days:
    """`case.extent`: in how many days they leave, from the day it was told; None is that day."""
    begin, end = (moment.astimezone(SEOUL).date() for moment in (case.booking.starts_at, ends_at))
    told_on = case.at.astimezone(SEOUL).date()
    leaves_on = told_on + timedelta(days=case.extent or 0)
    until = max(begin, leaves_on, told_on + timedelta(days=terms.notice_days))
    return Days(leaves_on, until, max((end - until).days, 0), max((end - begin).days, 1))


def by_exit(case: Case) -> list[Part]:
    """By the unused days, less the penalty. `case.terms.early_exit` and the booking's end must be there."""
    booking, terms = case.booking, case.terms.early_exit
    if terms is None or booking.ends_at is None:
        raise ValueError("no terms of early move-out")
    days = days_of(case, terms, booking.ends_at)
    words = say(
        "{leaves} 퇴실, {notice}일 전 통보 기준으로 {until}까지 이용: {all}일 가운데 쓰지 않은 {unused}일 금액의 "
        "{percent} 환불",
        "Leaves on {leaves}; with {notice} days' notice it is charged to {until}: {percent} of the price of {unused} "
        "unused days of {all} goes back",
    ).fill(
        leaves=days.leaves_on.isoformat(),
        notice=terms.notice_days,
        until=days.until.isoformat(),
        all=days.all,
        unused=days.unused,
        percent=percent_text(terms.unused_percent),
    )
    unused = Fraction(booking.total_minor * days.unused, days.all)
    back = unused * Fraction(terms.unused_percent) / 100
    parts = [Part("unused_days", terms.clause, booking.total_minor, terms.unused_percent, back, words)]
    if terms.penalty_percent:
        of_period = terms.penalty_of is PenaltyOf.first_period
        of = Fraction(booking.first_period_minor) if of_period else unused
        told = _PENALTY[terms.penalty_of].fill(
            base=exact_shown(of, booking.currency), percent=percent_text(terms.penalty_percent)
        )
        base = booking.first_period_minor if of_period else None
        kept = of * Fraction(terms.penalty_percent) / 100
        parts.append(Part("penalty", terms.clause, base, terms.penalty_percent, -kept, told))
    return parts


def by_absence(case: Case) -> list[Part]:
    """The customer was not there. `case.terms.no_show.customer` must be said."""
    terms = case.terms.no_show
    if terms is None or terms.customer is None:
        raise ValueError("no terms of the customer's no-show")
    base = base_of(case.booking, case.terms.base)
    words = say(
        "고객 노쇼: {of} {base}의 {percent}를 돌려 드립니다",
        "The customer was not there: {percent} of {of}, {base}, goes back",
    ).fill(
        of=BASE_WORDS[case.terms.base],
        base=shown(base, case.booking.currency),
        percent=percent_text(terms.customer),
    )
    return [Part("no_show", terms.clause, base, terms.customer, share(base, terms.customer), words)]


def after_start(case: Case) -> Case:
    """As if it had been told a second after the start at the earliest: nobody is absent before."""
    return replace(case, at=max(case.at, case.booking.starts_at + timedelta(seconds=1)))
