"""Three scores of a partner (reply, manner, work), each worked out from things that can be looked at. Pure, but for the
row they are kept in; score_history.py keeps how they were.
"""

from __future__ import annotations

import json
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
class ScoreRule:
    """What scores are worked out by, besides their sources; kept beside them, so that old ones can be told as they were
    worked out. Points of refunds by the reason they were paid for.
    """

    window_days: int
    enough: int
    reply: frozenset[str]
    manner: frozenset[str]
    work: frozenset[str]
    manner_refunds: Mapping[str, int]
    work_refunds: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "window_days": self.window_days,
            "enough": self.enough,
            **{name: sorted(getattr(self, name)) for name in ("reply", "manner", "work")},
            "manner_refunds": dict(self.manner_refunds),
            "work_refunds": dict(self.work_refunds),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ScoreRule:
        """The inverse of `to_json`."""
        return cls(
            window_days=kept["window_days"],
            enough=kept["enough"],
            reply=frozenset(kept["reply"]),
            manner=frozenset(kept["manner"]),
            work=frozenset(kept["work"]),
            manner_refunds=kept["manner_refunds"],
            work_refunds=kept["work_refunds"],
        )


RULE = ScoreRule(WINDOW_DAYS, ENOUGH, REPLY, MANNER, WORK, MANNER_REFUNDS, WORK_REFUNDS)
"""By which they are worked out now."""


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


def scores(sources: Sources, rule: ScoreRule = RULE) -> Scores:
    """The same sources always give the same scores, by the same rule."""
    return Scores(
        _reply(sources, rule),
        _per_work(sources.works, _deducted(sources, rule.manner, rule.manner_refunds), rule),
        _per_work(sources.works, _deducted(sources, rule.work, rule.work_refunds), rule),
    )


def _reply(sources: Sources, rule: ScoreRule) -> Score:
    good, sample = sum(one.good for one in sources.rated), len(sources.rated)
    points = _deducted(sources, rule.reply, {}).points
    value = max(0, _rounded(100 * good, sample) - points) if sample >= rule.enough else None
    words = say(
        "만족 {good}건 ÷ 평가 {sample}건 × 100, 연락 두절 벌점 {points}점을 뺌",
        "{good} satisfied ÷ {sample} ratings × 100, less {points} points for not being reached",
    )
    return Score(value, sample, words.fill(good=good, sample=sample, points=points))


def _per_work(works: int, lost: _Deducted, rule: ScoreRule) -> Score:
    value = max(0, _rounded(100 * (works - lost.points), works)) if works >= rule.enough else None
    words = say(
        "100 × (끝난 예약 {works}건 − 벌점 {points}점) ÷ {works}. 벌점: 사건 {incidents}건, 환불 {refunds}건",
        "100 × ({works} bookings done − {points} points) ÷ {works}. Points: incidents {incidents}, refunds {refunds}",
    )
    told = words.fill(works=works, points=lost.points, incidents=lost.incidents, refunds=lost.refunds)
    return Score(value, works, told)


def _deducted(sources: Sources, kinds: frozenset[str], reasons: Mapping[str, int]) -> _Deducted:
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

    def take(self, sources: Sources, at: datetime) -> bool:
        """Whether anything is otherwise than it was."""
        was, found = (self.reply, self.manner, self.work, self.sources), scores(sources)
        self.reply, self.manner, self.work = found.reply.value, found.manner.value, found.work.value
        self.ratings, self.works, self.computed_at = found.reply.sample, found.work.sample, at
        self.sources = kept_sources(sources)
        return was != (self.reply, self.manner, self.work, self.sources)

    def read(self) -> Sources:
        """What it was worked out from."""
        return read_kept(self.sources)

    def __str__(self) -> str:
        return f"{self.reply}/{self.manner}/{self.work}"


def kept_sources(sources: Sources) -> dict[str, Any]:
    """As a column keeps them: the same sources are the same value."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(sources)))
    return kept


def read_kept(kept: Mapping[str, Any]) -> Sources:
    """The inverse of `kept_sources`."""
    return Sources(
        rated=tuple(Rated(**one) for one in kept.get("rated", ())),
        works=kept.get("works", 0),
        incidents=tuple(
            Weighed(one["id"], IncidentKind(one["kind"]), one["points"]) for one in kept.get("incidents", ())
        ),
        refunds=tuple(PaidBack(**one) for one in kept.get("refunds", ())),
    )
