"""The seal of the audit: each row holds the hash of the one before, so that a change anywhere shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.model import AuditEntry

BEGINNING = "0" * 64
SEALED = ("at", "actor_kind", "actor_id", "actor_name", "verb", "subject", "subject_id", "changes", "reason")
BATCH = 1000


def as_json(value: Any) -> Any:
    """A value as JSON that every database gives back as it was: no floats, no times, no bytes."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(inner) for inner in value]
    return str(value).replace("\x00", "\ufffd")


def seal(previous_hash: str, row: Mapping[str, Any]) -> str:
    """The hash of one row and of all before it."""
    told = json.dumps([previous_hash, *(as_json(row[name]) for name in SEALED)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def last_hash(session: Session) -> str:
    found = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    return found or BEGINNING


def verify(session: Session) -> int | None:
    """The id of the first row that is not as it was written, or whose forerunner is gone; None when all is whole.

    Rows cut off at the end leave a whole chain behind: only a hash that was noted elsewhere shows them.
    """
    previous, after = BEGINNING, 0
    columns = [getattr(AuditEntry, name) for name in ("id", *SEALED, "previous_hash", "hash")]
    while True:
        rows = session.execute(select(*columns).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(BATCH)).all()
        for row in rows:
            if row.previous_hash != previous or row.hash != seal(previous, row._asdict()):
                return int(row.id)
            previous, after = row.hash, int(row.id)
        if len(rows) < BATCH:
            return None
