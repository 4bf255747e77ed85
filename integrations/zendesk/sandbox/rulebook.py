"""The account's own rules as the engine has read them, read again only once a row that they stand on was changed."""

import sqlite3
from collections.abc import Callable
from typing import Any

from . import account, hours, people, records
from .engine import Books, Engine, Kind, Policies, Rules
from .shape import Json, ident
from .state import Tx


def rules(tx: Tx, kind: Kind) -> Rules | None:
    """The active rules of a kind; None without an engine, or where there are none."""
    engine = tx.engine
    if engine is None:
        return None
    found: Rules | None = _kept(tx, kind, lambda: _rules(tx, kind))
    return found


def policies(tx: Tx) -> Policies | None:
    engine = tx.engine
    if engine is None:
        return None

    def read() -> Policies | None:
        rows = _ordered(records.every(tx.db, "sla_policy"))
        return engine.policies(rows, books(tx.db)) if rows else None

    found: Policies | None = _kept(tx, "sla_policy", read)
    return found


def standing(engine: Engine | None) -> Json:
    """Whether the account's own rules run here at all, for whoever asks how the sandbox is."""
    if engine is None:
        why = "No rule engine was handed in: triggers, automations and SLA policies are kept, not run"
        return {"run": False, "engine": None, "why": why}
    return {"run": True, "engine": engine.name, "why": None}


def told(tx: Tx) -> list[Json]:
    """Every active trigger and automation: does it run here, and if not, why."""
    rows: list[Json] = []
    kinds: tuple[Kind, ...] = ("trigger", "automation")
    for kind in kinds:
        read = rules(tx, kind)
        left_out = read.left_out if read else {}
        for row in _ordered([row for row in records.every(tx.db, kind) if row["active"]]):
            why = "There is no rule engine" if tx.engine is None else left_out.get(row["id"])
            rows.append({"kind": kind, "id": row["id"], "title": row["title"], "runs": why is None, "why": why})
    return rows


def books(db: sqlite3.Connection) -> Books:
    return Books(
        user=lambda number: people.one(db, ident(number)),
        row=lambda kind, number: records.one(db, kind, ident(number)),
        every=lambda kind: records.every(db, kind),
        groups_of=lambda number: account.groups_of(db, number),
        holidays=lambda number: hours.holidays(db, number),
        subdomain=records.kept(db, "subdomain") or "",
    )  # fmt: skip


def _rules(tx: Tx, kind: Kind) -> Rules | None:
    rows = _ordered([row for row in records.every(tx.db, kind) if row["active"]])
    return tx.engine.rules(kind, rows, books(tx.db)) if rows and tx.engine is not None else None


def _ordered(rows: list[Json]) -> list[Json]:
    return sorted(rows, key=lambda row: (row.get("position") or 0, row["id"]))


def _kept(tx: Tx, name: str, read: Callable[[], Any]) -> Any:
    mark = tx.counters.get(records.RULES_MARK, 0)
    kept = tx.kept.get(name)
    if kept is None or kept[0] != mark:
        kept = tx.kept[name] = (mark, read())
    return kept[1]
