"""Homes filled with the demo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from app.bell import SilentBell
from app.db import db
from app.demo.commands import demo, make
from app.factory import create_app
from tests.app.demo.homes import with_sandbox
from tests.conftest import settings_for
from tests.postgres import PostgresServer


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An office filled once for all tests that only look at it; its Zendesk is the sandbox of its home, not running."""
    home = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("sqlite_template"), home / "opsroom.sqlite3")
            url = f"sqlite:///{home / 'opsroom.sqlite3'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            name = server.create("t_demo", template=request.getfixturevalue("postgres_template"))
            stack.callback(server.drop, name)
            url = server.url(name)
        app = create_app(with_sandbox(settings_for(home, url)), bell=SilentBell())
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        assert make(db.session(), app.extensions["opsroom.settings"])
        db.session.remove()
        yield app


@pytest.fixture
def filled(house: Flask) -> Iterator[Path]:
    with house.app_context():
        yield Path(house.extensions["opsroom.settings"].home)
        db.session.remove()


@pytest.fixture
def empty(lone_office: Flask) -> Flask:
    lone_office.cli.add_command(demo)
    lone_office.extensions["opsroom.settings"] = with_sandbox(lone_office.extensions["opsroom.settings"])
    return lone_office
