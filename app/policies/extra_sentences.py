"""What terms say beside tiers by time, as sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.policies.extras import Bound, Cap, CapOf, EarlyExit, Give, Instead, KeptFee, PenaltyOf, Trouble
from app.policies.terms import BASE_WORDS, UNIT_WORDS, Base, Terms
from app.policies.values import percent_text
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Sentence:
    """`when` and what then holds; `clause` is its number in the text, or ""."""

    when: Words
    what: Words
    clause: str = ""


CAP_WORDS = {
    (CapOf.kept, Bound.at_least): say("공제 하한", "Kept at least"),
    (CapOf.kept, Bound.at_most): say("공제 상한", "Kept at most"),
    (CapOf.back, Bound.at_least): say("환불 하한", "Goes back at least"),
    (CapOf.back, Bound.at_most): say("환불 상한", "Goes back at most"),
}
PENALTY_WORDS = {
    PenaltyOf.first_period: say("첫 기간 금액(한 달 임대료)", "the first period's price (a month's rent)"),
    PenaltyOf.unused: say("쓰지 않은 날의 금액", "the unused days' price"),
}
TROUBLE_WORDS = {
    Trouble.partner_late: say("파트너 지각", "Partner was late"),
    Trouble.partner_no_show: say("파트너 미도착", "Partner did not come"),
    Trouble.partial_service: say("부분 미이행", "Partly not done"),
    Trouble.poor_quality: say("품질 미흡", "Poor quality"),
}
GIVE_WORDS = {Give.reclean: say("재청소", "A re-clean"), Give.credit: say("크레딧", "A credit")}


def extra_sentences(terms: Terms) -> list[Sentence]:
    told = [_fee(terms, fee) for fee in terms.kept_fees]
    told += [Sentence(CAP_WORDS[cap.of, cap.bound], _limit(cap, terms.base), cap.clause) for cap in terms.caps]
    if terms.early_exit:
        told.append(Sentence(say("중도 퇴실", "Early move-out"), _exit(terms.early_exit), terms.early_exit.clause))
    if (absent := terms.no_show) is not None:
        if absent.customer is not None:
            base = BASE_WORDS[terms.base]
            back = say("{base}의 {p} 환불", "{p} of {base} goes back").fill(base=base, p=percent_text(absent.customer))
            told.append(Sentence(say("고객 노쇼", "Customer was not there"), back, absent.clause))
        if absent.partner is not None:
            p = percent_text(absent.partner)
            back = say(f"결제 금액의 {p} 환불", f"{p} of what was paid goes back")
            told.append(Sentence(say("파트너 미도착", "Partner did not come"), back, absent.clause))
    return told + [_instead(one) for one in terms.instead]


def _fee(terms: Terms, fee: KeptFee) -> Sentence:
    when = say("{fee} 공제", "{fee} is kept").fill(fee=say(fee.ko, fee.en))
    amount = f"{fee.minor:,}"
    if fee.below is None:
        return Sentence(
            when, say(f"{amount} (고객 취소 시 항상)", f"{amount}, whenever the customer cancels"), fee.clause
        )
    what = say("{amount} ({n}{of} 미만 전 취소부터)", "{amount}, when under {n} {of} before")
    return Sentence(when, what.fill(amount=amount, n=fee.below, of=UNIT_WORDS[terms.unit]), fee.clause)


def _limit(cap: Cap, base: Base) -> Words:
    if cap.percent is None:
        amount = f"{cap.minor or 0:,}"
        return say(amount, amount)
    return say("{base}의 {p}", "{p} of {base}").fill(base=BASE_WORDS[base], p=percent_text(cap.percent))


def _exit(terms: EarlyExit) -> Words:
    told = say(
        "통보 {notice}일 뒤부터 쓰지 않은 날 금액의 {p} 환불",
        "{p} of the price of days not used, from {notice} days after notice, goes back",
    ).fill(notice=terms.notice_days, p=percent_text(terms.unused_percent))
    if not terms.penalty_percent:
        return told
    less = say(", 위약금 {of}의 {p}", ", less a penalty of {p} of {of}")
    return told + less.fill(of=PENALTY_WORDS[terms.penalty_of], p=percent_text(terms.penalty_percent))


def _instead(one: Instead) -> Sentence:
    when = say("{trouble}: 환불 대신 {give}", "{trouble}: {give} instead of money").fill(
        trouble=TROUBLE_WORDS[one.trouble], give=say(GIVE_WORDS[one.give].ko, GIVE_WORDS[one.give].en.lower())
    )
    what = (
        say("한 번 더 청소", "once again")
        if one.percent is None
        else say("환불액의 {p}", "{p} of what would go back").fill(p=percent_text(one.percent))
    )
    if one.within_hours is not None:
        what += say(f", {one.within_hours}시간 안", f", within {one.within_hours} hours")
    return Sentence(when, what, one.clause)
