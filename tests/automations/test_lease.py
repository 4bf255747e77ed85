"""Work of several requests keeps what it has claimed, for as long as it is at work."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text, update

from app import clock
from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.tickets.model import Ticket
from automations import lease, mirror, push
from automations.lease import LEASE
from tests.automations.acts import arrived, until
from tests.automations.conftest import Stage

HISTORY = 20_000


def test_a_slow_look_keeps_its_lease_from_request_to_request(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, nobody would ever finish a ticket of a slow Zendesk, and its rows would end as poison."""
    monkeypatch.setattr(lease, "LEASE", timedelta(seconds=0.9))
    monkeypatch.setattr(mirror, "LEASE", timedelta(seconds=0.9))
    monkeypatch.setattr(lease, "RENEW_AFTER", timedelta(seconds=0))
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.fault(method="GET", path="/api/v2/*", kind="delay", when="before", seconds=0.5, times=None)
    claim = mirror.claim_one(db.session())
    assert claim is not None
    stolen: list[mirror.Claim | None] = []

    def another_worker() -> None:
        with stage.app.app_context():
            while at_work.is_set():
                stolen.append(mirror.claim_one(db.session()))
                db.session.remove()
                time.sleep(0.05)

    at_work = threading.Event()
    at_work.set()
    other = threading.Thread(target=another_worker)
    other.start()
    mirror.work(claim)
    at_work.clear()
    other.join()
    assert set(stolen) == {None}
    row = db.session.scalars(select(WebhookEvent).where(WebhookEvent.ticket_zendesk_id == number)).first()
    assert row is not None
    assert (row.state, row.tries) == (InboxState.done, 1)


def test_a_lease_that_is_renewed_while_somebody_takes_it_stays(stage: Stage) -> None:
    """And holds back what came in about its ticket since: two workers would look at it at once."""
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    assert mirror.claim_one(db.session()) is not None
    now = clock.now()
    came = {"source": "test", "ticket_zendesk_id": number, "due_at": now, "received_at": now, "state": InboxState.new}
    db.session.execute(insert(WebhookEvent), [came | {"invocation_id": "since"}])
    db.session.execute(update(WebhookEvent).values(lease_until=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    db.session.execute(update(WebhookEvent).values(lease_until=clock.now() + timedelta(seconds=60)))
    taken: list[mirror.Claim | None] = []

    def another_worker() -> None:
        with stage.app.app_context():
            taken.append(mirror.claim_one(db.session()))
            db.session.remove()

    other = threading.Thread(target=another_worker)
    other.start()
    if db.engine.dialect.name == "postgresql":
        until_it_waits()
    db.session.commit()
    other.join()
    assert taken == [None]


def until_it_waits() -> None:
    """Until another connection stands before a lock of ours."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    deadline = time.monotonic() + 5
    with db.engine.connect() as looking:
        while not looking.scalar(waiting):
            assert time.monotonic() < deadline, "nobody waits"
            looking.rollback()
            time.sleep(0.01)


def test_a_lease_that_is_lost_between_two_requests_ends_the_look(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_AFTER", timedelta(seconds=0))
    stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    slow = mirror.claim_one(db.session())
    assert slow is not None
    with clock.stopped(clock.now() + LEASE + timedelta(seconds=1)):
        assert mirror.claim_one(db.session()) is not None
    asked = len(stage.call("GET", "/_sandbox/journal?since=0")["journal"])
    mirror.work(slow)
    assert len(stage.call("GET", "/_sandbox/journal?since=0")["journal"]) == asked


@pytest.mark.parametrize("table", ["webhook_events", "pushes"])
def test_a_claim_does_not_walk_through_what_was_done_long_ago(office: Flask, table: str) -> None:
    now = clock.now()
    session = db.session()
    ticket = {"zendesk_id": 1, "status": "open", "created_at": now, "updated_at": now, "mirrored_at": now}
    session.execute(insert(Ticket), [ticket])
    the_link(session).pushing = True
    reason = {"source": "test", "ticket_zendesk_id": 1, "due_at": now, "received_at": now}
    session.execute(
        insert(WebhookEvent), [reason | {"invocation_id": str(one), "state": InboxState.done} for one in range(HISTORY)]
    )
    session.execute(insert(WebhookEvent), [reason | {"invocation_id": "new", "state": InboxState.new}])
    owed = {"ticket_id": 1, "origin": "test", "change": {}, "due_at": now, "created_at": now}
    session.execute(insert(Push), [owed | {"marker": str(one), "state": PushState.sent} for one in range(HISTORY)])
    session.execute(insert(Push), [owed | {"marker": "new", "state": PushState.owed}])
    session.execute(text("ANALYZE"))
    session.commit()
    asked: list[tuple[str, Any]] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    assert (mirror if table == "webhook_events" else push).claim_one(session) is not None
    statement, values = next(one for one in asked if one[0].startswith("SELECT") and f"FROM {table}" in one[0])
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    steps = [str(row) for row in session.connection().exec_driver_sql(explain + statement, values)]
    assert not [step for step in steps if f"SCAN {table}" in step or f"pk_{table}" in step or "Seq Scan" in step]
