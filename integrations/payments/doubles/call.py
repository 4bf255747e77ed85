"""What both doubles have in common: a call, an answer, and an answer kept under its key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.payments.doubles.books import Booked


@dataclass(frozen=True, slots=True)
class Call:
    """`twist`: what the fault plan makes of a refund, "declined" or "pending"; None is the usual course."""

    method: str
    path: str
    query: Mapping[str, str]
    given: Mapping[str, Any]
    key: str | None
    authorization: str
    twist: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`made`: the refund that this call has booked. None when it booked nothing, as with an answer given again."""

    status: int
    body: Any
    made: Booked | None = None


class Manner(Protocol):
    """How one provider speaks."""

    name: str
    # As far as the provider tells: the same key with another request is refused, or answered as the first.
    refuses_other_request: bool

    def answer(self, db: sqlite3.Connection, call: Call) -> Answer: ...
    def trouble(self, status: int) -> Any: ...
    def in_progress(self) -> Answer: ...
    def other_request(self) -> Answer: ...
    def event(self, db: sqlite3.Connection, refund: Booked, event_id: str) -> Any: ...
    def signed(self, body: bytes, event_id: str, secret: str, url: str) -> tuple[str, Mapping[str, str]]: ...


def under_key(db: sqlite3.Connection, manner: Manner, call: Call, fresh: Callable[[], Answer]) -> Answer:
    """The first answer again, however often it is asked for; only the first time does anything happen."""
    if call.key is None:
        return fresh()
    key = f"{call.method} {call.path} {call.key}" if not manner.refuses_other_request else call.key
    asked = json.dumps([call.method, call.path, dict(call.given)], sort_keys=True)
    kept = db.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
    if kept is not None:
        if manner.refuses_other_request and kept["asked"] != asked:
            return manner.other_request()
        return Answer(kept["status"], json.loads(kept["body"]))
    made = fresh()
    db.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, asked, made.status, json.dumps(made.body)))
    return made


def spoil_kept(db: sqlite3.Connection, key: str, status: int, body: Any) -> None:
    """What was answered with a 5xx is given again as that 5xx."""
    db.execute(
        "UPDATE answers SET status = ?, body = ? WHERE key = ? OR key LIKE '% ' || ?",
        (status, json.dumps(body), key, key),
    )
