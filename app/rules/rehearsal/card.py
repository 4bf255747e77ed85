"""The card of rehearsals on a rule's page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.rules.model import Rule, RuleState
from app.rules.rehearsal.ask import MOST_DAYS, USUAL_DAYS, drafts, number_in_force
from app.rules.rehearsal.model import Rehearsal, RehearsalRule

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Card:
    """`others`: how many further rules have a draft that could be rehearsed together with this one."""

    rehearsals: list[tuple[RehearsalRule, Rehearsal]]
    may_rehearse: bool
    may_leave_out: bool
    others: int
    usual_days: int = USUAL_DAYS
    most_days: int = MOST_DAYS


def card_of(session: Session, rule: Rule) -> Card:
    rows = (
        select(RehearsalRule, Rehearsal)
        .join(RehearsalRule.rehearsal)
        .where(RehearsalRule.rule_id == rule.id)
        .order_by(Rehearsal.id.desc())
        .limit(SHOWN)
    )
    found = [(row[0], row[1]) for row in session.execute(rows)]
    in_force = number_in_force(session, rule)
    return Card(
        rehearsals=found,
        may_rehearse=rule.state is not RuleState.retired and in_force != rule.number,
        may_leave_out=in_force is not None,
        others=sum(one.id != rule.id for one in drafts(session)),
    )
