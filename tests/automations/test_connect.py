"""Joining an account: checked, watched, loaded; and not joined when it should not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.bell import SilentBell
from app.cli import register_commands
from app.db import db
from app.errors import Refusal
from app.factory import create_app
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.model import RuleRun
from app.settings import Settings
from app.tickets.model import Ticket
from app.vault import unseal
from automations import connect
from integrations.zendesk.sandbox.box import Sandbox
from tests.automations.acts import NEW, a_rule, arrived, until
from tests.automations.conftest import AGENT, EMAIL, GROUP, TOKEN, WORLD, Stage
from tests.conftest import SECRET
from wsgi import MORE_COMMANDS


@contextmanager
def another_office(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, bell=SilentBell())
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def flask(settings: Settings) -> Iterator[Callable[..., Result]]:
    """Runs `flask …` on the office's home, as a terminal would."""
    with another_office(settings) as app:
        register_commands(app, MORE_COMMANDS)
        runner = app.test_cli_runner()

        def run(*words: str) -> Result:
            return runner.invoke(args=list(words))

        yield run


def test_connecting_only_watches(stage: Stage) -> None:
    link = the_link(db.session())
    link.pushing = False
    db.session.commit()
    a_rule("route", NEW, [{"field": "group_id", "value": str(GROUP)}])
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.work()
    assert db.session.scalar(select(func.count()).select_from(RuleRun)) == 1
    assert db.session.scalar(select(Push.state)) is PushState.held
    assert stage.ticket(number)["group_id"] is None


def test_connecting_twice_keeps_the_webhook_and_a_reset_secret_opens_both(stage: Stage) -> None:
    link = the_link(db.session())
    first, old = link.webhook_id, unseal(link.sealed_secret or "", SECRET)
    stage.call("POST", f"/api/v2/webhooks/{first}/signing_secret")
    joined = connect.join(db.session(), stage.inbox_url)
    link = the_link(db.session())
    assert joined.already
    assert link.webhook_id == first
    assert unseal(link.sealed_secret_before or "", SECRET) == old
    assert unseal(link.sealed_secret or "", SECRET) != old
    stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))


def test_moved_to_another_address_the_webhook_moves_along(stage: Stage, settings: Settings) -> None:
    webhook_id = the_link(db.session()).webhook_id
    joined = connect.join(db.session(), f"{stage.inbox_url}?moved")
    assert (joined.webhook.id, joined.already) == (webhook_id, True)
    (kept,) = stage.call("GET", "/api/v2/webhooks")["webhooks"]
    assert kept["endpoint"] == f"{stage.inbox_url}?moved"


def test_the_sandbox_at_another_port_is_the_same_account(stage: Stage) -> None:
    the_link(db.session()).zendesk_url = "http://localhost:1"
    db.session.commit()
    connect.join(db.session(), stage.inbox_url)
    assert the_link(db.session()).zendesk_url == stage.url


def test_an_agents_token_is_refused_in_words(stage: Stage, settings: Settings) -> None:
    token = stage.call("POST", "/_sandbox/tokens", {"email": "seojun@example.com"})["token"]
    agent = replace(settings, zendesk_email="seojun@example.com", zendesk_token=token)
    with another_office(agent), pytest.raises(Refusal) as refused:
        connect.join(db.session(), stage.inbox_url)
    assert "admin" in refused.value.words.in_language("en")
    assert AGENT


def test_a_wrong_token_is_refused_in_words(stage: Stage, settings: Settings) -> None:
    wrong = replace(settings, zendesk_token="wrong")
    with another_office(wrong), pytest.raises(Refusal) as refused:
        connect.join(db.session(), stage.inbox_url)
    assert "ZENDESK_TOKEN" in refused.value.words.in_language("en")


def test_another_account_needs_another_database(stage: Stage) -> None:
    the_link(db.session()).zendesk_url = "https://another.zendesk.com"
    db.session.commit()
    with pytest.raises(Refusal, match=r"another\.zendesk\.com"):
        connect.join(db.session(), stage.inbox_url)


def test_the_command_connects_an_empty_home_and_loads(
    flask: Callable[..., Result], box: tuple[Sandbox, str], settings: Settings, office: Flask
) -> None:
    stage = Stage(office, box[0], box[1], None, "")  # type: ignore[arg-type]
    stage.api.auth = (f"{EMAIL}/token", TOKEN)
    stage.call("POST", "/_sandbox/seed", WORLD)
    for number in range(3):
        stage.write(f"문의 {number}", "안녕하세요")
    stage.api.close()
    assert flask("zendesk", "sync").exit_code == 1
    connected = flask("zendesk", "connect", "--endpoint", "http://127.0.0.1:1/webhooks/zendesk")
    assert connected.exit_code == 0, connected.output
    assert "Watch-only" in connected.output
    synced = flask("zendesk", "sync")
    assert synced.exit_code == 0, synced.output
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 3


def test_a_folder_goes_into_the_sandbox_that_runs_or_into_its_folder(
    flask: Callable[..., Result], box: tuple[Sandbox, str], settings: Settings, tmp_path: Path
) -> None:
    account = tmp_path / "account"
    account.mkdir()
    rows: dict[str, Any] = {"groups": WORLD["groups"], "users": WORLD["users"]}
    (account / "people.json").write_text(json.dumps(rows))
    told = flask("zendesk", "import", str(account), "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["counts"] == {"group": 2, "user": 3}
    box[0].stop()
    again = flask("zendesk", "import", str(account))
    assert again.exit_code == 0, again.output
    assert (settings.home / "sandbox" / "sandbox.sqlite3").exists()
    (account / "broken.json").write_text("{")
    broken = flask("zendesk", "import", str(account))
    assert broken.exit_code == 1
    assert "broken.json" in broken.output
    assert "Nothing was imported" in broken.output


def test_no_folder_is_a_plain_error(flask: Callable[..., Result]) -> None:
    missing = flask("zendesk", "import", "/nowhere/at/all")
    assert missing.exit_code != 0
    assert "does not exist" in missing.output
