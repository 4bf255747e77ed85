"""A ticket's metrics, read from its audits: how often it moved, how long who waited. The one place that computes them.

Business minutes are those within the ticket's schedule (see hours.py); where the account has none, every minute is one.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import hours, people, records
from .shape import Json, decode, ident, moment, stamp

# A metric has no row of its own: its id is its ticket's, out of the way of every other id.
FIRST_METRIC_ID = 900_000_000_000_000
DONE = frozenset({"solved", "closed"})
STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
SCHEDULED = "ticket_schedule"
Span = tuple[datetime, datetime]
_DATES = ("assignee_updated_at", "requester_updated_at", "status_updated_at", "initially_assigned_at", "assigned_at",
          "solved_at", "latest_comment_added_at")  # fmt: skip
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the ticket's life: when, in which audit, which field became what, or who said something."""

    at: datetime
    audit_id: int
    author_id: int | None
    field: str
    value: object
    previous: object = None


@dataclass(slots=True)
class Story:
    """What the steps add up to. `statuses` are (from when, status), oldest first."""

    created: datetime
    statuses: list[tuple[datetime, str]]
    dates: dict[str, datetime | None] = field(default_factory=lambda: dict.fromkeys(_DATES))
    stations: dict[str, int] = field(default_factory=lambda: {"group_id": 0, "assignee_id": 0})
    custom_status_at: datetime | None = None
    first_reply: datetime | None = None
    first_solved: datetime | None = None
    reopens: int = 0
    replies: int = 0


def metric_id(ticket_id: int) -> int:
    return FIRST_METRIC_ID + ticket_id


def ticket_of(number: int) -> int:
    """The ticket of a metric's id; a ticket's own id is taken for what it is."""
    return number - FIRST_METRIC_ID if number > FIRST_METRIC_ID else number


def of_ticket(db: sqlite3.Connection, ticket: Json, now: datetime, base: str) -> Json:
    """The row that GET ticket_metrics and include=metric_sets show."""
    story = told(db, ticket)
    waits: dict[str, list[Span]] = {status: [] for status in STATUSES}
    for start, until, status in _spans(story, now):
        waits[status].append((start, until))
    open_in = hours.of(db, schedule_of(db, ticket["id"]))
    number = metric_id(ticket["id"])
    return {
        "url": f"{base}/api/v2/ticket_metrics/{number}.json", "id": number, "ticket_id": ticket["id"],
        "created_at": ticket["created_at"], "updated_at": ticket["updated_at"],
        "group_stations": story.stations["group_id"], "assignee_stations": story.stations["assignee_id"],
        "reopens": story.reopens, "replies": story.replies, **dates(story),
        "reply_time_in_minutes": _minutes(_until(story, story.first_reply), open_in),
        "first_resolution_time_in_minutes": _minutes(_until(story, story.first_solved), open_in),
        "full_resolution_time_in_minutes": _minutes(_until(story, story.dates["solved_at"]), open_in),
        "agent_wait_time_in_minutes": _minutes(waits["pending"], open_in),
        "requester_wait_time_in_minutes": _minutes([*waits["new"], *waits["open"], *waits["hold"]], open_in),
        "on_hold_time_in_minutes": _minutes(waits["hold"], open_in),
        "custom_status_updated_at": _stamp(story.custom_status_at or story.created),
        "reply_time_in_seconds": {"calendar": _between(story.created, story.first_reply)},
    }  # fmt: skip


def schedule_of(db: sqlite3.Connection, ticket_id: int) -> int | None:
    """The schedule that a rule gave the ticket; None: the account's first one holds."""
    row = records.one(db, SCHEDULED, ticket_id)
    return None if row is None else ident(row["schedule_id"])


def dates(story: Story) -> Json:
    """What include=dates shows in a ticket."""
    return {key: _stamp(story.dates[key]) for key in _DATES}


def told(db: sqlite3.Connection, ticket: Json) -> Story:
    created = moment(ticket["created_at"]) or datetime.fromisoformat("1970-01-01T00:00:00Z")
    steps = list(_steps(db, ticket["id"]))
    story = Story(created, [(created, _first_status(steps, ticket))])
    story.dates["status_updated_at"] = created
    for step in steps:
        _take(story, step, ticket)
    if ticket["status"] not in DONE:
        story.dates["solved_at"] = None
    return story


def _take(story: Story, step: Step, ticket: Json) -> None:
    if step.field in ("comment", "reply"):
        _said(story, step, ticket)
    elif step.field in story.stations and step.value is not None:
        story.stations[step.field] += 1
        if step.field == "assignee_id":
            story.dates["assigned_at"] = step.at
            story.dates["initially_assigned_at"] = story.dates["initially_assigned_at"] or step.at
    elif step.field == "custom_status_id":
        story.custom_status_at = step.at
    elif step.field == "status":
        _turn(story, step)


def _said(story: Story, step: Step, ticket: Json) -> None:
    story.dates["latest_comment_added_at"] = step.at
    if step.author_id == ticket["requester_id"]:
        story.dates["requester_updated_at"] = step.at
    if step.author_id is not None and step.author_id == ticket["assignee_id"]:
        story.dates["assignee_updated_at"] = step.at
    if step.field == "reply":
        story.replies += 1
        if step.author_id != ticket["requester_id"]:
            story.first_reply = story.first_reply or step.at


def _turn(story: Story, step: Step) -> None:
    was, now = story.statuses[-1][1], str(step.value)
    if step.previous is None and now not in DONE:
        return
    story.statuses.append((step.at, now))
    story.dates["status_updated_at"] = step.at
    if now == "solved" or (now == "closed" and was != "solved"):
        story.dates["solved_at"] = step.at
        story.first_solved = story.first_solved or step.at
    if was in DONE and now not in DONE:
        story.reopens += 1


def _first_status(steps: list[Step], ticket: Json) -> str:
    """Told by the first audit, or by the first change of it; a ticket that never changed is what it always was."""
    for step in steps:
        if step.field == "status":
            return str(step.value if step.previous is None else step.previous)
    return str(ticket["status"])


def _steps(db: sqlite3.Connection, ticket_id: int) -> Iterator[Step]:
    rows = db.execute("select body from audits where ticket_id = ?", (ticket_id,)).fetchall()
    told = [decode(row["body"]) for row in rows]
    for audit in sorted(told, key=lambda audit: (moment(audit["created_at"]) or _EVER, audit["id"])):
        at = moment(audit["created_at"])
        for event in audit["events"] if at else []:
            if event.get("type") == "Comment" and at:
                author = event.get("author_id", audit["author_id"])
                staff = bool(event.get("public")) and people.is_staff(people.one(db, author))
                yield Step(at, audit["id"], author, "reply" if staff else "comment", None)
            elif event.get("type") in ("Create", "Change") and at:
                yield Step(at, audit["id"], audit["author_id"], str(event.get("field_name")), event.get("value"),
                           event.get("previous_value"))  # fmt: skip


def _spans(story: Story, end: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    for place, (start, status) in enumerate(story.statuses):
        until = story.statuses[place + 1][0] if place + 1 < len(story.statuses) else end
        yield start, until, status


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))


def _between(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else _seconds(start, end)


def _until(story: Story, end: datetime | None) -> list[Span] | None:
    return None if end is None else [(story.created, end)]


def _minutes(spans: Sequence[Span] | None, open_in: hours.Hours | None) -> Json:
    """Of both clocks; None for what has not happened."""
    if spans is None:
        return {"calendar": None, "business": None}
    seconds = sum(_seconds(start, end) for start, end in spans)
    business = sum(open_in.open_seconds(start, end) for start, end in spans) if open_in else seconds
    return {"calendar": seconds // 60, "business": business // 60}


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
