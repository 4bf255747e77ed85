"""A rule may say what it likes: it is left out, or what it wants is, and no update fails of it."""

from typing import Any

import pytest

from app.language.vocabulary import ACTION_FAMILIES, ACTIONS, FIELD_FAMILIES, FIELDS
from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox import people, records, tickets
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.shape import Json

ODD: tuple[Any, ...] = (
    "abc", "", None, "-1", "9" * 23, 12, True, [], ["a"], ["requester_id", "s", "b"], {"a": 1}, "{{ticket.id}}", "١٢",
    ["current_user", "{{ticket.id | foo}}", "b"], " 12 ", 1.5, "\x00",
)  # fmt: skip
DONE = [*ACTIONS, *(one.format(id="foo", key="x", n=1) for one in ACTION_FAMILIES), "no_such_action"]
ASKED = [*FIELDS, *(one.format(id="foo", key="x", n=1) for one in FIELD_FAMILIES), "no_such_field"]
CREATED = {"field": "update_type", "operator": "is", "value": "Create"}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Any:
    found = Sandbox(tmp_path_factory.mktemp("odd"), token="t", engine=OpsroomEngine())
    yield found
    found.stop()


def with_rules(box: Sandbox, rows: list[tuple[Json, Json]]) -> Json:
    """A ticket made where these conditions and actions are the account's triggers."""
    with box.state.write() as tx:
        for old in records.every(tx.db, "trigger"):
            records.drop(tx, "trigger", old["id"])
        for number, (condition, action) in enumerate(rows, start=1):
            row = {"id": number, "title": "odd", "active": True, "position": number, "actions": [action],
                   "conditions": {"all": [condition], "any": []}}  # fmt: skip
            records.put(tx, "trigger", row)
        me = people.by_email(tx.db, "admin@demo.example") or {}
        ticket, _ = tickets.create(tx, {"comment": {"body": "Nobody came"}}, tickets.By(me))
    return ticket


@pytest.mark.parametrize("field", DONE)
def test_no_action_fails_an_update(box: Sandbox, field: str) -> None:
    last = (CREATED, {"field": "current_tags", "value": "came_through"})
    rows = [(CREATED, {"field": field, "value": value}) for value in ODD]
    assert "came_through" in with_rules(box, [*rows, last])["tags"]


@pytest.mark.parametrize("field", ASKED)
def test_no_condition_fails_an_update(box: Sandbox, field: str) -> None:
    operators = ("is", "is_not", "includes", "changed", "value_previous", "less_than", "greater_than", "is_within", "?")
    tag = {"field": "current_tags", "value": "odd"}
    rows = [({"field": field, "operator": operator, "value": value}, tag) for operator in operators for value in ODD]
    last = (CREATED, {"field": "current_tags", "value": "came_through"})
    assert "came_through" in with_rules(box, [*rows, last])["tags"]
