"""A ticket's metric events: when each of its clocks began, stood still and ended, and what SLA made of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from . import hours, metrics, records, sla, ticket_clocks
from .shape import Json, moment, stamp
from .ticket_clocks import NEXT, Clock

_ORDER = ("measure", "activate", "apply_sla", "pause", "fulfill", "update_status", "breach")


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    clock: Clock
    type: str
    more: Json = field(default_factory=dict)
    instance: int | None = None

    def key(self) -> tuple[datetime, int, str, int]:
        return self.at, _ORDER.index(self.type), self.clock.metric, self.clock.instance


def of(db: sqlite3.Connection, ticket: Json, now: datetime) -> list[Json]:
    """Oldest first, up to now."""
    clocks = ticket_clocks.of(db, ticket)
    open_in = hours.of(db, metrics.schedule_of(db, ticket["id"]))
    found = [event for clock in clocks for event in _of_clock(clock, now, open_in)]
    found += _promised(db, ticket, clocks, open_in)
    return [_row(ticket["id"], event) for event in sorted((one for one in found if one.at <= now), key=_Event.key)]


def _row(ticket_id: int, event: _Event) -> Json:
    """The id follows from what the event is, its kind first, so that it stays the same and in order."""
    instance = event.clock.instance if event.instance is None else event.instance
    told = f"{event.clock.name} {instance} {event.type} {stamp(event.at)}"
    mark = int.from_bytes(blake2b(told.encode(), digest_size=3).digest(), "big")
    number = ticket_id << 27 | _ORDER.index(event.type) << 24 | mark
    return {
        "id": number, "ticket_id": ticket_id, "metric": event.clock.name, "instance_id": instance, "type": event.type,
        "time": stamp(event.at), **event.more,
    }  # fmt: skip


def by_metric(rows: list[Json]) -> Json:
    """As include=metric_events shows them in a ticket."""
    names = ("periodic_update_time", "requester_wait_time", "resolution_time", "pausable_update_time",
             "agent_work_time", "reply_time")  # fmt: skip
    return {name: [row for row in rows if row["metric"] == name] for name in names}


def _of_clock(clock: Clock, now: datetime, open_in: hours.Hours | None) -> Iterator[_Event]:
    """update_status tells the minutes that have run whenever it stops."""
    if clock.instance == 1 and clock.spans and clock.metric != NEXT:
        yield _Event(clock.spans[0][0], clock, "measure", instance=0)
    for start, end in clock.spans:
        yield _Event(start, clock, "activate")
        if end is None or end > now:
            continue
        if end not in clock.fulfilled_at:
            yield _Event(end, clock, "pause")
        yield _Event(end, clock, "update_status", {"status": _ran(clock, end, open_in)})
    for at in clock.fulfilled_at:
        yield _Event(at, clock, "fulfill")


def _ran(clock: Clock, until: datetime, open_in: hours.Hours | None) -> Json:
    return {"calendar": clock.ran(until, None) // 60, "business": clock.ran(until, open_in) // 60}


def _promised(
    db: sqlite3.Connection, ticket: Json, clocks: list[Clock], open_in: hours.Hours | None
) -> Iterator[_Event]:  # fmt: skip
    """Of each policy for as long as it held: that it came to hold for a clock, and that its target was missed."""
    rows = sla.applied(db, ticket["id"])
    for place, row in enumerate(rows):
        since, until = moment(row["at"]), moment(rows[place + 1]["at"]) if place + 1 < len(rows) else None
        policy = records.one(db, "sla_policy", row["policy_id"])
        if policy is None or since is None:
            continue
        for clock in clocks:
            target = sla.target_of(policy, clock.metric, row["priority"])
            if target is None or not clock.spans:
                continue
            at = max(since, clock.spans[0][0])
            if (until is None or at < until) and (clock.met_at is None or at <= clock.met_at):
                yield _Event(at, clock, "apply_sla", {"sla": _told(policy, target)})
                yield from _missed(clock, target, at, until, open_in)


def _missed(
    clock: Clock, target: Json, since: datetime, until: datetime | None, open_in: hours.Hours | None
) -> Iterator[_Event]:  # fmt: skip
    """A target that was over already when its policy came is missed then."""
    due = clock.due(sla.seconds_of(target), open_in if target.get("business_hours") else None)
    if due is not None and (clock.met_at is None or due < clock.met_at):
        at = max(due, since)
        if until is None or at < until:
            yield _Event(at, clock, "breach", {"deleted": False})


def _told(policy: Json, target: Json) -> Json:
    seconds = sla.seconds_of(target)
    return {
        "target": seconds // 60, "target_in_seconds": seconds, "business_hours": bool(target.get("business_hours")),
        "policy": {key: policy[key] for key in ("id", "title", "description")},
    }  # fmt: skip
