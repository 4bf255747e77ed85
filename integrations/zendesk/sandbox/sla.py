"""SLA on tickets: which policy binds is asked of the engine at each update, when its targets are due is told here."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from . import hours, metrics, records, rulebook, ticket_clocks
from .engine import Look
from .shape import Json, stamp
from .state import Tx
from .ticket_clocks import Clock

KEPT = "ticket_sla"
_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60))


@dataclass(frozen=True, slots=True)
class Changed:
    """What an update changed beside the ticket's own fields, by the name of its event."""

    event: str
    previous: str | None
    current: str | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One target of the policy that binds, on the clock it is held against. `due_at`: when it is missed if nothing
    comes; None while its clock stands still."""

    clock: Clock
    seconds: int
    business: bool
    due_at: datetime | None

    def missed(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < (self.clock.met_at or now)


def bind(tx: Tx, ticket: Json, look: Callable[[], Look]) -> Iterator[Changed]:
    """Keeps which policy holds from this update on, and when its targets are missed; gives what that changed. Nothing
    where no engine or no policy is, and then nobody looks."""
    policies = rulebook.policies(tx)
    if policies is None:
        return
    kept = records.one(tx.db, KEPT, ticket["id"]) or {"id": ticket["id"], "applied": []}
    applied = {"at": tx.stamp, "policy_id": policies.binding(look()), "priority": ticket["priority"]}
    last = kept["applied"][-1] if kept["applied"] else {"policy_id": None, "priority": ticket["priority"]}
    if (applied["policy_id"], applied["priority"]) != (last["policy_id"], last["priority"]):
        kept["applied"].append(applied)
        records.put(tx, KEPT, kept)
    if applied["policy_id"] != last["policy_id"]:
        yield Changed("sla_policy_changed", _text(last["policy_id"]), _text(applied["policy_id"]))
    before = _next_miss(tx, ticket["id"])
    _keep_misses(tx, ticket)
    after = _next_miss(tx, ticket["id"])
    if before != after:
        yield Changed("next_sla_breach_changed", before, after)


def _keep_misses(tx: Tx, ticket: Json) -> None:
    """Those to come anew; what was missed stays."""
    now = int(tx.now.timestamp())
    tx.db.execute("delete from sla_misses where ticket_id = ? and at >= ?", (ticket["id"], now))
    for promise in promises(tx.db, ticket):
        if promise.due_at is not None and promise.clock.met_at is None:
            tx.db.execute(
                "insert or ignore into sla_misses(ticket_id, metric, at) values (?, ?, ?)",
                (ticket["id"], promise.clock.metric, max(int(promise.due_at.timestamp()), now)),
            )


def _next_miss(tx: Tx, ticket_id: int) -> str | None:
    sql = "select min(at) from sla_misses where ticket_id = ? and at > ?"
    second = tx.db.execute(sql, (ticket_id, int(tx.now.timestamp()))).fetchone()[0]
    return None if second is None else stamp(datetime.fromtimestamp(second, tz=UTC))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def applied(db: sqlite3.Connection, ticket_id: int) -> list[Json]:
    """When which policy came to hold, oldest first: {at, policy_id, priority}."""
    kept = records.one(db, KEPT, ticket_id)
    found: list[Json] = kept["applied"] if kept else []
    return found


def policy_of(db: sqlite3.Connection, ticket_id: int) -> Json | None:
    rows = applied(db, ticket_id)
    return records.one(db, "sla_policy", rows[-1]["policy_id"]) if rows else None


def promises(db: sqlite3.Connection, ticket: Json) -> list[Promise]:
    """The targets for the ticket's priority, each on the newest clock of its metric; a ticket without one has none."""
    policy = policy_of(db, ticket["id"])
    if policy is None or not ticket["priority"]:
        return []
    open_in = hours.of(db, metrics.schedule_of(db, ticket["id"]))
    clocks = ticket_clocks.of(db, ticket)
    return list(_promises(policy, ticket["priority"], clocks, open_in))


def shown(db: sqlite3.Connection, ticket: Json, now: datetime) -> Json:
    """What include=slas shows in a ticket. What is left until a target is missed (below zero: it was) is told in the
    greatest unit that it fills."""
    rows = []
    for promise in promises(db, ticket):
        row: Json = {"breach_at": stamp(promise.due_at) if promise.due_at else None, "stage": promise.clock.stage,
                     "metric": promise.clock.metric}  # fmt: skip
        if promise.due_at is not None:
            left = (promise.due_at - now.replace(microsecond=0)).total_seconds()
            unit, seconds = next((one for one in _UNITS if abs(left) >= one[1]), _UNITS[-1])
            row[unit] = int(left / seconds)
        rows.append(row)
    return {"policy_metrics": rows}


def breaches(db: sqlite3.Connection, ticket: Json, now: datetime) -> tuple[datetime, ...]:
    """When targets were missed, and when those that still run will be."""
    return tuple(
        one.due_at
        for one in promises(db, ticket)
        if one.due_at is not None and (one.clock.met_at is None or one.missed(now))
    )


def target_of(policy: Json, metric: str, priority: str | None) -> Json | None:
    rows = policy.get("policy_metrics") or []
    return next((row for row in rows if row.get("metric") == metric and row.get("priority") == priority), None)


def seconds_of(target: Json) -> int:
    return int(target.get("target_in_seconds") or (target.get("target") or 0) * 60)


def _promises(policy: Json, priority: str, clocks: list[Clock], open_in: hours.Hours | None) -> Iterator[Promise]:
    newest = {clock.metric: clock for clock in clocks}
    for metric, clock in newest.items():
        target = target_of(policy, metric, priority)
        if target is not None:
            business = bool(target.get("business_hours"))
            seconds = seconds_of(target)
            yield Promise(clock, seconds, business, clock.due(seconds, open_in if business else None))


def due_between(db: sqlite3.Connection, start: int, end: int) -> list[int]:
    """Tickets on which a target may have been missed in this time."""
    sql = "select distinct ticket_id from sla_misses where at >= ? and at <= ?"
    return [row["ticket_id"] for row in db.execute(sql, (start, end))]
