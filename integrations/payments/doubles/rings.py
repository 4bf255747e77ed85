"""The webhooks of a double, from rows that outlive a kill -9: signed as the provider does, and sent again until
somebody answers 2xx."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass

import requests

from integrations.payments.doubles.books import Booked, Books
from integrations.payments.doubles.call import Manner
from integrations.payments.doubles.plan import BADLY_SIGNED, DOUBLE, DROP, EARLY, Plan

log = logging.getLogger(__name__)
TIME_OUT_SECONDS = 10.0
TRIES = 7
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a double rings, and with what secret."""

    url: str
    secret: str


class Rings(threading.Thread):
    def __init__(self, books: Books, manner: Manner, plan: Plan, hook: Hook | None) -> None:
        super().__init__(name=f"{manner.name}-rings", daemon=True)
        self._books, self._manner, self._plan, self._hook = books, manner, plan, hook
        self._bell, self._stopping = threading.Event(), threading.Event()

    def owe(self, db: sqlite3.Connection, refund: Booked) -> int | None:
        """A row in the transaction of the refund; leaves when `leave` says so. None where nobody listens."""
        if self._hook is None or self._plan.draw("POST", DROP) is not None:
            return None
        event_id = f"evt_{secrets.token_hex(12)}"
        body = json.dumps(self._manner.event(db, refund, event_id), ensure_ascii=False)
        cursor = db.execute(
            "INSERT INTO rings (event_id, body, due) VALUES (?, ?, ?)", (event_id, body, time.time() + TIME_OUT_SECONDS)
        )
        return cursor.lastrowid

    def before_the_answer(self, ring: int | None) -> None:
        """An early webhook has arrived before the answer to the request that it tells of."""
        if ring is not None and self._plan.draw("POST", EARLY) is not None:
            self._deliver(ring)

    def leave(self, ring: int | None) -> None:
        """The answer is out: now it may go."""
        if ring is not None:
            with self._books.open() as db:
                db.execute("UPDATE rings SET due = ? WHERE id = ?", (time.time(), ring))
            self._bell.set()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.set()
        if self.is_alive():
            self.join(TIME_OUT_SECONDS + 5)

    def run(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            with self._books.open() as db:
                due = db.execute("SELECT id FROM rings WHERE done = 0 AND due <= ?", (time.time(),)).fetchall()
            for row in due:
                self._deliver(row["id"])
            self._bell.wait(0.5)

    def _deliver(self, ring: int) -> None:
        with self._books.open() as db:
            row = db.execute("SELECT * FROM rings WHERE id = ?", (ring,)).fetchone()
        if row is None or row["done"] or self._hook is None:
            return
        secret = "not the secret" if self._plan.draw("POST", BADLY_SIGNED) else self._hook.secret
        times = 2 if self._plan.draw("POST", DOUBLE) else 1
        answers = [self._send(self._hook.url, secret, row) for _ in range(times)]
        tries = row["tries"] + 1
        done = any(200 <= status < 300 for status in answers) or tries >= TRIES
        told = f"{row['answers']} {' '.join(map(str, answers))}".strip()
        with self._books.open() as db:
            db.execute(
                "UPDATE rings SET tries = ?, done = ?, due = ?, answers = ? WHERE id = ?",
                (tries, done, time.time() + PAUSE_SECONDS * 2**tries, told, ring),
            )

    def _send(self, url: str, secret: str, row: sqlite3.Row) -> int:
        """The status of the answer; 0 where nobody answered."""
        body = row["body"].encode()
        address, headers = self._manner.signed(body, row["event_id"], secret, url)
        headers = {"Content-Type": "application/json; charset=utf-8", **headers}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    address, data=body, headers=headers, timeout=TIME_OUT_SECONDS, allow_redirects=False
                )
        except requests.RequestException:
            log.info("double_ring_unanswered", extra={"ring": row["id"]})
            return 0
        return answer.status_code
