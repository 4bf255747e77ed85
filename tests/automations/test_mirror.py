"""The mirror never goes back, loses nothing, and one bad ticket does not hold up the others."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.inbox.intake import keep
from app.inbox.model import InboxState, WebhookEvent
from app.tickets.model import Comment, Ticket, TicketEvent
from automations import mirror
from automations.lease import LEASE, POISON_TRIES, Fenced
from automations.outside import zendesk
from automations.rows import ticket_row, upsert_tickets
from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk import types as outside
from tests.automations.acts import arrived, until
from tests.automations.conftest import Stage

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def a_version(status: str, seconds: int, generated: int) -> outside.Ticket:
    return outside.Ticket(
        id=1,
        created_at=NOON,
        updated_at=NOON + timedelta(seconds=seconds),
        status=status,
        generated_timestamp=generated,
    )


VERSIONS = (a_version("new", 0, 100), a_version("open", 5, 105), a_version("open", 5, 109), a_version("solved", 9, 110))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_any_order_of_versions_ends_at_the_newest(office: Flask, order: tuple[int, ...]) -> None:
    for index in (*order, *order):
        upsert_tickets(db.session(), [ticket_row(VERSIONS[index], clock.now())])
        db.session.commit()
    row = db.session.scalars(select(Ticket)).one()
    assert (row.status, row.generated_at) == ("solved", 110)


def test_an_answer_without_a_generated_time_is_ordered_by_its_update(office: Flask) -> None:
    for version in (VERSIONS[3], a_version("open", 5, 0), a_version("closed", 12, 0)):
        upsert_tickets(db.session(), [ticket_row(version, clock.now())])
    db.session.commit()
    row = db.session.scalars(select(Ticket)).one()
    assert (row.status, row.generated_at) == ("closed", 110)


def a_reason(number: int, name: str) -> None:
    keep(db.session(), source="test", invocation_id=name, ticket_id=number)
    db.session.commit()


def the_row(name: str) -> WebhookEvent:
    db.session.rollback()
    return db.session.scalars(select(WebhookEvent).where(WebhookEvent.invocation_id == name)).one()


def test_conversation_and_history_are_mirrored_once(stage: Stage) -> None:
    number = stage.write("문의", "안녕하세요")
    stage.change(number, comment={"body": "internal", "public": False}, priority="high")
    until(lambda: arrived(3))
    stage.work()
    stage.look(number)
    said = db.session.scalars(select(Comment).order_by(Comment.zendesk_id)).all()
    assert [(one.body, one.is_public) for one in said] == [("안녕하세요", True), ("internal", False)]
    events = db.session.scalars(select(TicketEvent).order_by(TicketEvent.audit_id)).all()
    assert [event.is_creation for event in events] == [True, False]
    assert events[1].changes["priority"] == [None, "high"]


def test_what_the_accounts_own_triggers_did_in_an_update_is_one_step_with_it(stage: Stage) -> None:
    """A trigger changes again what the update changed: the step goes from before the update to after the trigger."""
    stage.box.state.engine = OpsroomEngine()
    for title, value in (("wait", "pending"), ("back", "open")):
        made = [{"field": "update_type", "operator": "is", "value": "Change"},
                {"field": "current_tags", "operator": "includes", "value": title}]  # fmt: skip
        row = {"title": title, "conditions": {"all": made}, "actions": [{"field": "status", "value": value}]}
        stage.call("POST", "/api/v2/triggers.json", {"trigger": row})
    number = stage.write("문의", "안녕하세요")
    stage.change(number, status="hold", tags=["wait"])
    stage.change(number, status="open", tags=["wait"])
    stage.change(number, status="hold", tags=["wait", "back"])
    until(lambda: arrived(1))
    stage.work()
    stage.look(number)
    steps = [one.changes for one in db.session.scalars(select(TicketEvent).order_by(TicketEvent.audit_id))]
    assert steps[1]["status"] == ["new", "pending"]
    assert "status" not in steps[2], "open at first, and left as it was"
    assert steps[3]["status"] == ["pending", "open"]


def test_no_resident_number_that_a_customer_wrote_is_mirrored(stage: Stage) -> None:
    number = stage.write("번호 900101-1234567", "제 번호는 9001011234567 이고 전화는 010-1234-5678 입니다")
    until(lambda: arrived(1))
    stage.work()
    stage.look(number)
    (ticket,), (said,) = db.session.scalars(select(Ticket)).all(), db.session.scalars(select(Comment)).all()
    told = "제 번호는 900101******* 이고 전화는 010-1234-5678 입니다"
    assert (ticket.subject, ticket.description, said.body) == ("번호 900101-*******", told, told)
    for event in db.session.scalars(select(TicketEvent)):
        assert "1234567" not in str(event.changes)


def test_a_ticket_that_is_gone_is_marked_and_done(stage: Stage) -> None:
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.work()
    stage.call("DELETE", f"/api/v2/tickets/{number}.json")
    stage.look(number)
    assert db.session.scalars(select(Ticket)).one().status == "deleted"
    assert not db.session.scalars(select(WebhookEvent).where(WebhookEvent.state == InboxState.new)).all()


def test_an_outage_waits_and_is_made_good(stage: Stage) -> None:
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.fault(method="GET", path="/api/v2/tickets/*", kind="status", when="before", status=503, times=1)
    stage.work()
    waiting = db.session.scalars(select(WebhookEvent).where(WebhookEvent.state == InboxState.new)).all()
    assert waiting
    assert all(row.due_at > clock.now() for row in waiting)
    with clock.stopped(clock.now() + timedelta(minutes=2)):
        stage.work()
    assert db.session.scalars(select(Ticket.zendesk_id)).all() == [number]


def test_poison_ends_in_words_and_others_flow(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = stage.write("bad", "bad"), stage.write("good", "good")
    until(lambda: arrived(2))
    real = mirror.record

    def stumble(session: Session, claim: mirror.Claim, look: mirror.Look) -> None:
        if claim.ticket_id == bad:
            raise RuntimeError("a bug of ours")
        real(session, claim, look)

    monkeypatch.setattr(mirror, "record", stumble)
    for _ in range(POISON_TRIES):
        db.session.execute(update(WebhookEvent).values(due_at=clock.now()))
        db.session.commit()
        stage.work()
    states = {row.ticket_zendesk_id: row.state for row in db.session.scalars(select(WebhookEvent))}
    assert states == {bad: InboxState.dead, good: InboxState.done}


def test_a_ticket_that_kills_the_worker_every_time_is_set_aside(stage: Stage) -> None:
    number = stage.write("kills", "kills")
    until(lambda: arrived(1))
    for killed in range(POISON_TRIES):
        with clock.stopped(clock.now() + (LEASE + timedelta(seconds=1)) * killed):
            assert mirror.claim_one(db.session()) is not None
    with clock.stopped(clock.now() + (LEASE + timedelta(seconds=1)) * POISON_TRIES):
        mirror.drain()
    row = db.session.scalars(select(WebhookEvent).where(WebhookEvent.ticket_zendesk_id == number)).first()
    assert row is not None
    assert row.state is InboxState.dead


def test_one_ticket_is_looked_at_by_one_worker_at_a_time(office: Flask) -> None:
    a_reason(1, "one")
    first = mirror.claim_one(db.session())
    assert first is not None
    a_reason(1, "two")
    a_reason(2, "other")
    second = mirror.claim_one(db.session())
    assert second is not None
    assert second.ticket_id == 2
    assert mirror.claim_one(db.session()) is None


def test_a_worker_that_lost_its_lease_records_nothing(stage: Stage) -> None:
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    slow = mirror.claim_one(db.session())
    assert slow is not None
    look = mirror.fetch(zendesk(), db.session(), number)
    with clock.stopped(clock.now() + LEASE + timedelta(seconds=1)):
        quick = mirror.claim_one(db.session())
        assert quick is not None
        with pytest.raises(Fenced):
            mirror.record(db.session(), slow, look)
        db.session.rollback()
        mirror.record(db.session(), quick, look)
        db.session.commit()
    assert the_row(db.session.scalars(select(WebhookEvent.invocation_id)).first() or "").state is InboxState.done


def test_a_character_that_no_database_keeps_holds_nobody_up(stage: Stage) -> None:
    number = stage.write("제\x00목 \\u0000", "본\x00문")
    until(lambda: arrived(1))
    stage.work()
    ticket = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == number)).one()
    assert ticket.subject == "제목 \\u0000"
    assert db.session.scalars(select(Comment.body).where(Comment.ticket_id == ticket.id)).all() == ["본문"]
