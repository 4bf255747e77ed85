"""What a computed amount is held within: the caps of the terms, and what was paid. Pure."""

from __future__ import annotations

from fractions import Fraction

from app.money import shown
from app.policies.extras import Bound, Cap, CapOf
from app.policies.terms import BASE_WORDS
from app.refunds.case import BookingFacts, Case
from app.refunds.part import Part, base_of, share, total_of
from app.words import Words, say

_CAPS = {
    (CapOf.kept, Bound.at_least): say("공제는 최소 {limit}입니다", "At least {limit} is kept"),
    (CapOf.kept, Bound.at_most): say("공제는 최대 {limit}입니다", "At most {limit} is kept"),
    (CapOf.back, Bound.at_least): say("환불은 최소 {limit}입니다", "At least {limit} goes back"),
    (CapOf.back, Bound.at_most): say("환불은 최대 {limit}입니다", "At most {limit} goes back"),
}


def capped(case: Case, parts: list[Part]) -> list[Part]:
    """What each cap adds or takes away: first those that give more back, then those that give less, which so have the
    last word.
    """
    added: list[Part] = []
    for cap in sorted(case.terms.caps, key=lambda one: (_is_ceiling(one), one.of)):
        back = total_of(parts) + total_of(added)
        gap = _wanted(cap, _limit(case, cap), back, case.booking.paid_minor) - back
        if gap:
            base = None if cap.percent is None else base_of(case.booking, case.terms.base)
            added.append(Part("cap", cap.clause, base, cap.percent, gap, _words(case, cap)))
    return added


def bounds(total: Fraction, booking: BookingFacts) -> list[Part]:
    """No quote is below nothing or above what was paid."""
    if total < 0:
        words = say("공제가 결제 금액보다 커서 0에서 멈춥니다", "More would be kept than was paid: it stops at nothing")
        return [Part("floor", "", None, None, -total, words)]
    if total > booking.paid_minor:
        words = say("결제하신 금액까지만 돌려 드립니다", "No more than what was paid goes back")
        return [Part("cap", "", None, None, booking.paid_minor - total, words)]
    return []


def _limit(case: Case, cap: Cap) -> Fraction:
    if cap.percent is None:
        return Fraction(cap.minor or 0)
    return share(base_of(case.booking, case.terms.base), cap.percent)


def _wanted(cap: Cap, limit: Fraction, back: Fraction, paid: int) -> Fraction:
    """What would go back within the cap."""
    edge = limit if cap.of is CapOf.back else paid - limit
    return min(back, edge) if _is_ceiling(cap) else max(back, edge)


def _is_ceiling(cap: Cap) -> bool:
    """Of what goes back."""
    return (cap.of is CapOf.back) is (cap.bound is Bound.at_most)


def _words(case: Case, cap: Cap) -> Words:
    told: Words | str
    if cap.percent is None:
        told = shown(cap.minor or 0, case.booking.currency)
    else:
        base = BASE_WORDS[case.terms.base]
        told = say("{base}의 {p}%", "{p}% of {base}").fill(base=base, p=cap.percent.normalize())
    return _CAPS[cap.of, cap.bound].fill(limit=told)
