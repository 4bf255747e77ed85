"""What was asked of the sandbox and what it really committed: the oracle of every exactly-once test."""

import sqlite3
from dataclasses import dataclass

from .shape import Json, decode, fine_stamp, text_of
from .state import State, Tx


@dataclass(slots=True)
class Line:
    """One request. `seq` is None until its row is written, which happens inside the commit of its change."""

    method: str
    path: str
    query: str = ""
    user_id: int | None = None
    fault: str | None = None
    seq: int | None = None


def record(tx: Tx, line: Line, status: int | None = None) -> None:
    """With status None the reply was not out yet: a row that stays so belongs to a process that was killed."""
    if line.seq is not None:
        tx.db.execute("update journal set committed = ? where seq = ?", (text_of(tx.committed), line.seq))
        return
    values = (fine_stamp(tx.now), line.method, line.path, line.query, line.user_id, status, text_of(tx.committed),
              line.fault)  # fmt: skip
    row = tx.db.execute(
        "insert into journal(at, method, path, query, user_id, status, committed, fault)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    line.seq = row.lastrowid


def finish(state: State, line: Line, status: int) -> None:
    """`status` is what was sent: 0 where the connection was cut before a reply."""
    with state.write() as tx:
        if line.seq is None:
            record(tx, line, status)
        else:
            tx.db.execute("update journal set status = ?, fault = ? where seq = ?", (status, line.fault, line.seq))


def since(db: sqlite3.Connection, seq: int, limit: int = 10_000) -> list[Json]:
    rows = db.execute("select * from journal where seq > ? order by seq limit ?", (seq, limit))
    return [dict(row) | {"committed": decode(row["committed"])} for row in rows]
