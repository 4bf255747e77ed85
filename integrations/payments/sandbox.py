"""A payment provider in a file: it keeps its own books, as a real one does, and fails when it is told to."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from integrations.errors import Refused, Unavailable, Unknown
from integrations.payments.port import Amount, Outcome, OutcomeState, Refunded, Why

_BUSY_SECONDS = 10.0
_LONGEST_KEY = 255
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    payment TEXT PRIMARY KEY, minor INTEGER NOT NULL CHECK (minor > 0), currency TEXT NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0, CHECK (refunded BETWEEN 0 AND minor)
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,
    minor INTEGER NOT NULL CHECK (minor > 0), currency TEXT NOT NULL, state TEXT NOT NULL, why TEXT,
    at REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, minor INTEGER, times INTEGER NOT NULL CHECK (times > 0)
) STRICT;
"""


class Fault(StrEnum):
    """`no_answer_after`: carried out, and the answer is lost. `no_answer_before`: the request is lost.

    `unavailable`: turned away. `declined`: fails for good. `pending`: taken on, see settle().
    """

    no_answer_after = "no_answer_after"
    no_answer_before = "no_answer_before"
    unavailable = "unavailable"
    declined = "declined"
    pending = "pending"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the provider's books."""

    key: str
    payment: str
    minor: int
    currency: str
    outcome: Outcome


class SandboxProvider:
    """Keeps its books in `path`. Safe from several processes and threads at once, and after a kill -9.

    It never gives back more than was paid: check and booking are one transaction, and the table has the same limit.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._writing() as books:
            for statement in _SCHEMA.split(";\n"):
                books.execute(statement)
            if "at" not in {column["name"] for column in books.execute("PRAGMA table_info(refunds)")}:
                books.execute("ALTER TABLE refunds ADD COLUMN at REAL NOT NULL DEFAULT 0")
                books.execute("UPDATE refunds SET at = ?", (_now(),))

    def refund(self, key: str, payment: str, amount: Amount) -> Outcome:
        if not 0 < len(key) <= _LONGEST_KEY:
            raise Refused(f"a refund needs a key of 1 to {_LONGEST_KEY} characters")
        if amount.minor <= 0:
            raise Refused("a refund must be more than nothing")
        with self._writing() as books:
            fault = _take_fault(books, amount.minor)
            arrives = fault not in {Fault.unavailable, Fault.no_answer_before}
            outcome = _booked(books, key, payment, amount, fault) if arrives else None
        if fault is Fault.unavailable:
            raise Unavailable("the payment provider is not available", retry_after=1.0)
        if outcome is None or fault is Fault.no_answer_after:
            raise Unknown("no answer from the payment provider")
        return outcome

    def lookup(self, key: str, payment: str = "") -> Outcome | None:
        with self._books() as books:
            row = books.execute("SELECT * FROM refunds WHERE key = ?", (key,)).fetchone()
        return None if row is None else _outcome(row)

    def refunded(self, since: datetime, until: datetime) -> Iterator[Refunded]:
        with self._books() as books:
            rows = books.execute(
                "SELECT * FROM refunds WHERE state = 'paid' AND at BETWEEN ? AND ? ORDER BY at, rowid",
                (since.timestamp(), until.timestamp()),
            ).fetchall()
        for row in rows:
            at = datetime.fromtimestamp(row["at"], UTC)
            yield Refunded(row["key"], row["reference"], row["payment"], row["minor"], row["currency"], at)

    # What a test or the demo does at the provider's desk

    def date_back(self, key: str, at: datetime) -> None:
        """As if it had been carried out then."""
        with self._writing() as books:
            books.execute("UPDATE refunds SET at = ? WHERE key = ?", (at.timestamp(), key))

    def take_payment(self, payment: str, amount: Amount) -> None:
        """A customer has paid. The same payment again is no second one; with another amount it is Refused."""
        with self._writing() as books:
            books.execute(
                "INSERT INTO payments (payment, minor, currency) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (payment, amount.minor, amount.currency),
            )
            row = books.execute("SELECT minor, currency FROM payments WHERE payment = ?", (payment,)).fetchone()
        if tuple(row) != (amount.minor, amount.currency):
            raise Refused("this payment is already known with another amount")

    def break_next(self, fault: Fault, *, minor: int | None = None, times: int = 1) -> None:
        """The next `times` refunds fail so; with `minor`, only refunds of that amount."""
        with self._writing() as books:
            books.execute("INSERT INTO faults (kind, minor, times) VALUES (?, ?, ?)", (fault, minor, times))

    def settle(self, key: str, *, paid: bool) -> None:
        """Ends a pending refund. Refused when there is none."""
        with self._writing() as books:
            row = books.execute("SELECT * FROM refunds WHERE key = ? AND state = 'pending'", (key,)).fetchone()
            if row is None:
                raise Refused("no pending refund has this key")
            state, why = (OutcomeState.paid, None) if paid else (OutcomeState.failed, Why.declined)
            books.execute("UPDATE refunds SET state = ?, why = ?, at = ? WHERE key = ?", (state, why, _now(), key))
            if not paid:
                books.execute(
                    "UPDATE payments SET refunded = refunded - ? WHERE payment = ?", (row["minor"], row["payment"])
                )

    def journal(self) -> list[Entry]:
        """Every refund it ever decided on, in order: what really happened."""
        with self._books() as books:
            rows = books.execute("SELECT * FROM refunds ORDER BY rowid").fetchall()
        return [Entry(row["key"], row["payment"], row["minor"], row["currency"], _outcome(row)) for row in rows]

    @contextmanager
    def _books(self) -> Iterator[sqlite3.Connection]:
        try:
            books = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                books.row_factory = sqlite3.Row
                yield books
            finally:
                books.close()
        except sqlite3.OperationalError as failure:
            raise Unavailable("the payment provider's books cannot be opened") from failure

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._books() as books:
            books.execute("BEGIN IMMEDIATE")
            try:
                yield books
            except BaseException:
                books.execute("ROLLBACK")
                raise
            books.execute("COMMIT")


def _booked(books: sqlite3.Connection, key: str, payment: str, amount: Amount, fault: Fault | None) -> Outcome:
    row = books.execute("SELECT * FROM refunds WHERE key = ?", (key,)).fetchone()
    if row is not None:
        if (row["payment"], row["minor"], row["currency"]) != (payment, amount.minor, amount.currency):
            raise Refused("this key was used for another refund")
        return _outcome(row)
    outcome = _decided(books, payment, amount, fault)
    books.execute(
        "INSERT INTO refunds (key, reference, payment, minor, currency, state, why, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (key, outcome.reference, payment, amount.minor, amount.currency, outcome.state, outcome.why, _now()),
    )
    return outcome


def _decided(books: sqlite3.Connection, payment: str, amount: Amount, fault: Fault | None) -> Outcome:
    reference = f"sbx_{secrets.token_hex(8)}"
    why = Why.declined if fault is Fault.declined else _objection(books, payment, amount)
    if why is not None:
        return Outcome(OutcomeState.failed, reference, why)
    books.execute("UPDATE payments SET refunded = refunded + ? WHERE payment = ?", (amount.minor, payment))
    return Outcome(OutcomeState.pending if fault is Fault.pending else OutcomeState.paid, reference)


def _objection(books: sqlite3.Connection, payment: str, amount: Amount) -> Why | None:
    row = books.execute("SELECT * FROM payments WHERE payment = ?", (payment,)).fetchone()
    if row is None:
        return Why.unknown_payment
    if row["currency"] != amount.currency:
        return Why.other_currency
    return Why.more_than_paid if row["refunded"] + amount.minor > row["minor"] else None


def _take_fault(books: sqlite3.Connection, minor: int) -> Fault | None:
    row = books.execute(
        "SELECT id, kind FROM faults WHERE minor IS NULL OR minor = ? ORDER BY minor IS NULL, id LIMIT 1", (minor,)
    ).fetchone()
    if row is None:
        return None
    if books.execute("DELETE FROM faults WHERE id = ? AND times = 1", (row["id"],)).rowcount == 0:
        books.execute("UPDATE faults SET times = times - 1 WHERE id = ?", (row["id"],))
    return Fault(row["kind"])


def _outcome(row: sqlite3.Row) -> Outcome:
    return Outcome(OutcomeState(row["state"]), row["reference"], Why(row["why"]) if row["why"] else None)


def _now() -> float:
    return datetime.now(UTC).timestamp()
