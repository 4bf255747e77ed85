"""Macros that rules use: editing one must not make a rule reach people, or money, that one person published alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.errors import Refusal
from app.language.values import text_of
from app.macros.model import Macro, MacroState
from app.rules.checklist import live_macros, version_of
from app.rules.definition import RuleDefinition
from app.rules.live import as_definition
from app.rules.model import Rule, RuleState
from app.rules.publication import OPEN, Publication, ahead, in_force
from app.rules.reach import reach
from app.words import say

ACTING = (RuleState.live, RuleState.paused)


def refuse_new_reach(session: Session, macro: Macro) -> None:
    """Refuses a live macro as it stands now, not committed yet, by which a rule would begin to send or pay though only
    the one who published it agreed.
    """
    if macro.state is not MacroState.live:
        return
    session.flush()
    macros = live_macros(session)
    titles = [one.title for one in _published_alone(session) if _uses(one, macro) and reach(one, macros)]
    if titles:
        words = say(
            "규칙 「{titles}」이(가) 이 매크로를 쓰고, 보내는 것이 없어 한 사람이 게시했습니다. "
            "고객에게 보내게 하려면 새 매크로를 만들어 그 규칙을 다시 게시해 주세요.",
            "The rule “{titles}” uses this macro and was published by one person, since it sent nothing. "
            "To make it write to people, make a new macro and publish the rule with it.",
        )
        raise Refusal(words.fill(titles=", ".join(dict.fromkeys(titles))))


def _published_alone(session: Session) -> Iterator[RuleDefinition]:
    """Every version that acts or is about to, where no second person was asked for."""
    now = clock.now()
    rows = select(Rule).options(selectinload(Rule.publications), selectinload(Rule.versions))
    for rule in session.scalars(rows):
        for one in _standing(rule, [in_force(rule.publications, now), ahead(rule.publications, now)]):
            try:
                yield as_definition(rule, version_of(rule, one.number))
            except Refusal:
                continue


def _standing(rule: Rule, acting: list[Publication | None]) -> list[Publication]:
    wanted = [one for one in acting if one is not None and rule.state in ACTING]
    wanted += [one for one in rule.publications if one.state in OPEN]
    return [one for one in wanted if not one.needs_two and one.asked_by_id is not None]


def _uses(rule: RuleDefinition, macro: Macro) -> bool:
    return any(row.field == "macro" and text_of(row.value) == str(macro.id) for row in rule.actions)
