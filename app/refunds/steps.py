"""The steps from what was paid to what goes back: exact parts, not yet rounded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app.clock import SEOUL
from app.desk.states import named
from app.money import shown
from app.policies.moments import returns_fee, start_of, tier_at
from app.policies.terms import BASE_WORDS, FAULT_WORDS, UNIT_WORDS, Base, PercentIs, Terms, Tier, percent_text
from app.refunds.case import BookingFacts, Case
from app.refunds.reasons import FAULTS, Rests
from app.words import Words, say

_KEPT = say(
    "{when} 취소, {tier}: {of} {base}의 {percent} 공제", "Cancelled {when}, {tier}: {percent} of {of}, {base}, is kept"
)
_GIVEN = say(
    "{when} 취소, {tier}: {of} {base}의 {percent} 환불",
    "Cancelled {when}, {tier}: {percent} of {of}, {base}, goes back",
)
_LOWEST = say("몇 분인지 적히지 않아 가장 낮은 구간", "minutes not told, so the lowest tier")


@dataclass(frozen=True, slots=True)
class Part:
    """A line before rounding."""

    step: str
    clause: str
    base_minor: int | None
    percent: Decimal | None
    exact: Fraction
    words: Words


def _by_tiers(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    tier = tier_at(terms, booking.starts_at, case.at)
    base, percent = _base_of(booking, terms), terms.after_start if tier is None else tier.percent
    when = _when(start_of(terms, booking.starts_at), case.at)
    kept = terms.percent_is is PercentIs.kept
    share = Fraction(base) * Fraction(percent) / 100
    words = (_KEPT if kept else _GIVEN).fill(
        when=when,
        tier=_tier_words(terms, tier),
        of=BASE_WORDS[terms.base],
        base=shown(base, booking.currency),
        percent=percent_text(percent),
    )
    clause = "" if tier is None else tier.clause
    parts = [_paid(booking)] if kept else []
    parts.append(Part("tier", clause, base, percent, -share if kept else share, words))
    parts += _fee_part(case, kept=kept)
    if terms.fixed_fee_minor:
        fee = say("취소 수수료를 뺍니다", "The cancellation fee is kept")
        parts.append(Part("fixed_fee", _clause(terms, "fixed_fee"), None, None, Fraction(-terms.fixed_fee_minor), fee))
    return parts


def _by_fault(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    fault = FAULTS[case.reason]
    percent = terms.fault_percent(fault)
    words = say(
        "{reason}({fault}): 결제하신 금액 {paid}의 {percent}를 돌려 드립니다",
        "{reason} ({fault}): {percent} of the {paid} paid goes back",
    ).fill(
        reason=named(case.reason).words,
        fault=FAULT_WORDS[fault],
        paid=shown(booking.paid_minor, booking.currency),
        percent=percent_text(percent),
    )
    share = Fraction(booking.paid_minor) * Fraction(percent) / 100
    return [Part("fault", _clause(terms, "fault"), booking.paid_minor, percent, share, words)]


def _by_part(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    percent = terms.partial_service_percent if case.extent is None else Decimal(case.extent)
    base = _base_of(booking, terms)
    words = say(
        "{reason}: {of} {base}의 {percent}를 돌려 드립니다", "{reason}: {percent} of {of}, {base}, goes back"
    ).fill(
        reason=named(case.reason).words,
        of=BASE_WORDS[terms.base],
        base=shown(base, booking.currency),
        percent=percent_text(percent),
    )
    share = Fraction(base) * Fraction(percent) / 100
    return [Part("partial_service", _clause(terms, "partial_service"), base, percent, share, words)]


def _by_delay(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    base = _base_of(booking, terms)
    reached = [tier for tier in terms.late if case.extent is None or tier.minutes <= case.extent]
    tier = (reached[0] if case.extent is None else reached[-1]) if reached else None
    if tier is None:
        words = say("약관의 지각 기준에 이르지 않습니다", "This is below what the terms count as late")
        return [Part("late", _clause(terms, "late"), base, Decimal(0), Fraction(), words)]
    words = say(
        "파트너 지각({how}): {of} {base}의 {percent}를 돌려 드립니다",
        "The partner came late ({how}): {percent} of {of}, {base}, goes back",
    ).fill(
        how=_LOWEST
        if case.extent is None
        else say(f"{case.extent}분, {tier.minutes}분 이상 구간", f"{case.extent} min, tier from {tier.minutes} min"),
        of=BASE_WORDS[terms.base],
        base=shown(base, booking.currency),
        percent=percent_text(tier.percent),
    )
    share = Fraction(base) * Fraction(tier.percent) / 100
    return [Part("late", _clause(terms, "late"), base, tier.percent, share, words)]


def _paid(booking: BookingFacts) -> Part:
    words = say("결제하신 금액", "What was paid")
    return Part("paid", "", None, None, Fraction(booking.paid_minor), words)


def _fee_part(case: Case, *, kept: bool) -> list[Part]:
    booking, terms = case.booking, case.terms
    fee, goes_back = booking.service_fee_minor, returns_fee(terms, booking.starts_at, case.at)
    if not fee or goes_back is kept:
        return []
    words = (
        say("서비스 수수료도 돌려 드립니다", "The service fee goes back as well")
        if goes_back
        else say("서비스 수수료는 돌려 드리지 않습니다", "The service fee does not go back")
    )
    return [Part("service_fee", _clause(terms, "service_fee"), None, None, Fraction(fee if goes_back else -fee), words)]


def bounds(total: Fraction, booking: BookingFacts) -> list[Part]:
    """No quote is below nothing or above what was paid."""
    if total < 0:
        words = say("공제가 결제 금액보다 커서 0에서 멈춥니다", "More would be kept than was paid: it stops at nothing")
        return [Part("floor", "", None, None, -total, words)]
    if total > booking.paid_minor:
        words = say("결제하신 금액까지만 돌려 드립니다", "No more than what was paid goes back")
        return [Part("cap", "", None, None, booking.paid_minor - total, words)]
    return []


def _base_of(booking: BookingFacts, terms: Terms) -> int:
    return booking.total_minor if terms.base is Base.total else booking.first_period_minor


def _clause(terms: Terms, section: str) -> str:
    return terms.clauses.get(section, "")


def _tier_words(terms: Terms, tier: Tier | None) -> Words:
    if tier is None:
        return say("시작 뒤 구간", "tier after the start")
    of = UNIT_WORDS[terms.unit]
    if tier.below is None:
        return say("{a}{of} 이상 전 구간", "tier of {a} {of} or more before").fill(a=tier.at_least, of=of)
    if tier.at_least == 0:
        return say("{b}{of} 미만 전 구간", "tier of under {b} {of} before").fill(b=tier.below, of=of)
    return say("{a}{of} 이상 {b}{of} 미만 전 구간", "tier of {a} to under {b} {of} before").fill(
        a=tier.at_least, b=tier.below, of=of
    )


def _when(start: datetime, at: datetime) -> Words:
    """How far before (or after) the start, in days, hours and minutes."""
    gap = start - at.astimezone(SEOUL).replace(microsecond=0)
    after = gap < timedelta()
    days, seconds = divmod(int(abs(gap).total_seconds()), 86_400)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    ko = " ".join([f"{days}일"] * bool(days) + [f"{hours}시간"] * bool(hours) + [f"{minutes}분"] * bool(minutes))
    en = " ".join([f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))
    if not ko:
        return say("시작 시각에", "at the start")
    return say(f"시작 {ko} 후", f"{en} after the start") if after else say(f"시작 {ko} 전", f"{en} before the start")


PARTS = {Rests.tiers: _by_tiers, Rests.fault: _by_fault, Rests.part: _by_part, Rests.delay: _by_delay}
