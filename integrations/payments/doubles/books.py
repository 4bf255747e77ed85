"""A provider's books in one SQLite file: payments, refunds, answers kept under their keys, webhooks owed, and the
journal of everything that was asked.

Safe from several processes and threads at once, and after a kill -9. Never more goes back than was paid: check and
booking are one transaction, and the table has the same limit.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BUSY_SECONDS = 20.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    payment TEXT PRIMARY KEY, minor INTEGER NOT NULL CHECK (minor > 0), currency TEXT NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL, CHECK (refunded BETWEEN 0 AND minor)
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL REFERENCES payments,
    minor INTEGER NOT NULL CHECK (minor > 0), currency TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL,
    left_minor INTEGER NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS rings (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, body TEXT NOT NULL, due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, answers TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT,
    status INTEGER NOT NULL, fault TEXT NOT NULL DEFAULT '', refund TEXT
) STRICT
"""
PAID, PENDING, FAILED = "paid", "pending", "failed"


@dataclass(frozen=True, slots=True)
class Booked:
    """A refund as the provider keeps it. `note` is what the shop wrote beside it: our key stands in it."""

    reference: str
    payment: str
    minor: int
    currency: str
    state: str
    note: str
    left_minor: int
    at: float


class Books:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.open() as db:
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, with the write lock from its start: all or nothing."""
        db = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        finally:
            db.close()

    # What a test or the demo does at the provider's desk

    def take_payments(self, rows: list[tuple[str, int, str, float]]) -> None:
        """Customers have paid: (payment, minor units, currency, when). One that is known is left as it is."""
        with self.open() as db:
            db.executemany(
                "INSERT INTO payments (payment, minor, currency, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", rows
            )

    def settle(self, reference: str, *, paid: bool) -> Booked | None:
        """Ends a pending refund, or takes a paid one back (a bank may send it back days later); None: no such one."""
        with self.open() as db:
            row = db.execute("SELECT * FROM refunds WHERE reference = ?", (reference,)).fetchone()
            if row is None or row["state"] == FAILED:
                return None
            db.execute("UPDATE refunds SET state = ? WHERE reference = ?", (PAID if paid else FAILED, reference))
            if not paid:
                give = "UPDATE payments SET refunded = refunded - ? WHERE payment = ?"
                db.execute(give, (row["minor"], row["payment"]))
            return refund_of(db, reference)

    def forget_answers(self) -> None:
        """As when the life of every key is over."""
        with self.open() as db:
            db.execute("DELETE FROM answers")

    def refunds(self) -> list[Booked]:
        """Every refund that was booked, in order: what really happened."""
        with self.open() as db:
            return [_booked(row) for row in db.execute("SELECT * FROM refunds ORDER BY id")]

    def journal(self) -> list[dict[str, Any]]:
        with self.open() as db:
            return [dict(row) for row in db.execute("SELECT * FROM journal ORDER BY id")]

    def arrived(self, method: str, path: str, key: str | None) -> int:
        """A line of the journal, from the moment on at which something is asked."""
        with self.open() as db:
            line = "INSERT INTO journal (at, method, path, key, status) VALUES (?, ?, ?, ?, 0)"
            return db.execute(line, (time.time(), method, path, key)).lastrowid or 0

    def answered(self, line: int, status: int, fault: str, refund: str | None) -> None:
        """What became of it; a status of 0 stays where no answer left."""
        with self.open() as db:
            ended = "UPDATE journal SET status = ?, fault = ?, refund = ? WHERE id = ?"
            db.execute(ended, (status, fault, refund, line))


def payment_of(db: sqlite3.Connection, payment: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute("SELECT * FROM payments WHERE payment = ?", (payment,)).fetchone()
    return found


def refund_of(db: sqlite3.Connection, reference: str) -> Booked | None:
    row = db.execute("SELECT * FROM refunds WHERE reference = ?", (reference,)).fetchone()
    return None if row is None else _booked(row)


def refunds_of(db: sqlite3.Connection, payment: str) -> list[Booked]:
    """Oldest first."""
    return [_booked(row) for row in db.execute("SELECT * FROM refunds WHERE payment = ? ORDER BY id", (payment,))]


def book(
    db: sqlite3.Connection,
    payment: sqlite3.Row,
    minor: int,
    state: str,
    note: str,
    reference: str,
    *,
    at: float | None = None,
) -> Booked:
    """The caller has seen that so much is left; a declined one takes nothing."""
    if state != FAILED:
        db.execute("UPDATE payments SET refunded = refunded + ? WHERE payment = ?", (minor, payment["payment"]))
    left = payment["minor"] - payment["refunded"] - (0 if state == FAILED else minor)
    db.execute(
        "INSERT INTO refunds (reference, payment, minor, currency, state, note, left_minor, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (reference, payment["payment"], minor, payment["currency"], state, note, left, at or time.time()),
    )
    made = refund_of(db, reference)
    assert made is not None  # noqa: S101 - written in this very transaction
    return made


def _booked(row: sqlite3.Row) -> Booked:
    return Booked(**{name: row[name] for name in Booked.__slots__})
