"""The rules and macros in force now, compiled, and kept as long as nobody changes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.language.account import Account
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.macros.definition import MacroDefinition
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.rules.definition import RuleDefinition
from app.rules.model import Rule, RuleKind, RuleState


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
    """Compiled anew only when a rule or macro was changed since the last call in this process."""
    stamp = _stamp(session)
    kept = session.info.get("opsroom.live")
    if kept is not None and kept[0] == stamp:
        live: Live = kept[1]
        return live
    rules = session.scalars(select(Rule).where(Rule.state == RuleState.live).order_by(Rule.position, Rule.id)).all()
    macros = session.scalars(select(Macro).where(Macro.state == MacroState.live)).all()
    live = Live(
        triggers=RuleSet.compile([definition_of(rule) for rule in rules if rule.kind is RuleKind.trigger]),
        automations=RuleSet.compile([definition_of(rule) for rule in rules if rule.kind is RuleKind.automation]),
        numbers={str(rule.id): rule.number for rule in rules},
        macros={str(macro.id): macro_of(macro) for macro in macros},
        macro_ids={str(macro.id): macro.zendesk_id for macro in macros if macro.zendesk_id},
        account=Account(name=urlsplit(zendesk_url or "").hostname or "Opsroom"),
    )
    session.info["opsroom.live"] = (stamp, live)
    return live


def rules_of(live: Live, kind: Use) -> RuleSet[RuleDefinition]:
    return live.triggers if kind is Use.trigger else live.automations


def _stamp(session: Session) -> tuple[object, ...]:
    rules = session.execute(select(func.count(), func.max(Rule.updated_at), func.sum(Rule.version)).select_from(Rule))
    macros = session.execute(
        select(func.count(), func.max(Macro.updated_at), func.sum(Macro.version)).select_from(Macro)
    )
    return (*rules.one(), *macros.one())
