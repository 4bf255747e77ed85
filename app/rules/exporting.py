"""Rules, macros and views as Zendesk's JSON: what came from an account and was not changed here goes out as it came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.macros.definition import MacroDefinition
from app.macros.macro import definition_of as macro_definition
from app.macros.model import Macro, MacroState
from app.rules.definition import RuleDefinition
from app.rules.exchange import write
from app.rules.model import Rule, RuleKind, RuleState
from app.rules.rule import fitting
from app.views.model import View
from app.views.view import definition_of as view_definition

KINDS = (*(one.value for one in RuleKind), "macro", "view")


def export(session: Session, kinds: Collection[str] = KINDS) -> dict[str, Any]:
    """Everything that is not retired, in order; `active` is what the account said, where it said something."""
    wanted = [one for one in RuleKind if one.value in kinds]
    rules = select(Rule).where(Rule.kind.in_(wanted), Rule.state != RuleState.retired)
    macros = select(Macro).where(Macro.state != MacroState.retired).order_by(Macro.id)
    views = select(View).order_by(View.position, View.id)
    return write(
        [as_given(one) for one in session.scalars(rules.order_by(Rule.kind, Rule.position, Rule.id))],
        [macro_as_given(one) for one in session.scalars(macros)] if "macro" in kinds else [],
        [view_definition(one) for one in session.scalars(views)] if "view" in kinds else [],
    )


def as_given(rule: Rule) -> RuleDefinition:
    """A place of its own is written only where the account gave one, or it would come out changed."""
    given = rule.definition.get("position")
    moved = {"position": rule.position} if isinstance(given, int) and fitting(given) != rule.position else {}
    return RuleDefinition.parse({**rule.definition, "title": rule.title, **moved}, rule.kind.value)


def macro_as_given(macro: Macro) -> MacroDefinition:
    read = macro_definition(macro)
    if not macro.source:
        return replace(read, id="")
    return replace(read, active=macro.source.get("active") is not False)
