"""Who changed what: one row for each changed row, in the transaction of the change itself.

Listeners on the session see what the ORM writes. A bulk UPDATE written as SQL is not seen: what such a statement means
is told by the row that caused it (a refund tells what a booking's held amount does).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, SessionTransaction

from app import clock
from app.actor import acting
from app.audit.chain import as_json, last_hash, seal
from app.audit.model import AuditEntry
from app.db import one_at_a_time
from app.desk.exports import exported
from app.people.sign_in import came_and_went

NOISE = frozenset({"id", "version", "updated_at", "created_at"})
_WORKERS = frozenset({"lease_until", "token", "tries"})
# Tables whose every change is kept, and the columns of them that are not: what workers note down, and secrets.
AUDITED: dict[str, frozenset[str]] = {
    "policies": frozenset(),
    "policy_versions": frozenset(),
    "vendors": frozenset(),
    "partners": frozenset(),
    "insurances": frozenset(),
    "qualifications": frozenset(),
    "bookings": frozenset(),
    "customers": frozenset(),
    "refunds": _WORKERS | {"provider_key", "form_token"},
    "rules": frozenset(),
    "macros": frozenset(),
    "users": frozenset({"session_epoch", "last_sign_in_at"}),
    "links": frozenset(
        {
            *("cursor", "loaded", "load_started_at", "load_done_at", "sync_token", "sync_lease_until", "synced_at"),
            *("names_synced_at", "trouble", "trouble_at"),
        }
    ),
}
# That these changed is kept; what they hold is not.
SECRET = frozenset({"password_hash", "sealed_secret", "sealed_secret_before"})
HIDDEN = "•••"
LONGEST_TEXT = 4000

_KEY, _REASON = "opsroom.audit", "opsroom.audit.reason"


@dataclass(frozen=True, slots=True)
class Noticed:
    verb: str
    subject: str
    subject_id: int | None
    changes: dict[str, Any]
    within: SessionTransaction | None


def because(session: Session, reason: str) -> None:
    """Why what this transaction changes is changed, in the words of whoever does it."""
    session.info[_REASON] = reason[:500]


def record(session: Session, verb: str, subject: str, subject_id: int | None, about: dict[str, Any]) -> None:
    """Something worth keeping that is no change of a row: a sign-in, an export, a switch. Written at commit."""
    noticed = Noticed(verb, subject, subject_id, as_json(about), session.get_nested_transaction())
    session.info.setdefault(_KEY, []).append(noticed)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _context: Any) -> None:
    kept: list[Noticed] = session.info.setdefault(_KEY, [])
    within = session.get_nested_transaction()
    for verb, rows in (("create", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for row in rows:
            table = getattr(row, "__tablename__", "")
            if table in AUDITED and (changes := _changes(row, verb, AUDITED[table])):
                kept.append(Noticed(verb, table, getattr(row, "id", None), changes, within))


def _changes(row: Any, verb: str, left_out: frozenset[str]) -> dict[str, Any]:
    """{column: [before, after]}."""
    state = inspect(row)
    told: dict[str, Any] = {}
    for column in state.mapper.column_attrs:
        if column.key in left_out or column.key in NOISE:
            continue
        pair = _before_and_after(state.attrs[column.key], verb)
        if pair is not None:
            told[column.key] = [HIDDEN, HIDDEN] if column.key in SECRET else [_short(value) for value in pair]
    return told


def _before_and_after(attribute: Any, verb: str) -> tuple[Any, Any] | None:
    history = attribute.history
    now = attribute.loaded_value
    if verb == "create":
        return None if now is None or not history.added else (None, history.added[0])
    if verb == "delete":
        stood = history.deleted[0] if history.deleted else (history.unchanged[0] if history.unchanged else None)
        return None if stood is None else (stood, None)
    if not history.has_changes():
        return None
    before = history.deleted[0] if history.deleted else None
    after = history.added[0] if history.added else None
    return None if before == after else (before, after)


def _short(value: Any) -> Any:
    told = as_json(value)
    return f"{told[:LONGEST_TEXT]}…" if isinstance(told, str) and len(told) > LONGEST_TEXT else told


@event.listens_for(Session, "before_flush")
def _only_append(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, AuditEntry) and (row in session.deleted or session.is_modified(row)):
            raise TypeError("an audit entry is written once and never changed")


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """The last thing of a transaction: the chain is held for no longer than it takes to write."""
    if session.in_nested_transaction():
        return
    session.flush()
    noticed: list[Noticed] = session.info.pop(_KEY, [])
    reason = session.info.pop(_REASON, None)
    if not noticed:
        return
    one_at_a_time(session, "audit")
    actor, previous, rows = acting(), last_hash(session), []
    for order, seen in enumerate(noticed):
        row = {
            # One microsecond apart, so that they read in the order they were done.
            "at": clock.now() + timedelta(microseconds=order),
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "actor_name": actor.name[:120],
            "verb": seen.verb,
            "subject": seen.subject,
            "subject_id": seen.subject_id,
            "changes": seen.changes,
            "reason": reason,
        }
        previous, before = seal(previous, row), previous
        rows.append({**row, "previous_hash": before, "hash": previous})
    session.execute(insert(AuditEntry), rows)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    if not undone.nested:
        session.info.pop(_KEY, None)
        session.info.pop(_REASON, None)
        return
    kept = session.info.get(_KEY, [])
    session.info[_KEY] = [seen for seen in kept if not _is_inside(seen.within, undone)]


def _is_inside(within: SessionTransaction | None, undone: SessionTransaction) -> bool:
    while within is not None:
        if within is undone:
            return True
        within = within.parent
    return False


@exported.connect
def _exported(screen: Any, *, rows: int, kind: str, reason: str) -> None:
    session = screen.session.session()
    because(session, reason)
    record(session, "export", screen.endpoint, None, {"rows": rows, "kind": kind})


@came_and_went.connect
def _came_and_went(person: Any, *, verb: str, session: Session, email: str, address: str) -> None:
    about = {"address": address} | ({"email": email} if person is None and email else {})
    record(session, verb, "users", getattr(person, "id", None) or acting().id, about)
