"""The plain rows of the account (groups, macros, triggers, fields and so on): kept whole, by kind and id."""

import sqlite3

from .shape import Json, decode, text_of
from .state import Tx


def every(db: sqlite3.Connection, kind: str) -> list[Json]:
    rows = db.execute("select body from records where kind = ? order by id", (kind,))
    return [decode(row["body"]) for row in rows]


def one(db: sqlite3.Connection, kind: str, ident: object) -> Json | None:
    row = db.execute("select body from records where kind = ? and id = ?", (kind, ident)).fetchone()
    return None if row is None else decode(row["body"])


def put(tx: Tx, kind: str, row: Json) -> None:
    tx.db.execute("insert or replace into records(kind, id, body) values (?, ?, ?)", (kind, row["id"], text_of(row)))


def drop(tx: Tx, kind: str, ident: object) -> bool:
    return tx.db.execute("delete from records where kind = ? and id = ?", (kind, ident)).rowcount > 0


def kept(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("select value from meta where key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def keep(tx: Tx, key: str, value: str) -> None:
    tx.db.execute("insert or replace into meta(key, value) values (?, ?)", (key, value))
