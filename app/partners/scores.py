"""Three scores of a partner (reply, manner, work), each worked out from things that can be looked at. Pure, but for the
row they are kept in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, key_column
from app.partners.incidents import IncidentKind
from app.partners.model import Partner
from app.words import Words, say

WINDOW_DAYS = 180
ENOUGH = 5
"""With fewer ratings or finished bookings than this no score is told: it would be chance."""
REPLY = frozenset({IncidentKind.unreachable})
MANNER = frozenset({IncidentKind.late, IncidentKind.no_show, IncidentKind.conduct, IncidentKind.privacy})
WORK = frozenset({IncidentKind.poor_work, IncidentKind.damage, IncidentKind.safety, IncidentKind.other})
# What a refund for a fault of the partner weighs, in points; by the reason it was paid for.
MANNER_REFUNDS: Mapping[str, int] = MappingProxyType({"partner_late": 2, "partner_no_show": 5, "partner_cancelled": 5})
WORK_REFUNDS: Mapping[str, int] = MappingProxyType({"poor_quality": 2, "partial_service": 2, "facility_fault": 2})


@dataclass(frozen=True, slots=True)
class Weighed:
    """An incident that counts, by its number, with its points."""

    id: int
    kind: IncidentKind
    points: int


@dataclass(frozen=True, slots=True)
class PaidBack:
    """A refund for a fault of the partner: `id` its row, `ref` what people call it."""

    id: int
    ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rated:
    """A ticket about the partner's booking that its customer has rated."""

    id: int
    zendesk_id: int
    good: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Of the last 180 days. `works`: bookings that were done."""

    rated: Sequence[Rated] = ()
    works: int = 0
    incidents: Sequence[Weighed] = ()
    refunds: Sequence[PaidBack] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """`value`: 0 to 100, None while the sample is too small. `how`: the formula with its own numbers in it."""

    value: int | None
    sample: int
    how: Words


@dataclass(frozen=True, slots=True)
class Scores:
    reply: Score
    manner: Score
    work: Score


@dataclass(frozen=True, slots=True)
class _Deducted:
    incidents: int = 0
    refunds: int = 0
    points: int = field(default=0)


def scores(sources: Sources) -> Scores:
    """The same sources always give the same scores."""
    return Scores(
        _reply(sources),
        _per_work(sources.works, _deducted(sources, MANNER, MANNER_REFUNDS)),
        _per_work(sources.works, _deducted(sources, WORK, WORK_REFUNDS)),
    )


def _reply(sources: Sources) -> Score:
    good, sample = sum(one.good for one in sources.rated), len(sources.rated)
    points = _deducted(sources, REPLY, {}).points
    value = max(0, _rounded(100 * good, sample) - points) if sample >= ENOUGH else None
    words = say(
        "만족 {good}건 ÷ 평가 {sample}건 × 100, 연락 두절 벌점 {points}점을 뺌",
        "{good} satisfied ÷ {sample} ratings × 100, less {points} points for not being reached",
    )
    return Score(value, sample, words.fill(good=good, sample=sample, points=points))


def _per_work(works: int, lost: _Deducted) -> Score:
    value = max(0, _rounded(100 * (works - lost.points), works)) if works >= ENOUGH else None
    words = say(
        "100 × (끝난 예약 {works}건 − 벌점 {points}점) ÷ {works}. 벌점: 사건 {incidents}건, 환불 {refunds}건",
        "100 × ({works} bookings done − {points} points) ÷ {works}. Points: incidents {incidents}, refunds {refunds}",
    )
    told = words.fill(works=works, points=lost.points, incidents=lost.incidents, refunds=lost.refunds)
    return Score(value, works, told)


def _deducted(sources: Sources, kinds: frozenset[IncidentKind], reasons: Mapping[str, int]) -> _Deducted:
    incidents = [one for one in sources.incidents if one.kind in kinds]
    refunds = [one for one in sources.refunds if one.reason in reasons]
    points = sum(one.points for one in incidents) + sum(reasons[one.reason] for one in refunds)
    return _Deducted(len(incidents), len(refunds), points)


def _rounded(parts: int, whole: int) -> int:
    """To the nearest; a half goes up."""
    return (2 * parts + whole) // (2 * whole)


class PartnerScore(Base):
    """The scores as they were worked out last, with what they were worked out from."""

    __tablename__ = "partner_scores"
    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"({one} IS NULL OR ({one} >= 0 AND {one} <= 100))" for one in ("reply", "manner", "work")),
            name="scores_in_bounds",
        ),
    )

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), unique=True)
    reply: Mapped[int | None]
    manner: Mapped[int | None]
    work: Mapped[int | None]
    ratings: Mapped[int] = mapped_column(default=0)
    works: Mapped[int] = mapped_column(default=0)
    sources: Mapped[dict[str, Any]] = mapped_column(default=dict)
    computed_at: Mapped[datetime]

    partner: Mapped[Partner] = relationship(back_populates="score")

    def take(self, sources: Sources, at: datetime) -> None:
        found = scores(sources)
        self.reply, self.manner, self.work = found.reply.value, found.manner.value, found.work.value
        self.ratings, self.works, self.computed_at = found.reply.sample, found.work.sample, at
        self.sources = asdict(sources)

    def read(self) -> Sources:
        """What it was worked out from."""
        kept = self.sources
        return Sources(
            rated=tuple(Rated(**one) for one in kept.get("rated", ())),
            works=kept.get("works", 0),
            incidents=tuple(
                Weighed(one["id"], IncidentKind(one["kind"]), one["points"]) for one in kept.get("incidents", ())
            ),
            refunds=tuple(PaidBack(**one) for one in kept.get("refunds", ())),
        )

    def __str__(self) -> str:
        return f"{self.reply}/{self.manner}/{self.work}"
