"""How alembic reaches the database: through the app, so that the settings are the same."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import JSON, Enum, text

from app.db import UtcDateTime

config = context.config
database = current_app.extensions["migrate"].db
LOCK = 7_064_119


def plain_type(kind: str, item: object, _autogenerate: object) -> str | bool:
    """Our own column types as the plain ones they are, so that a migration never imports the app."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def same_type(*compared: object) -> bool | None:
    """Choices are stored as text: which values there are is the model's matter, not the table's."""
    return False if isinstance(compared[-1], Enum) else None


def run() -> None:
    """One migration at a time; on SQLite foreign keys rest while tables are rebuilt and are checked after."""
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        else:
            connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
            connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=database.metadata,
                render_as_batch=True,
                compare_type=same_type,
                render_item=plain_type,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"a migration left rows that point nowhere: {broken[:5]}")
        finally:
            if sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")
            else:
                connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
                connection.commit()


if context.is_offline_mode():
    context.configure(url=str(database.engine.url), target_metadata=database.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
