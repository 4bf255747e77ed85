"""Terms as sentences, and what differs between two versions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.policies.extra_sentences import Sentence, extra_sentences
from app.policies.terms import BASE_WORDS, FAULT_WORDS, UNIT_WORDS, Fault, PercentIs, Terms, Tier
from app.policies.values import percent_text
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood and what stands; None where there was or is nothing."""

    about: Words
    was: Words | None
    now: Words | None


def sentences(terms: Terms) -> list[Sentence]:
    """Everything the terms say, in the order a reader asks it."""
    told = [
        *(tier_sentence(terms, tier) for tier in terms.tiers),
        Sentence(say("시작 후", "After the start"), _share(terms, terms.after_start)),
        Sentence(say("구간의 기준 시각", "Tiers count back from"), _clock(terms)),
        Sentence(say("서비스 수수료", "Service fee"), _fee(terms), terms.clauses.get("service_fee", "")),
    ]
    if terms.fixed_fee_minor:
        fee = f"{terms.fixed_fee_minor:,}"
        told.append(Sentence(say("취소 수수료", "Cancellation fee"), say(fee, fee), terms.clauses.get("fixed_fee", "")))
    told += [
        Sentence(FAULT_WORDS[fault], _back(percent_text(terms.fault_percent(fault))), terms.clauses.get("fault", ""))
        for fault in Fault
        if fault is not Fault.customer
    ]
    partial = say("부분 미이행·품질 (정도를 모를 때)", "Not all done, poor quality (where the extent is not known)")
    told.append(
        Sentence(partial, _base_back(terms, terms.partial_service_percent), terms.clauses.get("partial_service", ""))
    )
    told += [
        Sentence(
            say(f"{late.minutes}분 이상 지각", f"{late.minutes} min late or more"),
            _base_back(terms, late.percent),
            terms.clauses.get("late", ""),
        )
        for late in terms.late
    ]
    return told + extra_sentences(terms)


def tier_sentence(terms: Terms, tier: Tier) -> Sentence:
    return Sentence(_when(terms, tier), _of_tier(terms, tier), tier.clause)


def differences(was: Sequence[Sentence], now: Sequence[Sentence]) -> list[Difference]:
    """Sentence by sentence; those that stayed are left out."""
    before = {(one.when.ko, one.when.en): one for one in was}
    after = {(one.when.ko, one.when.en): one for one in now}
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        found.append(Difference(say(*key), _whole(old) if old else None, _whole(new) if new else None))
    return found


def _whole(sentence: Sentence) -> Words:
    if not sentence.clause:
        return sentence.what
    return sentence.what + say(f" ({sentence.clause})", f" ({sentence.clause})")


def _when(terms: Terms, tier: Tier) -> Words:
    of = UNIT_WORDS[terms.unit]
    if tier.below is None:
        return say("시작 {a}{of} 이상 전", "{a} {of} or more before").fill(a=tier.at_least, of=of)
    if tier.at_least == 0:
        return say("시작 {b}{of} 미만 전", "under {b} {of} before").fill(b=tier.below, of=of)
    return say("시작 {a}{of} 이상 {b}{of} 미만 전", "{a} to under {b} {of} before").fill(
        a=tier.at_least, b=tier.below, of=of
    )


def _of_tier(terms: Terms, tier: Tier) -> Words:
    told = _share(terms, tier.percent)
    if not tier.fixed_minor:
        return told
    fixed = f"{tier.fixed_minor:,}"
    if terms.percent_is is PercentIs.kept:
        return told + say(f", 정액 {fixed} 공제", f", and {fixed} besides")
    return told + say(f", 정액 {fixed} 환불", f", and {fixed} besides")


def _share(terms: Terms, percent: object) -> Words:
    base = BASE_WORDS[terms.base]
    if terms.percent_is is PercentIs.kept:
        if percent == 0:
            return say("전액 환불", "All goes back")
        if percent == 100:
            return say("{base}의 100% 공제 (환불 없음)", "100% of {base} is kept").fill(base=base)
        return say("{base}의 {p}% 공제", "{p}% of {base} is kept").fill(base=base, p=percent)
    return say("{base}의 {p}% 환불", "{p}% of {base} goes back").fill(base=base, p=percent)


def _clock(terms: Terms) -> Words:
    if terms.clock is None:
        return say("시작 시각 그대로", "the exact start")
    return say(f"시작일 {terms.clock} (한국 시각)", f"{terms.clock} in Seoul on the day of the start")


def _fee(terms: Terms) -> Words:
    if terms.service_fee_at_least is None:
        return say("돌려 드리지 않음", "does not go back")
    if terms.service_fee_at_least == 0:
        return say("시작 전이면 돌려 드림", "goes back until the start")
    return say("{a}{of} 이상 전이면 돌려 드림", "goes back when {a} {of} or more before").fill(
        a=terms.service_fee_at_least, of=UNIT_WORDS[terms.unit]
    )


def _back(percent: str) -> Words:
    return say(f"결제 금액의 {percent} 환불", f"{percent} of what was paid goes back")


def _base_back(terms: Terms, percent: object) -> Words:
    return say("{base}의 {p}% 환불", "{p}% of {base} goes back").fill(base=BASE_WORDS[terms.base], p=percent)
