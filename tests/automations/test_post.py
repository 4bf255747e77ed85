"""Letters leave by real SMTP and real HTTP: once each, again only under the same id, and a customer's never again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.alarms.alarm import acknowledge, raise_alarm
from app.alarms.escalation import escalate
from app.alarms.kinds import AlarmKind
from app.alarms.letters import Aim, Content, owe_letter
from app.alarms.model import Alarm, Letter, LetterState, OutgoingWebhook, Receiver, WebhookForm
from app.db import db
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.outbox.outbox import owe
from app.people.model import Role, User
from app.settings import Settings
from app.vault import seal
from app.words import say
from automations import post, push, sweep
from integrations.mail.mailbox import Mailbox, serving
from tests.conftest import SECRET, settings_for
from tests.marketplace import a_ticket

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from app.settings import Settings
from app.factory import create_app
from app.bell import SilentBell
from app.db import db
from automations import post
app = create_app(Settings.from_env(), bell=SilentBell())
with app.app_context():
    claim = post.claim_one(db.session())
    assert claim is not None
    post.carry_out(claim)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[str, str, Mailbox]]:
    with serving(tmp_path / "mailbox") as box:
        yield box


@pytest.fixture
def settings(tmp_path: Path, database_url: str, mailbox: tuple[str, str, Mailbox]) -> Settings:
    return replace(settings_for(tmp_path, database_url), smtp_url=mailbox[1], mail_from="Opsroom <ops@example.com>")


@pytest.fixture
def box(office: Flask, mailbox: tuple[str, str, Mailbox]) -> Mailbox:
    return mailbox[2]


def a_letter(key: str = "k", to: str = "lead@example.com", **about: object) -> None:
    owe_letter(db.session(), key, Aim(to), Content("제목", "본문"), clock.now(), **about)
    db.session.commit()


def an_alarm() -> Alarm:
    alarm = raise_alarm(db.session(), AlarmKind.rule_budget, say("멈췄습니다", "Stopped"), "rules")
    db.session.commit()
    return alarm


def a_webhook(url: str, **more: object) -> OutgoingWebhook:
    webhook = OutgoingWebhook(**{"name": "알람방", "url": url, "created_at": clock.now(), **more})
    db.session.add(webhook)
    db.session.commit()
    return webhook


def rows() -> Sequence[Letter]:
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def drain_later(seconds: int = 0) -> None:
    with clock.stopped(clock.now() + timedelta(seconds=seconds)):
        post.drain()


def test_an_alarm_reaches_people_and_webhooks_once(
    office: Flask, box: Mailbox, mailbox: tuple[str, str, Mailbox]
) -> None:
    url = f"{mailbox[0]}/hooks"
    made = {"language": "ko", "after_minutes": 0, "created_at": clock.now()}
    slack = a_webhook(f"{url}/slack", form=WebhookForm.slack)
    signed = a_webhook(f"{url}/signed", name="JSON", form=WebhookForm.signed, sealed_secret=seal("s3cret", SECRET))
    db.session.add_all([
        Receiver(email="lead@example.com", **made),
        Receiver(webhook=slack, **made),
        Receiver(webhook=signed, **(made | {"language": "en"})),
    ])  # fmt: skip
    alarm = an_alarm()
    assert "letter_owed" in sweep_now()
    drain_later()
    drain_later(3600)
    arrived = {one.to: one for one in box.arrived()}
    assert len(box.arrived()) == 3
    assert "멈췄습니다" in arrived["lead@example.com"].body
    assert f"/admin/alarms/details/?id={alarm.id}" in arrived["lead@example.com"].body
    assert arrived["slack"].body.startswith('{"text": ')
    assert f'"alarm": {alarm.id}' in arrived["signed"].body
    assert "X-Opsroom-Signature" in arrived["signed"].headers
    assert {one.state for one in rows()} == {LetterState.sent}
    assert "letter_owed" not in sweep_now()


def sweep_now() -> list[str]:
    return [fact.value for fact in sweep.waiting()]


def test_to_slack_a_title_is_no_call_to_everybody(
    office: Flask, box: Mailbox, mailbox: tuple[str, str, Mailbox]
) -> None:
    slack = a_webhook(f"{mailbox[0]}/hooks/slack", form=WebhookForm.slack)
    text = "「<!channel> <https://evil.example|A&B>」"
    owe_letter(db.session(), "k", Aim("x", webhook_id=slack.id), Content("", text, {"text": text}), clock.now())
    db.session.commit()
    drain_later()
    [arrived] = box.arrived()
    assert json.loads(arrived.body)["text"] == "「&lt;!channel&gt; &lt;https://evil.example|A&amp;B&gt;」"


def escalated_later(seconds: int) -> None:
    """As the sweep and the post do, so many seconds from now."""
    with clock.stopped(clock.now() + timedelta(seconds=seconds)):
        escalate(db.session())
        db.session.commit()
    drain_later(seconds)


def test_the_next_one_hears_only_while_nobody_has_seen_it(office: Flask, box: Mailbox) -> None:
    made = {"language": "ko", "created_at": clock.now()}
    db.session.add_all([
        Receiver(email="first@example.com", after_minutes=0, **made),
        Receiver(email="boss@example.com", after_minutes=15, **made),
    ])  # fmt: skip
    seen = an_alarm()
    drain_later()
    assert [one.to for one in box.arrived()] == ["first@example.com"]
    acknowledge(db.session(), seen)
    db.session.commit()
    escalated_later(3600)
    assert [one.to for one in box.arrived()] == ["first@example.com"]
    an_alarm()
    escalated_later(890)
    assert len(box.arrived()) == 2
    escalated_later(901)
    assert [one.to for one in box.arrived()] == ["boss@example.com", "first@example.com", "first@example.com"]


def test_what_was_seen_meanwhile_is_not_told_though_it_is_due(office: Flask, box: Mailbox) -> None:
    db.session.add(Receiver(email="first@example.com", after_minutes=0, language="ko", created_at=clock.now()))
    alarm = an_alarm()
    acknowledge(db.session(), alarm)
    rows()[0].state = LetterState.owed
    db.session.commit()
    drain_later()
    assert box.arrived() == []
    assert rows()[0].state is LetterState.dropped


@pytest.mark.parametrize(("once", "copies"), [(False, 2), (True, 1)])
def test_a_worker_killed_between_sending_and_noting_it_down(
    office: Flask, box: Mailbox, settings: Settings, *, once: bool, copies: int
) -> None:
    """An alarm is sent again under the same Message-ID; a customer's letter waits for a person."""
    a_letter(once=once)
    env = {**os.environ, "OPSROOM_HOME": str(settings.home), "OPSROOM_DEMO": "1", "SECRET_KEY": SECRET}
    env |= {"DATABASE_URL": settings.database_url, "SMTP_URL": settings.smtp_url or "", "MAIL_FROM": settings.mail_from}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=ROOT, env=env, capture_output=True, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert (len(box.arrived()), rows()[0].state) == (1, LetterState.sending)
    drain_later(10)
    assert len(box.arrived()) == 1, "its lease still holds"
    drain_later(60)
    assert len(box.arrived()) == copies
    assert len({one.message_id for one in box.arrived()}) == 1
    assert rows()[0].state is (LetterState.unknown if once else LetterState.sent)
    drain_later(3600)
    assert len(box.arrived()) == copies


def test_a_late_worker_notes_nothing_down(office: Flask, box: Mailbox) -> None:
    a_letter()
    late = post.claim_one(db.session())
    assert late is not None
    drain_later(60)
    assert rows()[0].state is LetterState.sent
    rows()[0].why = "mine"
    db.session.commit()
    post.work(late)
    assert rows()[0].why == "mine"


def test_a_mail_server_that_is_down_is_asked_by_one_letter_not_by_all(
    office: Flask, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        a_letter(f"k{number}")
    office.extensions["opsroom.settings"] = replace(
        office.extensions["opsroom.settings"], smtp_url="smtp://127.0.0.1:1"
    )
    post.drain()
    assert sorted(one.tries for one in rows()) == [0] * 19 + [1]
    assert all(one.state is LetterState.owed and one.due_at > clock.now() for one in rows())


def test_without_a_mail_server_letters_are_held_and_none_is_lost(office: Flask, box: Mailbox) -> None:
    a_letter()
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], smtp_url=None)
    post.drain()
    assert [(one.state, one.why) for one in rows()] == [(LetterState.held, post.NO_SERVER)]


def test_what_cannot_be_an_address_is_refused_and_holds_nobody_up(office: Flask, box: Mailbox) -> None:
    a_letter("bad", to="no address")
    a_letter("good")
    post.drain()
    assert [one.state for one in rows()] == [LetterState.refused, LetterState.sent]


def test_a_letter_that_kills_its_worker_every_time_ends_and_people_hear_of_it(office: Flask, box: Mailbox) -> None:
    db.session.add(
        User(email="admin@example.com", name="관리자", role=Role.admin, password_hash="-", created_at=clock.now())
    )
    a_letter()
    now = clock.now()
    for minute in range(10):
        with clock.stopped(now + timedelta(minutes=minute)):
            claim = post.claim_one(db.session())
            if minute > 5:
                assert claim is None or claim.letter_id != rows()[0].id
    assert rows()[0].state is LetterState.dead
    assert db.session.scalars(select(Alarm.kind)).all() == [AlarmKind.letter_dead]


def test_two_workers_take_no_letter_twice(office: Flask, box: Mailbox) -> None:
    a_letter("one")
    a_letter("two")
    first, second = post.claim_one(db.session()), post.claim_one(db.session())
    assert first is not None
    assert second is not None
    assert first.letter_id != second.letter_id
    assert post.claim_one(db.session()) is None


def test_what_somebody_drops_this_moment_is_not_taken(office: Flask, box: Mailbox) -> None:
    """A worker that looked while it was still owed must not take it all the same."""
    a_letter()
    ticket = a_ticket()
    pushed = owe(db.session(), ticket=ticket, change={"priority": "high"}, origin="rules")
    pushed.state = PushState.owed
    db.session.commit()
    taken: list[object] = []

    def claim() -> None:
        with office.app_context():
            taken.extend([post.claim_one(db.session()), push.claim_one(db.session())])

    the_link(db.session()).pushing = True
    db.session.commit()
    for table in (Letter, Push):
        db.session.execute(update(table).values(state="dropped"))
    worker = threading.Thread(target=claim)
    worker.start()
    worker.join(0.5)
    db.session.commit()
    worker.join(20)
    assert taken == [None, None]
    assert [one.state for one in rows()] == [LetterState.dropped]
    assert db.session.scalars(select(Push.state)).all() == [PushState.dropped]


def test_a_private_address_is_called_in_the_demo_alone(
    office: Flask, box: Mailbox, mailbox: tuple[str, str, Mailbox]
) -> None:
    webhook = a_webhook(f"{mailbox[0]}/hooks/x")
    aim = Aim(webhook.name, webhook_id=webhook.id)
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], demo=False)
    owe_letter(db.session(), "w", aim, Content("", "", {"text": "hello"}), clock.now())
    db.session.commit()
    post.drain()
    assert box.arrived() == []
    assert rows()[0].state is LetterState.refused
