"""The database: one declarative base, one session, aware UTC times, and a SQLite that keeps its word.

SQLite gets WAL, foreign keys, a busy time-out, and transactions that begin as writers unless the door said it only
reads: a read that turns into a write fails at once there, whatever the time-out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Enum, Integer, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

SQLITE_BUSY_SECONDS = 15
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_reading: ContextVar[bool] = ContextVar("reading", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time was about to be stored: {value!r}")
        return _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    """The first or the last moment there is, for one that is beyond it in UTC."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return EARLIEST if value.year == 1 else LATEST


_Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: _Json, list[Any]: _Json, list[str]: _Json},
    )


db = SQLAlchemy(model_class=Base, engine_options={"pool_pre_ping": True})

# Zendesk's ids pass 2**31; SQLite counts rows only in a column that is plainly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def choice(choices: type[StrEnum], length: int = 32) -> Enum:
    """A column of a StrEnum, stored by its value as text."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def key_column() -> Mapped[int]:
    return mapped_column(BigId, primary_key=True)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun in the block only read: on SQLite they do not queue behind writers."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def only_read(*, flag: bool) -> None:
    """From here on in this context, transactions only read (or may write again)."""
    _reading.set(flag)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def one_at_a_time(session: Session, name: str) -> None:
    """Holds everyone else who asks for the same `name` back until this transaction ends.

    SQLite needs nothing: its writers already stand in line.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})
