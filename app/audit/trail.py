"""Who changed what: one row for each changed row, in the transaction of the change itself.

Listeners on the mappers see what the ORM writes, rows that go with their parent included. A bulk UPDATE written as SQL
is not seen: what such a statement means is told by the row that caused it (a refund tells what a booking's held amount
does).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, insert, inspect, select
from sqlalchemy.orm import Mapper, Session, SessionTransaction, object_session

from app import clock
from app.actor import acting
from app.audit.chain import as_json, last_hash, seal
from app.audit.model import AuditEntry
from app.db import one_at_a_time
from app.desk.exports import exported
from app.errors import Refusal
from app.people.sign_in import came_and_went
from app.resident_number import NOT_KEPT, holds_resident_number

NOISE = frozenset({"id", "version", "updated_at", "created_at"})
_WORKERS = frozenset({"lease_until", "token", "tries"})
# Tables whose every change is kept, and the columns of them that are not: what workers note down, and secrets.
AUDITED: dict[str, frozenset[str]] = {
    "policies": frozenset(),
    "policy_versions": frozenset(),
    "vendors": frozenset(),
    "partners": frozenset({"fit_until"}),
    "criteria": frozenset(),
    "warning_limits": frozenset(),
    "partner_documents": frozenset({"key"}),
    "partner_incidents": frozenset(),
    "insurances": frozenset(),
    "qualifications": frozenset(),
    "bookings": frozenset(),
    "imports": frozenset({"by_id", "by", "at"}),
    "customers": frozenset(),
    "clawbacks": frozenset(),
    "differences": frozenset({"open_key"}),
    "authority_rows": frozenset(),
    "approvals": frozenset({"maker_id"}),
    "refund_notes": frozenset(),
    "refund_files": frozenset(),
    "goodwill_entries": frozenset(),
    "goodwills": frozenset({"form_token"}),
    "goodwill_approvals": frozenset({"maker_id"}),
    "refunds": _WORKERS | {"provider_key", "form_token", "maker_id"},
    "refund_settlements": frozenset(),
    "rules": frozenset(),
    "rule_publications": frozenset(),
    "rule_shadows": frozenset({"ready_at"}),
    "macros": frozenset(),
    "views": frozenset(),
    "routing_agents": frozenset(),
    "routing_plans": frozenset(),
    "presences": frozenset({"since_at"}),
    "shifts": frozenset(),
    "holiday_changes": frozenset(),
    "business_hours": frozenset(),
    "rehearsals": _WORKERS | {"frozen", "tally", "cursor", "done", "total", "started_at"},
    "rehearsal_seen": frozenset(),
    "undos": frozenset({"open_rule_id", "done_at"}),
    "disputes": frozenset(),
    "dispute_proposals": frozenset({"open_key"}),
    "dispute_rulings": frozenset(),
    "emergencies": frozenset(),
    "site_tasks": frozenset(),
    "emergency_signs": frozenset(),
    "emergency_duties": frozenset(),
    "playbook_versions": frozenset({"live_key"}),
    "users": frozenset({"session_epoch", "last_sign_in_at"}),
    "alarm_receivers": frozenset(),
    "api_tokens": frozenset({"token_hash", "last_used_at", "minute_at", "minute_count"}),
    "outgoing_webhooks": frozenset(),
    "history_loads": (_WORKERS - {"tries"}) | {"next_start", "events", "unreadable", "left_out", "due_at", "trouble"},
    "links": frozenset(
        {
            *("cursor", "loaded", "load_started_at", "load_done_at", "sync_token", "sync_lease_until", "synced_at"),
            *("names_synced_at", "trouble", "trouble_at"),
        }
    ),
}
# That these changed is kept; what they hold is not. The address of a webhook is all that one needs to post there.
SECRET = frozenset({"password_hash", "sealed_secret", "sealed_secret_before", "url"})
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
    """Why what this transaction changes is changed, in the words of whoever does it. What is written here stays, so a
    resident registration number is refused.
    """
    if holds_resident_number(reason):
        raise Refusal(NOT_KEPT, field="why")
    session.info[_REASON] = reason[:500]


def record(session: Session, verb: str, subject: str, subject_id: int | None, about: dict[str, Any]) -> None:
    """Something worth keeping that is no change of a row: a sign-in, an export, a switch. Written at commit."""
    noticed = Noticed(verb, subject, subject_id, as_json(about), session.get_nested_transaction())
    session.info.setdefault(_KEY, []).append(noticed)


@event.listens_for(Mapper, "after_insert")
def _made(_mapper: Any, connection: Connection, row: Any) -> None:
    _notice("create", connection, row)


@event.listens_for(Mapper, "before_update")
def _changed(_mapper: Any, connection: Connection, row: Any) -> None:
    _notice("update", connection, row)


@event.listens_for(Mapper, "before_delete")
def _ended(_mapper: Any, connection: Connection, row: Any) -> None:
    _notice("delete", connection, row)


def _notice(verb: str, connection: Connection, row: Any) -> None:
    left_out = AUDITED.get(getattr(row, "__tablename__", ""))
    session = object_session(row)
    if left_out is None or session is None:
        return
    changes = _changes(verb, connection, row, left_out | NOISE)
    if changes:
        noticed = Noticed(verb, row.__tablename__, getattr(row, "id", None), changes, session.get_nested_transaction())
        session.info.setdefault(_KEY, []).append(noticed)


def _changes(verb: str, connection: Connection, row: Any, left_out: frozenset[str]) -> dict[str, Any]:
    """{column: [before, after]}. What stood is asked of the database where the record had not loaded it."""
    state = inspect(row)
    names = [column.key for column in state.mapper.column_attrs if column.key not in left_out]
    after = {name: None if verb == "delete" else state.dict.get(name) for name in names}
    if verb == "create":
        before: dict[str, Any] = dict.fromkeys(names)
    elif verb == "delete":
        before = _stood(connection, state)
    else:
        histories = {name: state.attrs[name].history for name in names}
        names = [name for name in names if histories[name].added]
        known = all(histories[name].deleted for name in names)
        before = {name: histories[name].deleted[0] for name in names} if known else _stood(connection, state)
    pairs = {name: (before[name], after[name]) for name in names if before[name] != after[name]}
    return {
        name: [HIDDEN, HIDDEN] if name in SECRET else [_short(was), _short(now)] for name, (was, now) in pairs.items()
    }


def _stood(connection: Connection, state: Any) -> dict[str, Any]:
    table = state.mapper.local_table
    key = zip(table.primary_key, state.identity, strict=True)
    asked = select(table).where(*(column == value for column, value in key))
    return dict(connection.execute(asked).mappings().one())


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
