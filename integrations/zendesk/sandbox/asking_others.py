"""What a search finds beside tickets: users by their columns, groups and organizations by their rows."""

import sqlite3
from collections.abc import Callable

from . import records
from .asking import COMPARED, DATES, Pair, Piece, Query, bounds, dated, where
from .shape import Json, ident

_TAGGED = "exists (select 1 from json_each(users.body, '$.tags') where lower(value) = ?)"
_COLUMNS = {"email": "email", "role": "role", "external_id": "external_id"}
_SAID = {"phone": "phone", "notes": "notes", "details": "details"}
_TEXTS = ("name", "details", "notes")


def user_where(db: sqlite3.Connection, query: Query) -> Piece:
    return where(query, "active = 1", lambda pair: _of_user(db, pair))


def _of_user(db: sqlite3.Connection, pair: Pair) -> Piece:
    key, value = pair.key, pair.value
    if not key:
        return "name like ? or email like ?", [f"%{value}%"] * 2
    if key in DATES:
        return dated(f"json_extract(body, '$.{DATES[key]}')", pair)
    if key == "name":
        return "name like ?", [f"%{value.replace('*', '%')}%"]
    if key in _COLUMNS:
        return f"{_COLUMNS[key]} like ?", [value.replace("*", "%")]
    if key in _SAID:
        return f"json_extract(body, '$.{_SAID[key]}') like ?", [f"%{value.replace('*', '%')}%"]
    if key == "tags":
        return _tagged(value)
    if key == "organization":
        return _in_organization(db, value)
    return "0", []


def _tagged(value: str) -> Piece:
    if value.lower() == "none":
        return "coalesce(json_array_length(body, '$.tags'), 0) = 0", []
    words = value.lower().split()
    return " and ".join([_TAGGED] * len(words)) or "0", list(words)


def _in_organization(db: sqlite3.Connection, value: str) -> Piece:
    column = "json_extract(body, '$.organization_id')"
    if value.lower() == "none":
        return f"{column} is null", []
    if ident(value) is not None:
        return f"{column} = ?", [ident(value)]
    named = [row["id"] for row in records.every(db, "organization") if value.lower() in str(row["name"]).lower()]
    return f"{column} in ({','.join('?' * len(named))})", list(named)


def plain_found(db: sqlite3.Connection, kind: str, query: Query) -> list[Json]:
    sides = [[(_of_row(pair), pair.negated) for pair in side] for side in query.sides()]
    return [row for row in records.every(db, kind)
            if all(any(fits(row) != negated for fits, negated in side) for side in sides)]  # fmt: skip


def _of_row(pair: Pair) -> Callable[[Json], bool]:
    key, value = pair.key, pair.value.lower()
    if not key:
        return lambda row: any(value in str(row.get(name) or "").lower() for name in _TEXTS)
    if key in DATES:
        found = bounds(pair.sign, pair.value)
        return lambda row: all(COMPARED[sign](str(row.get(DATES[key]) or ""), at) for sign, at in found)
    if key in _TEXTS:
        return lambda row: value.strip("*") in str(row.get(key) or "").lower()
    if key == "tags":
        words = set(value.split())
        return lambda row: not row.get("tags") if value == "none" else words <= _lowered(row.get("tags"))
    if key == "domain_names":
        return lambda row: value in _lowered(row.get("domain_names"))
    if key in ("external_id", "id"):
        return lambda row: str(row.get(key) or "").lower() == value
    return lambda _row: False


def _lowered(words: object) -> set[str]:
    return {str(word).lower() for word in words} if isinstance(words, list) else set()
