"""What a policy gives back for a booking, line by line. Pure: the same facts give the same quote, byte for byte.

A quote promises nothing: whether the money is still there is asked when a refund is requested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.errors import Refusal
from app.money import exact_shown, rounded, settled
from app.policies.terms import read_terms
from app.policies.values import plain
from app.refunds.case import BookingFacts, Case, VersionFacts
from app.refunds.instead import Offer, offers
from app.refunds.limits import bounds
from app.refunds.part import Part, total_of
from app.refunds.reasons import Reason, Rests, rests_on
from app.refunds.steps import PARTS
from app.words import Words, say

FORM = 2
MOST_MINUTES = 24 * 60
MOST_DAYS = 3650
MOST_EXTENT = {Rests.part: 100, Rests.delay: MOST_MINUTES, Rests.early_exit: MOST_DAYS}


@dataclass(frozen=True, slots=True)
class Line:
    """`percent` of `base_minor` is `amount_minor`, negative where it is kept; a line without percent stands alone.
    `rounding`: what was added to the exact amount to make it whole, in minor units, as "1/2"; None where nothing was.
    """

    step: str
    clause: str
    base_minor: int | None
    percent: str | None
    amount_minor: int
    ko: str
    en: str
    rounding: str | None = None

    @property
    def words(self) -> Words:
        return say(self.ko, self.en)

    def to_json(self, form: int) -> dict[str, Any]:
        told = asdict(self)
        if form == 1:
            del told["rounding"]
        return told


@dataclass(frozen=True, slots=True)
class Quote:
    """The lines sum to `amount_minor`. `extent`: minutes late, the percentage not done, or in how many days they leave,
    where the reason has one. `instead`: what may be offered in place of the money.
    """

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
    instead: tuple[Offer, ...] = ()
    form: int = FORM

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "form": self.form,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reason": self.reason.value,
            "at": self.at.isoformat(),
            "extent": self.extent,
            "booking": self._facts(),
            "version_id": self.version_id,
            "version_number": self.version_number,
            "policy_ko": self.policy_ko,
            "policy_en": self.policy_en,
            "lines": [line.to_json(self.form) for line in self.lines],
        }
        return told if self.form == 1 else {**told, "instead": [asdict(offer) for offer in self.instead]}

    def to_text(self) -> str:
        """Its JSON, the same bytes each time."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, indent=2)

    def _facts(self) -> dict[str, Any]:
        booking = self.booking
        told = {**asdict(booking), "starts_at": booking.starts_at.isoformat()}
        if self.form == 1:
            del told["ends_at"]
        else:
            told["ends_at"] = booking.ends_at and booking.ends_at.isoformat()
        return told

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Quote:
        """The inverse of `to_json`."""
        told = raw["booking"]
        times = {name: datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at") if told.get(name)}
        facts = {**told, **times}
        read = {"booking", "reason", "at", "lines", "instead"}
        rest = {key: raw[key] for key in cls.__slots__ if key not in read}
        return cls(
            booking=BookingFacts(**facts),
            reason=Reason(raw["reason"]),
            at=datetime.fromisoformat(raw["at"]),
            lines=tuple(Line(**line) for line in raw["lines"]),
            instead=tuple(Offer(**offer) for offer in raw.get("instead", ())),
            **rest,
        )


def quote(
    booking: BookingFacts,
    version: VersionFacts,
    reason: Reason,
    at: datetime,
    extent: int | None = None,
    *,
    form: int = FORM,
) -> Quote:
    """What goes back when `reason` is told at `at`. Refuses an extent that makes no sense, in words. `form` 1 is for
    computing again what was quoted in it.
    """
    _check_extent(reason, extent)
    case = Case(booking, version.terms, reason, at, extent)
    parts = PARTS[rests_on(reason)](case)
    parts += bounds(total_of(parts), booking)
    amount = rounded(total_of(parts))
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
        lines=_spread(parts, amount) if form == 1 else _rounded(parts, amount, booking.currency),
        instead=() if form == 1 else offers(case, amount),
        form=form,
    )


def again(kept: Mapping[str, Any], terms: Mapping[str, Any]) -> Quote:
    """The quote in `kept` computed anew from its own facts and the version's terms."""
    was = Quote.from_json(kept)
    version = VersionFacts(was.version_id, was.version_number, was.policy_ko, was.policy_en, read_terms(terms))
    return quote(was.booking, version, was.reason, was.at, was.extent, form=was.form)


def _spread(parts: list[Part], amount: int) -> tuple[Line, ...]:
    amounts = settled([part.exact for part in parts], amount)
    return tuple(_line(part, minor) for part, minor in zip(parts, amounts, strict=True))


def _rounded(parts: list[Part], amount: int, currency: str) -> tuple[Line, ...]:
    """Each to its nearest unit; where any was not whole, a last line tells the exact sum and makes up for it."""
    lines = []
    for part in parts:
        minor = rounded(part.exact)
        over = minor - part.exact
        lines.append(replace(_line(part, minor), rounding=str(over) if over else None))
    if all(line.rounding is None for line in lines):
        return tuple(lines)
    exact = total_of(parts)
    words = say(
        "단수 처리: 정확히는 {exact}, 가장 가까운 최소 단위로 (절반은 올림)",
        "Rounding: exactly {exact}, to the nearest whole unit (a half goes up)",
    ).fill(exact=exact_shown(exact, currency))
    over = amount - exact
    left = amount - sum(line.amount_minor for line in lines)
    return (*lines, Line("rounding", "", None, None, left, words.ko, words.en, str(over) if over else None))


def _line(part: Part, minor: int) -> Line:
    percent = None if part.percent is None else str(plain(part.percent))
    return Line(part.step, part.clause, part.base_minor, percent, minor, part.words.ko, part.words.en)


def _check_extent(reason: Reason, extent: int | None) -> None:
    most = MOST_EXTENT.get(rests_on(reason))
    if extent is None or (most is not None and 0 < extent <= most):
        return
    raise Refusal(
        say(f"1에서 {most}까지 적어 주세요.", f"Give a number from 1 to {most}.")
        if most
        else say("이 사유에는 정도를 적지 않습니다. 비워 주세요.", "This reason has no extent. Leave it empty."),
        field="extent",
    )
