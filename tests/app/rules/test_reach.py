"""Which rules write to people or ask for money."""

from __future__ import annotations

from typing import Any

import pytest

from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition
from app.rules.reach import Reach, reach

MACROS = {
    "1": MacroDefinition("answers", bodies={"ko": "안녕하세요"}),
    "2": MacroDefinition("notes", bodies={"ko": "메모"}, public=False),
    "3": MacroDefinition("tags only"),
}


def a_rule(*actions: dict[str, Any]) -> RuleDefinition:
    conditions = {"all": [{"field": "status", "operator": "is", "value": "open"}], "any": []}
    return RuleDefinition.parse({"title": "t", "conditions": conditions, "actions": list(actions)}, "trigger")


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ({"field": "current_tags", "value": "vip"}, set()),
        ({"field": "macro", "value": "1"}, {Reach.send}),
        ({"field": "macro", "value": "2"}, set()),
        ({"field": "macro", "value": "3"}, set()),
        ({"field": "macro", "value": "404"}, {Reach.send}),
        ({"field": "notification_user", "value": ["all_agents", "s", "b"]}, {Reach.send}),
        ({"field": "notification_webhook", "value": ["01ABC", "{}"]}, {Reach.send}),
        ({"field": "satisfaction_score", "value": "offered"}, {Reach.send}),
        ({"field": "request_refund", "value": "partner_no_show"}, {Reach.pay}),
    ],
)
def test_a_rule_reaches_as_far_as_its_actions(action: dict[str, Any], found: set[Reach]) -> None:
    assert reach(a_rule(action), MACROS) == found


def test_a_rule_may_do_both() -> None:
    rule = a_rule({"field": "macro", "value": "1"}, {"field": "request_refund", "value": "platform_error"})
    assert reach(rule, MACROS) == {Reach.send, Reach.pay}
