"""Rules and macros as the night shift's tests need them, and waiting for something with a deadline."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.db import db
from app.inbox.model import WebhookEvent
from app.macros.model import Macro, MacroState
from app.rules.model import Rule, RuleKind
from tests.rules_in_force import rule_in_force

NEW = [{"field": "update_type", "operator": "is", "value": "Create"}]


def a_macro(**values: Any) -> Macro:
    now = clock.now()
    macro = Macro(
        title=values.pop("title", "첫 답변"),
        state=MacroState.live,
        body_ko="{{ticket.requester.name}}님, 문의를 잘 받았습니다.",
        body_en="Hello {{ticket.requester.name}}, we have your message.",
        actions=[{"field": "current_tags", "value": "answered"}],
        created_at=now,
        updated_at=now,
        **values,
    )
    db.session.add(macro)
    db.session.commit()
    return macro


def a_rule(
    title: str, conditions: list[Any], actions: list[Any], position: int = 1, kind: RuleKind = RuleKind.trigger
) -> Rule:
    now = clock.now()
    definition = {"conditions": {"all": conditions, "any": []}, "actions": actions}
    return rule_in_force(
        Rule(title=title, kind=kind, position=position, definition=definition, created_at=now, updated_at=now)
    )


def until(seen: Any, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        found = seen()
        db.session.rollback()  # a test that holds SQLite's one write lock keeps the webhooks out
        if found:
            return
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def arrived(count: int) -> bool:
    return (db.session.scalar(select(func.count()).select_from(WebhookEvent)) or 0) >= count
