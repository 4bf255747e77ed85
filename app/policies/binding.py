"""Which version of which policy binds a booking, and why: each candidate and the fact that decided. Pure but for a
query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.clock import in_seoul
from app.desk.states import named
from app.policies.model import BoundBy, Policy, PolicyVersion, Product, VersionState
from app.words import Words, say

# In this order of weight, where two policies name as many facts.
NAMED = ("channel", "gateway", "city")
FACT_WORDS = {
    "channel": say("채널", "channel"),
    "gateway": say("결제사", "gateway"),
    "city": say("도시", "city"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a booking decides. `contracted_at` None: paying made the contract."""

    product: Product
    city: str
    gateway: str
    channel: str
    paid_at: datetime
    contracted_at: datetime | None = None

    def moment(self, by: BoundBy) -> datetime:
        return self.paid_at if by is BoundBy.paid else self.contracted_at or self.paid_at


class Verdict(StrEnum):
    """The order is the one they are told in."""

    binds = "binds"
    outweighed = "outweighed"
    not_in_force = "not_in_force"
    elsewhere = "elsewhere"


@dataclass(frozen=True, slots=True)
class Candidate:
    """`because`: the fact that decided."""

    version: PolicyVersion
    verdict: Verdict
    because: Words


def binding_version(session: Session, facts: Facts) -> PolicyVersion | None:
    """None when no published policy covers it. In force is from `valid_from`, included, to `valid_until`, not."""
    fitting = (one for one in published_of(session, facts.product) if _mismatch(one.policy, facts) is None)
    return most_specific(one for one in fitting if _is_in_force(one, facts))


def published_of(session: Session, product: Product) -> Sequence[PolicyVersion]:
    query = (
        select(PolicyVersion)
        .join(PolicyVersion.policy)
        .options(joinedload(PolicyVersion.policy))
        .where(PolicyVersion.state == VersionState.published, Policy.product == product)
        .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
    )
    return session.scalars(query).all()


def most_specific(candidates: Iterable[PolicyVersion]) -> PolicyVersion | None:
    """The one whose policy names most of channel, gateway and city, in this order of weight; then the newest."""
    return max(candidates, key=_weight, default=None)


def explained(versions: Iterable[PolicyVersion], facts: Facts) -> list[Candidate]:
    """Each of the product's published versions, the one that binds first."""
    every = list(versions)
    fitting = [one for one in every if _mismatch(one.policy, facts) is None and _is_in_force(one, facts)]
    best = most_specific(fitting)
    told = [_judged(one, best, facts, alone=len(fitting) == 1) for one in every]
    return sorted(told, key=lambda one: list(Verdict).index(one.verdict))


def _judged(version: PolicyVersion, best: PolicyVersion | None, facts: Facts, *, alone: bool) -> Candidate:
    mismatch = _mismatch(version.policy, facts)
    if mismatch is not None:
        return Candidate(version, Verdict.elsewhere, mismatch)
    if not _is_in_force(version, facts):
        return Candidate(version, Verdict.not_in_force, _out_of_force(version, facts))
    if version is best or best is None:
        return Candidate(version, Verdict.binds, _binds(version, facts, alone=alone))
    return Candidate(version, Verdict.outweighed, _outweighed(version, best))


def _weight(version: PolicyVersion) -> tuple[int, bool, bool, bool, datetime, int]:
    first, second, third = (getattr(version.policy, name) is not None for name in NAMED)
    return (first + second + third, first, second, third, version.valid_from, version.id)


def _mismatch(policy: Policy, facts: Facts) -> Words | None:
    """The first fact in which the booking is another than the policy is for."""
    for name in NAMED:
        wanted, there = getattr(policy, name), getattr(facts, name)
        if wanted is not None and wanted != there:
            words = say("{fact} {wanted} 전용 (이 예약: {there})", "for {fact} {wanted} alone (this booking: {there})")
            return words.fill(fact=FACT_WORDS[name], wanted=wanted, there=there or "–")
    return None


def _is_in_force(version: PolicyVersion, facts: Facts) -> bool:
    at = facts.moment(version.policy.bound_by)
    return version.valid_from <= at and (version.valid_until is None or version.valid_until > at)


def _out_of_force(version: PolicyVersion, facts: Facts) -> Words:
    by = version.policy.bound_by
    at = facts.moment(by)
    if version.valid_until is not None and version.valid_until <= at:
        words = say("{edge}에 끝남 ({by} {at})", "ended at {edge} ({by}: {at})")
        return words.fill(edge=_time(version.valid_until), by=named(by).words, at=_time(at))
    words = say("{edge}부터 시행 ({by} {at})", "in force from {edge} on ({by}: {at})")
    return words.fill(edge=_time(version.valid_from), by=named(by).words, at=_time(at))


def _binds(version: PolicyVersion, facts: Facts, *, alone: bool) -> Words:
    by = version.policy.bound_by
    told = say("{by} {at}에 시행 중", "in force then ({by}: {at})").fill(by=named(by).words, at=_time(facts.moment(by)))
    names = [name for name in NAMED if getattr(version.policy, name) is not None]
    if names:
        words = say("{fact} {value} 지정", "names the {fact} {value}")
        return told + _listed([words.fill(fact=FACT_WORDS[one], value=getattr(version.policy, one)) for one in names])
    return told + (say(", 해당하는 것은 이것뿐", ", and the only one") if alone else say("", ""))


def _listed(parts: list[Words]) -> Words:
    return say("".join(f", {part.ko}" for part in parts), "".join(f", {part.en}" for part in parts))


def _outweighed(version: PolicyVersion, best: PolicyVersion) -> Words:
    more = next((name for name in NAMED if _names(best, name) and not _names(version, name)), None)
    if more is None:
        words = say("{best}이(가) 더 늦게 시행되어 앞섬", "{best} began later and goes before")
        return words.fill(best=_title(best))
    words = say("{best}이(가) {fact}을(를) 지정하여 더 구체적", "{best} names the {fact} and so is more specific")
    return words.fill(best=_title(best), fact=FACT_WORDS[more])


def _names(version: PolicyVersion, name: str) -> bool:
    return getattr(version.policy, name) is not None


def _title(version: PolicyVersion) -> Words:
    return say(f"{version.policy.name_ko} v{version.number}", f"{version.policy.name_en} v{version.number}")


def _time(at: datetime) -> str:
    return f"{in_seoul(at):%Y-%m-%d %H:%M:%S}"
