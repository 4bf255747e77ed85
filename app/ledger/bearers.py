"""Who bears a refund: shares in hundredths of a percent, whose parts sum to the amount to the last minor unit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.errors import Refusal
from app.money import shares
from app.policies.terms import Fault
from app.words import Words, say

WHOLE = 10_000
LONGEST_CLAIM = 60


class Bearer(StrEnum):
    """`customer`: it comes out of what the customer has paid ahead and nobody has earned."""

    customer = "customer"
    partner = "partner"
    platform = "platform"
    insurer = "insurer"


@dataclass(frozen=True, slots=True)
class Share:
    """`points` are hundredths of a percent. `claim`: the number under which the insurer knows of it."""

    bearer: Bearer
    points: int
    claim: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.points <= WHOLE:
            raise _no_share(str(self.points))
        if self.bearer is Bearer.insurer and not self.claim:
            raise Refusal(
                say(
                    "보험사가 부담하려면 보험 접수 번호가 있어야 합니다. 접수 번호를 적어 주세요.",
                    "For the insurer to bear a part, there must be a claim. Enter its number.",
                ),
                field="claim",
            )

    @property
    def percent(self) -> str:
        """As people write it: 70, 33.33."""
        return f"{Decimal(self.points).scaleb(-2):f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Bearing:
    """Each bearer at most once, together the whole: anything else is refused in words."""

    shares: tuple[Share, ...]

    def __post_init__(self) -> None:
        if len({one.bearer for one in self.shares}) != len(self.shares):
            raise Refusal(say("부담하는 쪽은 한 번씩만 적어 주세요.", "Name each bearer once."), field="shares")
        total = sum(one.points for one in self.shares)
        if total != WHOLE:
            told = f"{Decimal(total).scaleb(-2):f}"
            raise Refusal(
                say(
                    f"부담 비율의 합이 {told}%입니다. 100%가 되도록 고쳐 주세요.",
                    f"The shares sum to {told}%. Make them 100%.",
                ),
                field="shares",
            )

    def parts(self, minor: int) -> list[tuple[Share, int]]:
        """What each bears of `minor`; the parts sum to it exactly."""
        return list(zip(self.shares, shares(minor, [one.points for one in self.shares]), strict=True))

    def of(self, bearer: Bearer) -> Share | None:
        return next((one for one in self.shares if one.bearer is bearer), None)

    def to_json(self) -> list[Any]:
        """Lists in lists: a database may put the keys of an object in another order, and an approval seals this."""
        return [[one.bearer.value, one.points, one.claim] for one in self.shares]


def read_bearing(kept: Sequence[Any] | None) -> Bearing:
    """What `to_json` gave. None: a refund of before shares were kept, which the platform bears."""
    if kept is None:
        return Bearing((Share(Bearer.platform, WHOLE),))
    return Bearing(tuple(Share(Bearer(bearer), points, claim) for bearer, points, claim in kept))


def by_fault(fault: Fault, *, has_partner: bool) -> Bearing:
    """The default: whoever's fault it is. What is nobody's fault, and a partner's where there is none, is ours."""
    bearer = {Fault.customer: Bearer.customer, Fault.partner: Bearer.partner}.get(fault, Bearer.platform)
    if bearer is Bearer.partner and not has_partner:
        bearer = Bearer.platform
    return Bearing((Share(bearer, WHOLE),))


def typed_bearing(percents: Mapping[Bearer, str], claim: str) -> Bearing:
    """From the fields of a form: percent by bearer as typed, empty for none; `claim` is the insurer's."""
    return Bearing(tuple(_typed(percents, claim.strip()[:LONGEST_CLAIM])))


def _typed(percents: Mapping[Bearer, str], claim: str) -> Iterable[Share]:
    for bearer in Bearer:
        text = percents.get(bearer, "").strip().removesuffix("%").strip()
        if not text:
            continue
        try:
            points = Decimal(text).scaleb(2)
        except InvalidOperation:
            raise _no_share(text) from None
        if not points.is_finite() or points != points.to_integral_value() or abs(points) > WHOLE:
            raise _no_share(text)
        if points:
            yield Share(bearer, int(points), claim if bearer is Bearer.insurer else "")


def _no_share(text: str) -> Refusal:
    words: Words = say(
        f"부담 비율로 읽을 수 없습니다: {text[:40]}. 0보다 크고 100 이하인 수를 소수점 두 자리까지 적어 주세요.",
        f"This is no share: {text[:40]}. Write a number above 0, at most 100, with at most two decimals.",
    )
    return Refusal(words, field="shares")
