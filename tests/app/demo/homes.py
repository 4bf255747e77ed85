"""What tests of the demo ask of a home: its rows, and those of the sandbox in it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, inspect, select

from app.db import db
from app.settings import SANDBOX_EMAIL, Settings
from integrations.zendesk.sandbox.shape import Json, decode
from integrations.zendesk.sandbox.state import State

TOKEN = "a-token-of-the-sandbox-for-this-test"


def rows() -> dict[str, int]:
    tables = inspect(db.engine).get_table_names()
    return {
        name: db.session.execute(select(func.count()).select_from(db.metadata.tables[name])).scalar_one()
        for name in tables
        if name in db.metadata.tables
    }


def sandbox_rows(home: Path, query: str) -> list[Json]:
    with closing(State(home / "sandbox")) as state, state.read() as books:
        return [decode(row["body"]) for row in books.execute(query)]


def with_sandbox(settings: Settings) -> Settings:
    return replace(settings, zendesk_url="http://127.0.0.1:9", zendesk_email=SANDBOX_EMAIL, zendesk_token=TOKEN)
