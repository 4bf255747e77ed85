"""No customer is answered twice: a rule's twin in Zendesk is known, switched off, or accepted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.actor import NOBODY, acting_as
from app.bell import SilentBell
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.rules.exchange import read
from app.rules.importing import take
from app.rules.model import Rule, RuleState, TwinState
from app.rules.publishing import publish
from app.rules.twins import accept, ask_off
from automations import sweep, sync, twins
from automations.outside import zendesk
from tests.automations.conftest import Stage

NATIVE = {
    "id": 8801,
    "title": "New tickets are normal",
    "active": True,
    "position": 1,
    "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []},
    "actions": [{"field": "priority", "value": "normal"}],
}


@pytest.fixture
def twin(stage: Stage) -> Rule:
    """A rule imported from the account, where it is active still."""
    stage.call("POST", "/_sandbox/seed", {"triggers": [NATIVE]})
    report = take(db.session(), read({"triggers": stage.call("GET", "/api/v2/triggers.json")["triggers"]}))
    db.session.commit()
    assert report.refused == []
    return db.session.scalars(select(Rule)).one()


def is_active(stage: Stage) -> Any:
    return stage.call("GET", "/api/v2/triggers/8801.json")["trigger"]["active"]


def test_an_imported_rule_is_a_draft_and_its_active_twin_keeps_it_one(stage: Stage, twin: Rule) -> None:
    assert (twin.state, twin.twin) == (RuleState.draft, TwinState.active)
    with pytest.raises(Refusal, match="New tickets are normal"):
        publish(db.session(), twin)


def test_switched_off_there_it_may_go_live_here(stage: Stage, twin: Rule) -> None:
    with acting_as(NOBODY):
        ask_off(db.session(), twin)
    db.session.commit()
    bell = stage.app.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    assert Fact.twin_off in bell.rung
    assert sweep.waiting() == [Fact.twin_off]
    twins.drain()
    assert is_active(stage) is False
    assert twin.twin is TwinState.off
    publish(db.session(), twin)
    assert twin.state is RuleState.live


def test_a_zendesk_that_does_not_answer_leaves_the_wish_standing(stage: Stage, twin: Rule) -> None:
    ask_off(db.session(), twin)
    db.session.commit()
    stage.fault(method="PUT", path="/api/v2/triggers/*", kind="status", status=503, when="before", times=1)
    twins.drain()
    assert twin.twin is TwinState.asked
    assert is_active(stage) is True
    twins.drain()
    assert is_active(stage) is False


def test_the_sync_sees_what_somebody_switched_in_zendesk(stage: Stage, twin: Rule) -> None:
    stage.call("PUT", "/api/v2/triggers/8801.json", {"trigger": {"active": False}})
    assert state_after_sync(twin) == "off"
    stage.call("PUT", "/api/v2/triggers/8801.json", {"trigger": {"active": True}})
    assert state_after_sync(twin) == "active"
    accept(twin)
    db.session.commit()
    assert state_after_sync(twin) == "accepted"


def state_after_sync(twin: Rule) -> str:
    sync.sync_names(db.session(), zendesk(), force=True)
    return twin.twin.value
