"""The migrations make exactly what the models say, and undo it, on both databases and on filled tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from app import clock
from app.db import db
from app.demo.office import fill
from app.demo.sign_ins import PEOPLE
from app.model_index import MIGRATIONS, TABLES
from app.reconcile.check import ledger_faults
from app.rules.live import read_live
from app.rules.model import Rule, RuleState


def test_models_equal_migrations(office: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": lambda *_: None, "render_as_batch": True}
        )
        assert compare_metadata(context, db.metadata) == []


def test_every_table_is_in_the_index(office: Flask) -> None:
    assert {table.__tablename__ for table in TABLES} == set(db.metadata.tables)


def test_up_down_up(office: Flask) -> None:
    downgrade(directory=str(MIGRATIONS), revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(directory=str(MIGRATIONS))
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_an_old_house_keeps_its_rows_on_the_way_up(office: Flask) -> None:
    """Down to the first house and up again: what that one had is still there, with what was added around it."""
    moment = clock.now().replace(microsecond=0)
    fill(db.session(), moment, {person.email: "a-password-of-the-test" for person in PEOPLE}, lambda _words: None)
    db.session.commit()

    def rows() -> dict[str, int]:
        with db.engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            names = [one.name for one in db.metadata.sorted_tables if one.name in there]
            return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}

    db.session.remove()
    downgrade(directory=str(MIGRATIONS), revision="0001")
    first = rows()
    assert sum(1 for count in first.values() if count) > 15
    upgrade(directory=str(MIGRATIONS))
    assert {name: count for name, count in rows().items() if name in first} == first
    assert ledger_faults(db.session()) == [], "what was owed and paid before the ledger is entered on the way"
    live = db.session.scalars(select(Rule).where(Rule.state == RuleState.live)).all()
    assert live
    assert len(read_live(db.session()).numbers) == len(live)


def test_a_filled_house_goes_down_and_up_again(office: Flask) -> None:
    """Every row is dropped on the way down without a constraint in the way, and the empty tables come back whole; only
    the table of authority comes with rows, for a house without any would let nobody approve small things alone.
    """
    moment = clock.now().replace(microsecond=0)
    fill(db.session(), moment, {person.email: "a-password-of-the-test" for person in PEOPLE}, lambda _words: None)
    db.session.commit()
    with db.engine.connect() as connection:
        filled = [table.name for table in db.metadata.sorted_tables if connection.execute(table.select()).first()]
    assert len(filled) > 15
    db.session.remove()
    downgrade(directory=str(MIGRATIONS), revision="base")
    upgrade(directory=str(MIGRATIONS))
    with db.engine.connect() as connection:
        filled = [table.name for table in db.metadata.sorted_tables if connection.execute(table.select()).first()]
        assert filled == ["authority_rows"]
