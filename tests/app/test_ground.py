"""Words, secrets, facts, bell and database: what everything else stands on."""

from __future__ import annotations

import json
import pickle
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, StatementError

from app import clock
from app.audit.model import AuditEntry
from app.bell import EVENTS, RedisBell, SilentBell, hang_bell, waiting_key
from app.db import db, reading
from app.errors import Refusal
from app.facts import Fact, announce
from app.link.link import the_link
from app.link.model import Link
from app.vault import seal, unseal
from app.words import language, say, speak, spoken


def test_words_are_read_in_the_readers_language() -> None:
    words = say("환불 {amount}", "Refund {amount}").fill(amount=say("천 원", "1,000 won"))
    assert str(words) == "환불 천 원"
    with spoken("en"):
        assert (str(words), f"{words}", str(words + "!")) == (
            "Refund 1,000 won",
            "Refund 1,000 won",
            "Refund 1,000 won!",
        )
    assert language() == "ko"
    speak("fr")
    assert language() == "ko"
    assert pickle.loads(pickle.dumps(words)) == words


def test_a_sealed_secret_opens_with_its_key_alone() -> None:
    sealed = seal("the signing secret", "key" * 12)
    assert "signing" not in sealed
    assert unseal(sealed, "key" * 12) == "the signing secret"
    with pytest.raises(Refusal, match="SECRET_KEY"):
        unseal(sealed, "another" * 8)


def test_a_fact_is_heard_once_it_is_committed_and_not_before(office: Flask) -> None:
    bell = office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    announce(db.session(), Fact.push_owed)
    announce(db.session(), Fact.push_owed)
    with db.session.begin_nested():
        the_link(db.session())
    assert bell.rung == []
    db.session.commit()
    assert bell.rung == [Fact.push_owed]
    the_link(db.session())
    announce(db.session(), Fact.sync_asked)
    db.session.rollback()
    db.session.commit()
    assert bell.rung == [Fact.push_owed]


def test_a_burst_is_one_job_and_a_ring_after_it_was_heard_is_another(lone_office: Flask, redis_url: str) -> None:
    bell = RedisBell(redis_url)
    hang_bell(lone_office, bell)
    bell.client.flushall()
    for _ in range(50):
        bell.ring("inbox_filled")
    queue = Queue(EVENTS, connection=bell.client, serializer=JSONSerializer)
    assert [list(job.args) for job in queue.jobs] == [["inbox_filled"]]
    bell.heard("inbox_filled")
    bell.ring("inbox_filled")
    assert len(queue) == 2
    assert 0 < bell.client.ttl(waiting_key("inbox_filled")) <= 30
    bell.client.flushall()
    bell.client.close()


def test_a_queue_that_does_not_answer_costs_the_ring_and_not_the_request(office: Flask) -> None:
    hang_bell(office, RedisBell("redis://127.0.0.1:1/0"))
    the_link(db.session()).rules_on = False
    announce(db.session(), Fact.inbox_filled)
    db.session.commit()
    assert db.session.scalar(select(Link.rules_on)) is False


def test_jobs_are_json_and_never_pickles(redis_url: str) -> None:
    bell = RedisBell(redis_url)
    bell.client.flushall()
    bell.ring("sweep_due")
    (name,) = bell.client.keys("rq:job:*")
    stored = bell.client.hget(name, "data")
    assert isinstance(stored, bytes)
    assert json.loads(zlib.decompress(stored)) == ["automations.reactions.ring", None, ["sweep_due"], {}]
    bell.client.flushall()
    bell.client.close()


def test_times_are_aware_utc_on_the_way_in_and_out(office: Flask) -> None:
    seoul = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=9)))
    the_link(db.session()).synced_at = seoul
    db.session.commit()
    db.session.expire_all()
    assert the_link(db.session()).synced_at == datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    the_link(db.session()).synced_at = datetime(2026, 11, 22, 3, 0)  # noqa: DTZ001 - naive on purpose
    with pytest.raises(StatementError, match="naive"):
        db.session.commit()
    db.session.rollback()


@pytest.mark.parametrize("typed", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_what_utc_can_tell_asks_the_database_nothing_odd(office: Flask, typed: str) -> None:
    at = datetime.fromisoformat(typed)
    found = db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.at > at))
    assert found == 0


def test_a_stopped_clock_needs_an_aware_time() -> None:
    with pytest.raises(ValueError, match="aware"), clock.stopped(datetime(2026, 1, 1)):  # noqa: DTZ001 - as above
        pass


def test_writers_wait_for_each_other_and_readers_for_nobody(office: Flask) -> None:
    """Read, then write, from eight sides at once: on SQLite a reader that turns writer would fail at once."""
    the_link(db.session()).loaded = 0
    db.session.commit()
    together = Barrier(8)

    def add_one(_: int) -> None:
        with office.app_context():
            together.wait()
            link = db.session.scalars(select(Link).with_for_update()).one()
            link.loaded += 1
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(8)))
    db.session.expire_all()
    assert db.session.scalar(select(Link.loaded)) == 8


def test_without_beginning_as_a_writer_sqlite_would_refuse(lone_office: Flask) -> None:
    """The control: two transactions that read first and then write."""
    the_link(db.session())
    db.session.commit()
    with reading(), db.engine.connect() as one, db.engine.connect() as other:
        for connection in (one, other):
            connection.execute(text("SELECT loaded FROM links")).all()
        one.execute(text("UPDATE links SET loaded = 1"))
        one.commit()
        with pytest.raises(OperationalError, match="locked"):
            other.execute(text("UPDATE links SET loaded = 2"))


def test_sqlite_keeps_its_word(lone_office: Flask) -> None:
    with db.engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 15000}
