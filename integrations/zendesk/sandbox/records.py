"""The plain rows of the account (groups, macros, triggers, fields and so on): kept whole, by kind and id."""

import secrets
import sqlite3

from .shape import Json, decode, text_of
from .state import Tx

# What rules are read from: themselves, and the calendars, options and texts that they point to.
READ_BY_RULES = frozenset({
    "trigger", "automation", "sla_policy", "schedule", "holiday", "item", "ticket_field", "user_field",
    "organization_field", "ticket_form",
})  # fmt: skip
RULES_MARK = "rules"


def every(db: sqlite3.Connection, kind: str) -> list[Json]:
    rows = db.execute("select body from records where kind = ? order by id", (kind,))
    return [decode(row["body"]) for row in rows]


def one(db: sqlite3.Connection, kind: str, ident: object) -> Json | None:
    row = db.execute("select body from records where kind = ? and id = ?", (kind, ident)).fetchone()
    return None if row is None else decode(row["body"])


def with_external_id(db: sqlite3.Connection, kind: str, row: Json) -> Json | None:
    """The row that carries the same external_id as this one, where it carries one at all."""
    wanted = row.get("external_id")
    return next((one for one in every(db, kind) if wanted and one.get("external_id") == str(wanted)), None)


def put(tx: Tx, kind: str, row: Json) -> None:
    _touched(tx, kind)
    tx.db.execute("insert or replace into records(kind, id, body) values (?, ?, ?)", (kind, row["id"], text_of(row)))


def drop(tx: Tx, kind: str, ident: object) -> bool:
    _touched(tx, kind)
    return tx.db.execute("delete from records where kind = ? and id = ?", (kind, ident)).rowcount > 0


def kept(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("select value from meta where key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def keep(tx: Tx, key: str, value: str) -> None:
    tx.db.execute("insert or replace into meta(key, value) values (?, ?)", (key, value))


def _touched(tx: Tx, kind: str) -> None:
    """The mark is new with every change of what rules are read from, and gone again with one that is undone."""
    if kind in READ_BY_RULES:
        tx.counters[RULES_MARK] = secrets.randbits(48)
