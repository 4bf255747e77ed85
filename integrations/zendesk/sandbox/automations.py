"""The account's automations: once an hour by the sandbox's clock, on every ticket that is not closed.

In order of position, each seeing what those before it did; on a thousand tickets an hour at most each, and a hundred
times on one ticket in all. Nothing else ends one that fires for ever: its own action or condition must, as in Zendesk.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from . import audits, events, journal, looks, records, rulebook, sweeping, tickets
from .acting import SYSTEM, carry_out
from .clock import SimulatedClock
from .engine import Effect, Rules
from .notices import via_of
from .shape import Json, decode, stamp
from .state import State, Tx

HOUR = 3600
MOST_TICKETS_AN_HOUR = 1000
MOST_TIMES_A_TICKET = 100
KEPT = "automations_hour"
_SINCE = frozenset({"NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "assigned_at", "updated_at", "requester_updated_at",
                    "assignee_updated_at"})  # fmt: skip
_AT_LEAST = frozenset({"is", "greater_than", "is_business_hours", "greater_than_business_hours"})


class Hourly(threading.Thread):
    """Runs the automations and sweeps whenever an hour of the sandbox's clock has begun. After a pause it runs once."""

    def __init__(self, state: State) -> None:
        super().__init__(name="sandbox-automations", daemon=True)
        self._state = state
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        while not self._stopping.wait(1.0):
            self.catch_up()

    def stop(self) -> None:
        self._stopping.set()
        self.join(10)

    def move(self, clock: SimulatedClock, to: datetime) -> None:
        """Moves the clock hour by hour and runs in each, as if the time had gone by."""
        self.catch_up()
        with self._state.write() as tx:
            runs = rulebook.rules(tx, "automation") is not None
        while runs and (hour := _next_hour(clock())) <= to:
            clock.move(hour)
            self.catch_up()
        clock.move(to)
        self.catch_up()
        for ring in self._state.after_commit:
            ring()

    def catch_up(self) -> None:
        with self._lock:
            hour = int(self._state.clock().timestamp()) // HOUR
            with self._state.read() as db:
                last = records.kept(db, KEPT)
            if last is not None and hour <= int(last):
                return
            if last is not None and self._state.engine is not None:
                run(self._state)
            sweeping.sweep(self._state)
            with self._state.write() as tx:
                records.keep(tx, KEPT, str(hour))


def run(state: State) -> None:
    """One hour's run. Each ticket is a transaction of its own, and is looked at again in it. What has fired is kept
    with what it did, so that a run that a kill cut short goes on and does nothing twice."""
    hour = int(state.clock().timestamp()) // HOUR
    with state.write() as tx:
        rules = rulebook.rules(tx, "automation")
        tx.db.execute("delete from automation_firings where hour < ?", (hour,))
        sql = "select rule_id, count(*) as times from automation_firings group by rule_id"
        fired = Counter({row["rule_id"]: row["times"] for row in tx.db.execute(sql)})
    if rules is None:
        return
    for ticket_id in _met(state, rules, fired):
        with state.write() as tx:
            _on_one(tx, rules, ticket_id, fired, hour)


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _met(state: State, rules: Rules, fired: Mapping[int, int]) -> Iterator[int]:
    """The tickets on which something may fire now, the oldest first, as they are in one look at all of them."""
    now = state.clock()
    with state.read() as db:
        where, values = _possible(db, now)
        for row in db.execute(f"select body from tickets where {where} order by id", values):  # noqa: S608
            ticket = decode(row["body"])
            if next(rules.met(looks.by_time(db, now, ticket), _full(fired)), None) is not None:
                yield ticket["id"]


def _full(fired: Mapping[int, int]) -> set[int]:
    """Those that have had their thousand tickets this hour."""
    return {number for number, times in fired.items() if times >= MOST_TICKETS_AN_HOUR}


def _possible(db: sqlite3.Connection, now: datetime) -> tuple[str, list[object]]:
    """What SQL can tell beforehand: too many, never too few. Nothing that happened to a ticket is older than itself."""
    ways: list[str] = []
    values: list[object] = []
    for rule in records.every(db, "automation"):
        if not rule["active"]:
            continue
        asked = ["1"]
        for row in (rule["conditions"] or {}).get("all") or []:
            if row.get("field") == "status" and row.get("operator") == "is":
                asked.append("status = ?")
                values.append(str(row.get("value")))
            hours = str(row.get("value"))
            if row.get("field") in _SINCE and row.get("operator") in _AT_LEAST and hours.isdecimal():
                asked.append("created_at <= ?")
                values.append(stamp(now - timedelta(hours=min(int(hours), 1_000_000))))
        ways.append(" and ".join(asked))
    return f"deleted = 0 and status != 'closed' and ({' or '.join(ways) or '0'})", values


def _on_one(tx: Tx, rules: Rules, ticket_id: int, fired: Counter[int], hour: int) -> None:
    sql = "select rule_id from automation_firings where ticket_id = ? and hour = ?"
    done = _full(fired) | {row["rule_id"] for row in tx.db.execute(sql, (ticket_id, hour))}
    while (effect := _first(tx, rules, ticket_id, done)) is not None:
        done.add(effect.rule_id)
        rule = records.one(tx.db, "automation", effect.rule_id)
        if rule is not None and _times(tx.db, ticket_id) < MOST_TIMES_A_TICKET:
            fired[effect.rule_id] += 1
            tx.db.execute("insert into automation_firings values (?, ?, ?)", (effect.rule_id, ticket_id, hour))
            _fire(tx, tickets.one(tx.db, ticket_id), effect, rule)


def _first(tx: Tx, rules: Rules, ticket_id: int, but: Collection[int]) -> Effect | None:
    row = tx.db.execute(
        "select body from tickets where id = ? and deleted = 0 and status != 'closed'", (ticket_id,)
    ).fetchone()
    return None if row is None else next(rules.met(looks.by_time(tx.db, tx.now, decode(row["body"])), but), None)


def _times(db: sqlite3.Connection, ticket_id: int) -> int:
    sql = "select count(*) from audits where ticket_id = ? and json_extract(body, '$.via.source.rel') = 'automation'"
    return int(db.execute(sql, (ticket_id,)).fetchone()[0])


def _fire(tx: Tx, before: Json, effect: Effect, rule: Json) -> None:
    """An update of its own, by nobody, with the automation as the `via` of its audit; triggers hear of it as of any."""
    after, told = carry_out(tx, before, effect, rule, "automation", tickets.known(tx.db))
    via = via_of(tx.db, rule, "automation")
    audit = {
        "id": tx.new_id(), "ticket_id": before["id"], "created_at": tx.stamp, "author_id": SYSTEM["id"],
        "metadata": {"system": {}, "custom": {}}, "via": via,
        "events": [{key: value for key, value in event.items() if key != "via"} for event in told],
    }  # fmt: skip
    if told:
        after = after | {"updated_at": tx.stamp}
        after = tickets.settle(tx, before, after, audit, actor=SYSTEM, channel="rule")
        events.announce(tx, before, after, None, SYSTEM)
        tx.note("ticket", before["id"], audits.changed_keys(before, after))
    line = journal.Line("RULE", f"/api/v2/automations/{rule['id']}", f"ticket_id={before['id']}", SYSTEM["id"])
    journal.record(tx, line, 200)
    tx.committed.clear()  # told; the next firing in this transaction has a line of its own
