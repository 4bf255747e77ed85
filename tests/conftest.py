"""The stage every test stands on: a real database (each test on SQLite and PostgreSQL where it asks for `office`), a
real Valkey, and the Zendesk sandbox over HTTP."""

from __future__ import annotations

import copy
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as examples
from werkzeug.serving import make_server

from app.actor import NOBODY, act_as
from app.bell import SilentBell
from app.db import db, only_read
from app.factory import create_app, settle
from app.migrate import bring_up
from app.settings import Settings
from app.valkey import running
from app.words import speak
from integrations.payments.sandbox import SandboxProvider
from tests.bank import the_bank
from tests.integrations.sandbox.reference.watch import Watch, watching
from tests.postgres import PostgresServer, postgres_server

pytest_plugins = ["tests.skips"]

SECRET = "a-secret-key-for-tests-only-and-long-enough"

# Time is no fault on a machine that others use; a run of CI tries what the one before it tried.
examples.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.register_profile("ci", examples.get_profile("here"), derandomize=True, database=None)
examples.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole houses goes first, so that of two processes neither is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def a_fresh_stage() -> None:
    """Whatever an earlier test said in its context is over: who acts, in which language, whether only to read."""
    speak("ko")
    act_as(NOBODY)
    only_read(flag=False)


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    """Holds each reply of every sandbox in this process against Zendesk's reference."""
    with watching() as found:
        yield found


@pytest.fixture(autouse=True)
def replies_like_zendesks(watch: Watch) -> Iterator[None]:
    yield
    wrong = "\n".join(watch.taken())
    assert not wrong, f"a sandbox answered as Zendesk does not:\n{wrong}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("valkey")) as url:
        yield url


def settings_for(home: Path, database_url: str) -> Settings:
    return Settings(
        home=home,
        demo=True,
        secret_key=SECRET,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        zendesk_url=None,
        zendesk_email=None,
        zendesk_token=None,
        public_url="http://localhost",
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template")
    app = create_app(settings_for(home, f"sqlite:///{home / 'opsroom.sqlite3'}"), bell=SilentBell())
    bring_up(app, lagging=True)
    with app.app_context():
        db.engine.dispose()
    return home / "opsroom.sqlite3"


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = postgres.create("template_opsroom")
    app = create_app(settings_for(tmp_path_factory.mktemp("pg"), postgres.url(name)), bell=SilentBell())
    bring_up(app, lagging=True)
    with app.app_context():
        db.engine.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An own, migrated, empty database; every test that stands on it runs on both kinds."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "opsroom.sqlite3")
        yield f"sqlite:///{tmp_path / 'opsroom.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    template_name: str = request.getfixturevalue("postgres_template")
    name = server.create(f"t_{uuid.uuid4().hex[:12]}", template=template_name)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """As `database_url`, on SQLite alone: for what has nothing to do with the database."""
    shutil.copy(sqlite_template, tmp_path / "opsroom.sqlite3")
    return f"sqlite:///{tmp_path / 'opsroom.sqlite3'}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path, database_url)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app to copy: putting up its screens takes longer than most tests do."""
    home = tmp_path_factory.mktemp("built")
    return create_app(settings_for(home, f"sqlite:///{home / 'nothing.sqlite3'}"), bell=SilentBell())


@pytest.fixture
def put_up(built: Flask) -> Callable[[Settings], Flask]:
    """Makes an app of the given settings. It shares doors, screens and templates with its like, so that a test that
    adds to those makes one with create_app instead.
    """

    def settled(settings: Settings) -> Flask:
        app = copy.copy(built)
        app.config = copy.copy(built.config)
        app.extensions = {name: each for name, each in built.extensions.items() if name != "sqlalchemy"}
        app.teardown_appcontext_funcs, app.shell_context_processors = [], []
        app.view_functions = dict(built.view_functions)
        settle(app, settings, SilentBell())
        return app

    return settled


@pytest.fixture
def office(settings: Settings, put_up: Callable[[Settings], Flask]) -> Iterator[Flask]:
    """The whole app on a real database, inside its context; its bell only remembers (`office_bell`)."""
    with ExitStack() as stack:
        app = put_up(settings)
        app.config["TESTING"] = True
        stack.enter_context(app.app_context())
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def lone_office(tmp_path: Path, sqlite_url: str, put_up: Callable[[Settings], Flask]) -> Iterator[Flask]:
    """As `office`, on SQLite alone."""
    app = put_up(settings_for(tmp_path, sqlite_url))
    app.config["TESTING"] = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def bank(office: Flask) -> Iterator[SandboxProvider]:
    yield from the_bank()


@pytest.fixture
def lone_bank(lone_office: Flask) -> Iterator[SandboxProvider]:
    """As `bank`, on SQLite alone."""
    yield from the_bank()


@pytest.fixture
def address(lone_office: Flask) -> Iterator[str]:
    """`lone_office` served on a port of this machine, for a browser."""
    server = make_server("127.0.0.1", 0, lone_office, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
