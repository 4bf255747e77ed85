"""What a shadow wanted beside what people did: field by field agreed, differed, or cannot tell. Pure.

Only people's work tells. Once a person has worked on the ticket, what stands when the comparison is made is what they
settled on, whoever set it; what stands otherwise than wanted counts against the shadow when a person set it so, or when
a person has solved the ticket without it. A status counts as agreed when a person set it at any time meanwhile: it is
meant to move on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.language.values import text_of
from app.rules.shadow.model import Outcome

SOLVED = frozenset({"solved", "closed"})
TAGS = "tags"
UNSEEN = frozenset({"follower", "cc", "route", "refused"})
"""What an update does not show; left out of the comparison."""


@dataclass(frozen=True, slots=True)
class Step:
    """One update of the ticket after the cause. `changes`: {field: (before, after)} by Zendesk's names; `comment` is
    True for a public one, False for a note, None for none."""

    at: datetime
    by_person: bool
    changes: Mapping[str, tuple[Any, Any]]
    comment: bool | None = None

    @property
    def solves(self) -> bool:
        return self.by_person and "status" in self.changes and text_of(self.changes["status"][1]) in SOLVED


@dataclass(frozen=True, slots=True)
class Compared:
    field: str
    wanted: Any
    seen: Any
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "wanted": self.wanted, "seen": self.seen, "outcome": self.outcome.value}


@dataclass(frozen=True, slots=True)
class Work:
    """What happened to a ticket between the cause and the comparison. `final`: its fields at the end, tags under
    "tags"; `refund`: whether a person asked for one."""

    final: Mapping[str, Any]
    people: tuple[Step, ...] = ()
    refund: bool = False
    over: bool = field(default=False)

    @classmethod
    def of(cls, steps: Iterable[Step], final: Mapping[str, Any], *, refund: bool = False) -> Work:
        people = tuple(one for one in steps if one.by_person)
        return cls(final, people, refund, any(one.solves for one in people))

    @property
    def worked(self) -> bool:
        return bool(self.people) or self.refund

    def set_by_people(self, name: str) -> list[Any]:
        return [one.changes[name][1] for one in self.people if name in one.changes]

    def said(self, *, public: bool) -> bool:
        return any(one.comment is public for one in self.people)


def until(steps: Iterable[Step], due: datetime) -> datetime:
    """When the comparison is made: when a person solved the ticket, at the latest when it is due."""
    return min((one.at for one in steps if one.solves and one.at <= due), default=due)


def compare(actions: Sequence[Mapping[str, Any]], work: Work) -> list[Compared]:
    """One row for each wanted effect that an update shows."""
    return [_one(str(row.get("field")), row, work) for row in actions if _shows(row)]


def outcome_of(compared: Iterable[Compared]) -> Outcome:
    """Of the whole decision: one field that differed makes it differ; nothing that tells leaves it unclear."""
    found = {one.outcome for one in compared}
    return next((one for one in (Outcome.differed, Outcome.agreed) if one in found), Outcome.unclear)


def _shows(row: Mapping[str, Any]) -> bool:
    return row.get("field") not in UNSEEN and not (row.get("held") and row.get("field") != "request_refund")


def _one(name: str, row: Mapping[str, Any], work: Work) -> Compared:
    wanted = row.get("value")
    if name == "comment":
        public = bool(row.get("public", True))
        label = "reply" if public else "note"
        return Compared(
            label, True, work.said(public=public), _judged(work, met=work.said(public=public), against=False)
        )
    if name == "request_refund":
        return Compared(name, wanted, work.refund, _judged(work, met=work.refund, against=False))
    if name in {"current_tags", "remove_tags"}:
        return _tag(name, text_of(wanted), work)
    key = name.removeprefix("custom_fields_")
    seen, by_people = work.final.get(key), work.set_by_people(key)
    met = text_of(seen) == text_of(wanted)
    if key == "status":
        met = met or any(text_of(one) == text_of(wanted) for one in by_people)
    return Compared(name, wanted, seen, _judged(work, met=met, against=bool(by_people)))


def _tag(name: str, tag: str, work: Work) -> Compared:
    there = tag in _tags(work.final.get(TAGS))
    met = there is (name == "current_tags")
    touched = any(
        (tag in _tags(one.changes[TAGS][0])) is not (tag in _tags(one.changes[TAGS][1]))
        for one in work.people
        if TAGS in one.changes
    )
    return Compared(name, tag, there, _judged(work, met=met, against=touched))


def _judged(work: Work, *, met: bool, against: bool) -> Outcome:
    """`against`: a person has set it otherwise."""
    if not work.worked:
        return Outcome.unclear
    if met:
        return Outcome.agreed
    return Outcome.differed if against or work.over else Outcome.unclear


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [str(one) for one in value or ()]
