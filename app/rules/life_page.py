"""What a rule's page tells of its life: what acts now, what is prepared, what is missing to publish it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.rules.checklist import Check, Need, checklist, version_of, was_live
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.publication import Publication, PublicationState, ahead, in_force, open_one


@dataclass(frozen=True, slots=True)
class Life:
    """`acts`: what is in force if the rule is switched on; `coming`: published for later; `waiting`: asked for or
    agreed to; `draft`: the newest saved version where it is not the one in force; `earlier`: the versions that were in
    force before. `mine`: whoever looks asked for `waiting`, so another must agree.
    """

    now: datetime
    acts: Publication | None
    coming: Publication | None
    waiting: Publication | None
    draft: RuleVersion | None
    checks: tuple[Check, ...]
    earlier: frozenset[int]
    mine: bool

    @property
    def missing(self) -> int:
        return sum(one.missing is not None and one.need is not Need.second for one in self.checks)

    @property
    def may_agree(self) -> bool:
        return self.waiting is not None and self.waiting.state is PublicationState.asked and not self.mine


def life_of(session: Session, rule: Rule) -> Life:
    now = clock.now()
    published = in_force(rule.publications, now)
    waiting = open_one(rule.publications)
    acts = published is not None and rule.state is RuleState.live
    draft = version_of(rule) if published is None or published.number != rule.number or not acts else None
    return Life(
        now=now,
        acts=published,
        coming=ahead(rule.publications, now),
        waiting=waiting,
        draft=draft,
        checks=tuple(checklist(session, rule, draft)) if draft is not None else (),
        earlier=frozenset(one.number for one in rule.versions if was_live(rule, one.number)),
        mine=waiting is not None and waiting.asked_by_id is not None and waiting.asked_by_id == acting().id,
    )
