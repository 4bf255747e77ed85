"""The rules and macros in force now, compiled, and kept as long as nobody changes one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from app import clock
from app.errors import Refusal
from app.language.account import Account
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.macros.definition import MacroDefinition
from app.macros.macro import definition_of as macro_of
from app.macros.model import Macro, MacroState
from app.routing.days import opening_stamp, read_opening
from app.rules.account_of import account_stamp, read_account
from app.rules.brakes.brake import brake_stamp, stopped_ids
from app.rules.definition import RuleDefinition
from app.rules.model import Rule, RuleKind, RuleState, RuleVersion
from app.rules.publication import Publication, PublicationState, in_force
from app.rules.shadow.model import Shadow, ShadowState

log = logging.getLogger(__name__)
Row = TypeVar("Row", "Acting", Macro)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Live:
    """`numbers`: the version in force of each rule by its id as text; `macro_ids`: Zendesk's ids of macros by ours;
    `shadows`: what only watches.
    """

    triggers: RuleSet[RuleDefinition]
    automations: RuleSet[RuleDefinition]
    numbers: Mapping[str, int]
    macros: Mapping[str, MacroDefinition]
    macro_ids: Mapping[str, int]
    account: Account
    shadows: tuple[Shadowed, ...] = ()


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A version in shadow among the rules in force: `rules` are those of its kind, with it in the place of its rule."""

    id: int
    rule_id: str
    kind: Use
    settle_hours: int
    rules: RuleSet[RuleDefinition]


def version_in_force(rule: Rule, at: datetime | None = None) -> RuleVersion | None:
    """The version that acts at `at` (now, where left out) if the rule is switched on; None while none is published."""
    published = in_force(rule.publications, at or clock.now())
    return None if published is None else next(one for one in rule.versions if one.number == published.number)


def number_of(rule: Rule) -> int:
    """The number of the version that `definition_of` gives now."""
    version = version_in_force(rule)
    return rule.number if version is None else version.number


def definition_of(rule: Rule, at: datetime | None = None) -> RuleDefinition:
    """The version in force at `at`, as the engine takes it; the newest saved one where none is. `active` tells whether
    it decides then: that is our state, not the account's `active`. Refuses with RuleRefused."""
    version = version_in_force(rule, at)
    if version is None:
        return draft_of(rule)
    return replace(as_definition(rule, version), active=rule.state is RuleState.live)


def draft_of(rule: Rule) -> RuleDefinition:
    """The newest saved version, which acts on nothing by being saved. Refuses with RuleRefused."""
    source = {**rule.definition, "title": rule.title, "position": rule.position}
    return replace(RuleDefinition.parse(source, rule.kind, str(rule.id)), active=False)


def as_definition(rule: Rule, version: RuleVersion) -> RuleDefinition:
    """Any version as the engine takes it, in the rule's place of today. Refuses with RuleRefused."""
    source = {**version.definition, "title": version.title, "position": rule.position}
    return RuleDefinition.parse(source, rule.kind, str(rule.id))


def read_live(session: Session, zendesk_url: str | None = None) -> Live:
    """Compiled anew only when a rule, a publication or a macro was changed since the last call in this process, or
    when the moment has come at which another version is in force.

    One that is live and not understood (any more) is left out and logged; its screen says why. The others go on.
    """
    now, stamp = clock.now(), _stamp(session)
    kept = session.info.get("opsroom.live")
    if kept is not None and kept[0] == stamp and kept[1].holds_at(now):
        live: Live = kept[2]
        return live
    acting, span = _in_force(session, now)
    macros = session.scalars(select(Macro).where(Macro.state == MacroState.live)).all()
    parsed = {kind: _understood(_parsed, [one for one in acting if one.rule.kind is kind]) for kind in RuleKind}
    opening = read_opening(session, now)
    live = Live(
        triggers=RuleSet.compile(parsed[RuleKind.trigger]),
        automations=RuleSet.compile(parsed[RuleKind.automation]),
        numbers={str(one.rule.id): one.version.number for one in acting},
        macros={one.id: one for one in _understood(macro_of, macros)},
        macro_ids={str(macro.id): macro.zendesk_id for macro in macros if macro.zendesk_id},
        account=read_account(session, urlsplit(zendesk_url or "").hostname or "Opsroom", opening),
        shadows=tuple(_shadowed(session, acting)),
    )
    session.info["opsroom.live"] = (stamp, span, live)
    return live


@dataclass(frozen=True, slots=True)
class Acting:
    """A rule that is switched on, and the version of it that acts."""

    rule: Rule
    version: RuleVersion

    @property
    def id(self) -> int:
        return self.rule.id


@dataclass(frozen=True, slots=True)
class Span:
    """How long what was read stays true as long as nobody changes a row; None is for ever."""

    since: datetime | None
    until: datetime | None

    def holds_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def _parsed(one: Acting) -> RuleDefinition:
    return replace(as_definition(one.rule, one.version), active=True)


def _shadowed(session: Session, acting: Sequence[Acting]) -> Iterator[Shadowed]:
    """Each running shadow with what is in force around it; one that is not understood is left out and logged."""
    running = (
        select(Shadow, Rule, RuleVersion)
        .join(Rule, Rule.id == Shadow.rule_id)
        .join(RuleVersion, and_(RuleVersion.rule_id == Shadow.rule_id, RuleVersion.number == Shadow.number))
        .where(Shadow.state == ShadowState.running, Rule.state != RuleState.retired)
        .order_by(Shadow.id)
    )
    for shadow, rule, version in session.execute(running):
        others = [one for one in acting if one.rule.kind is rule.kind and one.rule.id != rule.id]
        together = sorted([*others, Acting(rule, version)], key=lambda one: (one.rule.position, one.rule.id))
        parsed = _understood(_parsed, together)
        if any(one.id == str(rule.id) for one in parsed):
            yield Shadowed(shadow.id, str(rule.id), Use(rule.kind), shadow.settle_hours, RuleSet.compile(parsed))


def _in_force(session: Session, at: datetime) -> tuple[list[Acting], Span]:
    """What acts at `at`, in order, and for how long."""
    on = Rule.state == RuleState.live, Rule.id.not_in(stopped_ids())
    rules = session.scalars(select(Rule).where(*on).order_by(Rule.position, Rule.id)).all()
    published = select(Publication).where(
        Publication.rule_id.in_([one.id for one in rules]), Publication.state == PublicationState.published
    )
    by_rule: dict[int, list[Publication]] = {}
    for row in session.scalars(published.order_by(Publication.id)):
        by_rule.setdefault(row.rule_id, []).append(row)
    numbers = {rule_id: found.number for rule_id, rows in by_rule.items() if (found := in_force(rows, at)) is not None}
    versions = {
        row.rule_id: row
        for row in session.scalars(
            select(RuleVersion).where(tuple_(RuleVersion.rule_id, RuleVersion.number).in_(list(numbers.items())))
        )
    }
    turns = [
        turn for rows in by_rule.values() for row in rows for turn in (row.starts_at, row.ended_at) if turn is not None
    ]
    span = Span(
        max((turn for turn in turns if turn <= at), default=None),
        min((turn for turn in turns if turn > at), default=None),
    )
    return [Acting(rule, versions[rule.id]) for rule in rules if rule.id in versions], span


def rules_of(live: Live, kind: Use) -> RuleSet[RuleDefinition]:
    return live.triggers if kind is Use.trigger else live.automations


def _understood(parsed: Callable[[Row], Parsed], rows: Iterable[Row]) -> list[Parsed]:
    found = []
    for row in rows:
        try:
            found.append(parsed(row))
        except Refusal:
            log.error("not_understood_and_left_out", extra={"kind": type(row).__name__, "row": row.id})  # noqa: TRY400
    return found


def _stamp(session: Session) -> tuple[object, ...]:
    rules = session.execute(select(func.count(), func.max(Rule.updated_at), func.sum(Rule.version)).select_from(Rule))
    published = session.execute(select(func.count(), func.sum(Publication.version)).select_from(Publication))
    shadows = session.execute(select(func.count(), func.sum(Shadow.version)).select_from(Shadow))
    macros = session.execute(
        select(func.count(), func.max(Macro.updated_at), func.sum(Macro.version)).select_from(Macro)
    )
    return (
        *rules.one(),
        *published.one(),
        *shadows.one(),
        *macros.one(),
        *opening_stamp(session, clock.now()),
        *account_stamp(session),
        *brake_stamp(session),
    )
