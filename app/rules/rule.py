"""Rules in the database: saved in versions that are never edited and act on nothing by being saved, put in order."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.errors import Refusal
from app.language.ids import NamedId, named_ids
from app.rules.checklist import version_of
from app.rules.definition import RuleDefinition, RuleRefused, problems
from app.rules.model import Rule, RuleKind, RuleState, RuleVersion
from app.rules.publishing import PUBLISH, void_open
from app.rules.unknown import unknown_of
from app.words import say

EDIT = "rules.edit"
TITLE_LENGTH = 200
BIGGEST_POSITION = 2**31 - 1


def save(
    session: Session,
    rule: Rule | None,
    *,
    title: str,
    kind: RuleKind,
    definition: Mapping[str, Any],
    description: str = "",
    position: int | None = None,
) -> Rule:
    """Writes down a rule, new (a draft, last of its kind) or changed (a new version); the caller commits.

    Refuses with RuleRefused what is wrong with it, row by row. What acts stays as it is until the new version is
    published; a request to publish the version before it is void. Nothing changed makes no version.
    """
    acting().must(EDIT)
    raw = {**deepcopy(dict(definition)), "title": title}
    faults = [one for one in problems(raw, kind.value) if not one.warning]
    if faults:
        raise RuleRefused(faults)
    if len(title) > TITLE_LENGTH:
        raise Refusal(say("제목은 200자까지입니다.", "A title has at most 200 characters."), field="title")
    if rule is None:
        rule = Rule(kind=kind, state=RuleState.draft, number=0, created_at=clock.now())
        rule.position = next_position(session, kind) if position is None else fitting(position)
        session.add(rule)
    else:
        _may_change(rule)
        if (rule.title, rule.definition, rule.description) == (title, raw, description):
            return rule
    void_open(rule)
    rule.title, rule.definition, rule.description = title, raw, description
    rule.number += 1
    rule.updated_at = clock.now()
    rule.versions.append(
        RuleVersion(number=rule.number, title=title, definition=raw, by=acting().name, at=rule.updated_at)
    )
    return rule


def _may_change(rule: Rule) -> None:
    if rule.state is RuleState.retired:
        words = say(
            "규칙 「{title}」은 보관되어 있어서 고칠 수 없습니다. 먼저 초안으로 되돌려 주세요.",
            "The rule “{title}” is retired and cannot be changed. Make it a draft first.",
        )
        raise Refusal(words.fill(title=rule.title))


def copied(session: Session, rule: Rule, number: int) -> Rule:
    """Version `number` once more, as a new version to go on from; nothing acts by it."""
    old = version_of(rule, number)
    return save(session, rule, title=old.title, kind=rule.kind, definition=old.definition, description=rule.description)


def unknown_in(session: Session, definition: Mapping[str, Any], kind: RuleKind) -> list[NamedId]:
    """The ids in it that are not known here, with the row of each."""
    parsed = RuleDefinition.parse({"title": "-", **definition}, kind.value)
    return unknown_of(session, named_ids(parsed.conditions, parsed.actions))


def fitting(position: int) -> int:
    """A place as the database can hold it."""
    return min(max(position, -BIGGEST_POSITION), BIGGEST_POSITION)


def next_position(session: Session, kind: RuleKind) -> int:
    last = session.scalar(select(func.max(Rule.position)).where(Rule.kind == kind))
    return 0 if last is None else fitting(last + 1)


def shift(session: Session, rule: Rule, by: int) -> None:
    """One place up (-1) or down (+1), past the next rule of its kind that is in the same state: what is between them
    in another state does not matter to it. Order decides what happens, so it needs the right to publish."""
    acting().must(PUBLISH)
    if rule.state is RuleState.retired:
        return
    rows = list(session.scalars(_in_order(rule.kind)))
    beside = rows[rows.index(rule) + 1 :] if by > 0 else rows[: rows.index(rule)][::-1]
    other = next((one for one in beside if one.state is rule.state), None)
    if other is None:
        return
    rows.remove(rule)
    rows.insert(rows.index(other) + (by > 0), rule)
    # From where they begin, so that an order that is counted from one stays so.
    for position, one in enumerate(rows, min(one.position for one in rows)):
        if one.position != position:
            one.position = position


def _in_order(kind: RuleKind) -> Select[Rule]:
    wanted = Rule.kind == kind, Rule.state != RuleState.retired
    return select(Rule).where(*wanted).order_by(Rule.position, Rule.id)
