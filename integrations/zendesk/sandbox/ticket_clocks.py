"""The clocks that run on a ticket: who is waiting, who works, since when the last word was said. Read, not kept.

Reply clocks begin with the customer's oldest unanswered words and end with the next public answer of staff. Status
clocks run in some statuses, stand still in others and end when the ticket is solved; a reopened ticket goes on with the
same ones. Update clocks begin with each public word of staff and end with the next, or when the ticket is solved.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import metrics, people
from .hours import Hours
from .shape import Json, decode, moment

FIRST, NEXT = "first_reply_time", "next_reply_time"
RUNS_IN: Mapping[str, frozenset[str]] = {
    "requester_wait_time": frozenset({"new", "open", "hold"}),
    "agent_work_time": frozenset({"new", "open"}),
    "total_resolution_time": frozenset({"new", "open", "pending", "hold"}),
}
UPDATES: Mapping[str, frozenset[str]] = {
    "periodic_update_time": frozenset({"new", "open", "pending", "hold"}),
    "pausable_update_time": frozenset({"new", "open", "hold"}),
}
# What SLA policies and metric events call the same clock.
EVENT_NAMES: Mapping[str, str] = {FIRST: "reply_time", NEXT: "reply_time", "total_resolution_time": "resolution_time"}


@dataclass(frozen=True, slots=True)
class Clock:
    """`instance` counts the clocks of one name from 1. `spans`: from when to when it ran, None: it runs. `met_at`: when
    what it waited for came; `fulfilled_at`: every time it did, since a ticket that was solved may be opened again."""

    metric: str
    instance: int
    spans: tuple[tuple[datetime, datetime | None], ...]
    met_at: datetime | None = None
    fulfilled_at: tuple[datetime, ...] = ()

    @property
    def name(self) -> str:
        return EVENT_NAMES.get(self.metric, self.metric)

    @property
    def stage(self) -> str:
        if self.met_at is not None:
            return "achieved"
        return "active" if self.spans and self.spans[-1][1] is None else "paused"

    def ran(self, until: datetime, hours: Hours | None) -> int:
        """Seconds, in business hours where they are given."""
        return sum(_between(start, min(end or until, until), hours) for start, end in self.spans if start < until)

    def due(self, seconds: int, hours: Hours | None) -> datetime | None:
        """When it has run so long; None where it stood still or ended before. A reply's is told even when it came."""
        left = seconds
        for start, end in self.spans:
            at = hours.after(start, left) if hours else start + timedelta(seconds=left)
            if end is None or at <= end or self.metric in (FIRST, NEXT):
                return at
            left -= _between(start, end, hours)
        return None


@dataclass(frozen=True, slots=True)
class Said:
    at: datetime
    by_staff: bool
    public: bool


def of(db: sqlite3.Connection, ticket: Json) -> list[Clock]:
    """All of them, those that are over included, each metric's oldest first."""
    story = metrics.told(db, ticket)
    said = list(_said(db, ticket))
    statuses = story.statuses
    solved = tuple(at for at, status in _turns(statuses) if status in metrics.DONE)
    over = solved[-1] if statuses[-1][1] in metrics.DONE else None
    found = list(_replies(story.created, said, solved))
    found += [Clock(metric, 1, _within(statuses, running), over, solved) for metric, running in RUNS_IN.items()]
    return found + list(_updates(statuses, said, solved))


def _turns(statuses: Sequence[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Closing what is solved is no new solution."""
    return [
        one
        for place, one in enumerate(statuses)
        if one[1] not in metrics.DONE or not place or statuses[place - 1][1] not in metrics.DONE
    ]


def _replies(created: datetime, said: Sequence[Said], solved: Sequence[datetime]) -> Iterator[Clock]:
    """What is unanswered when the ticket is solved waits no longer; new words of the customer begin anew."""
    since = created if not said or not said[0].by_staff else None
    number, first = 1, since is not None

    def ended(until: datetime) -> Clock:
        return Clock(FIRST if first else NEXT, number, ((since or until, until),), until, (until,))

    for one in said[1:]:
        given_up = _first_from(solved, since)
        if since is not None and given_up is not None and given_up < one.at:
            yield ended(given_up)
            since, first, number = None, False, number + 1
        if one.by_staff and one.public and since is not None:
            yield ended(one.at)
            since, first, number = None, False, number + 1
        elif not one.by_staff and since is None:
            since = one.at
    if since is not None:
        given_up = _first_from(solved, since)
        yield ended(given_up) if given_up else Clock(FIRST if first else NEXT, number, ((since, None),))


def _updates(
    statuses: Sequence[tuple[datetime, str]], said: Sequence[Said], solved: Sequence[datetime]
) -> Iterator[Clock]:
    words = [one.at for one in said if one.by_staff and one.public]
    for metric, running in UPDATES.items():
        for number, since in enumerate(words, start=1):
            ends = [at for at in (_first_from(solved, since), *words[number : number + 1]) if at is not None]
            until = min(ends, default=None)
            spans = _cut(_within(statuses, running), since, until)
            yield Clock(metric, number, spans, until, (until,) if until else ())


def _first_from(moments: Sequence[datetime], since: datetime | None) -> datetime | None:
    return next((at for at in moments if since is not None and at >= since), None)


def _within(
    statuses: Sequence[tuple[datetime, str]], running: frozenset[str]
) -> tuple[tuple[datetime, datetime | None], ...]:
    """From when to when the ticket was in one of these statuses, with what follows on each other joined."""
    found: list[tuple[datetime, datetime | None]] = []
    for place, (since, status) in enumerate(statuses):
        if status not in running:
            continue
        until = statuses[place + 1][0] if place + 1 < len(statuses) else None
        if place and statuses[place - 1][1] in running:
            found[-1] = (found[-1][0], until)
        else:
            found.append((since, until))
    return tuple(found)


def _cut(
    spans: Sequence[tuple[datetime, datetime | None]], since: datetime, until: datetime | None
) -> tuple[tuple[datetime, datetime | None], ...]:
    ends = [(max(start, since), until if end is None or (until and until < end) else end) for start, end in spans]
    return tuple((start, end) for start, end in ends if end is None or end > start)


def _said(db: sqlite3.Connection, ticket: Json) -> Iterator[Said]:
    """Who asked for the ticket counts as a customer, also where she is of the staff."""
    staff: dict[object, bool] = {}
    rows = db.execute("select body from comments where ticket_id = ? order by id", (ticket["id"],)).fetchall()
    for row in rows:
        comment = decode(row["body"])
        author, at = comment["author_id"], moment(comment.get("created_at"))
        if author not in staff:
            staff[author] = author != ticket["requester_id"] and people.is_staff(people.one(db, author))
        if at is not None:
            yield Said(at, staff[author], bool(comment["public"]))


def _between(start: datetime, end: datetime, hours: Hours | None) -> int:
    return hours.open_seconds(start, end) if hours else max(0, int((end - start).total_seconds()))
