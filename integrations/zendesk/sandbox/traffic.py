"""Customers who write, answer, rate and re-open by themselves, in Korean and English, at a set rate."""

import logging
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from . import journal, letters, people, tickets
from .demo_world import customer
from .rating import rate
from .replies import Refusal
from .shape import Json, decode
from .state import State, Tx
from .tickets import By

log = logging.getLogger(__name__)
MOST_A_MINUTE = 6000
MOST_AT_ONCE = 10_000
CUSTOMERS = 500
CHANNELS = ("web", "email", "chat")
# How often each thing happens, of a hundred; where nobody can do it now, a customer writes instead.
CHANCES = {"write": 55, "answer": 20, "rate": 15, "reopen": 10}
AGENT_CHANCES = {"write": 30, "answer": 12, "rate": 13, "reopen": 5, "work": 40}


class TrafficRefused(Exception):
    """A rate or a number that cannot be: the words say what may stand there."""


class Traffic(threading.Thread):
    """Quiet until a rate is set. The same seed, asked for the same number of things in an account of the same state,
    makes the same things. With `agents` somebody also works on the tickets, for a house that nobody else serves.
    """

    def __init__(self, state: State) -> None:
        super().__init__(name="sandbox-traffic", daemon=True)
        self._state = state
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._stopping = False
        self._dice = random.Random(1)  # noqa: S311 - repeatable traffic, not a secret
        self._done: Counter[str] = Counter()
        self.per_minute = 0.0
        self.agents = False

    def set(self, body: Json) -> Json:
        """{"per_minute": N, "agents": true, "seed": S, "now": K}: each may be missing; `now` things happen at once."""
        per_minute, now, seed = body.get("per_minute", self.per_minute), body.get("now", 0), body.get("seed")
        if not _is_number(per_minute) or not 0 <= per_minute <= MOST_A_MINUTE:
            raise TrafficRefused(f"per_minute must be a number from 0 to {MOST_A_MINUTE}")
        if not isinstance(now, int) or isinstance(now, bool) or not 0 <= now <= MOST_AT_ONCE:
            raise TrafficRefused(f"now must be a whole number from 0 to {MOST_AT_ONCE}")
        if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
            raise TrafficRefused("seed must be a whole number")
        self.agents = bool(body.get("agents", self.agents))
        if seed is not None:
            with self._lock:
                self._dice = random.Random(seed)  # noqa: S311 - as above
        for _ in range(now):
            self.happen()
        self.per_minute = float(per_minute)
        self._bell.set()
        return self.told()

    def told(self) -> Json:
        return {"per_minute": self.per_minute, "agents": self.agents, "done": dict(sorted(self._done.items()))}

    def run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            if not self.per_minute:
                self._bell.wait()
            elif not self._bell.wait(60 / self.per_minute):
                self._try()

    def _try(self) -> None:
        try:
            self.happen()
        except Exception:
            log.exception("sandbox.traffic_failed")

    def stop(self) -> None:
        self._stopping = True
        self._bell.set()
        if self.is_alive():
            self.join(10)

    def happen(self) -> str:
        """One thing by the dice, in a commit and a journal line of its own; returns what it was."""
        with self._lock, self._state.write() as tx:
            chances = AGENT_CHANCES if self.agents else CHANCES
            wanted = self._dice.choices(list(chances), list(chances.values()))[0]
            line = journal.Line("TRAFFIC", f"/_sandbox/traffic/{wanted}")
            doing: dict[str, Callable[[Tx, journal.Line], bool]] = {
                "answer": self._answer, "rate": self._rate, "reopen": self._reopen, "work": self._work,
            }  # fmt: skip
            done = False
            if wanted in doing:
                with suppress(Refusal):
                    done = doing[wanted](tx, line)
            if not done:
                wanted = "write"
                self._write(tx, line)
            line.path = f"/_sandbox/traffic/{wanted}"
            journal.record(tx, line, 200)
            self._done[wanted] += 1
        return wanted

    def _write(self, tx: Tx, line: journal.Line) -> None:
        place = self._dice.randrange(CUSTOMERS)
        given = customer(place, random.Random(f"{place} traffic"))  # noqa: S311 - one person a place
        known = people.by_email(tx.db, given["email"])
        who = known or people.create(tx, {key: given[key] for key in ("name", "email", "locale")})
        subject = self._dice.choice(letters.SUBJECTS)
        tongue = _tongue(who)
        wanted: Json = {
            "subject": subject.title[tongue], "priority": subject.priority, "tags": list(subject.tags),
            "comment": {"body": letters.filled(subject.letter[tongue], self._dice, is_korean=tongue == 0)},
        }  # fmt: skip
        line.user_id = who["id"]
        tickets.create(tx, wanted, By(who, self._dice.choice(CHANNELS)))

    def _answer(self, tx: Tx, line: journal.Line) -> bool:
        return self._say(tx, line, ("pending", "open", "hold"), self._again)

    def _reopen(self, tx: Tx, line: journal.Line) -> bool:
        return self._say(tx, line, ("solved",), lambda _ticket, tongue: self._dice.choice(letters.REOPENED)[tongue])

    def _say(self, tx: Tx, line: journal.Line, statuses: tuple[str, ...], words: Callable[[Json, int], str]) -> bool:
        ticket, who = self._one(tx.db, statuses)
        if ticket is None or who is None:
            return False
        line.user_id = who["id"]
        change = {"comment": {"body": words(ticket, _tongue(who))}}
        tickets.update(tx, ticket["id"], change, By(who, self._dice.choice(CHANNELS)))
        return True

    def _again(self, ticket: Json, tongue: int) -> str:
        """The second letter of the same matter, known by its tags; thanks where it is some other matter."""
        found = [one for one in letters.SUBJECTS if set(one.tags) <= set(ticket["tags"])]
        return found[0].again[tongue] if found else letters.THANKS[1][tongue]

    def _rate(self, tx: Tx, line: journal.Line) -> bool:
        ticket, who = self._one(tx.db, ("solved",))
        if ticket is None or who is None:
            return False
        line.user_id = who["id"]
        is_good = self._dice.random() < 0.8
        said = self._dice.choice(letters.PRAISE if is_good else letters.COMPLAINT)[_tongue(who)]
        comment = said if self._dice.random() < 0.5 else None
        rate(tx, ticket, {"score": "good" if is_good else "bad", "comment": comment}, By(who, "web"))
        return True

    def _work(self, tx: Tx, line: journal.Line) -> bool:
        ticket, who = self._one(tx.db, ("new", "open"))
        staff = [decode(row["body"]) for row in tx.db.execute(
            "select body from users where role != 'end-user' and active = 1 order by id limit 100")]  # fmt: skip
        if ticket is None or who is None or not staff:
            return False
        agent = next((one for one in staff if one["id"] == ticket["assignee_id"]), None) or self._dice.choice(staff)
        line.user_id = agent["id"]
        is_done = self._dice.random() < 0.5
        said = letters.ANSWERS[1 if is_done else 0][_tongue(who)]
        change = {"comment": {"body": said}, "status": "solved" if is_done else "pending", "assignee_id": agent["id"]}
        tickets.update(tx, ticket["id"], change, By(agent, "web"))
        return True

    def _one(self, db: sqlite3.Connection, statuses: tuple[str, ...]) -> tuple[Json | None, Json | None]:
        """A ticket in one of these statuses and its customer: of the two hundred that were changed last."""
        marks = ",".join("?" * len(statuses))
        sql = f"select id from tickets where deleted = 0 and status in ({marks}) order by updated_at desc, id limit 200"  # noqa: S608
        found = [row["id"] for row in db.execute(sql, statuses)]
        if not found:
            return None, None
        ticket = tickets.one(db, self._dice.choice(found))
        who = people.one(db, ticket["requester_id"])
        is_customer = who is not None and who["active"] and who["role"] == "end-user"
        return (ticket, who) if is_customer else (None, None)


def _tongue(who: Json) -> int:
    return 0 if str(who.get("locale") or "").startswith("ko") else 1


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
