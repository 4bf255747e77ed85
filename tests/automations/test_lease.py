"""Work of several requests keeps what it has claimed, for as long as it is at work."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from automations import lease, mirror
from automations.lease import LEASE
from tests.automations.acts import arrived, until
from tests.automations.conftest import Stage


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
