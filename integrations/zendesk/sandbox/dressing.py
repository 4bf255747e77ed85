"""What a reply shows of a plain row beside what is kept: rows that it names, as they are now."""

import sqlite3
from collections.abc import Callable

from . import records
from .shape import Json, ident
from .sideloads import plain


def dressed(db: sqlite3.Connection, kind: str, row: Json, base: str) -> Json:
    """The row as it goes out, with its address."""
    shown = plain(kind, row, base)
    return _DRESS[kind](db, shown, base) if kind in _DRESS else shown


def _workspace(db: sqlite3.Connection, row: Json, base: str) -> Json:
    numbers = [number for value in row["macros"] if (number := ident(value)) is not None]
    rows = [found for number in numbers if (found := records.one(db, "macro", number)) is not None]
    shown = {key: value for key, value in row.items() if key != "macros"}
    return shown | {"macro_ids": numbers, "selected_macros": [plain("macro", found, base) for found in rows]}


def _queue(db: sqlite3.Connection, row: Json, _base: str) -> Json:
    shown = {key: value for key, value in row.items() if not key.endswith("_groups_id")}
    for side in ("primary", "secondary"):
        numbers = [number for value in row[f"{side}_groups_id"] if (number := ident(value)) is not None]
        rows = [found for number in numbers if (found := records.one(db, "group", number)) is not None]
        shown[f"{side}_groups"] = {
            "count": len(rows), "groups": [{"id": found["id"], "name": found["name"]} for found in rows],
        }  # fmt: skip
    return shown


def _target(_db: sqlite3.Connection, row: Json, _base: str) -> Json:
    """Secrets go in and never out."""
    return {key: value for key, value in row.items() if key not in ("password", "token", "api_token", "secret")}


def _item(_db: sqlite3.Connection, row: Json, base: str) -> Json:
    place = f"{base}/api/v2/dynamic_content/items/{row['id']}/variants"
    return row | {"variants": [{"url": f"{place}/{one['id']}.json", **one} for one in row["variants"]
                               if isinstance(one, dict) and "id" in one]}  # fmt: skip


_DRESS: dict[str, Callable[[sqlite3.Connection, Json, str], Json]] = {
    "workspace": _workspace, "queue": _queue, "target": _target,
    "item": _item,
}  # fmt: skip
