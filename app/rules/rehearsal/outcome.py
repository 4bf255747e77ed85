"""What a rehearsal keeps of one ticket on which the two sets differ. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.rules.rehearsal.compare import Compared, Outcome
from app.rules.rehearsal.effects import Effect, to_rows

LOOKS_KEPT = 6
EFFECTS_KEPT = 12
ASSIGNMENTS = {"assignee_id": "agent", "group_id": "group"}


@dataclass(frozen=True, slots=True)
class Differing:
    """`kind` is the same for the same kind of difference: which rules, which fields, more or less of them. `draw` comes
    from the ticket's number alone. `marks`: see RehearsalTicket. `effects`: of each differing look its time, its cause
    and the effects that would be gone and those that would come."""

    kind: str
    draw: int
    looks: int
    marks: str
    effects: list[dict[str, Any]]

    @classmethod
    def of(cls, ticket_number: int, compared: Sequence[Compared]) -> Differing | None:
        """None when the two sets do the same to the ticket."""
        some = [one for one in compared if one.differs]
        if not some:
            return None
        return cls(
            kind=_digest("|".join(sorted({mark for one in some for mark in _kind(one)}))),
            draw=int(_digest(str(ticket_number), 12), 16),
            looks=len(some),
            marks=f" {' '.join(sorted({mark for one in some for mark in marks_of(one)}))} ",
            effects=[_kept(one) for one in some[:LOOKS_KEPT]],
        )


def marks_of(one: Compared) -> Iterator[str]:
    """What a differing ticket is found by: " rule:1 field:status agent:9 group:3 "."""
    yield from (f"rule:{rule}" for rule in rules_that_differ(one))
    for effect in (*one.gone, *one.come):
        yield f"field:{effect.field}"
        if effect.field in ASSIGNMENTS and effect.value:
            yield f"{ASSIGNMENTS[effect.field]}:{effect.value}"


def rules_that_differ(one: Compared) -> set[str]:
    """Those that would fire in one set alone, or with another effect."""
    return {rule for rule, _ in _fired(one.before) ^ _fired(one.after)}


def _fired(outcome: Outcome) -> set[tuple[str, str]]:
    return {(decision.rule.id, decision.effect_hash) for decision in outcome.decisions}


def _kind(one: Compared) -> Iterator[str]:
    yield from rules_that_differ(one)
    for sign, effects in (("-", one.gone), ("+", one.come)):
        yield from (f"{sign}{effect.field}" for effect in effects)


def _kept(one: Compared) -> dict[str, Any]:
    return {
        "at": one.look.at.isoformat(),
        "cause": one.look.cause,
        "gone": _first(one.gone),
        "come": _first(one.come),
    }


def _first(effects: Sequence[Effect]) -> list[list[str]]:
    return to_rows(effects[:EFFECTS_KEPT])


def _digest(text: str, length: int = 16) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]
