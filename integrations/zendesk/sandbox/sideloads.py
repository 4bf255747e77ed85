"""include=users,groups,organizations: the rows that others point to, sent along."""

import re
import sqlite3
from collections.abc import Iterable

from . import people, records
from .kinds import BY_ONE
from .shape import Json, ident

_USERS = ("requester_id", "submitter_id", "assignee_id", "author_id", "user_id")
_LISTS = ("collaborator_ids", "follower_ids", "email_cc_ids")
_PLAIN = {"groups": ("group", "group_id"), "organizations": ("organization", "organization_id"),
          "brands": ("brand", "brand_id"), "ticket_forms": ("ticket_form", "ticket_form_id")}  # fmt: skip


def plain(kind: str, row: Json, base: str) -> Json:
    """A plain row as it goes out, with the address it answers at."""
    definition = BY_ONE[kind]
    if definition.text_id:
        row = row | {"id": str(row["id"])}
    if not definition.with_url:
        return row
    shown = {"url": f"{base}/api/v2/{definition.url_place or definition.place}/{row['id']}.json", **row}
    if definition.html_place:
        words = re.sub(r"\W+", "-", str(row.get("name") or "")).strip("-")
        shown["html_url"] = f"{base}/{definition.html_place}/{row['id']}-{words}"
    return shown


def user(row: Json, base: str) -> Json:
    return {"id": row["id"], "url": f"{base}/api/v2/users/{row['id']}.json", **row}


class Sideloads:
    """Collects what the rows of a page point to, and gives it once: `take` each row, then ask `beside`."""

    def __init__(self, include: str | None) -> None:
        self.wanted = frozenset(part.strip() for part in (include or "").split(",") if part.strip())
        self._ids: dict[str, set[int]] = {name: set() for name in ("users", *_PLAIN)}

    def take(self, row: Json) -> None:
        if not self.wanted:
            return
        self._add("users", (row.get(key) for key in _USERS))
        for key in _LISTS:
            self._add("users", row.get(key) or [])
        for name, (_, key) in _PLAIN.items():
            self._add(name, [row.get(key)])

    def beside(self, db: sqlite3.Connection, base: str) -> Json:
        found: Json = {}
        if "users" in self.wanted:
            found["users"] = [user(row, base) for row in people.many(db, self._ids["users"])]
        for name, (kind, _) in _PLAIN.items():
            if name in self.wanted:
                rows = (records.one(db, kind, number) for number in sorted(self._ids[name]))
                found[name] = [plain(kind, row, base) for row in rows if row is not None]
        return found

    def _add(self, name: str, values: Iterable[object]) -> None:
        self._ids[name] |= {number for value in values if (number := ident(value)) is not None}
