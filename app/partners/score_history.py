"""Scores as they were: a row for each time that they, or what they were worked out from, became otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, key_column
from app.partners.scores import RULE, PartnerScore, ScoreRule, Scores, Sources, read_kept, scores

SHOWN = 12


class PartnerScoreThen(Base):
    """What held from `at` on, with its sources and the rule of then. Never changed."""

    __tablename__ = "partner_scores_then"
    __table_args__ = (Index("ix_partner_scores_then_partner_at", "partner_id", "at"),)

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"))
    reply: Mapped[int | None]
    manner: Mapped[int | None]
    work: Mapped[int | None]
    sources: Mapped[dict[str, Any]]
    rule: Mapped[dict[str, Any]]
    at: Mapped[datetime]

    @property
    def values(self) -> tuple[int | None, int | None, int | None]:
        return self.reply, self.manner, self.work

    @property
    def on(self) -> date:
        """Its day in Seoul."""
        return clock.in_seoul(self.at).date()

    def read(self) -> Sources:
        return read_kept(self.sources)

    def told(self) -> Scores:
        """With their formulas, by the rule of then."""
        return scores(self.read(), ScoreRule.from_json(self.rule))


@dataclass(frozen=True, slots=True)
class AsOf:
    """How somebody stood at the end of that day in Seoul."""

    on: date
    row: PartnerScoreThen | None


def keep_then(session: Session, row: PartnerScore, at: datetime) -> None:
    """What was worked out just now, as it will be read later. The caller commits."""
    session.add(
        PartnerScoreThen(
            partner_id=row.partner_id,
            reply=row.reply,
            manner=row.manner,
            work=row.work,
            sources=row.sources,
            rule=RULE.to_json(),
            at=at,
        )
    )


def have_history(session: Session, partner_ids: Sequence[int]) -> set[int]:
    asked = select(PartnerScoreThen.partner_id).where(PartnerScoreThen.partner_id.in_(partner_ids)).distinct()
    return set(session.scalars(asked))


def newest_then(session: Session, partner_id: int) -> Sequence[PartnerScoreThen]:
    """The latest dozen, newest first."""
    mine = select(PartnerScoreThen).where(PartnerScoreThen.partner_id == partner_id)
    return session.scalars(mine.order_by(PartnerScoreThen.at.desc(), PartnerScoreThen.id.desc()).limit(SHOWN)).all()


def as_of(session: Session, partner_id: int, on: date) -> AsOf:
    ends = datetime(on.year, on.month, on.day, tzinfo=clock.SEOUL) + timedelta(days=1)
    mine = select(PartnerScoreThen).where(PartnerScoreThen.partner_id == partner_id, PartnerScoreThen.at < ends)
    newest = mine.order_by(PartnerScoreThen.at.desc(), PartnerScoreThen.id.desc()).limit(1)
    return AsOf(on, session.scalars(newest).first())
