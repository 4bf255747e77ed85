"""Real exchanges and real rules of real accounts through the whole road."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.exchange import read
from app.rules.importing import take
from app.rules.model import Rule, RuleKind, RuleRun, RuleState, TwinState
from app.rules.publishing import publish
from app.rules.rule import unknown_in
from app.rules.twins import accept
from app.tickets.model import Ticket
from automations import mirror, push, sync, timed
from automations.outside import zendesk
from integrations.zendesk.sandbox.importer import Source, over_http, read_folder
from tests.automations.acts import arrived, until
from tests.automations.conftest import KOREAN, Stage
from tests.integrations.zendesk.recorded import recorded

pytestmark = pytest.mark.recorded


def test_a_real_account_is_mirrored_its_rules_run_and_their_changes_arrive(stage: Stage) -> None:
    told = over_http(read_folder(recorded() / "exchanges"), stage.url)
    assert told["counts"]["ticket"] > 100
    over_http(read_folder_of_rules(), stage.url)
    list(sync.load(db.session(), zendesk()))
    sync.sync_names(db.session(), zendesk(), force=True)
    mirrored = db.session.scalar(select(func.count()).select_from(Ticket)) or 0
    assert mirrored == stage.call("GET", "/_sandbox/health")["tickets"] > 200
    assert db.session.scalar(select(func.count()).select_from(RuleRun)) == 0

    report = take(db.session(), read((recorded() / "business_rules_account_a.json").read_bytes()))
    db.session.commit()
    assert report.refused == []
    rules = db.session.scalars(select(Rule)).all()
    assert {rule.state for rule in rules} == {RuleState.draft}
    assert len([rule for rule in rules if rule.kind is RuleKind.trigger]) == 8
    live = [rule for rule in rules if not unknown_in(db.session(), rule.definition, rule.kind)]
    for rule in live:
        if rule.twin is TwinState.active:
            accept(rule)
        publish(db.session(), rule)
    db.session.commit()
    assert "Close ticket 4 days after status is set to solved" in {rule.title for rule in live}

    the_link(db.session()).pushing = True
    db.session.commit()
    number = stage.write("Help", "I need help with my order", KOREAN)
    stage.change(number, status="solved")
    until(lambda: arrived(2))
    mirror.drain()
    with clock.stopped(clock.now() + timedelta(hours=98)):
        timed.run()
        push.drain()
    assert stage.ticket(number)["status"] == "closed"
    assert set(db.session.scalars(select(Push.state))) == {PushState.sent}
    ran = set(db.session.scalars(select(Rule.title).join(RuleRun, RuleRun.rule_id == Rule.id)))
    assert {"Notify all agents of received request", "Close ticket 4 days after status is set to solved"} <= ran


def read_folder_of_rules() -> list[Source]:
    return [Source("rules", json.loads((recorded() / "business_rules_account_a.json").read_bytes()))]
