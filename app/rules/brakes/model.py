"""How often a rule may fire, how often it has, and whether somebody, or the house, has stopped it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId
from app.rules.model import Rule

RULE_PER_HOUR = 300
ALL_PER_HOUR = 3000
# Where all rules together are counted.
ALL = 0


class RuleBrake(Base):
    """A rule without a row is as RULE_PER_HOUR says and not stopped. Stopping is no state of the rule's life: it stays
    live, and decides nothing until it is started again. With `rule_id` ALL the row is that of all rules together: only
    its `per_hour` counts, whether they are on is the link's matter.
    """

    __tablename__ = "rule_brakes"
    __table_args__ = (CheckConstraint("per_hour >= 0", name="per_hour_not_negative"),)

    rule_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    per_hour: Mapped[int] = mapped_column(default=RULE_PER_HOUR)
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(String(120))
    stopped_why: Mapped[str | None] = mapped_column(String(500))
    by_house: Mapped[bool] = mapped_column(default=False)

    rule: Mapped[Rule | None] = relationship(
        Rule, primaryjoin=lambda: Rule.id == RuleBrake.rule_id, foreign_keys=lambda: RuleBrake.rule_id, viewonly=True
    )


class RuleCount(Base):
    """Firings of one rule (or of ALL) in one hour, counted from 1970 on."""

    __tablename__ = "rule_counts"

    rule_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(default=0)
