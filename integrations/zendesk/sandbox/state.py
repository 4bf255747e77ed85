"""The sandbox's memory: one SQLite file in its folder. One writer at a time, readers beside it, safe under kill -9."""

import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import finding
from .engine import Engine
from .schema import SCHEMA
from .shape import BIGGEST_ID, Json, stamp

FIRST_ID = 10_000_000_000_000
ID_STEP = 128
MAPPED = 2**34
A_SECOND = 1000  # rows


class FolderHeld(Exception):
    """Another process has this folder open: writing beside it would damage what it knows."""


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Tx:
    """One write transaction. Everything in it is committed together with the journal row that tells of it.

    Set `wakes` where the change left work for the threads that deliver webhooks and carry out jobs. `kept` outlives the
    transaction: what was read for it, under a mark of when (see rulebook.py).
    """

    __slots__ = ("committed", "counters", "db", "engine", "kept", "now", "stamp", "wakes")

    def __init__(
        self, db: sqlite3.Connection, now: datetime, counters: dict[str, int], engine: Engine | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.db = db
        self.engine = engine
        self.kept = {} if kept is None else kept
        self.now = now
        self.stamp = stamp(now)
        self.committed: list[Json] = []
        self.wakes = False
        self.counters = counters

    def new_id(self) -> int:
        self.counters["id"] += ID_STEP
        return self.counters["id"]

    def new_ticket_id(self) -> int:
        self.counters["ticket"] += 1
        return self.counters["ticket"]

    def keep_above(self, name: str, value: int) -> None:
        """Ids that came from outside are never given out again: `name` is "id" or "ticket"."""
        if value < BIGGEST_ID // 2 and value > self.counters[name]:
            self.counters[name] = value

    def generated(self, before: int = 0) -> int:
        """The unix second Zendesk would call generated_timestamp; it moves on every write and past every export."""
        return max(int(self.now.timestamp()), before + 1, self.counters["exported"] + 1)

    @property
    def exported(self) -> int:
        """The newest second that any client has been given by an export; 0 where none has asked yet."""
        return self.counters["exported"]

    def heard(self, at: int) -> int:
        """The second under which the export of events tells an audit of `at`: its own, or behind what was exported."""
        return max(at, self.counters["exported"] + 1)

    def filled(self, second: int) -> int:
        """Under which second an export tells a row filled in that is as old as `second`. Rows that come late share one
        by the thousand at most, since an export by time tells a second whole."""
        if second > self.counters["exported"]:
            return second
        at = max(self.counters["late"], self.counters["exported"] + 1)
        if at != self.counters["late"] or self.counters["late_rows"] >= A_SECOND:
            at += at == self.counters["late"]
            self.counters |= {"late": at, "late_rows": 0}
        self.counters["late_rows"] += 1
        return at

    def exported_through(self, second: int) -> None:
        self.counters["exported"] = max(self.counters["exported"], second)

    def note(
        self, kind: str, ident: object, changed: Sequence[str], marker: Mapping[str, object] | None = None
    ) -> None:
        """Put a change on the journal row of this request. `marker` is what came in metadata.custom."""
        row: Json = {"kind": kind, "id": ident, "changed": list(changed)}
        if marker:
            row["marker"] = dict(marker)
        self.committed.append(row)


class State:
    """Opens (and makes, where missing) the folder's state and holds it alone until closed."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = wall_clock) -> None:
        self.folder = folder
        self.clock = clock
        folder.mkdir(parents=True, exist_ok=True)
        self._hold = _held(folder)
        self._path = folder / "sandbox.sqlite3"
        self._lock = threading.Lock()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._writer = self._connect()
        self._writer.executescript(SCHEMA)
        finding.lay(self._writer)
        self.after_commit: list[Callable[[], None]] = []
        self.engine: Engine | None = None
        self._kept: dict[str, Any] = {}
        self._counters = self._load_counters()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent look: everything read inside belongs to the same moment."""
        try:
            db = self._readers.get_nowait()
        except queue.Empty:
            db = self._connect()
        try:
            db.execute("begin")
            yield db
        finally:
            db.execute("rollback")
            self._readers.put(db)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """All or nothing: an exception inside leaves nothing behind, not even a used-up id."""
        with self._lock:
            self._writer.execute("begin immediate")
            tx = Tx(self._writer, self.clock(), dict(self._counters), self.engine, self._kept)
            try:
                yield tx
                self._save_counters(tx.counters)
                self._writer.execute("commit")
            except BaseException:
                self._writer.execute("rollback")
                raise
            self._counters = tx.counters
        if tx.wakes:
            for ring in self.after_commit:
                ring()

    def close(self) -> None:
        with self._lock:
            self._writer.close()
            while not self._readers.empty():
                self._readers.get_nowait().close()
            os.close(self._hold)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
        db.row_factory = sqlite3.Row
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=normal")
        db.execute(f"pragma mmap_size={MAPPED}")
        finding.teach(db)
        return db

    def _load_counters(self) -> dict[str, int]:
        kept = {row["name"]: row["value"] for row in self._writer.execute("select name, value from counters")}
        return {"id": FIRST_ID, "ticket": 0, "exported": 0, "late": 0, "late_rows": 0} | kept

    def _save_counters(self, counters: dict[str, int]) -> None:
        changed = [(name, value) for name, value in counters.items() if self._counters.get(name) != value]
        self._writer.executemany("insert or replace into counters(name, value) values (?, ?)", changed)


def _held(folder: Path) -> int:
    """The kernel lets go of the lock when its process dies, however it dies: no stale lock can stay."""
    hold = os.open(folder / "sandbox.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(hold, 32).decode("ascii", "replace").strip()
        os.close(hold)
        raise FolderHeld(
            f"The sandbox (process {holder or 'unknown'}) has {folder} open. Talk to it over HTTP, or stop it first."
        ) from None
    os.ftruncate(hold, 0)
    os.write(hold, str(os.getpid()).encode())
    return hold
