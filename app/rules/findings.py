"""What is to be said of a rule as it stands in the form, before it is saved or published.

What `findings` returns, the editor and the rule's page show beside the row it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.language.vocabulary import action_of
from app.rules.definition import RuleDefinition, problems
from app.rules.form import raw_rows
from app.rules.lint.finding import Finding, Level
from app.rules.lint.of_office import look_over
from app.rules.model import Rule, RuleKind
from app.rules.rule import next_position
from app.words import say

CARRIED = frozenset({
    "status", "priority", "type", "subject", "group_id", "assignee_id", "brand_id", "ticket_form_id",
    "custom_status_id", "set_tags", "current_tags", "remove_tags", "follower", "cc", "macro",
    "request_refund", "route",
})  # fmt: skip
"""Actions that are carried out; the others are written down with the run and not sent."""
NOT_SENT = say(
    "「{action}」은 실행 기록에만 남고 나가지 않습니다.", "“{action}” is only written down with the run, not sent."
)
UNSAVED = "unsaved"
"""Stands for the id of a rule that was not saved yet."""


def findings(session: Session, definition: Mapping[str, Any], kind: RuleKind, rule_id: int | None) -> list[Finding]:
    """Errors first; where it is not understood, its faults and nothing else: those keep it from being saved and have a
    code that begins with "wrong-". `definition` is Zendesk's JSON with its title; `rule_id` is None for a rule that was
    not saved yet. Of an active twin the page of the rule tells by itself.
    """
    rules = (str(rule_id) if rule_id is not None else UNSAVED,)
    faults = [one for one in problems(dict(definition), kind.value) if not one.warning]
    if faults:
        return [Finding(Level.error, _code(one.path), one.words, rules, one.path) for one in faults]
    rule = session.get(Rule, rule_id) if rule_id is not None else None
    position = rule.position if rule is not None else next_position(session, kind)
    parsed = RuleDefinition.parse({**definition, "position": position}, kind.value, rules[0])
    found = [one for one in look_over(session, [parsed]) if one.code != "twin"]
    return [*found, *_not_carried(definition, rules)]


def _code(path: str) -> str:
    """After the last name of the path: "conditions.all[0].operator" is wrong in its operator."""
    return f"wrong-{path.rpartition('.')[2].partition('[')[0] or 'rule'}"


def _not_carried(definition: Mapping[str, Any], rules: tuple[str, ...]) -> Iterator[Finding]:
    for at, row in enumerate(raw_rows(definition)["actions"]):
        key = row.get("field", "")
        action = action_of(key)
        if action is not None and key not in CARRIED and not key.startswith("custom_fields_"):
            yield Finding(
                Level.note, "not_carried_out", NOT_SENT.fill(action=action.label), rules, f"actions[{at}].field"
            )
