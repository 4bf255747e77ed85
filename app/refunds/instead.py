"""What is offered in place of the money that a quote comes to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from app.clock import SEOUL
from app.money import rounded, shown
from app.policies.extras import Give, Instead
from app.policies.values import percent_text
from app.refunds.case import Case
from app.words import Words, say

_UNTIL = say(" ({until}까지)", " (until {until})")


@dataclass(frozen=True, slots=True)
class Offer:
    """`amount_minor`: the credit's, None for a re-clean. `until`: ISO 8601, None without an end."""

    give: str
    clause: str
    percent: str | None
    amount_minor: int | None
    until: str | None
    ko: str
    en: str

    @property
    def words(self) -> Words:
        return say(self.ko, self.en)


def offers(case: Case, amount_minor: int) -> tuple[Offer, ...]:
    """A credit of nothing is not offered."""
    wanted = [one for one in case.terms.instead if one.trouble.value == case.reason.value]
    return tuple(_offer(case, one, amount_minor) for one in wanted if one.give is Give.reclean or amount_minor)


def _offer(case: Case, instead: Instead, amount_minor: int) -> Offer:
    ends = None if instead.within_hours is None else _ends(case.at, instead.within_hours)
    when = _UNTIL.fill(until=f"{ends:%Y-%m-%d %H:%M}") if ends else say("", "")
    if instead.give is Give.reclean or instead.percent is None:
        words, percent, minor = say("환불 대신 다시 청소", "Instead of money: clean again"), None, None
    else:
        minor = rounded(Fraction(amount_minor) * Fraction(instead.percent) / 100)
        percent = percent_text(instead.percent)
        words = say(
            "환불 대신 크레딧 {amount} (환불액의 {p})", "Instead of money: a credit of {amount} ({p} of it)"
        ).fill(amount=shown(minor, case.booking.currency), p=percent)
    told = words + when
    until = None if ends is None else ends.isoformat()
    return Offer(
        instead.give.value, instead.clause, percent and percent.removesuffix("%"), minor, until, told.ko, told.en
    )


def _ends(at: datetime, hours: int) -> datetime:
    return at.astimezone(SEOUL).replace(microsecond=0) + timedelta(hours=hours)
