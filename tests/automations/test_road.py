"""The road of one ticket: written, told of, mirrored, decided, pushed, seen."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app import clock
from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from app.language.conditions import Conditions
from app.language.kinds import Use
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.definition import RuleDefinition
from app.rules.model import RuleKind, RuleRun
from app.tickets.model import Comment, Ticket, TicketEvent
from automations import mirror, sync, timed
from automations.decide import DEEPEST
from automations.lease import POISON_TRIES
from automations.outside import zendesk
from tests.automations.acts import NEW, a_macro, a_rule, arrived, until
from tests.automations.conftest import ENGLISH, GROUP, KOREAN, Stage, keep_reason


def routed(stage: Stage) -> None:
    macro = a_macro()
    a_rule("to everyone", NEW, [{"field": "group_id", "value": str(GROUP)}, {"field": "priority", "value": "normal"}])
    a_rule(
        "answer",
        NEW,
        [{"field": "macro", "value": str(macro.id)}, {"field": "current_tags", "value": "first_reply"}],
        position=2,
    )


def test_a_ticket_is_routed_and_answered_in_its_language(stage: Stage) -> None:
    routed(stage)
    korean = stage.write("청소 시간 문의", "내일 청소 시간을 바꿀 수 있나요?", KOREAN)
    english = stage.write("Check-in time", "When can I check in tomorrow?", ENGLISH)
    until(lambda: arrived(2))
    stage.work()
    answers = {korean: "박지우님, 문의를 잘 받았습니다.", english: "Hello Emma Wilson, we have your message."}
    for number, answer in answers.items():
        ticket = stage.ticket(number)
        assert (ticket["group_id"], ticket["priority"]) == (GROUP, "normal")
        assert {"answered", "first_reply"} <= set(ticket["tags"])
        assert [comment["body"] for comment in stage.comments(number)][1:] == [answer]
    runs = db.session.scalars(select(RuleRun).order_by(RuleRun.id)).all()
    assert len(runs) == 4
    assert runs[0].reasons[0]["wanted"] == "Create"
    assert runs[0].reasons[0]["met"] is True
    assert {"field": "group_id", "value": str(GROUP)} in runs[0].actions
    push = db.session.get(Push, runs[0].push_id)
    assert push is not None
    assert push.state is PushState.sent


def test_our_own_change_comes_back_and_starts_nothing(stage: Stage) -> None:
    a_rule(
        "on everything that moves",
        [{"field": "status", "operator": "less_than", "value": "closed"}],
        [{"field": "current_tags", "value": "seen"}, {"field": "priority", "value": "low"}],
    )
    number = stage.write("hello", "hello there", ENGLISH)
    until(lambda: arrived(1))
    stage.work()
    until(lambda: arrived(2))
    stage.work()
    stage.work()
    assert len(db.session.scalars(select(RuleRun)).all()) == 1
    assert len(stage.journal("PUT")) == 1
    assert stage.ticket(number)["tags"] == ["seen"]


def test_without_any_webhook_the_sync_brings_it(stage: Stage) -> None:
    routed(stage)
    stage.fault(kind="webhook", mode="drop", times=50)
    number = stage.write("환불 문의", "환불해 주세요", KOREAN)

    def synced() -> bool:
        sync.run()
        return arrived(1)

    until(synced)
    stage.work()
    assert stage.ticket(number)["group_id"] == GROUP
    sources = set(db.session.scalars(select(WebhookEvent.source)))
    assert sources == {"sync"}
    sync.run()
    stage.work()
    sync.run()
    assert len(stage.comments(number)) == 2


def test_fifty_webhooks_at_once_are_one_look_and_one_answer(stage: Stage) -> None:
    routed(stage)
    number = stage.write("문의", "안녕하세요", KOREAN)
    until(lambda: arrived(1))
    stage.work()
    assert len(stage.comments(number)) == 2
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 2
    states = set(db.session.scalars(select(WebhookEvent.state).where(WebhookEvent.event_type.contains("created"))))
    assert states == {InboxState.done}


def test_rules_on_time_fire_once_for_a_ticket_that_stays_as_it_is(stage: Stage) -> None:
    a_rule(
        "pending too long",
        [
            {"field": "status", "operator": "is", "value": "pending"},
            {"field": "PENDING", "operator": "greater_than", "value": "95"},
        ],
        [{"field": "status", "value": "solved"}, {"field": "current_tags", "value": "timed_out"}],
        kind=RuleKind.automation,
    )
    number = stage.write("문의", "안녕하세요", KOREAN)
    stage.change(number, status="pending", comment={"body": "확인해 주세요", "public": True})
    until(lambda: arrived(2))
    stage.work()
    timed.run()
    assert db.session.scalar(select(func.count()).select_from(RuleRun)) == 0
    with clock.stopped(clock.now() + timedelta(hours=97)):
        timed.run()
        timed.run()
        assert db.session.scalar(select(func.count()).select_from(RuleRun)) == 1
        push_ids = db.session.scalars(select(Push.id)).all()
        assert len(push_ids) == 1
        stage.work()
    assert stage.ticket(number)["status"] == "solved"


@pytest.mark.parametrize(
    ("all_of", "met"),
    [
        ([("status", "is", "open")], True),
        ([("status", "greater_than", "pending")], False),
        ([("status", "less_than", "solved"), ("group_id", "is", str(GROUP))], True),
        ([("group_id", "is", "")], False),
        ([("priority", "is", "")], True),
        ([("NEW", "greater_than", "40")], True),
        ([("NEW", "is", "60")], False),
        ([("subject_includes_word", "includes", "nothing")], True),
    ],
)
def test_the_database_narrows_to_what_could_meet_a_rule(
    office: Flask, all_of: list[tuple[str, str, str]], *, met: bool
) -> None:
    now = clock.now()
    db.session.add(
        Ticket(
            zendesk_id=1,
            status="open",
            group_id=GROUP,
            created_at=now - timedelta(hours=50),
            updated_at=now,
            mirrored_at=now,
        )
    )
    db.session.flush()
    rows = [{"field": field, "operator": operator, "value": value} for field, operator, value in all_of]
    rule = RuleDefinition("x", Use.automation, Conditions.parse({"all": rows}), ())
    found = db.session.scalars(select(Ticket.id).where(timed.could_meet(rule, now))).all()
    assert bool(found) is met


def test_a_rule_that_is_not_understood_stops_no_other(stage: Stage) -> None:
    a_rule("route", NEW, [{"field": "group_id", "value": str(GROUP)}])
    a_rule("of another year", NEW, [{"field": "no_such_action", "value": "1"}], position=0)
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.work()
    assert stage.ticket(number)["group_id"] == GROUP


def test_a_change_between_ticket_and_audits_is_judged_by_a_ticket_that_has_it(stage: Stage) -> None:
    a_rule(
        "urgent",
        [
            {"field": "update_type", "operator": "is", "value": "Change"},
            {"field": "priority", "operator": "is", "value": "urgent"},
        ],
        [{"field": "current_tags", "value": "hot"}],
    )
    number = stage.write("문의", "안녕하세요", priority="low")
    until(lambda: arrived(1))
    stage.work()
    stage.fault(method="GET", path=f"/api/v2/tickets/{number}", kind="delay", when="after", seconds=0.6, times=1)
    keep_reason(number, "somebody tells")
    claim = mirror.claim_one(db.session())
    assert claim is not None
    somebody = threading.Timer(0.2, stage.change, (number,), {"priority": "urgent"})
    somebody.start()
    mirror.work(claim)
    somebody.join()
    stage.work()
    assert "hot" in stage.ticket(number)["tags"]


def a_reminder() -> None:
    macro = a_macro(title="알림")
    macro.actions = []
    db.session.commit()
    pending = [
        {"field": "status", "operator": "is", "value": "pending"},
        {"field": "PENDING", "operator": "greater_than", "value": "24"},
    ]
    a_rule("remind", pending, [{"field": "macro", "value": str(macro.id)}], kind=RuleKind.automation)


def test_what_a_rule_on_time_has_done_does_not_start_it_again(stage: Stage) -> None:
    a_reminder()
    number = stage.write("문의", "안녕하세요")
    stage.change(number, status="pending")
    until(lambda: arrived(2))
    stage.work()
    with clock.stopped(clock.now() + timedelta(hours=25)):
        for _ in range(3):
            timed.run()
            stage.look(number)
    assert len(stage.comments(number)) == 2


def test_a_rule_on_time_waits_for_the_history_of_a_ticket(stage: Stage) -> None:
    """After a first load the mirror knows that a ticket is pending, and not since when."""
    a_reminder()
    ago = f"{clock.now() - timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}"
    stage.call("DELETE", f"/api/v2/webhooks/{the_link(db.session()).webhook_id}")
    db.session.rollback()
    number = stage.write("문의", "안녕하세요")
    stage.change(number, status="pending")
    for _ in sync.load(db.session(), zendesk()):
        pass
    db.session.execute(delete(WebhookEvent))
    db.session.execute(update(Ticket).values(created_at=datetime.fromisoformat(ago)))
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(TicketEvent)) == 0
    timed.run()
    assert db.session.scalar(select(func.count()).select_from(Push)) == 0
    stage.work()
    timed.run()
    assert db.session.scalar(select(func.count()).select_from(Push)) == 0
    with clock.stopped(clock.now() + timedelta(hours=25)):
        timed.run()
    assert db.session.scalar(select(func.count()).select_from(Push)) == 1


def test_the_sync_is_let_in_while_rules_on_time_take_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timed, "SYNC_EVERY_SECONDS", -1.0)
    a_reminder()
    before = the_link(db.session()).synced_at
    timed.run()
    assert the_link(db.session()).synced_at != before


@pytest.mark.parametrize("ahead", [0, 300])
def test_two_machines_that_undo_each_other_come_to_an_end(stage: Stage, ahead: int) -> None:
    """Also where our clock is ahead of Zendesk's by `ahead` seconds."""
    a_rule(
        "calm down",
        [
            {"field": "update_type", "operator": "is", "value": "Change"},
            {"field": "priority", "operator": "is", "value": "high"},
        ],
        [{"field": "priority", "value": "low"}],
    )
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    with clock.stopped(clock.now() + timedelta(seconds=ahead)):
        stage.work()
        for _ in range(DEEPEST + 4):
            stage.change(number, priority="high")
            stage.look(number)
    assert db.session.scalar(select(func.count()).select_from(Push)) == DEEPEST + 1


def test_a_token_that_is_not_valid_for_a_while_costs_time_and_nothing_else(stage: Stage) -> None:
    a_rule("route", NEW, [{"field": "group_id", "value": str(GROUP)}])
    turned_away = {"path": "/api/v2/tickets/*", "kind": "status", "status": 401, "times": 1}
    stage.fault(method="GET", **turned_away)
    stage.fault(method="PUT", **turned_away)
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    for minutes in range(0, 12, 3):
        with clock.stopped(clock.now() + timedelta(minutes=minutes)):
            stage.work()
    assert stage.ticket(number)["group_id"] == GROUP


def test_the_first_fault_of_ours_after_an_outage_is_not_the_last_try(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.fault(method="GET", path="/api/v2/tickets/*", kind="status", status=503, times=POISON_TRIES + 1)
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    real = mirror.record

    def stumble(*given: Any) -> None:
        monkeypatch.setattr(mirror, "record", real)
        raise RuntimeError("the database went away")

    monkeypatch.setattr(mirror, "record", stumble)
    for minutes in range(0, 3 * (POISON_TRIES + 3), 3):
        with clock.stopped(clock.now() + timedelta(minutes=minutes)):
            stage.work()
    assert db.session.scalars(select(Ticket.zendesk_id)).all() == [number]
    assert not db.session.scalars(select(WebhookEvent).where(WebhookEvent.state == InboxState.dead)).all()
