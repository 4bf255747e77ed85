"""Rules that wait for the one who looks: stopped, to be agreed to, or proved by their shadow and not published yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.desk.shown import ago
from app.desk.states import ACCENT, BAD, GOOD
from app.insights.told import Todo
from app.rules.brakes.model import RuleBrake
from app.rules.model import Rule, RuleState
from app.rules.publication import Publication, PublicationState
from app.rules.shadow.model import Shadow, ShadowState
from app.words import Words, say


def for_my_agreement(actor: Actor) -> list[ColumnElement[bool]]:
    """Publications that `actor` may agree to: asked for by somebody else."""
    return [
        Publication.state == PublicationState.asked,
        Publication.asked_by_id.is_distinct_from(actor.id or 0),
    ]


def rule_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """Three queries; nothing for who may not publish."""
    if not actor.may("rules.publish"):
        return
    stopped = select(func.count(), func.min(Rule.title), func.min(Rule.id), func.min(RuleBrake.stopped_at))
    yield from _todos(
        session.execute(
            stopped.select_from(RuleBrake)
            .join(Rule, Rule.id == RuleBrake.rule_id)
            .where(RuleBrake.stopped_at.is_not(None), Rule.state == RuleState.live)
        ).one(),
        BAD,
        say("중단됨", "Stopped"),
        say(
            "규칙 「{title}」이(가) 중단되어 있습니다. 다시 켤지 정해 주세요.",
            "The rule “{title}” is stopped. Decide whether to start it again.",
        ),
    )
    asked = select(func.count(), func.min(Rule.title), func.min(Rule.id), func.min(Publication.asked_at))
    waiting = asked.select_from(Publication).join(Publication.rule).where(*for_my_agreement(actor))
    yield from _todos(
        session.execute(waiting).one(),
        ACCENT,
        say("규칙 승인", "Rule"),
        say("규칙 「{title}」의 게시가 승인을 기다립니다.", "The rule “{title}” waits for you to agree."),
    )
    ready = select(func.count(), func.min(Rule.title), func.min(Rule.id), func.min(Shadow.ready_at))
    proved = ready.select_from(Shadow).join(Shadow.rule)
    yield from _todos(
        session.execute(proved.where(Shadow.state == ShadowState.running, Shadow.ready_at.is_not(None))).one(),
        GOOD,
        say("그림자", "Shadow"),
        say("「{title}」의 그림자 운용이 기준에 이르렀습니다.", "The shadow of “{title}” reached its threshold."),
    )


def _todos(found: Sequence[Any], tone: str, label: Words, words: Words) -> Iterator[Todo]:
    """One leads to its rule, several to the list."""
    count, title, rule_id, since = found
    if not count:
        return
    asked: dict[str, str | int] = {"id": rule_id} if count == 1 else {"tab": "all"}
    endpoint = "rules.details_view" if count == 1 else "rules.index_view"
    more = say("모두 {count}건", "{count} in all").fill(count=count) if count > 1 else None
    yield Todo(tone, label, words.fill(title=title), more, ago(since), say("보기", "Look"), endpoint, asked)
