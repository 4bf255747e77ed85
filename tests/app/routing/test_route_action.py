"""The action `route` among a rule's actions: who is chosen is set, the reasons come along, and it fires once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.language.facts_of_ticket import TicketFacts, Update
from app.language.ruleset import RuleSet
from app.routing.desk import Desk, DeskAgent, PresenceState, Queue
from app.routing.router import NO_ROUTER, router_over
from app.rules.decide import Decision, decide
from app.rules.definition import RuleDefinition

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
QUEUES = {"refunds": Queue("refunds", group_id="7", by_topic=True)}
ANNA = DeskAgent("1", "안나", frozenset({"7"}), topics=frozenset({"refund"}), presence=PresenceState.online)
DESK = Desk((ANNA, replace(ANNA, id="2", name="보라")))


def a_rule(*actions: dict[str, Any]) -> RuleSet[RuleDefinition]:
    conditions = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []}
    raw = {"title": "환불", "conditions": conditions, "actions": list(actions)}
    return RuleSet.compile([RuleDefinition.parse(raw, "trigger", "1")])


def decided(desk: Desk | None, *actions: dict[str, Any], **facts: Any) -> Decision:
    ticket = TicketFacts(id="5", status="new", update=Update("Create"), **facts)
    router = router_over(QUEUES, desk) if desk is not None else NO_ROUTER
    return decide(a_rule(*actions), ticket, NOW, router=router)[0]


ROUTE = {"field": "route", "value": "refunds"}


def test_the_ticket_gets_the_group_and_the_agent_and_every_reason() -> None:
    done = decided(DESK, {"field": "current_tags", "value": "refund"}, ROUTE)
    assert done.plan.sets == {"group_id": "7", "assignee_id": "1"}
    assert [one.words.en for one in done.routed[0].agents] == [
        "It is their turn",
        "Could take it, but comes later (0/8)",
    ]


def test_the_rows_before_it_tell_the_topic() -> None:
    """Nobody takes leaks, so the tag that the rule itself has just set decides."""
    desk = replace(DESK, agents=(*DESK.agents, replace(ANNA, id="3", groups=frozenset(), topics=frozenset({"leak"}))))
    done = decided(desk, {"field": "current_tags", "value": "leak"}, ROUTE)
    assert done.plan.sets == {"group_id": "7"}


def test_where_nobody_can_the_ticket_waits_in_the_group_without_its_old_agent() -> None:
    asleep = Desk((replace(ANNA, presence=PresenceState.offline),))
    assert decided(asleep, ROUTE).plan.sets == {"group_id": "7"}
    assert decided(asleep, ROUTE, assignee_id="99").plan.sets == {"group_id": "7", "assignee_id": ""}


def test_whom_it_chose_is_no_part_of_what_a_firing_is_remembered_by() -> None:
    first, second = decided(DESK, ROUTE), decided(DESK.given("refunds", "1"), ROUTE)
    assert first.plan.sets != second.plan.sets
    assert first.effect_hash == second.effect_hash
    assert first.plan.effect_hash() != second.plan.effect_hash()


def test_an_unknown_queue_is_refused_and_without_a_router_the_action_is_held() -> None:
    lost = decided(DESK, {"field": "route", "value": "nowhere"}, {"field": "current_tags", "value": "x"})
    assert lost.refused is not None
    assert "nowhere" in str(lost.refused)
    assert lost.plan.is_empty
    assert [one.field for one in decided(None, ROUTE).plan.held] == ["route"]
