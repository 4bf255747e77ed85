"""What is to be said of a rule as it stands in the form, before it is saved or published.

THE place where lint plugs in: what `findings` returns, the editor and the rule's page show beside the row it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.language.vocabulary import action_of
from app.rules.definition import RuleDefinition, problems
from app.rules.form import raw_rows
from app.rules.lint.finding import Finding, Level
from app.rules.lint.lint import lint
from app.rules.lint.subject import Known, Subject
from app.rules.live import read_live
from app.rules.model import Rule, RuleKind
from app.rules.rule import BIGGEST_POSITION, unknown_in
from app.rules.why import zendesk_url
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
NEW = "new"
"""Stands for the id of a rule that was not saved yet."""


def findings(session: Session, definition: Mapping[str, Any], kind: RuleKind, rule_id: int | None) -> list[Finding]:
    """Those that keep it from being saved have a code that begins with "wrong-". `definition` is Zendesk's JSON, its
    title in it; `rule_id` is None for a rule that was not saved yet."""
    rules = (str(rule_id),) if rule_id is not None else ()
    faults = problems(dict(definition), kind.value)
    found = [
        Finding(Level.warning if one.warning else Level.error, _code(one.path), one.words, rules, one.path)
        for one in faults
    ]
    if any(one.level is Level.error for one in found):
        return found
    return [*_linted(session, definition, kind, rule_id), *_not_carried(definition, rules)]


def _linted(session: Session, definition: Mapping[str, Any], kind: RuleKind, rule_id: int | None) -> list[Finding]:
    """Beside the rules that act now, as if it acted in the place of its version in force."""
    live = read_live(session, zendesk_url())
    own = str(rule_id) if rule_id is not None else NEW
    kept = session.get(Rule, rule_id) if rule_id is not None else None
    place = kept.position if kept is not None else BIGGEST_POSITION
    rule = RuleDefinition.parse({**definition, "position": place}, kind.value, own)
    others = [one for one in (*live.triggers.rules, *live.automations.rules) if one.id != own]
    subjects = [*map(Subject, others), Subject(rule, unknown=tuple(unknown_in(session, definition, kind)))]
    return lint(subjects, Known(macros=live.macros), only={own})


def _code(path: str) -> str:
    """After the last name of the path: "conditions.all[0].operator" is wrong in its operator."""
    return f"wrong-{path.rpartition('.')[2].partition('[')[0] or 'rule'}"


def _not_carried(definition: Mapping[str, Any], rules: tuple[str, ...]) -> Iterator[Finding]:
    for at, row in enumerate(raw_rows(definition)["actions"]):
        key = row.get("field", "")
        action = action_of(key)
        if action is not None and key not in CARRIED and not key.startswith("custom_fields_"):
            yield Finding(
                Level.note, "not-carried-out", NOT_SENT.fill(action=action.label), rules, f"actions[{at}].field"
            )
