"""The terms of a policy as data: how much is kept when, of what, and what outweighs it.

Pure. A Terms is whole: what cannot be read is refused with the field named, and tiers leave no gap and no overlap.
Its JSON is `to_json`, and `read_terms` reads it back equal. Form 1 is what terms were before they knew fixed amounts of
a tier, kept fees, caps, early move-out, no-show and offers; terms that use none of these are written in it to this day,
byte for byte, so that what was stored stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Any

from app.policies.extras import (
    Cap,
    EarlyExit,
    Instead,
    KeptFee,
    NoShow,
    read_caps,
    read_exit,
    read_fees,
    read_instead,
    read_no_show,
)
from app.policies.values import (
    LARGEST_AMOUNT,
    choice_in,
    clause_in,
    percent_in,
    plain,
    rows_in,
    whole_in,
    whole_or_none,
    wrong,
)
from app.words import say

FORMS = (1, 2)
SINCE_FORM_2 = ("kept_fees", "caps", "early_exit", "no_show", "instead")


class Base(StrEnum):
    """What percentages are of: everything the booking costs, its first period (a month's rent), or the one visit of a
    series that is called off (a booking of visits keeps a visit's price as its first period).
    """

    total = "total"
    first_period = "first_period"
    this_visit = "this_visit"


class Unit(StrEnum):
    days = "days"
    hours = "hours"
    months = "months"


class PercentIs(StrEnum):
    """Whether a tier's percentage is what we keep or what we give back."""

    kept = "kept"
    refunded = "refunded"


class Fault(StrEnum):
    customer = "customer"
    partner = "partner"
    platform = "platform"
    force_majeure = "force_majeure"


UNIT_WORDS = {Unit.days: say("일", "days"), Unit.hours: say("시간", "hours"), Unit.months: say("개월", "months")}
BASE_WORDS = {
    Base.total: say("전체 이용 금액", "the whole price"),
    Base.first_period: say("첫 기간 금액", "the first period's price"),
    Base.this_visit: say("이번 방문 금액", "this visit's price"),
}
FAULT_WORDS = {
    Fault.customer: say("고객 사유", "the customer's side"),
    Fault.partner: say("파트너 사유", "the partner's side"),
    Fault.platform: say("플랫폼 사유", "our side"),
    Fault.force_majeure: say("불가항력", "force majeure"),
}
CLAUSES = ("service_fee", "fixed_fee", "fault", "partial_service", "late")


@dataclass(frozen=True, slots=True)
class Tier:
    """From `at_least` units before the start (included) up to `below` (not included; None: no end). `fixed_minor` is on
    top of the percentage, and in its sense.
    """

    at_least: int
    below: int | None
    percent: Decimal
    clause: str = ""
    fixed_minor: int = 0

    def to_json(self) -> dict[str, Any]:
        told = {
            "at_least": self.at_least,
            "below": self.below,
            "percent": plain(self.percent),
            "clause": self.clause,
        }
        return {**told, "fixed_minor": self.fixed_minor} if self.fixed_minor else told


@dataclass(frozen=True, slots=True)
class LateTier:
    """`percent` of the base goes back when the partner came at least `minutes` late."""

    minutes: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """`clock`: "HH:MM" in Seoul on the day of the start, or None for the exact start.

    `tiers`: from far to near, without gap, down to 0 units before the start. `after_start`: the percentage from the
    start on, in the sense of `percent_is`. `service_fee_at_least`: the fee goes back when cancelled at least so many
    units before; None never. `fixed_fee_minor`: kept from every cancellation by the customer, in the booking's
    currency. `faults`: the percentage of all that was paid that goes back, by who is at fault.
    """

    base: Base
    unit: Unit
    percent_is: PercentIs
    tiers: tuple[Tier, ...]
    after_start: Decimal
    clock: str | None = None
    service_fee_at_least: int | None = None
    fixed_fee_minor: int = 0
    faults: Mapping[Fault, Decimal] = field(default_factory=dict)
    partial_service_percent: Decimal = Decimal(50)
    late: tuple[LateTier, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    kept_fees: tuple[KeptFee, ...] = ()
    caps: tuple[Cap, ...] = ()
    early_exit: EarlyExit | None = None
    no_show: NoShow | None = None
    instead: tuple[Instead, ...] = ()

    def __post_init__(self) -> None:
        _check_tiers(self.tiers, self.unit)

    def fault_percent(self, fault: Fault) -> Decimal:
        return self.faults.get(fault, Decimal(100))

    @property
    def form(self) -> int:
        """The oldest form that can say it."""
        new = any(getattr(self, name) for name in SINCE_FORM_2) or any(tier.fixed_minor for tier in self.tiers)
        return 2 if new or self.base is Base.this_visit else 1

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "form": self.form,
            "base": self.base.value,
            "clock": self.clock or "start",
            "unit": self.unit.value,
            "percent_is": self.percent_is.value,
            "tiers": [tier.to_json() for tier in self.tiers],
            "after_start": plain(self.after_start),
            "service_fee_at_least": self.service_fee_at_least,
            "fixed_fee_minor": self.fixed_fee_minor,
            "faults": {fault.value: plain(percent) for fault, percent in self.faults.items()},
            "partial_service_percent": plain(self.partial_service_percent),
            "late": [{"minutes": t.minutes, "percent": plain(t.percent)} for t in self.late],
            "clauses": dict(self.clauses),
        }
        for name in ("kept_fees", "caps", "instead"):
            if rows := getattr(self, name):
                told[name] = [row.to_json() for row in rows]
        for name in ("early_exit", "no_show"):
            if said := getattr(self, name):
                told[name] = said.to_json()
        return told


def read_terms(raw: object) -> Terms:
    """Refuses with the field named: `tiers[2].percent` for the third row, `tiers` for a gap between two."""
    if not isinstance(raw, Mapping):
        raise wrong("terms", say("약관 조건이 비어 있거나 읽을 수 없습니다.", "The terms are empty or unreadable."))
    form = raw.get("form", FORMS[-1])
    if isinstance(form, bool) or form not in FORMS:
        raise wrong("form", say("이 버전이 모르는 약관 형식입니다.", "These terms are in a form not known here."))
    known = {*Terms.__slots__, "form"} - (set(SINCE_FORM_2) if form == 1 else set())
    strangers = sorted(str(key) for key in raw if key not in known)
    if strangers:
        raise wrong(strangers[0], say(f"모르는 항목입니다: {strangers[0]}", f"Unknown item: {strangers[0]}"))
    tiers = tuple(_tier(row, at) for at, row in enumerate(rows_in(raw, "tiers")))
    return Terms(
        base=choice_in(raw, "base", Base),
        unit=choice_in(raw, "unit", Unit),
        percent_is=choice_in(raw, "percent_is", PercentIs),
        tiers=tuple(sorted(tiers, key=lambda tier: -tier.at_least)),
        after_start=percent_in(raw.get("after_start"), "after_start"),
        clock=_clock(raw.get("clock")),
        service_fee_at_least=whole_or_none(raw.get("service_fee_at_least"), "service_fee_at_least"),
        fixed_fee_minor=whole_in(raw.get("fixed_fee_minor", 0), "fixed_fee_minor", LARGEST_AMOUNT),
        faults=_faults(raw.get("faults", {})),
        partial_service_percent=percent_in(raw.get("partial_service_percent", 50), "partial_service_percent"),
        late=_late(rows_in(raw, "late") if raw.get("late") else []),
        clauses=_clauses(raw.get("clauses", {})),
        kept_fees=read_fees(raw),
        caps=read_caps(raw),
        early_exit=read_exit(raw),
        no_show=read_no_show(raw),
        instead=read_instead(raw),
    )


def _check_tiers(tiers: tuple[Tier, ...], unit: Unit) -> None:
    """Far to near: each ends where the one before begins, the last at the start itself."""
    of = UNIT_WORDS[unit]
    if not tiers:
        raise wrong("tiers", say("구간이 하나도 없습니다. 구간을 추가해 주세요.", "There is no tier. Add one."))
    for farther, nearer in combinations(tiers, 2):
        if nearer.below is None or nearer.below > farther.at_least:
            top = "∞" if nearer.below is None else nearer.below
            words = say("{a}~{b}{of} 전 구간이 겹칩니다.", "Two tiers overlap from {a} to {b} {of} before.")
            raise wrong("tiers", words.fill(a=farther.at_least, b=top, of=of))
    for farther, nearer in pairwise(tiers):
        if nearer.below != farther.at_least:
            words = say("{a}~{b}{of} 전 구간이 비어 있습니다.", "Nothing covers {a} to {b} {of} before.")
            raise wrong("tiers", words.fill(a=nearer.below, b=farther.at_least, of=of))
    if tiers[0].below is not None:
        far = tiers[0].below
        raise wrong(
            "tiers",
            say(
                "{n}{of} 이상 전 구간이 비어 있습니다. 가장 먼 구간의 끝을 비워 주세요.",
                "Nothing covers {n} {of} or more before. Leave the far end of the farthest tier empty.",
            ).fill(n=far, of=of),
        )
    if tiers[-1].at_least != 0:
        words = say("0~{b}{of} 전 구간이 비어 있습니다.", "Nothing covers 0 to {b} {of} before.")
        raise wrong("tiers", words.fill(b=tiers[-1].at_least, of=of))


def _tier(row: Mapping[Any, Any], at: int) -> Tier:
    place = f"tiers[{at}]"
    at_least = whole_in(row.get("at_least"), f"{place}.at_least")
    below = whole_or_none(row.get("below"), f"{place}.below")
    if below is not None and below <= at_least:
        raise wrong(
            f"{place}.below",
            say(
                f"{at + 1}번째 구간: 끝({below})은 시작({at_least})보다 커야 합니다.",
                f"Tier {at + 1}: its end ({below}) must be more than its start ({at_least}).",
            ),
        )
    percent = percent_in(row.get("percent"), f"{place}.percent")
    fixed = whole_or_none(row.get("fixed_minor"), f"{place}.fixed_minor", LARGEST_AMOUNT)
    return Tier(at_least, below, percent, clause_in(row.get("clause")), fixed or 0)


def _late(rows: list[Mapping[Any, Any]]) -> tuple[LateTier, ...]:
    tiers = []
    for at, row in enumerate(rows):
        minutes = whole_in(row.get("minutes"), f"late[{at}].minutes")
        tiers.append(LateTier(minutes, percent_in(row.get("percent"), f"late[{at}].percent")))
    if len({tier.minutes for tier in tiers}) != len(tiers):
        raise wrong("late", say("같은 분의 지각 구간이 둘입니다.", "Two late tiers begin at the same minute."))
    return tuple(sorted(tiers, key=lambda tier: tier.minutes))


def _faults(raw: object) -> dict[Fault, Decimal]:
    if not isinstance(raw, Mapping) or any(key not in {*Fault} or key == Fault.customer for key in raw):
        raise wrong("faults", say("귀책별 환불 비율을 읽을 수 없습니다.", "The percentages by fault cannot be read."))
    return {fault: percent_in(raw[fault], f"faults.{fault.value}") for fault in Fault if fault in raw}


def _clauses(raw: object) -> dict[str, str]:
    if not isinstance(raw, Mapping) or any(key not in CLAUSES for key in raw):
        raise wrong("clauses", say("조항 번호를 읽을 수 없습니다.", "The clause numbers cannot be read."))
    return {key: clause_in(raw[key]) for key in CLAUSES if raw.get(key)}


def _clock(raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and raw in {"", "start"}):
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", str(raw)):
        raise wrong("clock", say("기준 시각은 15:00처럼 적어 주세요.", "Give the clock as in 15:00."))
    return str(raw)
