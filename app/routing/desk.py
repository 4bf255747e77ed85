"""Who could answer right now, and how a queue chooses among them: frozen values, the same for the same moment.

Whoever keeps agents, shifts and loads fills these (app/routing/read.py; a rehearsal fills them as they were); nothing
here reads a database or a clock. Ids are Zendesk's, as strings of digits. Times of shifts are Seoul's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.clock import in_seoul
from app.language.account import Calendar

Span = tuple[time, time]
NO_SPANS: tuple[Span, ...] = ()


class PresenceState(StrEnum):
    online = "online"
    away = "away"
    on_break = "break"
    offline = "offline"


class Strategy(StrEnum):
    """`sticky`: the agent of the customer's last ticket when that one may take it, else the least loaded."""

    round_robin = "round_robin"
    least_loaded = "least_loaded"
    sticky = "sticky"


class Lane(StrEnum):
    """In the order in which those who wait are served. Emergencies alone may pass capacity."""

    emergency = "emergency"
    vip = "vip"
    normal = "normal"


class OnShift(StrEnum):
    on = "on"
    off = "off"
    holiday = "holiday"
    none = "none"


@dataclass(frozen=True, slots=True)
class Shifts:
    """`weekly`: the spans of each weekday, Monday first; `dated`: of one day, in place of its weekday's (none: off).

    A span that ends at or before its start ends on the next day. On a holiday only dated spans count, unless the agent
    works on holidays.
    """

    weekly: tuple[tuple[Span, ...], ...] = (NO_SPANS,) * 7
    dated: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    works_on_holidays: bool = False

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("shifts have seven weekdays, Monday first")

    def at(self, now: datetime, calendar: Calendar) -> OnShift:
        if not any(self.weekly) and not self.dated:
            return OnShift.none
        here = in_seoul(now).replace(tzinfo=None)
        today, yesterday = here.date(), here.date() - timedelta(days=1)
        if any(_covers(today, span, here) for span in self.spans_of(today, calendar)):
            return OnShift.on
        if any(_covers(yesterday, span, here) for span in self.spans_of(yesterday, calendar)):
            return OnShift.on
        rests = today in calendar.holidays and today not in self.dated and not self.works_on_holidays
        return OnShift.holiday if rests and self.weekly[today.weekday()] else OnShift.off

    def spans_of(self, day: date, calendar: Calendar) -> tuple[Span, ...]:
        if day in self.dated:
            return self.dated[day]
        if day in calendar.holidays and not self.works_on_holidays:
            return NO_SPANS
        return self.weekly[day.weekday()]


def _covers(day: date, span: Span, here: datetime) -> bool:
    starts = datetime.combine(day, span[0])
    ends = datetime.combine(day, span[1])
    return starts <= here < (ends if ends > starts else ends + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class ContractSpan:
    """Of the company an agent comes from: in force on both days it names, in Seoul, while we work with it."""

    starts_on: date | None = None
    ends_on: date | None = None
    is_active: bool = True

    def holds(self, now: datetime) -> bool:
        here = in_seoul(now).date()
        return self.is_active and (self.starts_on or here) <= here <= (self.ends_on or here)


@dataclass(frozen=True, slots=True)
class DeskAgent:
    """`load`: open tickets now, what is on its way to Zendesk counted in; `channel_load`: of these, by `via_id`.

    `skills`: level 1 to 5 by name. No `cities`: every city. `channel_limits`: the most open tickets of a channel.
    `contract`: of the company they come from; our own people have none.
    """

    id: str
    name: str = ""
    groups: frozenset[str] = frozenset()
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset({"ko"})
    topics: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    capacity: int = 8
    channel_limits: Mapping[str, int] = field(default_factory=dict)
    vendor_id: int | None = None
    contract: ContractSpan | None = None
    is_active: bool = True
    presence: PresenceState = PresenceState.offline
    shifts: Shifts = field(default_factory=Shifts)
    load: int = 0
    channel_load: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    """One way of giving tickets to people, as managers wrote it ("배정 방식").

    `group_id` "" means every agent. `skills`: the least level of each. `by_*`: what the ticket itself asks for must be
    among what the agent has. Minutes of overflow are counted by the clock, those of `idle_minutes` in business hours;
    None: never. `overflow_to` is another queue's key; without one, the ticket is left to `overflow_group_id`.
    """

    key: str
    title: str = ""
    strategy: Strategy = Strategy.round_robin
    group_id: str = ""
    skills: tuple[tuple[str, int], ...] = ()
    by_language: bool = False
    by_topic: bool = False
    by_city: bool = False
    vip_lane: bool = True
    urgent_is_emergency: bool = True
    emergency_tags: frozenset[str] = frozenset()
    only_online: bool = True
    only_on_shift: bool = False
    overflow_minutes: int | None = None
    overflow_when_nobody: bool = False
    overflow_to: str = ""
    overflow_group_id: str = ""
    idle_minutes: int | None = None
    most_moves: int = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """Everybody who may be given tickets, at one moment.

    `turns`: when each agent was last given one by a queue, as the running number of that queue's turns, by (queue's
    key, agent's id): the stored cursor of round robin. `last_agents`: who had the customer's last ticket, by the
    requester's id. `calendar` tells the holidays.
    """

    agents: tuple[DeskAgent, ...] = ()
    turns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    last_agents: Mapping[str, str] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def topics(self) -> frozenset[str]:
        """Every topic that somebody is there for: a ticket's tags among these are its topics."""
        return frozenset[str]().union(*(one.topics for one in self.agents))

    def agent(self, id: str) -> DeskAgent | None:
        return next((one for one in self.agents if one.id == id), None)

    def given(self, queue: str, agent_id: str, via_id: str | None = None) -> Desk:
        """As it is once `queue` has given that agent one more ticket: for callers that simulate many."""
        turn = max((at for (key, _), at in self.turns.items() if key == queue), default=0) + 1
        agents = tuple(_with_one_more(one, via_id) if one.id == agent_id else one for one in self.agents)
        return replace(self, agents=agents, turns={**self.turns, (queue, agent_id): turn})


def _with_one_more(agent: DeskAgent, via_id: str | None) -> DeskAgent:
    by_channel = dict(agent.channel_load)
    if via_id is not None:
        by_channel[via_id] = by_channel.get(via_id, 0) + 1
    return replace(agent, load=agent.load + 1, channel_load=by_channel)
