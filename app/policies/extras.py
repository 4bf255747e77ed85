"""What terms say beside tiers by time: fees that are kept, caps, early move-out, no-show, and what is offered instead
of money. Pure; each reads its own JSON and writes it back equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.policies.values import (
    LARGEST_AMOUNT,
    choice_in,
    clause_in,
    is_blank,
    percent_in,
    percent_or_none,
    plain,
    rows_in,
    whole_in,
    whole_or_none,
    wrong,
)
from app.words import say

LONGEST_NAME = 60
MOST_PENALTY = 1200
MOST_CREDIT = 200


class CapOf(StrEnum):
    """What is bounded when the customer's side ends it: what we keep, or what goes back."""

    kept = "kept"
    back = "back"


class Bound(StrEnum):
    at_most = "at_most"
    at_least = "at_least"


class PenaltyOf(StrEnum):
    """What the penalty of leaving early is a share of: one period's price (a month's rent), or the unused days'."""

    first_period = "first_period"
    unused = "unused"


class Trouble(StrEnum):
    """What happened, by the names of a refund's reasons."""

    partner_late = "partner_late"
    partner_no_show = "partner_no_show"
    partial_service = "partial_service"
    poor_quality = "poor_quality"


class Give(StrEnum):
    reclean = "reclean"
    credit = "credit"


@dataclass(frozen=True, slots=True)
class KeptFee:
    """`minor` is kept when the customer cancels less than `below` units before the start; None: whenever."""

    ko: str
    en: str
    minor: int
    below: int | None = None
    clause: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"ko": self.ko, "en": self.en, "minor": self.minor, "below": self.below, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class Cap:
    """Either `minor` units, or `percent` of the base."""

    of: CapOf
    bound: Bound
    minor: int | None = None
    percent: Decimal | None = None
    clause: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "of": self.of.value,
            "bound": self.bound.value,
            "minor": self.minor,
            "percent": None if self.percent is None else plain(self.percent),
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class EarlyExit:
    """Whoever leaves before the end pays up to the day of leaving, and never less than `notice_days` after telling;
    `unused_percent` of the days after that goes back, less `penalty_percent` of `penalty_of`.
    """

    notice_days: int
    unused_percent: Decimal
    penalty_of: PenaltyOf
    penalty_percent: Decimal
    clause: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "notice_days": self.notice_days,
            "unused_percent": plain(self.unused_percent),
            "penalty_of": self.penalty_of.value,
            "penalty_percent": plain(self.penalty_percent),
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class NoShow:
    """What goes back: of the base when the customer was not there, of all that was paid when the partner did not come.
    None leaves it to the percentage after the start, or to the partner's fault.
    """

    customer: Decimal | None = None
    partner: Decimal | None = None
    clause: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "customer": None if self.customer is None else plain(self.customer),
            "partner": None if self.partner is None else plain(self.partner),
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class Instead:
    """Offered in place of the money: to clean again, or a credit of `percent` of what would go back. `within_hours` of
    what happened; None: without an end.
    """

    trouble: Trouble
    give: Give
    percent: Decimal | None = None
    within_hours: int | None = None
    clause: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "trouble": self.trouble.value,
            "give": self.give.value,
            "percent": None if self.percent is None else plain(self.percent),
            "within_hours": self.within_hours,
            "clause": self.clause,
        }


def read_fees(raw: Mapping[Any, Any]) -> tuple[KeptFee, ...]:
    fees = []
    for at, row in enumerate(_rows(raw, "kept_fees")):
        place = f"kept_fees[{at}]"
        ko, en = (str(row.get(name) or "").strip()[:LONGEST_NAME] for name in ("ko", "en"))
        if not ko or not en:
            words = say("수수료의 이름을 두 언어로 적어 주세요.", "Name the fee in both languages.")
            raise wrong(f"{place}.{'en' if ko else 'ko'}", words)
        fees.append(
            KeptFee(
                ko,
                en,
                whole_in(row.get("minor"), f"{place}.minor", LARGEST_AMOUNT),
                whole_or_none(row.get("below"), f"{place}.below"),
                clause_in(row.get("clause")),
            )
        )
    return tuple(fees)


def read_caps(raw: Mapping[Any, Any]) -> tuple[Cap, ...]:
    """Refuses two of one kind, a row with both an amount and a percentage or neither, and a floor above its ceiling."""
    caps: dict[tuple[CapOf, Bound], Cap] = {}
    for at, row in enumerate(_rows(raw, "caps")):
        place = f"caps[{at}]"
        cap = Cap(
            choice_in(row, "of", CapOf, place=f"{place}.of"),
            choice_in(row, "bound", Bound, place=f"{place}.bound"),
            whole_or_none(row.get("minor"), f"{place}.minor", LARGEST_AMOUNT),
            percent_or_none(row.get("percent"), f"{place}.percent"),
            clause_in(row.get("clause")),
        )
        if (cap.minor is None) == (cap.percent is None):
            words = say("한도에는 금액이나 비율 가운데 하나만 적어 주세요.", "A cap is an amount or a percentage.")
            raise wrong(f"{place}.minor", words)
        if (cap.of, cap.bound) in caps:
            raise wrong(place, say("같은 한도가 둘입니다.", "There are two caps of the same kind."))
        caps[cap.of, cap.bound] = cap
    for of in CapOf:
        low, high = caps.get((of, Bound.at_least)), caps.get((of, Bound.at_most))
        if low and high and _is_above(low, high):
            raise wrong("caps", say("하한이 상한보다 큽니다.", "A floor is above its ceiling."))
    return tuple(caps.values())


def read_exit(raw: Mapping[Any, Any]) -> EarlyExit | None:
    given = raw.get("early_exit")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise wrong("early_exit", say("중도 퇴실 조건을 읽을 수 없습니다.", "Early move-out cannot be read."))
    return EarlyExit(
        whole_in(given.get("notice_days"), "early_exit.notice_days", 365),
        percent_in(given.get("unused_percent"), "early_exit.unused_percent"),
        choice_in(given, "penalty_of", PenaltyOf, place="early_exit.penalty_of"),
        percent_in(given.get("penalty_percent"), "early_exit.penalty_percent", MOST_PENALTY),
        clause_in(given.get("clause")),
    )


def read_no_show(raw: Mapping[Any, Any]) -> NoShow | None:
    given = raw.get("no_show")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise wrong("no_show", say("노쇼 조건을 읽을 수 없습니다.", "No-show cannot be read."))
    found = NoShow(
        percent_or_none(given.get("customer"), "no_show.customer"),
        percent_or_none(given.get("partner"), "no_show.partner"),
        clause_in(given.get("clause")),
    )
    return None if found.customer is None and found.partner is None else found


def read_instead(raw: Mapping[Any, Any]) -> tuple[Instead, ...]:
    """Refuses a credit without a percentage, a re-clean with one, and the same offer twice."""
    offers: dict[tuple[Trouble, Give], Instead] = {}
    for at, row in enumerate(_rows(raw, "instead")):
        place = f"instead[{at}]"
        give = choice_in(row, "give", Give, place=f"{place}.give")
        blank = is_blank(row.get("percent"))
        if blank is (give is Give.credit):
            words = (
                say("크레딧의 비율을 적어 주세요.", "Give the credit's percentage.")
                if blank
                else say("재청소에는 비율을 적지 않습니다.", "A re-clean has no percentage.")
            )
            raise wrong(f"{place}.percent", words)
        offer = Instead(
            choice_in(row, "trouble", Trouble, place=f"{place}.trouble"),
            give,
            None if blank else percent_in(row.get("percent"), f"{place}.percent", MOST_CREDIT),
            whole_or_none(row.get("within_hours"), f"{place}.within_hours"),
            clause_in(row.get("clause")),
        )
        if (offer.trouble, offer.give) in offers:
            raise wrong(place, say("같은 제안이 둘입니다.", "The same is offered twice."))
        offers[offer.trouble, offer.give] = offer
    return tuple(offers.values())


def _rows(raw: Mapping[Any, Any], name: str) -> list[Mapping[Any, Any]]:
    return rows_in(raw, name) if raw.get(name) else []


def _is_above(low: Cap, high: Cap) -> bool:
    """False where an amount stands against a percentage: which is more depends on the booking."""
    if low.minor is not None and high.minor is not None:
        return low.minor > high.minor
    return low.percent is not None and high.percent is not None and low.percent > high.percent
