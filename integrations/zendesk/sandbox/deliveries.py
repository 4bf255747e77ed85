"""Webhooks leave from here: signed, timed out and tried again as Zendesk does it, from rows that outlive a kill -9."""

import logging
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from . import account, records
from .breaker import BROKEN, Breaker
from .faults import Fault, Plan
from .sending import TIME_OUT_SECONDS, Sent, send
from .shape import Json, fine_stamp, text_of, ulid
from .state import State, Tx

log = logging.getLogger(__name__)
LONGEST_RETRY_AFTER = 60.0
MOST_LOOKED_AT = 200
RETRIES_ON_CONFLICT = 3
RETRIES_ON_TIME_OUT = 5
_MODES = ("drop", "double", "delay", "badly_signed")
AT_ONCE = 32
SHARE = 4  # of those at once, for each webhook


def account_of(state: State) -> int:
    with state.read() as db:
        return account.account_id(db)


def wait_before_retry(sent: Sent, tries: int, back_off: float) -> float | None:
    """Seconds until the next attempt, or None: that was the last. `tries` counts the attempts made.

    Zendesk tries again after 409 (three times), after 429 and 503 with a Retry-After below a minute, and after
    time-outs (five times). Anything else is final, a 500 and a refused connection too. Its pauses are not known.
    """
    if sent.timed_out:
        return back_off * 2 ** (tries - 1) if tries <= RETRIES_ON_TIME_OUT else None
    if sent.status_code == 409:
        return back_off * 2 ** (tries - 1) if tries <= RETRIES_ON_CONFLICT else None
    if sent.status_code in (429, 503):
        after = {key.lower(): value for key, value in sent.headers.items()}.get("retry-after", "")
        seconds = float(after) if after.strip().isdecimal() else LONGEST_RETRY_AFTER
        return seconds if seconds < LONGEST_RETRY_AFTER and tries <= RETRIES_ON_TIME_OUT else None
    return None


def again(tx: Tx, invocation_id: str) -> bool:
    """Has an invocation leave once more, with its tries counted anew; False where there is none."""
    sql = "update invocations set done = 0, due_at = ?, tries = 0, status = 'pending', status_code = null where id = ?"
    tx.wakes = True
    return tx.db.execute(sql, (tx.now.timestamp(), invocation_id)).rowcount > 0


class Deliveries(threading.Thread):
    """Takes what is due from the table, four of a webhook at once: a slow receiver holds up nobody but itself.

    Order is not promised, as it is not by Zendesk.
    """

    def __init__(self, state: State, faults: Plan, back_off_seconds: float = 1.0) -> None:
        super().__init__(name="sandbox-webhooks", daemon=True)
        self._state = state
        self._faults = faults
        self._back_off = back_off_seconds
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._under_way: dict[str, str] = {}  # invocation -> webhook
        self._delayed: set[str] = set()  # by a fault, until they are tried
        self._lock = threading.Lock()
        self._account = account_of(state)
        self._breaker = Breaker()

    def ring(self) -> None:
        self._bell.set()

    def stop(self) -> None:
        """Lets what is on its way arrive, for as long as a time-out; the rest leaves after the next start."""
        self._stopping.set()
        self._bell.set()
        self.join(TIME_OUT_SECONDS + 5)

    def run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sandbox-webhook") as pool:
            while not self._stopping.is_set():
                self._bell.clear()
                wait = self._start_due(pool)
                self._bell.wait(wait)

    def _start_due(self, pool: ThreadPoolExecutor) -> float:
        """Starts what may start, and tells for how many seconds nothing more will be due."""
        now = self._state.clock().timestamp()
        with self._state.read() as db:
            due = self._due(db, now)
            sql = "select min(due_at) from invocations where done = 0 and due_at > ?"
            later = db.execute(sql, (now,)).fetchone()[0]
        if len(due) > 1 and self._faults.draw_webhook(due[0]["type"], "reorder") is not None:
            started = self._claimed(due[:AT_ONCE], AT_ONCE)
            pool.submit(self._deliver_in_turn, started[::-1])
        else:
            started = self._claimed(due, SHARE)
            for row in started:
                pool.submit(self._deliver, row)
        if started and len(due) == MOST_LOOKED_AT:
            return 0.01  # behind these there may be some of another webhook
        return max(0.01, min(5.0, later - now)) if later else 5.0

    def _due(self, db: sqlite3.Connection, now: float) -> list[Json]:
        """The oldest that are due and not under way, of webhooks that have not their whole share under way."""
        with self._lock:
            under_way, shares = list(self._under_way), Counter(self._under_way.values())
        full = [webhook for webhook, number in shares.items() if number >= SHARE]
        but = f"id not in ({_marks(under_way)}) and webhook_id not in ({_marks(full)})"
        sql = f"select * from invocations where done = 0 and due_at <= ? and {but} order by seq limit ?"  # noqa: S608
        return [dict(row) for row in db.execute(sql, (now, *under_way, *full, MOST_LOOKED_AT))]

    def _claimed(self, rows: list[Json], share: int) -> list[Json]:
        with self._lock:
            shares = Counter(self._under_way.values())
            taken: list[Json] = []
            for row in rows:
                if len(self._under_way) < AT_ONCE and shares[row["webhook_id"]] < share:
                    shares[row["webhook_id"]] += 1
                    self._under_way[row["id"]] = row["webhook_id"]
                    taken.append(row)
        return taken

    def _deliver_in_turn(self, rows: list[Json]) -> None:
        """One after the other: several at once would put a turned order right again, now and then."""
        for row in rows:
            self._deliver(row)

    def _deliver(self, row: Json) -> None:
        try:
            with self._state.read() as db:
                hook = records.one(db, "webhook", row["webhook_id"])
                now = db.execute("select done, due_at from invocations where id = ?", (row["id"],)).fetchone()
            if now is None or now["done"] or now["due_at"] > row["due_at"]:
                return
            if hook is None:
                self._given_up(row)
                return
            if self._breaker.is_open(hook["id"], self._state.clock().timestamp()):
                self._broken(row)
                return
            modes = ("drop", "double", "badly_signed") if row["id"] in self._delayed else _MODES
            self._delayed.discard(row["id"])
            fault = self._faults.draw_webhook(row["type"], *modes)
            if fault is None or not self._spoiled(fault, hook, row):
                self._attempt(hook, row)
        except Exception:
            log.exception("sandbox.delivery_failed", extra={"invocation": row["id"]})
            self._given_up(row)
        finally:
            with self._lock:
                self._under_way.pop(row["id"], None)
            self._bell.set()

    def _spoiled(self, fault: Fault, hook: Json, row: Json) -> bool:
        """True where the fault has settled this delivery."""
        if fault.mode == "drop":
            with self._state.write() as tx:
                _finish(tx, row["id"], "dropped", None)
            return True
        if fault.mode == "delay":
            with self._state.write() as tx:
                self._delayed.add(row["id"])
                due = tx.now.timestamp() + fault.seconds
                tx.db.execute("update invocations set due_at = ? where id = ?", (due, row["id"]))
            return True
        if fault.mode == "badly_signed":
            self._attempt(hook, row, secret="not the secret")  # noqa: S106 - wrong on purpose
            return True
        self._attempt(hook, row)
        self._once_more(hook, row)
        return True

    def _given_up(self, row: Json) -> None:
        """What cannot be sent at all is not tried again."""
        with self._state.write() as tx:
            _finish(tx, row["id"], "failed", None)

    def _broken(self, row: Json) -> None:
        """Nothing leaves, now or later; the log says why."""
        with self._state.write() as tx:
            _tell(tx, row["id"], BROKEN, None, {}, {"headers": [], "payload": ""})
            _finish(tx, row["id"], BROKEN, None)

    def _once_more(self, hook: Json, row: Json) -> None:
        """The second of two: it is told as an attempt, and what became of the first stands."""
        sent = self._sent(hook, row)
        with self._state.write() as tx:
            _tell_sent(tx, row["id"], sent)

    def _sent(self, hook: Json, row: Json, secret: str | None = None) -> Sent:
        return send(hook, row["id"], bytes(row["body"]), self._state.clock(), self._account, secret)

    def _attempt(self, hook: Json, row: Json, secret: str | None = None) -> None:
        sent = self._sent(hook, row, secret)
        with self._state.write() as tx:
            tries = tx.db.execute("select tries from invocations where id = ?", (row["id"],)).fetchone()["tries"] + 1
            ok = _is_good(sent)
            status = "success" if ok else "failed"
            _tell_sent(tx, row["id"], sent)
            self._breaker.count(hook["id"], tx.now.timestamp(), ok=ok)
            wait = None if ok else wait_before_retry(sent, tries, self._back_off)
            tx.db.execute("update invocations set tries = ? where id = ?", (tries, row["id"]))
            if wait is None:
                _finish(tx, row["id"], status, sent.status_code)
            else:
                tx.db.execute(
                    "update invocations set due_at = ?, status = 'retrying', status_code = ? where id = ?",
                    (tx.now.timestamp() + wait, sent.status_code, row["id"]),
                )


def _marks(values: list[str]) -> str:
    return ",".join("?" * len(values))


def _is_good(sent: Sent) -> bool:
    return sent.status_code is not None and sent.status_code < 300


def _tell_sent(tx: Tx, invocation_id: str, sent: Sent) -> None:
    headers = [{"key": key, "value": value} for key, value in sent.headers.items()]
    response = {"headers": headers, "payload": sent.payload}
    _tell(tx, invocation_id, "success" if _is_good(sent) else "failed", sent.status_code, sent.request, response)


def _tell(tx: Tx, invocation_id: str, status: str, status_code: int | None, request: Json, response: Json) -> None:
    tx.db.execute(
        "insert into attempts(id, seq, invocation_id, completed_at, status, status_code, request, response)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (ulid(tx.now), tx.new_id(), invocation_id, fine_stamp(tx.now), status, status_code, text_of(request),
         text_of(response)),
    )  # fmt: skip


def _finish(tx: Tx, invocation_id: str, status: str, status_code: int | None) -> None:
    tx.db.execute(
        "update invocations set done = 1, status = ?, status_code = ?, completed_at = ? where id = ?",
        (status, status_code, fine_stamp(tx.now), invocation_id),
    )
