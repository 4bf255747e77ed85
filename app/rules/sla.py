"""Which SLA policy binds a ticket, and when its targets are due. Pure.

As in Zendesk: of the policies in their order the first whose conditions the ticket meets binds; its targets go by the
ticket's priority, so a ticket without one has none. Time counts around the clock, or in the business hours of the
ticket's schedule where the target says so. Computed: first and next reply, requester wait, agent work and total
resolution; Zendesk's periodic and pausable updates are left out.
Source: https://support.zendesk.com/hc/en-us/articles/4408829459866
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.errors import Refusal
from app.language.account import Account, Calendar
from app.language.conditions import Conditions
from app.language.facts_of_ticket import Comment, TicketFacts
from app.language.sight import Sight
from app.language.verdict import ReadyConditions
from app.words import say


class Metric(StrEnum):
    first_reply_time = "first_reply_time"
    next_reply_time = "next_reply_time"
    requester_wait_time = "requester_wait_time"
    agent_work_time = "agent_work_time"
    total_resolution_time = "total_resolution_time"


STAFF = frozenset({"agent", "admin"})
OVER = frozenset({"solved", "closed", "deleted"})
# In which statuses the clock of a metric runs.
RUNS_IN: Mapping[Metric, frozenset[str]] = {
    Metric.requester_wait_time: frozenset({"new", "open", "hold"}),
    Metric.agent_work_time: frozenset({"new", "open"}),
    Metric.total_resolution_time: frozenset({"new", "open", "pending", "hold"}),
}
Statuses = Sequence[tuple[datetime, str]]


@dataclass(frozen=True, slots=True)
class Target:
    metric: Metric
    priority: str
    within: timedelta
    business_hours: bool


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    title: str
    conditions: ReadyConditions
    targets: tuple[Target, ...]

    @classmethod
    def parse(cls, title: str, conditions: object, targets: object) -> SlaPolicy:
        """From Zendesk's `filter` and `policy_metrics`; metrics we do not compute are left out. Refuses what cannot
        be read.
        """
        if not isinstance(targets, list):
            raise Refusal(say("SLA 목표는 목록이어야 합니다.", "The metrics of an SLA policy must be a list."))
        return cls(title, ReadyConditions(Conditions.parse(conditions)), tuple(_targets(targets)))

    def target(self, metric: Metric, priority: str | None) -> Target | None:
        return next((one for one in self.targets if one.metric is metric and one.priority == priority), None)


@dataclass(frozen=True, slots=True)
class Due:
    """One target of a ticket. `met_at`: when it was reached, None while it was not."""

    metric: Metric
    policy: str
    due_at: datetime
    met_at: datetime | None = None

    def breached_by(self, at: datetime) -> bool:
        return self.due_at < (self.met_at or at)


def policy_of(facts: TicketFacts, policies: Sequence[SlaPolicy], account: Account, at: datetime) -> SlaPolicy | None:
    """The one that binds; `policies` in their order."""
    if not policies:
        return None
    sight = Sight(facts, at, account)
    return next((one for one in policies if one.conditions.met(sight)), None)


def first_reply_due(
    facts: TicketFacts, policies: Sequence[SlaPolicy], account: Account, at: datetime | None = None
) -> datetime | None:
    """When the first public answer is due, whether or not it was given; None without a target. `at`: when the ticket
    is looked at, by default its newest update.
    """
    found = _target(facts, policies, account, at, Metric.first_reply_time)
    if found is None or facts.created_at is None:
        return None
    return due_after(account.calendar_of(facts.schedule_id), facts.created_at, found[1])


def first_reply_at(facts: TicketFacts) -> datetime | None:
    """When an agent first answered in public; what the ticket was made with is no answer."""
    return next((one.created_at for one in facts.comments[1:] if _answers(one)), None)


def next_reply_due(
    facts: TicketFacts, policies: Sequence[SlaPolicy], account: Account, at: datetime | None = None
) -> datetime | None:
    """When the requester's oldest words that wait, after the first answer, are to be answered; None where none do."""
    found = _target(facts, policies, account, at, Metric.next_reply_time)
    waits = [since for since, until in _waits(facts.comments) if until is None]
    if found is None or not waits:
        return None
    return due_after(account.calendar_of(facts.schedule_id), waits[-1], found[1])


def dues(
    facts: TicketFacts, policies: Sequence[SlaPolicy], account: Account, at: datetime, statuses: Statuses = ()
) -> list[Due]:
    """Every target of the policy that binds at that time, met ones too. `statuses`: when the ticket got which, oldest
    first; without them only replies are looked at. A clock that stands still is due at no time.
    """
    policy = policy_of(facts, policies, account, at)
    if policy is None or facts.created_at is None:
        return []
    calendar = account.calendar_of(facts.schedule_id)
    found: list[Due] = []
    for target in policy.targets:
        if target.priority != facts.priority:
            continue
        if target.metric is Metric.first_reply_time:
            due_at = due_after(calendar, facts.created_at, target)
            found += [Due(target.metric, policy.title, due_at, first_reply_at(facts))]
        elif target.metric is Metric.next_reply_time:
            found += [
                Due(target.metric, policy.title, due_after(calendar, since, target), until)
                for since, until in _waits(facts.comments)
            ]
        elif statuses:
            found += _of_statuses(policy, target, calendar, statuses)
    return found


def next_breach(found: Sequence[Due], at: datetime) -> Due | None:
    """The target that will be missed next, if nobody does anything."""
    return min((one for one in found if one.met_at is None and one.due_at >= at), key=_due_at, default=None)


def last_breach(found: Sequence[Due], at: datetime) -> Due | None:
    """The target that was missed last, in time as in Zendesk: by when it was due."""
    return max((one for one in found if one.due_at < at and one.breached_by(at)), key=_due_at, default=None)


def due_after(calendar: Calendar, start: datetime, target: Target) -> datetime:
    return _after(calendar, start, target.within, business_hours=target.business_hours)


def _after(calendar: Calendar, start: datetime, span: timedelta, *, business_hours: bool) -> datetime:
    return calendar.open_after(start, span) if business_hours else start + span


def _due_at(one: Due) -> datetime:
    return one.due_at


def _targets(raw: Sequence[object]) -> Iterator[Target]:
    for one in raw:
        if not isinstance(one, dict) or one.get("metric") not in set(Metric):
            continue
        seconds = one.get("target_in_seconds")
        minutes = one.get("target")
        if not isinstance(seconds, int) and not isinstance(minutes, int):
            raise Refusal(say("SLA 목표에 시간이 없습니다.", "A metric of an SLA policy has no time."))
        within = timedelta(seconds=seconds) if isinstance(seconds, int) else timedelta(minutes=minutes or 0)
        yield Target(Metric(one["metric"]), str(one.get("priority") or ""), within, bool(one.get("business_hours")))


def _target(
    facts: TicketFacts, policies: Sequence[SlaPolicy], account: Account, at: datetime | None, metric: Metric
) -> tuple[SlaPolicy, Target] | None:
    moment = at or facts.updated_at or facts.created_at
    policy = policy_of(facts, policies, account, moment) if moment else None
    target = policy.target(metric, facts.priority) if policy else None
    return (policy, target) if policy and target else None


def _answers(comment: Comment) -> bool:
    return comment.public and comment.author is not None and comment.author.role in STAFF


def _waits(comments: Sequence[Comment]) -> Iterator[tuple[datetime, datetime | None]]:
    """From when to when the requester waited for each next answer; the last may still wait."""
    answered, since = False, None
    for one in comments[1:]:
        if _answers(one):
            if since is not None and one.created_at is not None:
                yield since, one.created_at
            answered, since = True, None
        elif one.public and answered and since is None:
            since = one.created_at
    if since is not None:
        yield since, None


def _of_statuses(policy: SlaPolicy, target: Target, calendar: Calendar, statuses: Statuses) -> Iterator[Due]:
    """The clock runs in some statuses and stands still in the others."""
    left, runs_in = target.within, RUNS_IN[target.metric]
    met_at = statuses[-1][0] if statuses[-1][1] in OVER else None
    for place, (since, status) in enumerate(statuses):
        until = statuses[place + 1][0] if place + 1 < len(statuses) else None
        if status not in runs_in:
            continue
        ran = None
        if until is not None:
            ran = calendar.open_between(since, until) if target.business_hours else until - since
        if ran is None or ran >= left:
            due_at = _after(calendar, since, left, business_hours=target.business_hours)
            yield Due(target.metric, policy.title, due_at, met_at)
            return
        left -= ran
