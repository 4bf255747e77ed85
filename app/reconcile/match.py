"""One refund of a provider beside ours: which it is, and how the two differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.desk.shown import money
from app.desk.states import named
from app.reconcile.model import DifferenceKind
from app.refunds.model import RefundState
from app.words import Words, say

# So long a worker may take to write down what the provider has done.
GRACE = timedelta(minutes=30)
UNDER_WAY = frozenset({RefundState.paying, RefundState.unknown})


@dataclass(frozen=True, slots=True)
class Theirs:
    """As the provider told of it."""

    id: int
    key: str | None
    reference: str
    payment: str
    minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ours:
    id: int
    ref: str
    key: str
    reference: str | None
    payment: str
    minor: int
    currency: str
    state: RefundState


@dataclass(frozen=True, slots=True)
class Found:
    """A difference: of which of theirs, of which of ours, in words. `facts`: the figures it rests on; other ones under
    the same key are another difference to whoever resolved the first.
    """

    kind: DifferenceKind
    theirs: int | None
    ours: int | None
    words: Words
    facts: str

    @property
    def open_key(self) -> str:
        """The same difference has the same key, however often it is found."""
        about = f"told:{self.theirs}" if self.theirs is not None else f"refund:{self.ours}"
        return f"{self.kind.value}:{about}"


@dataclass(slots=True)
class Matched:
    """`pairs`: our refund's id by theirs; each of either side at most once."""

    pairs: dict[int, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


def match(theirs: Iterable[Theirs], ours: Iterable[Ours], taken: Mapping[int, int], now: datetime) -> Matched:
    """`taken`: which of theirs (by our refund's id) was matched before. Of several for one refund of ours the oldest is
    it, and whatever comes later is a second payment.
    """
    known = list(ours)
    by_key = {one.key: one for one in known}
    by_reference = {one.reference: one for one in known if one.reference}
    holders = dict(taken)
    done = Matched()
    for one in sorted(theirs, key=lambda each: (each.at, each.id)):
        mine = by_key.get(one.key or "") or by_reference.get(one.reference)
        if mine is None:
            done.found.append(_unknown(one))
            continue
        if holders.setdefault(mine.id, one.id) != one.id:
            done.found.append(_twice(one, mine))
            continue
        done.pairs[one.id] = mine.id
        differs = _differs(one, mine, now)
        if differs is not None:
            done.found.append(differs)
    return done


def _differs(one: Theirs, mine: Ours, now: datetime) -> Found | None:
    there, here = money(one.minor, one.currency), money(mine.minor, mine.currency)
    if one.currency != mine.currency or one.minor != mine.minor:
        other = DifferenceKind.other_currency if one.currency != mine.currency else DifferenceKind.other_amount
        words = say(
            f"{mine.ref}: 우리 기록은 {here}, 결제사 기록은 {there}입니다.",
            f"{mine.ref}: {here} by our record, {there} by the provider’s.",
        )
        return Found(other, one.id, mine.id, words, _figures(one, mine))
    if one.payment != mine.payment:
        words = say(
            f"{mine.ref}: 우리 기록은 결제 {mine.payment}, 결제사 기록은 결제 {one.payment}입니다.",
            f"{mine.ref}: of payment {mine.payment} by our record, of {one.payment} by the provider’s.",
        )
        return Found(DifferenceKind.other_payment, one.id, mine.id, words, f"{one.payment} / {mine.payment}")
    if mine.state is RefundState.paid or (mine.state in UNDER_WAY and now - one.at < GRACE):
        return None
    state = named(mine.state).words
    words = say(
        f"{mine.ref}: 결제사는 {there}을(를) 지급했는데 우리 기록은 ‘{state.ko}’입니다.",
        f"{mine.ref}: the provider paid {there}, and our record says “{state.en}”.",
    )
    return Found(DifferenceKind.not_paid_here, one.id, mine.id, words, f"{_figures(one)} / {mine.state.value}")


def _unknown(one: Theirs) -> Found:
    there = money(one.minor, one.currency)
    words = say(
        f"결제사가 결제 {one.payment}에서 {there}을(를) 환불했는데 우리 환불 중에 없습니다 (번호 {one.reference}).",
        f"The provider refunded {there} of payment {one.payment}, and no refund of ours is it ({one.reference}).",
    )
    return Found(DifferenceKind.unknown_here, one.id, None, words, _figures(one))


def _twice(one: Theirs, mine: Ours) -> Found:
    there = money(one.minor, one.currency)
    words = say(
        f"{mine.ref}에 결제사 환불이 하나 더 있습니다: {there} (번호 {one.reference}).",
        f"The provider has one more refund for {mine.ref}: {there} ({one.reference}).",
    )
    return Found(DifferenceKind.twice, one.id, mine.id, words, _figures(one))


def _figures(*sides: Theirs | Ours) -> str:
    return " / ".join(f"{one.minor} {one.currency}" for one in sides)


def missing(ours: Iterable[Ours]) -> list[Found]:
    """For refunds of ours that are paid and that no provider has told of."""
    return [
        Found(
            DifferenceKind.unknown_there,
            None,
            one.id,
            say(
                f"{one.ref}: {money(one.minor, one.currency)}을(를) 지급했다고 적혀 있는데 결제사 기록에 없습니다.",
                f"{one.ref}: {money(one.minor, one.currency)} is paid by our record, and not by the provider’s.",
            ),
            _figures(one),
        )
        for one in ours
    ]
