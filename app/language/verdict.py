"""The verdict on conditions: met or not, each row with what was wanted and what was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.language.account import PLAIN_ACCOUNT, Account
from app.language.check import Check
from app.language.checks import check_of
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.sight import Sight
from app.words import Words


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of a verdict. `row` counts from 0 in its `group` ("all" or "any"); `note`: why it could not be known.

    `seen` is JSON and never a customer's words: of a search in a text it is the list of words found.
    """

    group: str
    row: int
    field: str
    operator: str
    wanted: object
    seen: object
    met: bool
    note: Words | None = None

    def to_json(self) -> dict[str, Any]:
        note = {"ko": self.note.in_language("ko"), "en": self.note.in_language("en")} if self.note else None
        return {
            "group": self.group,
            "row": self.row,
            "field": self.field,
            "operator": self.operator,
            "wanted": self.wanted,
            "seen": self.seen,
            "met": self.met,
            "note": note,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    met: bool
    reasons: tuple[Reason, ...]

    @property
    def blocking(self) -> tuple[Reason, ...]:
        """The rows that keep it from being met; of "any" all of them, when none is met. None when it is met."""
        if self.met:
            return ()
        any_met = any(one.met for one in self.reasons if one.group == "any")
        return tuple(one for one in self.reasons if not one.met and (one.group == "all" or not any_met))

    @property
    def distance(self) -> int:
        """How many rows would have to be different at least; 0 when it is met. The nearest miss has the least."""
        groups = {one.group for one in self.blocking}
        return sum(one.group == "all" for one in self.blocking) + ("any" in groups)


class ReadyConditions:
    """Conditions compiled once: `met` answers quickly, `verdict` with every row."""

    __slots__ = ("_all", "_any", "_quick_all")

    def __init__(self, conditions: Conditions) -> None:
        self._all = tuple(check_of(one) for one in conditions.all)
        self._any = tuple(check_of(one) for one in conditions.any)
        self._quick_all: tuple[Callable[[Sight], bool], ...] = tuple(
            one.met for one in sorted(self._all, key=lambda check: check.cost)
        )

    def met(self, sight: Sight) -> bool:
        for holds in self._quick_all:
            if not holds(sight):
                return False
        return not self._any or any(one.met(sight) for one in self._any)

    def verdict(self, sight: Sight) -> Verdict:
        reasons = [_reason("all", row, check, sight) for row, check in enumerate(self._all)]
        reasons += [_reason("any", row, check, sight) for row, check in enumerate(self._any)]
        all_met = all(one.met for one in reasons if one.group == "all")
        any_met = not self._any or any(one.met for one in reasons if one.group == "any")
        return Verdict(all_met and any_met, tuple(reasons))


def _reason(group: str, row: int, check: Check, sight: Sight) -> Reason:
    met, seen, unknown = check.look(sight)
    condition = check.condition
    note = unknown.note if unknown else None
    return Reason(group, row, condition.field, condition.operator, condition.value, seen, met, note)


def evaluate(conditions: Conditions, facts: TicketFacts, now: datetime, account: Account = PLAIN_ACCOUNT) -> Verdict:
    """The verdict on one ticket at `now` (aware). Never raises: what cannot be known is not met, with a note."""
    return ReadyConditions(conditions).verdict(Sight(facts, now, account))
