"""Opsroom's rule engine behind the sandbox's port: the same conditions, the same plans, one ticket at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Refusal
from app.language.account import Account
from app.language.conditions import Conditions
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.verdict import ReadyConditions
from app.macros.languages import language_for
from app.macros.render import Renderer
from app.rules.decide import Decision, firing
from app.rules.definition import RuleDefinition
from automations.change import letters
from automations.sandbox.account import account_of
from automations.sandbox.facts import facts_of
from integrations.zendesk.sandbox.engine import Books, Effect, Kind, Look, Notice, Policies, Rules

Row = Mapping[str, Any]
PERSON, ORGANIZATION = "requester.custom_fields.", "organization.custom_fields."


class OpsroomEngine:
    name = "Opsroom"

    def rules(self, kind: Kind, rows: Sequence[Row], books: Books) -> Rules:
        """One that is not understood is left out, with the reason; the others run."""
        understood: list[RuleDefinition] = []
        left_out: dict[int, str] = {}
        for row in rows:
            try:
                understood.append(RuleDefinition.parse(dict(row), kind, str(row["id"])))
            except Refusal as refused:
                left_out[row["id"]] = refused.words.in_language("en")
        return _Rules(RuleSet.compile(understood), account_of(books), left_out)

    def policies(self, rows: Sequence[Row], books: Books) -> Policies:
        """`rows` in their order. One whose filter is not understood binds nothing."""
        read: list[tuple[int, ReadyConditions]] = []
        for row in rows:
            try:
                read.append((row["id"], ReadyConditions(Conditions.parse(row.get("filter") or {}))))
            except Refusal:
                continue
        return _Policies(tuple(read), account_of(books))

    def text(self, template: str, look: Look, *, html: bool = False) -> str:
        facts = facts_of(look)
        try:
            return Renderer(facts, look.now, language_for(facts), account_of(look.books)).text(template, html=html)
        except Refusal:
            return template


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: RuleSet[RuleDefinition]
    account: Account
    left_out: Mapping[int, str]

    def met(self, look: Look, but: Collection[int] = ()) -> Iterator[Effect]:
        facts = facts_of(look)
        for decision in firing(self.rules, facts, look.now, account=self.account, but={str(one) for one in but}):
            letter = next(iter(letters(decision.plan, facts, {})), None)
            yield _effect(decision, letter.change if letter else {})


@dataclass(frozen=True, slots=True)
class _Policies:
    read: tuple[tuple[int, ReadyConditions], ...]
    account: Account

    def binding(self, look: Look) -> int | None:
        sight = Sight(facts_of(look), look.now, self.account)
        return next((number for number, conditions in self.read if conditions.met(sight)), None)


def _effect(decision: Decision, change: dict[str, Any]) -> Effect:
    plan = decision.plan
    held = {one.field: one.value for one in plan.held}
    requester: dict[str, object] = {"user_fields": fields} if (fields := _named(plan.sets, PERSON)) else {}
    if "locale_id" in plan.sets:
        requester["locale_id"] = plan.sets["locale_id"]
    schedule = str(held.pop("set_schedule", ""))
    return Effect(
        rule_id=int(decision.rule.id),
        change=change,
        notices=tuple(Notice(one.kind, one.to, one.body, one.subject) for one in plan.notices),
        requester=requester,
        organization=_named(plan.sets, ORGANIZATION),
        schedule_id=int(schedule) if schedule.isdecimal() else None,
        offers_survey=held.pop("satisfaction_score", None) is not None,
        held=(*held, *(("request_refund",) if plan.refunds else ())),
        refused=decision.refused.in_language("en") if decision.refused else None,
    )


def _named(sets: Mapping[str, object], prefix: str) -> dict[str, object]:
    return {key.removeprefix(prefix): value for key, value in sets.items() if key.startswith(prefix)}
