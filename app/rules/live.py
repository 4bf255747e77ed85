"""The rules and macros in force now, compiled, and kept as long as nobody changes one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.language.account import Account
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.macros.definition import MacroDefinition
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.rules.definition import RuleDefinition
from app.rules.model import Rule, RuleKind, RuleState

log = logging.getLogger(__name__)
Row = TypeVar("Row", Rule, Macro)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Live:
    """`numbers`: the version of each rule by its id as text; `macro_ids`: Zendesk's ids of macros by ours."""

    triggers: RuleSet[RuleDefinition]
    automations: RuleSet[RuleDefinition]
    numbers: Mapping[str, int]
    macros: Mapping[str, MacroDefinition]
    macro_ids: Mapping[str, int]
    account: Account


def definition_of(rule: Rule) -> RuleDefinition:
    """The rule as the engine takes it: whether it decides is our state, not the account's `active`. Refuses with
    RuleRefused."""
    source = {**rule.definition, "title": rule.title, "position": rule.position}
    return replace(RuleDefinition.parse(source, rule.kind, str(rule.id)), active=rule.state is RuleState.live)


def read_live(session: Session, zendesk_url: str | None = None) -> Live:
    """Compiled anew only when a rule or macro was changed since the last call in this process.

    One that is live and not understood (any more) is left out and logged; its screen says why. The others go on.
    """
    stamp = _stamp(session)
    kept = session.info.get("opsroom.live")
    if kept is not None and kept[0] == stamp:
        live: Live = kept[1]
        return live
    rules = session.scalars(select(Rule).where(Rule.state == RuleState.live).order_by(Rule.position, Rule.id)).all()
    macros = session.scalars(select(Macro).where(Macro.state == MacroState.live)).all()
    live = Live(
        triggers=RuleSet.compile(_understood(definition_of, [one for one in rules if one.kind is RuleKind.trigger])),
        automations=RuleSet.compile(
            _understood(definition_of, [one for one in rules if one.kind is RuleKind.automation])
        ),
        numbers={str(rule.id): rule.number for rule in rules},
        macros={one.id: one for one in _understood(macro_of, macros)},
        macro_ids={str(macro.id): macro.zendesk_id for macro in macros if macro.zendesk_id},
        account=Account(name=urlsplit(zendesk_url or "").hostname or "Opsroom"),
    )
    session.info["opsroom.live"] = (stamp, live)
    return live


def rules_of(live: Live, kind: Use) -> RuleSet[RuleDefinition]:
    return live.triggers if kind is Use.trigger else live.automations


def _understood(parsed: Callable[[Row], Parsed], rows: Iterable[Row]) -> list[Parsed]:
    found = []
    for row in rows:
        try:
            found.append(parsed(row))
        except Refusal:
            log.error("not_understood_and_left_out", extra={"kind": row.__tablename__, "row": row.id})  # noqa: TRY400
    return found


def _stamp(session: Session) -> tuple[object, ...]:
    rules = session.execute(select(func.count(), func.max(Rule.updated_at), func.sum(Rule.version)).select_from(Rule))
    macros = session.execute(
        select(func.count(), func.max(Macro.updated_at), func.sum(Macro.version)).select_from(Macro)
    )
    return (*rules.one(), *macros.one())
