"""The rule of the same origin that may still run inside Zendesk: asked to be switched off there, or accepted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.actor import acting
from app.desk.states import named
from app.errors import Refusal
from app.facts import Fact, announce
from app.rules.model import Rule, TwinState
from app.rules.publishing import PUBLISH
from app.words import say


def ask_off(session: Session, rule: Rule) -> None:
    """Writes down the wish; who reaches Zendesk carries it out. The caller commits."""
    acting().must(PUBLISH)
    if rule.zendesk_id is None or rule.twin not in {TwinState.active, TwinState.accepted}:
        raise _refusal(rule)
    rule.twin, rule.twin_why = TwinState.asked, None
    announce(session, Fact.twin_off)


def accept(rule: Rule) -> None:
    """Both may run: whoever says so knows that both may answer."""
    acting().must(PUBLISH)
    if rule.twin is not TwinState.active:
        raise _refusal(rule)
    rule.twin, rule.twin_why = TwinState.accepted, None


def _refusal(rule: Rule) -> Refusal:
    words = say(
        "규칙 「{title}」의 Zendesk 쪽 상태는 「{twin}」이라서 그렇게 할 수 없습니다.",
        "The twin of the rule “{title}” is “{twin}”, so that is not possible.",
    )
    return Refusal(words.fill(title=rule.title, twin=named(rule.twin).words))
