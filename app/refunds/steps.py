"""The steps from what was paid to what goes back: exact parts, not yet rounded. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app.clock import SEOUL
from app.desk.states import named
from app.money import shown
from app.policies.moments import is_nearer, returns_fee, start_of, tier_at
from app.policies.terms import BASE_WORDS, FAULT_WORDS, UNIT_WORDS, PercentIs, Terms, Tier
from app.policies.values import percent_text
from app.refunds.case import BookingFacts, Case
from app.refunds.leaving import after_start, by_absence, by_exit
from app.refunds.limits import capped
from app.refunds.part import Part, base_of, clause_of, share
from app.refunds.reasons import FAULTS, Reason, Rests
from app.words import Words, say

_KEPT = say(
    "{when} 취소, {tier}: {of} {base}의 {percent} 공제", "Cancelled {when}, {tier}: {percent} of {of}, {base}, is kept"
)
_GIVEN = say(
    "{when} 취소, {tier}: {of} {base}의 {percent} 환불",
    "Cancelled {when}, {tier}: {percent} of {of}, {base}, goes back",
)
_FIXED_KEPT = say("이 구간의 정액 공제", "The fixed amount of this tier is kept")
_FIXED_GIVEN = say("이 구간의 정액 환불", "The fixed amount of this tier goes back")
_LOWEST = say("몇 분인지 적히지 않아 가장 낮은 구간", "minutes not told, so the lowest tier")


def _by_tiers(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    tier = tier_at(terms, booking.starts_at, case.at)
    base, percent = base_of(booking, terms.base), terms.after_start if tier is None else tier.percent
    when = _when(start_of(terms, booking.starts_at), case.at)
    kept = terms.percent_is is PercentIs.kept
    part = share(base, percent)
    words = (_KEPT if kept else _GIVEN).fill(
        when=when,
        tier=_tier_words(terms, tier),
        of=BASE_WORDS[terms.base],
        base=shown(base, booking.currency),
        percent=percent_text(percent),
    )
    clause = "" if tier is None else tier.clause
    parts = [_paid(booking)] if kept else []
    parts.append(Part("tier", clause, base, percent, -part if kept else part, words))
    if tier is not None and tier.fixed_minor:
        fixed = Fraction(tier.fixed_minor)
        parts.append(
            Part("fixed", clause, None, None, -fixed if kept else fixed, _FIXED_KEPT if kept else _FIXED_GIVEN)
        )
    parts += _fee_part(case, kept=kept)
    if terms.fixed_fee_minor:
        fee = say("취소 수수료를 뺍니다", "The cancellation fee is kept")
        parts.append(
            Part("fixed_fee", clause_of(terms, "fixed_fee"), None, None, Fraction(-terms.fixed_fee_minor), fee)
        )
    return parts + _kept_fees(case)


def _kept_fees(case: Case) -> list[Part]:
    terms = case.terms
    kept = say("{fee}은(는) 돌려 드리지 않습니다", "{fee} is kept")
    return [
        Part("kept_fee", fee.clause, None, None, Fraction(-fee.minor), kept.fill(fee=say(fee.ko, fee.en)))
        for fee in terms.kept_fees
        if fee.minor and is_nearer(terms, case.booking.starts_at, case.at, fee.below)
    ]


def _cancelled(case: Case) -> list[Part]:
    return _with_caps(case, _by_tiers(case))


def _left(case: Case) -> list[Part]:
    """By the days not used; terms that do not tell of it have their tiers alone."""
    told = case.terms.early_exit is not None and case.booking.ends_at is not None
    return _with_caps(case, by_exit(case) if told else _by_tiers(case))


def _absent(case: Case) -> list[Part]:
    told = case.terms.no_show is not None and case.terms.no_show.customer is not None
    return _with_caps(case, by_absence(case) if told else _by_tiers(after_start(case)))


def _with_caps(case: Case, parts: list[Part]) -> list[Part]:
    return parts + capped(case, parts)


def _by_fault(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    fault = FAULTS[case.reason]
    percent, clause = terms.fault_percent(fault), clause_of(terms, "fault")
    if case.reason is Reason.partner_no_show and terms.no_show is not None and terms.no_show.partner is not None:
        percent, clause = terms.no_show.partner, terms.no_show.clause
    words = say(
        "{reason}({fault}): 결제하신 금액 {paid}의 {percent}를 돌려 드립니다",
        "{reason} ({fault}): {percent} of the {paid} paid goes back",
    ).fill(
        reason=named(case.reason).words,
        fault=FAULT_WORDS[fault],
        paid=shown(booking.paid_minor, booking.currency),
        percent=percent_text(percent),
    )
    return [Part("fault", clause, booking.paid_minor, percent, share(booking.paid_minor, percent), words)]


def _by_part(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    percent = terms.partial_service_percent if case.extent is None else Decimal(case.extent)
    base = base_of(booking, terms.base)
    words = say(
        "{reason}: {of} {base}의 {percent}를 돌려 드립니다", "{reason}: {percent} of {of}, {base}, goes back"
    ).fill(
        reason=named(case.reason).words,
        of=BASE_WORDS[terms.base],
        base=shown(base, booking.currency),
        percent=percent_text(percent),
    )
    clause = clause_of(terms, "partial_service")
    return [Part("partial_service", clause, base, percent, share(base, percent), words)]


def _by_delay(case: Case) -> list[Part]:
    booking, terms = case.booking, case.terms
    base = base_of(booking, terms.base)
    reached = [tier for tier in terms.late if case.extent is None or tier.minutes <= case.extent]
    tier = (reached[0] if case.extent is None else reached[-1]) if reached else None
    if tier is None:
        words = say("약관의 지각 기준에 이르지 않습니다", "This is below what the terms count as late")
        return [Part("late", clause_of(terms, "late"), base, Decimal(0), Fraction(), words)]
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
    return [Part("late", clause_of(terms, "late"), base, tier.percent, share(base, tier.percent), words)]


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
    return [
        Part("service_fee", clause_of(terms, "service_fee"), None, None, Fraction(fee if goes_back else -fee), words)
    ]


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


PARTS = {
    Rests.tiers: _cancelled,
    Rests.fault: _by_fault,
    Rests.part: _by_part,
    Rests.delay: _by_delay,
    Rests.early_exit: _left,
    Rests.absence: _absent,
}
