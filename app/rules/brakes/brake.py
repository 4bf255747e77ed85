"""Counting firings against their budget, and stopping a rule at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.errors import Refusal
from app.rules.brakes.model import ALL, ALL_PER_HOUR, RULE_PER_HOUR, RuleBrake, RuleCount
from app.rules.model import Rule
from app.words import say

STOP = "rules.publish"
HOUR_SECONDS = 3600
KEPT_HOURS = 48
MOST_PER_HOUR = 1_000_000


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // HOUR_SECONDS


def take(session: Session, rule_id: int, limit: int, now: datetime) -> bool:
    """Counts one firing; False, and nothing is counted, when this hour's budget is spent.

    One guarded statement that holds the row until the transaction ends: two workers cannot both take the last one, and
    what is rolled back was never taken.
    """
    if limit < 1:
        return False
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = kind.insert(RuleCount).values(rule_id=rule_id, hour=hour_of(now), count=1)
    counted = made.on_conflict_do_update(
        index_elements=[RuleCount.rule_id, RuleCount.hour],
        set_={"count": RuleCount.count + 1},
        where=RuleCount.count < limit,
    )
    count = session.execute(counted.returning(RuleCount.count)).scalar()
    if count == 1 and rule_id == ALL:
        session.execute(delete(RuleCount).where(RuleCount.hour < hour_of(now) - KEPT_HOURS))
    return count is not None


def budgets(session: Session, rule_ids: Sequence[int]) -> Mapping[int, int]:
    """How often each may fire in an hour; ALL among them stands for all together."""
    rows = session.execute(
        select(RuleBrake.rule_id, RuleBrake.per_hour).where(RuleBrake.rule_id.in_([*rule_ids, ALL]))
    ).all()
    return {
        **dict.fromkeys(rule_ids, RULE_PER_HOUR),
        ALL: ALL_PER_HOUR,
        **{rule_id: per_hour for rule_id, per_hour in rows},  # noqa: C416  a row is no pair to mypy
    }


def fired(session: Session, now: datetime, rule_ids: Sequence[int] | None = None, most: int = 5) -> dict[int, int]:
    """Firings of this hour by rule, the most first: of `rule_ids`, or of the `most` that fired most."""
    asked = select(RuleCount.rule_id, RuleCount.count).where(RuleCount.hour == hour_of(now), RuleCount.rule_id != ALL)
    asked = asked.limit(most) if rule_ids is None else asked.where(RuleCount.rule_id.in_(rule_ids))
    return {rule_id: count for rule_id, count in session.execute(asked.order_by(RuleCount.count.desc()))}  # noqa: C416


def stopped_ids() -> Select[int]:
    return select(RuleBrake.rule_id).where(RuleBrake.stopped_at.is_not(None))


def brake_stamp(session: Session) -> tuple[object, ...]:
    """Differs whenever another rule was stopped or started."""
    rows = session.execute(
        select(func.count(), func.max(RuleBrake.stopped_at), func.sum(RuleBrake.rule_id)).where(
            RuleBrake.stopped_at.is_not(None)
        )
    )
    return tuple(rows.one())


def the_brake(session: Session, rule_id: int) -> RuleBrake:
    """The rule's row, made on first need, and ours until the transaction ends: whoever stops or starts the rule at the
    same moment waits for it."""
    limit = ALL_PER_HOUR if rule_id == ALL else RULE_PER_HOUR
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = kind.insert(RuleBrake).values(rule_id=rule_id, per_hour=limit, by_house=False)
    session.flush()
    session.execute(made.on_conflict_do_nothing())
    return session.get_one(RuleBrake, rule_id, populate_existing=True, with_for_update={"of": RuleBrake})


def pull(session: Session, rule: Rule, why: str = "", *, by_house: bool = False) -> bool:
    """Stops the rule from the next decision on; False when it was stopped already. Who stops it need not say why."""
    if not by_house:
        acting().must(STOP)
    brake = the_brake(session, rule.id)
    if brake.stopped_at is not None:
        return False
    brake.stopped_at, brake.stopped_by, brake.by_house = clock.now(), acting().name, by_house
    brake.stopped_why = why[:500] or None
    record(session, "stop", "rules", rule.id, {"why": why[:500]} if why else {})
    return True


def say_why(session: Session, rule: Rule, why: str) -> None:
    """Explains a stop after it was done."""
    acting().must(STOP)
    brake = the_brake(session, rule.id)
    if brake.stopped_at is None:
        raise Refusal(say("이 규칙은 멈춰 있지 않습니다.", "This rule is not stopped."))
    brake.stopped_why = why[:500] or None
    record(session, "stop", "rules", rule.id, {"why": why[:500]})


def release(session: Session, rule: Rule) -> bool:
    """Lets it decide again; False when it was not stopped. This hour's count stands: one stopped for its budget is
    stopped again by the next firing, unless the budget is raised or the hour is over."""
    acting().must(STOP)
    brake = the_brake(session, rule.id)
    if brake.stopped_at is None:
        return False
    brake.stopped_at = brake.stopped_by = brake.stopped_why = None
    brake.by_house = False
    record(session, "start", "rules", rule.id, {})
    return True


def set_budget(session: Session, rule_id: int, per_hour: int) -> None:
    """How often the rule (or ALL) may fire in an hour, from now on."""
    acting().must(STOP)
    if not 0 <= per_hour <= MOST_PER_HOUR:
        raise Refusal(
            say(
                f"한 시간 한도는 0에서 {MOST_PER_HOUR:,} 사이의 수여야 합니다.",
                f"The budget of an hour is a number from 0 to {MOST_PER_HOUR:,}.",
            ),
            field="per_hour",
        )
    brake = the_brake(session, rule_id)
    if brake.per_hour != per_hour:
        record(session, "budget", "rules", rule_id or None, {"per_hour": [brake.per_hour, per_hour]})
        brake.per_hour = per_hour
