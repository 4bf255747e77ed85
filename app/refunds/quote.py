"""What a policy gives back for a booking, line by line. Pure: the same facts give the same quote, byte for byte.

A quote promises nothing: whether the money is still there is asked when a refund is requested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from app.errors import Refusal
from app.money import rounded, settled
from app.policies.terms import plain, read_terms
from app.refunds.case import BookingFacts, Case, VersionFacts
from app.refunds.reasons import Reason, Rests, rests_on
from app.refunds.steps import PARTS, Part, bounds
from app.words import Words, say

FORM = 1
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Line:
    """`percent` of `base_minor` is `amount_minor`, negative where it is kept; a line without percent stands alone."""

    step: str
    clause: str
    base_minor: int | None
    percent: str | None
    amount_minor: int
    ko: str
    en: str

    @property
    def words(self) -> Words:
        return say(self.ko, self.en)


@dataclass(frozen=True, slots=True)
class Quote:
    """The lines sum to `amount_minor`. `extent`: minutes late, or the percentage not done, where the reason has one."""

    amount_minor: int
    currency: str
    reason: Reason
    at: datetime
    extent: int | None
    booking: BookingFacts
    version_id: int
    version_number: int
    policy_ko: str
    policy_en: str
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reason": self.reason.value,
            "at": self.at.isoformat(),
            "extent": self.extent,
            "booking": {**asdict(self.booking), "starts_at": self.booking.starts_at.isoformat()},
            "version_id": self.version_id,
            "version_number": self.version_number,
            "policy_ko": self.policy_ko,
            "policy_en": self.policy_en,
            "lines": [asdict(line) for line in self.lines],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Quote:
        """The inverse of `to_json`."""
        facts = {**raw["booking"], "starts_at": datetime.fromisoformat(raw["booking"]["starts_at"])}
        rest = {key: raw[key] for key in cls.__slots__ if key not in {"booking", "reason", "at", "lines"}}
        return cls(
            booking=BookingFacts(**facts),
            reason=Reason(raw["reason"]),
            at=datetime.fromisoformat(raw["at"]),
            lines=tuple(Line(**line) for line in raw["lines"]),
            **rest,
        )


def quote(
    booking: BookingFacts, version: VersionFacts, reason: Reason, at: datetime, extent: int | None = None
) -> Quote:
    """What goes back when `reason` is told at `at`. Refuses an extent that makes no sense, in words."""
    _check_extent(reason, extent)
    parts = PARTS[rests_on(reason)](Case(booking, version.terms, reason, at, extent))
    parts += bounds(sum((part.exact for part in parts), Fraction()), booking)
    amount = rounded(sum((part.exact for part in parts), Fraction()))
    amounts = settled([part.exact for part in parts], amount)
    return Quote(
        amount_minor=amount,
        currency=booking.currency,
        reason=reason,
        at=at.astimezone(UTC).replace(microsecond=0),
        extent=extent,
        booking=booking,
        version_id=version.id,
        version_number=version.number,
        policy_ko=version.name_ko,
        policy_en=version.name_en,
        lines=tuple(_line(part, minor) for part, minor in zip(parts, amounts, strict=True)),
    )


def again(kept: Mapping[str, Any], terms: Mapping[str, Any]) -> Quote:
    """The quote in `kept` computed anew from its own facts and the version's terms."""
    was = Quote.from_json(kept)
    version = VersionFacts(was.version_id, was.version_number, was.policy_ko, was.policy_en, read_terms(terms))
    return quote(was.booking, version, was.reason, was.at, was.extent)


def _line(part: Part, minor: int) -> Line:
    percent = None if part.percent is None else str(plain(part.percent))
    return Line(part.step, part.clause, part.base_minor, percent, minor, part.words.ko, part.words.en)


def _check_extent(reason: Reason, extent: int | None) -> None:
    most = {Rests.part: 100, Rests.delay: MOST_MINUTES}.get(rests_on(reason))
    if extent is None or (most is not None and 0 < extent <= most):
        return
    raise Refusal(
        say(f"1에서 {most}까지 적어 주세요.", f"Give a number from 1 to {most}.")
        if most
        else say("이 사유에는 정도를 적지 않습니다. 비워 주세요.", "This reason has no extent. Leave it empty."),
        field="extent",
    )
