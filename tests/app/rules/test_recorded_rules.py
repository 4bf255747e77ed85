"""Real rules of a real account are taken, decide, and go back unchanged; another account's definitions are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.language.facts_of_ticket import Comment, Person, TicketFacts, Update
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.vocabulary import action_of, field_of
from app.macros.definition import MacroDefinition
from app.rules.decide import decide
from app.rules.definition import RuleDefinition, problems
from app.rules.exchange import normalised, read, to_text, write
from app.views.definition import ViewDefinition
from tests.integrations.zendesk.recorded import recorded

pytestmark = pytest.mark.recorded
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def rules_of_a() -> Any:
    return json.loads((recorded() / "business_rules_account_a.json").read_bytes())


def definitions_of_b() -> Any:
    return json.loads((recorded() / "rule_definitions_account_b.json").read_bytes())


def test_every_real_rule_macro_and_view_comes_in_and_goes_out_unchanged() -> None:
    raw = rules_of_a()
    incoming = read(raw)
    assert [one for one in incoming if one.ignored is not None] == []
    assert len(incoming) == sum(len(raw[kind]) for kind in ("triggers", "automations", "macros", "views"))
    rules = [RuleDefinition.parse(one.raw, one.kind) for one in incoming if one.kind in {"trigger", "automation"}]
    macros = [MacroDefinition.parse(one.raw) for one in incoming if one.kind == "macro"]
    views = [ViewDefinition.parse(one.raw) for one in incoming if one.kind == "view"]
    assert [one for rule in rules for one in problems(rule.to_json(), rule.kind)] == []
    written = write(rules, macros, views)
    assert written == {kind: [normalised(one) for one in raw[kind]] for kind in sorted(written)}
    assert len(written) == 4
    again = read(to_text(written))
    assert [normalised(one.raw) for one in again if isinstance(one.raw, dict)] == [one.raw for one in again]


def test_real_triggers_answer_a_new_ticket() -> None:
    rules = [RuleDefinition.parse(one, "trigger") for one in rules_of_a()["triggers"]]
    customer = Person("9", "end-user", "Kim Minji")
    said = Comment("Where is my cleaner?", public=True, author=customer)
    facts = TicketFacts(
        id="31",
        subject="Cleaner late",
        status="new",
        is_public=True,
        requester_id="9",
        requester=customer,
        comments=(said,),
        update=Update("Create", updater=customer, comment=said),
    )
    fired = {one.rule.title: one for one in decide(RuleSet.compile(rules), facts, NOW)}
    assert {title for title, one in fired.items() if not one.plan.is_empty} == {
        "Notify requester and CCs of received request",
        "Notify all agents of received request",
    }
    assert fired["Notify assignee of comment update"].dropped, "nobody is assigned"
    (notice,) = fired["Notify all agents of received request"].plan.notices
    assert "Kim Minji" in notice.body
    assert "Where is my cleaner?" in notice.body


def conditions_of_b() -> Iterator[tuple[str, str, list[str]]]:
    definitions = definitions_of_b()
    for kind in ("triggers_definitions", "routing_attributes_definitions"):
        for group in ("conditions_all", "conditions_any"):
            for one in definitions[kind]["definitions"][group]:
                yield kind, one["subject"], [operator["value"] for operator in one["operators"]]
    for group in ("all", "any"):
        for one in definitions["slas_policies_definitions"]["definitions"][group]:
            yield "slas_policies_definitions", one["value"], [operator["value"] for operator in one["operators"]]


def test_every_condition_that_another_account_offers_is_known_with_its_operators() -> None:
    use = {"slas_policies_definitions": Use.sla_policy}
    seen = 0
    for kind, subject, operators in conditions_of_b():
        field = field_of(subject)
        assert field is not None, subject
        assert use.get(kind, Use.trigger) in field.valid_for, (kind, subject)
        assert set(operators) <= set(field.operators), (subject, operators)
        seen += 1
    assert seen > 300


def test_every_action_that_another_account_offers_is_known_with_its_values() -> None:
    definitions = definitions_of_b()
    for kind, use in (("triggers_definitions", Use.trigger), ("macros_definitions", Use.macro)):
        for one in definitions[kind]["definitions"]["actions"]:
            action = action_of(one["subject"])
            assert action is not None, one["subject"]
            assert use in action.valid_for, one["subject"]
            words = {value["value"] for value in one.get("values") or [] if not str(value["value"]).isdigit()}
            offered = {choice.value for choice in action.choices_for(use)} | (
                {"__NULL__"} if action.nullable else set()
            )
            assert words <= offered or one["subject"].startswith(("custom_fields_", "requester.")), one["subject"]
    for one in definitions["macros_actions"]["actions"]:
        assert action_of(one["value"]) is not None, one["value"]
