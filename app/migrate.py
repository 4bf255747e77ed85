"""Bringing a database up to the models: an empty one always, one that lags behind only where that is asked for."""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect

from app.db import db
from app.errors import Refusal
from app.model_index import MIGRATIONS
from app.words import say


def newest() -> str | None:
    """The revision the code needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def current() -> str | None:
    """The revision the database is at; None when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def bring_up(app: Flask, *, lagging: bool) -> None:
    """Migrates an empty database. One that lags behind is migrated when `lagging`, and refused in words when not."""
    with app.app_context():
        at = current()
        if at == newest():
            return
        if at is None and inspect(db.engine).get_table_names():
            raise Refusal(
                say(
                    "이 데이터베이스에는 Opsroom이 만들지 않은 표가 있습니다. DATABASE_URL을 확인해 주세요.",
                    "This database has tables that Opsroom did not make. Check DATABASE_URL.",
                )
            )
        if at is not None and not lagging:
            raise Refusal(
                say(
                    "데이터베이스가 이 버전보다 오래되었습니다. 백업한 뒤 `flask db upgrade`를 실행해 주세요.",
                    "The database is older than this version. Back it up, then run `flask db upgrade`.",
                )
            )
        upgrade(directory=str(MIGRATIONS))
