"""Why a rule fired and why another did not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from app.language.facts_of_ticket import TicketFacts, Update
from app.language.ruleset import RuleSet
from app.rules.definition import RuleDefinition
from app.rules.explain import Explained, explain

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def a_rule(id: str, rows: list[tuple[str, str, Any]], *actions: tuple[str, Any]) -> RuleDefinition:
    raw = {
        "title": id,
        "conditions": {"all": [{"field": one, "operator": how, "value": value} for one, how, value in rows]},
        "actions": [{"field": field, "value": value} for field, value in actions],
    }
    return RuleDefinition.parse(raw, "trigger", id)


def told(*rules: RuleDefinition, facts: TicketFacts | None = None) -> dict[str, Explained]:
    seen = facts or TicketFacts(status="new", priority="low", update=Update("Change"))
    return {one.rule.id: one for one in explain(RuleSet.compile(rules), seen, NOW)}


ROUTE = a_rule("route", [("status", "is", "new")], ("group_id", "11"))
NEAR = a_rule("near", [("status", "is", "new"), ("priority", "is", "high")], ("type", "task"))
FAR = a_rule("far", [("type", "is", "task"), ("priority", "is", "high")], ("type", "task"))


def test_a_rule_that_fired_shows_its_place_and_its_plan() -> None:
    route = told(ROUTE, NEAR, FAR)["route"]
    assert (route.fired, route.order, route.distance, route.nearest) == (True, 1, 0, False)
    assert route.to_json()["decision"]["plan"]["sets"] == {"group_id": "11"}


def test_a_rule_that_did_not_is_blocked_by_rows_with_wanted_and_seen() -> None:
    near = told(ROUTE, NEAR, FAR)["near"]
    (blocking,) = near.to_json()["blocked_by"]
    assert (blocking["field"], blocking["wanted"], blocking["seen"]) == ("priority", "high", "low")
    assert not near.fired


def test_the_nearest_miss_is_the_one_with_the_least_rows_off() -> None:
    rows = told(ROUTE, NEAR, FAR)
    assert (rows["near"].distance, rows["far"].distance) == (1, 2)
    assert (rows["near"].nearest, rows["far"].nearest, rows["route"].nearest) == (True, False, False)


def test_the_rule_before_it_that_ended_its_conditions_is_named() -> None:
    first, other = (
        a_rule("first", [("status", "is", "new")], ("group_id", "11")),
        a_rule("other", [("status", "is", "new")], ("priority", "high")),
    )
    taken = a_rule("taken", [("group_id", "is", ""), ("status", "is", "new")], ("type", "task"))
    rows = told(other, first, taken)
    assert rows["taken"].shadowed_by is not None
    assert rows["taken"].to_json()["shadowed_by"] == "first"
    assert told(ROUTE, NEAR)["near"].shadowed_by is None, "it was never met"


def test_a_rule_shut_out_by_one_before_it_is_seen_at_the_ticket_as_that_one_left_it() -> None:
    taken = a_rule("taken", [("group_id", "is", "")], ("priority", "high"))
    late = told(a_rule("first", [("status", "is", "new")], ("group_id", "11")), taken)["taken"]
    assert not late.fired
    assert late.verdict.blocking[0].seen == "11"


def test_it_is_all_json() -> None:
    rows = explain(RuleSet.compile([ROUTE, NEAR, FAR]), TicketFacts(), NOW)
    assert json.loads(json.dumps([one.to_json() for one in rows]))
