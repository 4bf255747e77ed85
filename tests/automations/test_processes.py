"""The road with everything as real processes, and what happens to it when one of them is killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import requests
from sqlalchemy import func, select

from app import clock
from app.db import db, only_read
from app.inbox.model import WebhookEvent
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.model import RuleRun
from app.tickets.model import Ticket
from app.vault import unseal
from integrations.zendesk.signature import signed
from tests.automations.acts import NEW, a_macro, a_rule
from tests.automations.conftest import ENGLISH, GROUP, KOREAN, WORLD
from tests.conftest import settings_for
from tests.house import EMAIL, TOKEN, House, a_free_port, a_house
from tests.postgres import PostgresServer

pytestmark = pytest.mark.slow


def furnish() -> None:
    macro = a_macro()
    a_rule("route", NEW, [{"field": "group_id", "value": str(GROUP)}, {"field": "priority", "value": "normal"}])
    a_rule("answer", NEW, [{"field": "macro", "value": str(macro.id)}], position=2)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[House]:
    """One house for all these tests on each database: starting it costs more than they do."""
    home = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        shutil.copy(sqlite_template, home / "opsroom.sqlite3")
        database_url = f"sqlite:///{home / 'opsroom.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        template: str = request.getfixturevalue("postgres_template")
        database_url = server.url(server.create("house", template=template))
    port, sandbox_port = a_free_port(), a_free_port()
    settings = replace(
        settings_for(home, database_url),
        redis_url=None,
        port=port,
        sandbox_port=sandbox_port,
        zendesk_url=f"http://127.0.0.1:{sandbox_port}",
        zendesk_email=EMAIL,
        zendesk_token=TOKEN,
    )
    with a_house(settings, WORLD, furnish) as made:
        yield made


@pytest.fixture(autouse=True)
def only_looking(a_fresh_stage: None) -> None:
    """A test that looks must not hold SQLite's one write lock."""
    only_read(flag=True)


def answered(house: House, number: int) -> bool:
    return len(house.comments(number)) == 2 and house.ticket(number)["group_id"] == GROUP


def test_a_ticket_is_answered_within_seconds_and_only_once(house: House) -> None:
    korean = house.write("청소 문의", "내일 시간을 바꾸고 싶어요", KOREAN)
    english = house.write("Question", "Can I check in early?", ENGLISH)
    took = house.until(lambda: answered(house, korean) and answered(house, english), 15)
    assert house.comments(korean)[1] == "박지우님, 문의를 잘 받았습니다."
    assert house.comments(english)[1] == "Hello Emma Wilson, we have your message."
    assert took < 10


def test_one_delivery_fifty_times_at_once_is_one_row_and_no_second_answer(house: House) -> None:
    number = house.write("문의", "안녕하세요", KOREAN)
    house.until(lambda: answered(house, number), 15)
    link = the_link(db.session())
    secret = unseal(link.sealed_secret or "", house.settings.secret_key)
    db.session.rollback()
    body = b'{"type":"zen:event-type:ticket.created","detail":{"id":"%d"},"event":{}}' % number
    stamp = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    headers = {
        "X-Zendesk-Webhook-Signature": signed(secret, stamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Webhook-Invocation-Id": "fifty-times",
    }

    def send(_: int) -> int:
        return requests.post(f"{house.web}/webhooks/zendesk", data=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(25) as pool:
        assert list(pool.map(send, range(50))) == [200] * 50

    def worked() -> bool:
        db.session.rollback()
        rows = db.session.scalars(select(WebhookEvent).where(WebhookEvent.invocation_id == "fifty-times")).all()
        return len(rows) == 1 and rows[0].done_at is not None and rows[0].tries == 1

    house.until(worked, 15)
    assert len(house.comments(number)) == 2
    ticket_id = select(Ticket.id).where(Ticket.zendesk_id == number).scalar_subquery()
    assert db.session.scalar(select(func.count()).select_from(RuleRun).where(RuleRun.ticket_id == ticket_id)) == 2


def test_a_redis_that_forgets_everything_costs_time_and_nothing_else(house: House) -> None:
    queue = redis.Redis.from_url(house.env["REDIS_URL"])
    house.kill_workers()
    number = house.write("또 문의", "안녕하세요", KOREAN)

    def kept() -> bool:
        db.session.rollback()
        waiting = select(func.count()).select_from(WebhookEvent).where(WebhookEvent.ticket_zendesk_id == number)
        return bool(db.session.scalar(waiting))

    house.until(kept, 15)
    queue.flushall()
    queue.close()
    house.start_worker()
    house.until(lambda: answered(house, number), 60)


def test_a_worker_killed_in_the_middle_of_a_push_leaves_it_done_once(house: House) -> None:
    """Killed -9 after Zendesk has committed and before it has answered: within 60 s, exactly once."""
    house.call(
        "POST",
        "/_sandbox/faults",
        {"faults": [{"method": "PUT", "path": "/api/v2/tickets/*", "kind": "delay", "when": "after", "seconds": 8}]},
    )
    number = house.write("청소 문의", "안녕하세요", KOREAN)

    def sending() -> bool:
        db.session.rollback()
        return newest() is PushState.sending

    house.until(sending, 15)
    house.until(lambda: len(house.comments(number)) == 2, 10)
    house.call("DELETE", "/_sandbox/faults")
    house.kill_workers()
    house.start_worker()

    def recorded() -> bool:
        db.session.rollback()
        return newest() is PushState.sent

    assert house.until(recorded, 60) < 60
    assert len(house.comments(number)) == 2
    rows = house.call("GET", "/_sandbox/journal?since=0")["journal"]
    done = [note for row in rows if row["method"] == "PUT" for note in row["committed"] if note["kind"] == "ticket"]
    assert [note["id"] for note in done].count(number) == 1


def newest() -> PushState | None:
    return db.session.scalar(select(Push.state).order_by(Push.id.desc()).limit(1))
