"""What a rehearsal tells of first answers: when they would have been due, and whether the real ones were in time. Pure.

One look a ticket is asked: the first before the real answer in which the two sets differ, else the first there is. Both
sets are judged by the answer that people really gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.language.account import Account
from app.language.plan import Plan
from app.rules.rehearsal.compare import Compared, Look
from app.rules.rehearsal.tally import AFTER, BEFORE, Tally
from app.rules.sla import SlaPolicy, first_reply_due

IN_TIME, LATE, NONE, EARLIER, LATER = "in_time", "late", "none", "earlier", "later"


def count_due(
    tally: Tally,
    compared: Sequence[Compared],
    policies: Sequence[SlaPolicy],
    account: Account,
    answered_at: datetime | None,
    until: datetime,
) -> None:
    """`answered_at`: the real first answer; one that is missing is late once `until` is past its time."""
    chosen = _chosen(compared, answered_at)
    if not policies or chosen is None:
        return
    before = _due(chosen.look, chosen.before.plan, policies, account)
    after = _due(chosen.look, chosen.after.plan, policies, account) if chosen.differs else before
    for side, due in ((BEFORE, before), (AFTER, after)):
        outcome = _outcome(due, answered_at, until)
        if outcome is not None:
            tally.due(outcome, side)
    if before is not None and after is not None and before != after:
        tally.due(EARLIER if after < before else LATER, AFTER)


def _chosen(compared: Sequence[Compared], answered_at: datetime | None) -> Compared | None:
    open_then = [one for one in compared if answered_at is None or one.look.at < answered_at]
    return next((one for one in open_then if one.differs), open_then[0] if open_then else None)


def _due(look: Look, plan: Plan, policies: Sequence[SlaPolicy], account: Account) -> datetime | None:
    return first_reply_due(plan.applied_to(look.facts, look.at), policies, account, look.at)


def _outcome(due: datetime | None, answered_at: datetime | None, until: datetime) -> str | None:
    """None while nobody can tell: neither answered nor due yet."""
    if due is None:
        return NONE
    if answered_at is None:
        return LATE if due < until else None
    return IN_TIME if answered_at <= due else LATE
