"""Up, and able to work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask

from app import clock
from app.bell import RedisBell, SilentBell
from app.db import db
from app.factory import create_app
from app.inbox.intake import keep
from app.settings import Settings


def test_up_asks_nothing_of_anyone(settings: Settings) -> None:
    nowhere = create_app(
        replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"), bell=SilentBell()
    )
    assert nowhere.test_client().get("/health").status_code == 200
    reply = nowhere.test_client().get("/ready")
    assert reply.status_code == 503
    assert reply.json is not None
    assert reply.json["database"] == "no answer"


def test_ready_tells_how_long_the_oldest_row_waits(office: Flask) -> None:
    door = office.test_client()
    assert door.get("/ready").status_code == 200
    with clock.stopped(clock.now() - timedelta(seconds=90)):
        keep(db.session(), source="test", invocation_id="1", ticket_id=1)
        db.session.commit()
    reply = door.get("/ready")
    assert reply.status_code == 200
    assert reply.json is not None
    assert 89 <= reply.json["oldest_inbox_seconds"] <= 95
    with clock.stopped(clock.now() + timedelta(minutes=10)):
        assert door.get("/ready").status_code == 503


def test_a_queue_that_does_not_answer_is_not_ready(settings: Settings, office: Flask) -> None:
    office.extensions["opsroom.bell"] = RedisBell("redis://127.0.0.1:1/0")
    reply = office.test_client().get("/ready")
    assert reply.status_code == 503
    assert reply.json is not None
    assert reply.json["queue"] == "no answer"
