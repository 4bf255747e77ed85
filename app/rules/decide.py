"""What the rules want done to one ticket: pure, and the same every time for the same facts.

Triggers are tried in their order; when one changes the ticket, the next look starts from the top, at the ticket as it
will be; each fires at most once. That is Zendesk's cycle. Automations are tried once each, in order, and see what the
ones before them did. Nothing is done here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.errors import Refusal
from app.language.account import PLAIN_ACCOUNT, Account
from app.language.action_rows import ActionRow
from app.language.facts_of_ticket import TicketFacts
from app.language.kinds import Use
from app.language.plan import Dropped, Held, Plan
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from app.language.values import text_of
from app.language.verdict import Reason
from app.macros.definition import MacroDefinition
from app.macros.languages import language_for
from app.macros.planning import Planning
from app.macros.render import Renderer
from app.routing.reasons import Routed
from app.routing.router import NO_ROUTER, Router
from app.rules.definition import RuleDefinition
from app.words import Words, say

ROUTED_FIELDS = frozenset({"group_id", "assignee_id"})
NO_MACROS: Mapping[str, MacroDefinition] = {}
UNKNOWN_MACRO = say("매크로 {id}이(가) 없거나 꺼져 있습니다.", "Macro {id} does not exist or is off.")


@dataclass(frozen=True, slots=True)
class Decision:
    """One rule that fired. `plan` is what is left to do once no-ops are dropped; those are in `dropped`.

    `refused`: the rule's conditions were met but its actions cannot be made (words say why): nothing of it is planned.
    `routed`: what each of its actions "route" answered, with a reason for every agent.
    """

    rule: RuleDefinition
    reasons: tuple[Reason, ...]
    plan: Plan
    dropped: tuple[Dropped, ...] = ()
    refused: Words | None = None
    routed: tuple[Routed, ...] = ()

    @property
    def effect_hash(self) -> str:
        """That of the plan; whom routing chose is left out, or the same cause would be routed again and again."""
        if not self.routed:
            return self.plan.effect_hash()
        sets = {key: value for key, value in self.plan.sets.items() if key not in ROUTED_FIELDS}
        keys = tuple(Held("route", one.queue) for one in self.routed)
        return replace(self.plan, sets=sets, held=self.plan.held + keys).effect_hash()

    def to_json(self) -> dict[str, Any]:
        refused = {"ko": self.refused.in_language("ko"), "en": self.refused.in_language("en")} if self.refused else None
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "reasons": [one.to_json() for one in self.reasons],
            "plan": self.plan.to_json(),
            "dropped": [one.to_json() for one in self.dropped],
            "refused": refused,
            "routed": [one.to_json() for one in self.routed],
        }


def decide(
    rules: RuleSet[RuleDefinition],
    facts: TicketFacts,
    now: datetime,
    *,
    macros: Mapping[str, MacroDefinition] = NO_MACROS,
    account: Account = PLAIN_ACCOUNT,
    language: str | None = None,
    router: Router = NO_ROUTER,
    told: bool = True,
) -> list[Decision]:
    """The rules that fire, in the order they do. `now` is aware.

    `rules`: the live ones of one kind; an account's own `active` is not looked at. `macros`: the live ones, by the id
    that the action "macro" names. `language`: what the customer is answered in;
    left out, it is worked out from what they wrote. `router`: what the action "route" asks; without one it is held.
    `told`: with the reasons of each, which whoever only counts needs not.
    """
    answer_in = language or language_for(facts)
    fired: set[int] = set()
    decisions: list[Decision] = []
    sight, start = Sight(facts, now, account), 0
    while (index := next((one for one in rules.met(sight, start) if one not in fired), None)) is not None:
        fired.add(index)
        rule, reasons = rules.rules[index], rules.verdict(index, sight).reasons if told else ()
        decision = _decision(rule, reasons, facts, now, macros, account, answer_in, router)
        decisions.append(decision)
        start = index + 1
        if decision.plan.changes_ticket:
            facts = decision.plan.applied_to(facts, now)
            sight = Sight(facts, now, account)
            start = 0 if rule.kind is Use.trigger else start
    return decisions


def firing(
    rules: RuleSet[RuleDefinition],
    facts: TicketFacts,
    now: datetime,
    *,
    account: Account = PLAIN_ACCOUNT,
    but: Collection[str] = frozenset(),
) -> Iterator[Decision]:
    """The rules that fire on the ticket as it stands, in order; `but`: ids of those that have fired. For whoever
    carries each of them out and looks at the ticket anew: nothing is foreseen, and no reasons are told.
    """
    sight, answer_in = Sight(facts, now, account), language_for(facts)
    for index in rules.met(sight):
        rule = rules.rules[index]
        if rule.id not in but:
            yield _decision(rule, (), facts, now, NO_MACROS, account, answer_in, NO_ROUTER)


def merged(decisions: list[Decision], facts: TicketFacts) -> Plan:
    """What all of them come to as one change of the ticket as it was before; what cancels out is gone."""
    whole = Plan()
    for decision in decisions:
        whole = whole.then(decision.plan)
    return whole.against(facts)[0]


def _decision(
    rule: RuleDefinition,
    reasons: tuple[Reason, ...],
    facts: TicketFacts,
    now: datetime,
    macros: Mapping[str, MacroDefinition],
    account: Account,
    language: str,
    router: Router,
) -> Decision:
    renderer = Renderer(facts, now, language, account)
    planning = Planning(facts, account, lambda template, html: renderer.text(template, html=html), language=language)
    routed: list[Routed] = []
    try:
        for row in rule.actions:
            if row.field == "macro":
                _apply_macro(planning, row, macros, now)
            elif row.field == "route":
                routed += _route(planning, row, router, now)
            else:
                planning.take_row(row, public=True)
    except Refusal as refused:
        return Decision(rule, reasons, Plan(), refused=refused.words)
    plan, no_ops = planning.plan.against(facts)
    return Decision(rule, reasons, plan, (*planning.dropped, *no_ops), routed=tuple(routed))


def _apply_macro(planning: Planning, row: ActionRow, macros: Mapping[str, MacroDefinition], now: datetime) -> None:
    wanted = text_of(row.value)
    macro = macros.get(wanted)
    if macro is None:
        raise Refusal(UNKNOWN_MACRO.fill(id=wanted))
    so_far = planning.plan.applied_to(planning.facts, now)
    plan, dropped = macro.apply(so_far, now, planning.language, planning.account)
    planning.join(plan)
    planning.dropped.extend(dropped)


def _route(planning: Planning, row: ActionRow, router: Router, now: datetime) -> list[Routed]:
    """Gives the ticket to whom routing chooses, as the rows before left it; where nobody can, to the group alone."""
    so_far = planning.plan.applied_to(planning.facts, now)
    routed = router(so_far, text_of(row.value), now)
    if routed is None:
        planning.join(Plan(held=(Held(row.field, row.value),)))
        return []
    sets: dict[str, object] = {"group_id": routed.group_id} if routed.group_id else {}
    if routed.assignee_id or so_far.assignee_id:
        sets["assignee_id"] = routed.assignee_id or ""
    planning.join(Plan(sets=sets))
    return [routed]
