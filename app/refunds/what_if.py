"""What past cancellations would have got under other terms: each re-priced, and summed by what matters. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.policies.terms import FAULT_WORDS, Fault
from app.refunds.case import VersionFacts
from app.refunds.quote import Quote, quote
from app.refunds.reasons import FAULTS
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One that was: `was` is the quote of its own version, whatever was paid in the end."""

    ref: str
    booking_ref: str
    city: str
    partner: str
    was: Quote

    @property
    def side(self) -> Fault:
        return FAULTS[self.was.reason]


@dataclass(frozen=True, slots=True)
class Repriced:
    """`tier`: the clause and percentage that the other terms put it under; `under`: whose terms those are."""

    of: Cancellation
    now_minor: int
    tier: Words
    under: Words

    @property
    def was_minor(self) -> int:
        return self.of.was.amount_minor

    @property
    def gap_minor(self) -> int:
        """What the customer would get more (or, below nothing, less)."""
        return self.now_minor - self.was_minor


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one group. `more` and `less`: how many customers would get more or less, and by how much in all."""

    words: Words
    count: int
    was_minor: int
    now_minor: int
    more: int
    more_minor: int
    less: int
    less_minor: int

    @property
    def gap_minor(self) -> int:
        return self.now_minor - self.was_minor


def reprice(past: Iterable[Cancellation], version: VersionFacts) -> list[Repriced]:
    """Each by its own facts, reason and time: what it was about does not change, only the terms do."""
    return [_reprice(one, version) for one in past]


def _reprice(one: Cancellation, version: VersionFacts) -> Repriced:
    was = one.was
    now = quote(was.booking, version, was.reason, was.at, was.extent)
    name = say(f"{now.policy_ko} v{now.version_number}", f"{now.policy_en} v{now.version_number}")
    return Repriced(one, now.amount_minor, _tier(now), name)


def _tier(now: Quote) -> Words:
    """The line that decides: its clause and its percentage."""
    line = next((one for one in now.lines if one.percent is not None), None)
    if line is None:
        return say("정액", "A fixed amount")
    is_kept = any(one.step == "paid" for one in now.lines)
    words = say("{clause} · {percent}% 공제", "{clause} · {percent}% kept") if is_kept else _BACK
    return words.fill(clause=line.clause or "–", percent=line.percent)


_BACK = say("{clause} · {percent}% 환불", "{clause} · {percent}% back")
BY: dict[str, tuple[Words, Callable[[Repriced], Words]]] = {
    "tier": (say("구간", "Tier"), lambda one: one.tier),
    "policy": (say("정책", "Policy"), lambda one: one.under),
    "side": (say("누구 쪽", "Side"), lambda one: FAULT_WORDS[one.of.side]),
    "city": (say("도시", "City"), lambda one: say(one.of.city, one.of.city)),
    "partner": (say("파트너", "Partner"), lambda one: say(one.of.partner, one.of.partner)),
}
ALL = say("모두", "All")


def summed(words: Words, rows: Sequence[Repriced]) -> Sum:
    gaps = [one.gap_minor for one in rows]
    more, less = [gap for gap in gaps if gap > 0], [gap for gap in gaps if gap < 0]
    return Sum(
        words,
        len(rows),
        sum(one.was_minor for one in rows),
        sum(one.now_minor for one in rows),
        len(more),
        sum(more),
        len(less),
        sum(less),
    )


def sums(rows: Iterable[Repriced], by: str) -> list[Sum]:
    """A sum for each group of `by`, a key of BY; the largest change first."""
    groups: dict[Words, list[Repriced]] = {}
    for one in rows:
        groups.setdefault(BY[by][1](one), []).append(one)
    found = [summed(words, many) for words, many in groups.items()]
    return sorted(found, key=lambda one: (-abs(one.gap_minor), one.words.ko))
