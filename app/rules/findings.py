"""What is to be said of a rule as it stands in the form, before it is saved or published.

THE place where lint plugs in: what `findings` returns, the editor and the rule's page show beside the row it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language.vocabulary import action_of
from app.macros.known import told
from app.macros.macro import missing_languages, missing_words
from app.macros.model import Macro
from app.rules.definition import problems
from app.rules.form import raw_rows
from app.rules.lint.finding import Finding, Level
from app.rules.model import RuleKind
from app.rules.rule import unknown_in
from app.words import say

CARRIED = frozenset({
    "status", "priority", "type", "subject", "group_id", "assignee_id", "brand_id", "ticket_form_id",
    "custom_status_id", "set_tags", "current_tags", "remove_tags", "follower", "cc", "macro",
    "request_refund", "route",
})  # fmt: skip
"""Actions that are carried out; the others are written down with the run and not sent."""
UNKNOWN = say("여기에 없는 것을 가리킵니다: {unknown}.", "It names what is not known here: {unknown}.")
NOT_SENT = say(
    "「{action}」은 실행 기록에만 남고 나가지 않습니다.", "“{action}” is only written down with the run, not sent."
)
OF_MACRO = say("매크로 「{title}」: {words}", "The macro “{title}”: {words}")


def findings(session: Session, definition: Mapping[str, Any], kind: RuleKind, rule_id: int | None) -> list[Finding]:
    """Errors first. `definition` is Zendesk's JSON with its title; `rule_id` is None for a rule not saved yet."""
    rules = (str(rule_id),) if rule_id is not None else ()
    faults = problems(dict(definition), kind.value)
    found = [
        Finding(Level.warning if one.warning else Level.error, _code(one.path), one.words, rules, one.path)
        for one in faults
    ]
    if any(one.level is Level.error for one in found):
        return found
    found += [
        Finding(Level.warning, "unknown-id", UNKNOWN.fill(unknown=told([named])), rules, named.path)
        for named in unknown_in(session, definition, kind)
    ]
    found += _one_tongued(session, definition, rules)
    found += _not_carried(definition, rules)
    return found


def _code(path: str) -> str:
    """After the last name of the path: "conditions.all[0].operator" is wrong in its operator."""
    return f"wrong-{path.rpartition('.')[2].partition('[')[0] or 'rule'}"


def _one_tongued(session: Session, definition: Mapping[str, Any], rules: tuple[str, ...]) -> Iterator[Finding]:
    """Macros that it answers with and that lack a language."""
    rows = [(at, one) for at, one in enumerate(raw_rows(definition)["actions"]) if one.get("field") == "macro"]
    ids = {int(text) for _, one in rows if (text := str(one.get("value"))).isdecimal() and len(text) < 19}
    macros = {one.id: one for one in session.scalars(select(Macro).where(Macro.id.in_(ids)))} if ids else {}
    for at, one in rows:
        macro = macros.get(int(text)) if (text := str(one.get("value"))).isdecimal() and len(text) < 19 else None
        words = missing_words(missing_languages(macro)) if macro is not None else None
        if macro is not None and words is not None:
            told_of = OF_MACRO.fill(title=macro.title, words=words)
            yield Finding(Level.warning, "missing-language", told_of, rules, f"actions[{at}].value")


def _not_carried(definition: Mapping[str, Any], rules: tuple[str, ...]) -> Iterator[Finding]:
    for at, row in enumerate(raw_rows(definition)["actions"]):
        key = row.get("field", "")
        action = action_of(key)
        if action is not None and key not in CARRIED and not key.startswith("custom_fields_"):
            yield Finding(
                Level.note, "not-carried-out", NOT_SENT.fill(action=action.label), rules, f"actions[{at}].field"
            )
