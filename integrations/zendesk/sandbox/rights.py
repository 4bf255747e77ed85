"""Who may change whom: an admin everybody, an agent customers and herself, and only an admin what anybody may do."""

import sqlite3

from . import people
from .replies import forbidden
from .shape import Json, ident

# What a user may do in the account. Nobody gives it to herself.
_POWERS = ("custom_role_id", "ticket_restriction", "restricted_agent", "moderator", "only_private_comments")
_START: Json = people.complete({})


def refuse_touching(asker: Json, user: Json) -> None:
    """Staff are touched by admins, and by themselves."""
    if asker["role"] != "admin" and user["role"] != "end-user" and user["id"] != asker["id"]:
        raise forbidden()


def refuse_change(asker: Json, user: Json | None, wanted: Json) -> None:
    """`user` None: she is made by it. Keys that repeat what stands in the row change nothing, so they pass."""
    if asker["role"] == "admin":
        return
    before = user or _START
    if user is not None:
        refuse_touching(asker, user)
    if wanted.get("role") not in (None, "", before["role"]):
        raise forbidden()
    own = user is not None and user["id"] == asker["id"]
    if own and any(key in wanted and wanted[key] != before[key] for key in _POWERS):
        raise forbidden()


def refuse_rows(db: sqlite3.Connection, asker: Json, rows: list[Json], *, known: bool = True) -> None:
    """A whole bulk change for one row that is not allowed. `known`: rows name users who may be there."""
    if asker["role"] == "admin":
        return
    for row in rows:
        refuse_change(asker, _named(db, row) if known else None, row)


def _named(db: sqlite3.Connection, row: Json) -> Json | None:
    if row.get("id") is not None:
        return people.one(db, ident(row["id"]))
    return people.known(db, row)
