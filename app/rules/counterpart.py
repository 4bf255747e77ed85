"""Which of what is here a row of a file stands for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.macros.known import BIGGEST_ID
from app.macros.model import Macro, MacroState
from app.rules.definition import RuleDefinition
from app.rules.exchange import OF_ACCOUNT, normalised
from app.rules.exporting import as_given, macro_as_given
from app.rules.model import Rule, RuleKind, RuleState
from app.views.model import View
from app.views.view import definition_of as view_definition

R = TypeVar("R", Rule, Macro, View)


@dataclass(slots=True)
class Counterparts:
    """For the rows of one file. A row with the account's id stands for what has it, retired or not; one without, as
    every exported one is, for what is of its kind and title and in use: several of one title in their order, each once.
    """

    session: Session
    taken: set[tuple[str, int]] = field(default_factory=set)

    def rule(self, kind: RuleKind, raw: dict[str, Any]) -> Rule | None:
        rows = select(Rule).where(Rule.kind == kind)
        titled = rows.where(Rule.title == raw.get("title"), Rule.state != RuleState.retired)
        return self._found(raw, rows.where(Rule.zendesk_id == number_in(raw)), titled.order_by(Rule.position, Rule.id))

    def macro(self, raw: dict[str, Any]) -> Macro | None:
        titled = select(Macro).where(Macro.title == raw.get("title"), Macro.state != MacroState.retired)
        return self._found(raw, select(Macro).where(Macro.zendesk_id == number_in(raw)), titled.order_by(Macro.id))

    def view(self, raw: dict[str, Any]) -> View | None:
        titled = select(View).where(View.title == raw.get("title")).order_by(View.position, View.id)
        return self._found(raw, select(View).where(View.zendesk_id == number_in(raw)), titled)

    def version(self, kind: RuleKind, raw: dict[str, Any], otherwise: str) -> RuleDefinition:
        """The row as another version of its counterpart: by the same id and, where it names none, in the same place.
        `otherwise`: the id of what is not here. Refuses with RuleRefused.
        """
        rule = self.rule(kind, raw)
        if rule is None:
            return RuleDefinition.parse(raw, kind.value, otherwise)
        self.take(rule)
        read = RuleDefinition.parse(raw, kind.value, str(rule.id))
        return read if "position" in raw else replace(read, position=rule.position)

    def take(self, row: Rule | Macro | View) -> None:
        """No other row of the file stands for it."""
        self.taken.add((row.__tablename__, row.id))

    def _found(self, raw: dict[str, Any], by_id: Select[R], by_title: Select[R]) -> R | None:
        wanted = by_title if number_in(raw) is None else by_id
        rows = self.session.scalars(wanted)
        return next((one for one in rows if (one.__tablename__, one.id) not in self.taken), None)


def with_ids(raw: dict[str, Any], row: Rule | Macro | View | None) -> dict[str, Any]:
    """What a row without an id says, under what the account gave its counterpart."""
    if row is None or number_in(raw) is not None:
        return raw
    given = row.source if isinstance(row, Macro) else row.definition
    return {**{key: given[key] for key in OF_ACCOUNT if key in given}, **raw}


def is_same(raw: dict[str, Any], row: Rule | Macro | View) -> bool:
    """Whether the file says what is here already."""
    given = row.source if isinstance(row, Macro) else row.definition
    if number_in(raw) is not None:
        return given == raw
    stands = (
        as_given(row)
        if isinstance(row, Rule)
        else macro_as_given(row)
        if isinstance(row, Macro)
        else view_definition(row)
    )
    return normalised(stands.to_json()) == normalised(raw)


def number_in(raw: dict[str, Any]) -> int | None:
    """Zendesk's id of a rule, a macro or a view in its JSON; None for none that could be one."""
    given = raw.get("id")
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    fits = isinstance(number, int) and not isinstance(number, bool) and 0 < number <= BIGGEST_ID
    return number if fits else None
