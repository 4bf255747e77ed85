"""Loading an account, going on where it was killed, and never twice at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.inbox.model import WebhookEvent
from app.link.link import the_link
from app.rules.model import RuleRun
from app.tickets.model import Ticket, ZendeskGroup, ZendeskUser
from app.tickets.sla import ZendeskSlaPolicy
from automations import sync
from automations.lease import Fenced
from automations.outside import zendesk
from integrations.zendesk import export
from tests.automations.acts import a_rule
from tests.automations.conftest import KOREAN, Stage


def seed_tickets(stage: Stage, count: int) -> None:
    past = clock.now() - timedelta(days=3)
    tickets = [
        {
            "id": 10_000 + number,
            "subject": f"지난 문의 {number}",
            "status": "solved",
            "requester_id": KOREAN,
            "created_at": f"{past + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
            "updated_at": f"{past + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
            "comments": [{"author_id": KOREAN, "body": "안녕하세요", "public": True}],
        }
        for number in range(count)
    ]
    stage.call("POST", "/_sandbox/seed", {"tickets": tickets})


def tickets() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_what_was_before_we_came_is_mirrored_and_decides_nothing(stage: Stage) -> None:
    a_rule(
        "everything",
        [{"field": "status", "operator": "less_than", "value": "closed"}],
        [{"field": "current_tags", "value": "touched"}],
    )
    seed_tickets(stage, 25)
    (progress,) = sync.load(db.session(), zendesk())
    assert (progress.loaded, progress.end_of_stream, tickets()) == (25, True, 25)
    assert db.session.scalar(select(func.count()).select_from(WebhookEvent)) == 0
    assert db.session.scalar(select(func.count()).select_from(RuleRun)) == 0
    names = set(db.session.scalars(select(ZendeskGroup.name)))
    assert {"일반팀", "글로벌팀"} <= names
    assert db.session.get(ZendeskUser, KOREAN) is not None


def test_a_killed_load_goes_on_at_its_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_tickets(stage, 30)
    monkeypatch.setattr(export, "LARGEST_PAGE", 10)
    monkeypatch.setattr(sync, "pages", partial(export.pages, per_page=10))
    load = sync.load(db.session(), zendesk())
    next(load)
    next(load)
    assert tickets() == 20
    token = the_link(db.session()).sync_token
    assert token
    # killed: nobody frees the lease, so the next one waits until it has run out
    with pytest.raises(Fenced):
        next(sync.load(db.session(), zendesk()))
    with clock.stopped(clock.now() + sync.LEASE + timedelta(seconds=1)):
        pages = [progress.loaded for progress in sync.load(db.session(), zendesk())]
    assert pages[0] == 30
    assert tickets() == 30
    with pytest.raises(Fenced):
        next(load)


def test_a_429_stops_a_worker_and_lets_a_command_wait(stage: Stage) -> None:
    seed_tickets(stage, 3)
    stage.fault(method="GET", path="/api/v2/incremental/*", kind="429", when="before", times=1)
    sync.run()
    assert the_link(db.session()).trouble
    assert tickets() == 0
    stage.fault(method="GET", path="/api/v2/incremental/*", kind="429", when="before", times=1)
    waited: list[float] = []
    list(sync.load(db.session(), zendesk(), wait=waited.append))
    assert len(waited) == 1
    assert tickets() == 3
    assert the_link(db.session()).trouble is None


def test_without_a_connection_the_sync_does_nothing(office: Flask) -> None:
    sync.run()
    assert the_link(db.session()).synced_at is None


def test_what_the_sync_notes_refuses_nobody_who_turns_a_switch(stage: Stage) -> None:
    version = the_link(db.session()).version
    db.session.rollback()
    stage.fault(method="GET", path="/api/v2/incremental/*", kind="status", status=503, times=1)
    sync.sync_names(db.session(), zendesk(), force=True)
    sync.run()
    link = the_link(db.session())
    assert link.trouble is not None
    assert link.version == version


def test_sla_policies_come_with_the_names_and_go_with_them(stage: Stage) -> None:
    made = stage.call(
        "POST",
        "/api/v2/slas/policies.json",
        {
            "sla_policy": {
                "title": "빠르게",
                "filter": {"all": [{"field": "via_id", "operator": "is", "value": "29"}], "any": []},
                "policy_metrics": [
                    {"priority": "normal", "metric": "first_reply_time", "target": 60, "business_hours": False}
                ],
            }
        },
    )["sla_policy"]
    sync.sync_names(db.session(), zendesk(), force=True)
    (kept,) = db.session.scalars(select(ZendeskSlaPolicy))
    assert (kept.zendesk_id, kept.title, kept.targets[0]["target"]) == (made["id"], "빠르게", 60)
    stage.call("DELETE", f"/api/v2/slas/policies/{made['id']}.json")
    sync.sync_names(db.session(), zendesk(), force=True)
    assert db.session.scalars(select(ZendeskSlaPolicy)).all() == []


def test_a_plan_without_sla_policies_is_no_trouble(stage: Stage) -> None:
    stage.fault(method="GET", path="/api/v2/slas/*", kind="status", status=403, when="before", times=1)
    sync.sync_names(db.session(), zendesk(), force=True)
    assert db.session.scalars(select(ZendeskGroup)).all()
