"""Who gets a ticket: pure, with a reason for every agent. The same ticket, queue, desk and moment give the same answer.

Ties are broken in a stated order. Round robin: whoever this queue gave one least recently, then the smaller id. Least
loaded: the smallest share of their capacity, then fewer open tickets, then the least recent turn, then the smaller id.
Sticky: the agent of the customer's last ticket, else as least loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from app.language.facts_of_ticket import TicketFacts
from app.macros.languages import language_for
from app.routing.desk import Desk, DeskAgent, Lane, OnShift, PresenceState, Queue, Strategy
from app.routing.reasons import AgentReason, Routed, Why

Facts = Mapping[str, str | int]
Against = tuple[Why, Facts]
NOBODY: frozenset[str] = frozenset()
NO_FACTS: Facts = {}
VIP, URGENT = "vip", "urgent"
_AWAY = {
    PresenceState.away: Why.away,
    PresenceState.on_break: Why.on_break,
    PresenceState.offline: Why.offline,
}
FULL = frozenset({Why.full, Why.channel_full})


def route(facts: TicketFacts, plan: Queue, desk: Desk, now: datetime, *, excluded: frozenset[str] = NOBODY) -> Routed:
    """One queue's answer. A ticket that an agent of the queue has already stays with them, unless they are `excluded`.

    Nobody is given more than their capacity, but for an emergency when everybody is full.
    """
    lane = lane_of(facts, plan)
    mine = [one for one in desk.agents if not plan.group_id or plan.group_id in one.groups]
    others = len(desk.agents) - len(mine)
    holder = next((one for one in mine if one.id == facts.assignee_id and one.is_active), None)
    if holder is not None and holder.id not in excluded:
        stays = AgentReason(holder.id, holder.name, Why.stays, NO_FACTS)
        return Routed(plan.key, plan.group_id, holder.id, lane, Why.stays, (stays,), others)
    against = _Against(facts, plan, desk, now, excluded)
    found = [(one, against(one)) for one in mine]
    free = [one for one, why in found if why is None]
    chosen, told = _chosen(facts, plan, desk, free)
    if chosen is None and lane is Lane.emergency:
        full = [one for one, why in found if why is not None and why[0] in FULL]
        chosen, told = (min(full, key=_by_load(plan, desk)), Why.over) if full else (None, told)
    if chosen is None:
        told = Why.waits if any(why is not None and why[0] in FULL for _, why in found) else Why.nobody
    reasons = tuple(_reason(one, why, told if one is chosen else None) for one, why in found)
    group = plan.group_id or next(iter(sorted(chosen.groups)), "") if chosen else plan.group_id
    return Routed(plan.key, group, chosen.id if chosen else None, lane, told, reasons, others)


def route_on(
    facts: TicketFacts,
    key: str,
    queues: Mapping[str, Queue],
    desk: Desk,
    now: datetime,
    *,
    excluded: frozenset[str] = NOBODY,
    overflowing: bool = False,
) -> Routed:
    """As `route`, and on through the queues it overflows to: at once where nobody is there, or `overflowing`, since it
    has waited long enough. Each queue is asked once; a key that is not known ends the way.
    """
    before: list[Routed] = []
    asked: set[str] = set()
    while True:
        asked.add(key)
        plan = queues[key]
        told = route(facts, plan, desk, now, excluded=excluded)
        flows = told.assignee_id is None and (
            (overflowing and plan.overflow_minutes is not None)
            or (plan.overflow_when_nobody and told.why is Why.nobody)
        )
        following = plan.overflow_to if flows else ""
        if following in queues and following not in asked:
            before.append(told)
            key = following
            continue
        if flows and not plan.overflow_to and plan.overflow_group_id:
            told = Routed(key, plan.overflow_group_id, None, told.lane, Why.to_group, told.agents, told.others)
        elif told.assignee_id is None and before:
            # Nobody further on either: it waits where it came first.
            told, before = before[0], [*before[1:], told]
        return Routed(
            told.queue, told.group_id, told.assignee_id, told.lane, told.why, told.agents, told.others, tuple(before)
        )


def lane_of(facts: TicketFacts, plan: Queue) -> Lane:
    if (plan.urgent_is_emergency and facts.priority == URGENT) or facts.tags & plan.emergency_tags:
        return Lane.emergency
    if plan.vip_lane and facts.customer is not None and facts.customer.tier == VIP:
        return Lane.vip
    return Lane.normal


class _Against:
    """The first thing that keeps an agent from a ticket; None when nothing does. Only what is asked is checked."""

    __slots__ = ("checks",)

    def __init__(self, facts: TicketFacts, plan: Queue, desk: Desk, now: datetime, excluded: frozenset[str]) -> None:
        language = language_for(facts) if plan.by_language else ""
        topics = sorted(facts.tags & desk.topics) if plan.by_topic else []
        city = (facts.booking.city if facts.booking else None) or "" if plan.by_city else ""
        asked: tuple[tuple[object, Callable[[DeskAgent], Against | None]], ...] = (
            (True, lambda one: None if one.is_active else (Why.inactive, NO_FACTS)),
            (True, lambda one: None if one.contract is None or one.contract.holds(now) else (Why.contract, NO_FACTS)),
            (excluded, lambda one: (Why.excluded, NO_FACTS) if one.id in excluded else None),
            (plan.skills, lambda one: _lacks_skill(one, plan.skills)),
            (language, lambda one: None if language in one.languages else (Why.language, {"language": language})),
            (topics, lambda one: _lacks_topic(one, topics)),
            (city, lambda one: (Why.city, {"city": city}) if one.cities and city not in one.cities else None),
            (plan.only_online, lambda one: (_AWAY[one.presence], NO_FACTS) if one.presence in _AWAY else None),
            (plan.only_on_shift, lambda one: _off_shift(one, desk, now)),
            (True, lambda one: _full(one, facts.via_id)),
        )
        self.checks = tuple(check for matters, check in asked if matters)

    def __call__(self, agent: DeskAgent) -> Against | None:
        for check in self.checks:
            if (why := check(agent)) is not None:
                return why
        return None


def _lacks_skill(agent: DeskAgent, needs: Sequence[tuple[str, int]]) -> Against | None:
    for skill, level in needs:
        has = agent.skills.get(skill, 0)
        if has < level:
            return Why.skill, {"skill": skill, "has": has, "needs": level}
    return None


def _lacks_topic(agent: DeskAgent, topics: Sequence[str]) -> Against | None:
    missing = next((one for one in topics if one not in agent.topics), None)
    return (Why.topic, {"topic": missing}) if missing is not None else None


def _off_shift(agent: DeskAgent, desk: Desk, now: datetime) -> Against | None:
    stands = agent.shifts.at(now, desk.calendar)
    if stands is OnShift.on:
        return None
    if stands is OnShift.holiday:
        return Why.holiday, {"day": desk.calendar.holiday(now) or ""}
    return (Why.no_shift if stands is OnShift.none else Why.off_shift), NO_FACTS


def _full(agent: DeskAgent, via_id: str | None) -> Against | None:
    limit = agent.channel_limits.get(via_id or "")
    if limit is not None and (has := agent.channel_load.get(via_id or "", 0)) >= limit:
        return Why.channel_full, {"load": has, "capacity": limit}
    if agent.load >= agent.capacity:
        return Why.full, {"load": agent.load, "capacity": agent.capacity}
    return None


def _chosen(facts: TicketFacts, plan: Queue, desk: Desk, free: Sequence[DeskAgent]) -> tuple[DeskAgent | None, Why]:
    if not free:
        return None, Why.waits
    if plan.strategy is Strategy.round_robin:
        return min(free, key=lambda one: (desk.turns.get((plan.key, one.id), 0), int(one.id))), Why.turn
    if plan.strategy is Strategy.sticky:
        known = desk.last_agents.get(facts.requester_id or "")
        last = next((one for one in free if one.id == known), None)
        if last is not None:
            return last, Why.last
    return min(free, key=_by_load(plan, desk)), Why.least


def _by_load(plan: Queue, desk: Desk) -> Callable[[DeskAgent], tuple[Fraction, int, int, int]]:
    def order(one: DeskAgent) -> tuple[Fraction, int, int, int]:
        share = Fraction(one.load, max(one.capacity, 1))
        return share, one.load, desk.turns.get((plan.key, one.id), 0), int(one.id)

    return order


def _reason(agent: DeskAgent, against: Against | None, chosen: Why | None) -> AgentReason:
    room: Facts = {"load": agent.load, "capacity": agent.capacity}
    if chosen is not None:
        return AgentReason(agent.id, agent.name, chosen, room if chosen in {Why.least, Why.over} else NO_FACTS)
    why, facts = against if against is not None else (Why.later, room)
    return AgentReason(agent.id, agent.name, why, facts)
