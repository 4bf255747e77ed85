"""A file is previewed, then taken: nothing before somebody confirms, and no row twice, whoever dies meanwhile.

A row is put in and marked in one transaction, and rows are chosen among those still waiting, one worker at a time: a
killed job that begins anew goes on where the last commit was.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.actor import acting
from app.audit.trail import because
from app.bookings.comparing import Compared, Known, compare, compared, standing
from app.bookings.file_columns import FileKind
from app.bookings.file_rows import FileRow, read_row, rows_of
from app.bookings.imports import WAITING, Import, ImportRow, ImportState, Verdict
from app.bookings.incoming import Change, find_customer, put_booking, put_customer
from app.db import one_at_a_time
from app.desk.sheets import lines_of
from app.desk.shown import plain
from app.errors import Refusal
from app.facts import Fact, announce
from app.partners.model import Partner
from app.resident_number import without_resident_numbers
from app.words import LANGUAGES, Words, say, spoken

AT_ONCE = 500
SLICE = 200
NOTHING_READ = say("파일에 줄이 없습니다.", "The file has no lines.")
NOTHING_WAITS = say("가져올 줄이 없습니다.", "There is nothing to take.")
CHANGED_SINCE = say(
    "미리 본 뒤에 다른 사람이 이 기록을 바꾸었습니다. 다시 올려서 확인해 주세요.",
    "Somebody changed this record after the preview. Upload it again and look.",
)
NOT_SAVED = say("저장할 수 없습니다. 같은 값이 이미 있습니다.", "It cannot be saved: the value exists already.")
BECAUSE = say("파일 {name} 가져오기 #{id}", "Import #{id} of the file {name}")


def previewed(session: Session, kind: FileKind, filename: str, raw: bytes) -> Import:
    """Reads and compares every row, and keeps them apart. Refuses a file that cannot be read. Does not commit."""
    acting().must("imports.edit")
    rows = rows_of(kind, lines_of(raw))
    if not rows:
        raise Refusal(NOTHING_READ)
    made = Import(
        kind=kind,
        filename=without_resident_numbers(filename[:200]),
        rows=len(rows),
        by_id=acting().id,
        by=acting().name[:120],
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    partners: dict[int, str] = {}
    kept = [_row(session, made.id, one, partners) for one in compared(session, kind, rows)]
    session.execute(insert(ImportRow), kept)
    return made


def _row(session: Session, import_id: int, one: Compared, partners: dict[int, str]) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "line": one.row.line,
        "verdict": one.verdict,
        "cells": without_resident_numbers(dict(one.row.cells)),
        "record_id": one.record.id if one.record is not None else None,
        "seen_version": one.record.version if one.record is not None else None,
        "changes": [_told(session, change, one, partners) for change in one.changes] if one.record is not None else [],
        "faults": without_resident_numbers([[fault.column, fault.words.ko, fault.words.en] for fault in one.faults]),
    }


def _told(session: Session, change: Change, one: Compared, partners: dict[int, str]) -> list[str]:
    """A change as people read it; who stood there is told by name."""
    currency = str(one.wanted.get("currency") or one.record.currency) if hasattr(one.record, "currency") else "KRW"
    was, becomes = change.was, change.becomes
    if change.name == "partner_id":
        was, becomes = (_partner(session, number, partners) for number in (was, becomes))
    if change.name == "customer_id":
        was = one.record.customer.name
        becomes = one.row.cells.get("customer_email") or one.row.cells.get("customer_zendesk_id") or becomes
    told = [change.name]
    for language in LANGUAGES:
        with spoken(language):
            told += [plain(value, name=change.name, currency=currency) for value in (was, becomes)]
    return told


def _partner(session: Session, number: int | None, partners: dict[int, str]) -> str | None:
    if number is None:
        return None
    if number not in partners:
        partners[number] = session.get_one(Partner, number).name
    return partners[number]


def counts(session: Session, import_id: int) -> Counter[Verdict]:
    asked = select(ImportRow.verdict, func.count()).where(ImportRow.import_id == import_id).group_by(ImportRow.verdict)
    found: Counter[Verdict] = Counter()
    for verdict, number in session.execute(asked):
        found[verdict] = number
    return found


def confirm(session: Session, one: Import) -> None:
    """Takes a small file in this transaction; a large one is on its way once this is committed. In the name of whoever
    confirms it, from now on.
    """
    acting().must("imports.edit")
    tally = counts(session, one.id)
    waiting = sum(tally[verdict] for verdict in WAITING)
    if not waiting:
        raise Refusal(NOTHING_WAITS)
    one.move_to(ImportState.taking)
    if acting().id is not None:
        one.by_id, one.by = acting().id, acting().name[:120]
    if waiting <= AT_ONCE:
        take_some(session, one, AT_ONCE)
    else:
        announce(session, Fact.import_asked)


def drop(one: Import) -> None:
    acting().must("imports.edit")
    one.move_to(ImportState.dropped)
    one.done_at = clock.now()


def take_some(session: Session, one: Import, most: int = SLICE) -> bool:
    """Puts in up to `most` of the rows that wait, each whole or not at all. False when none is left, and then the
    import is done. Does not commit.
    """
    one_at_a_time(session, f"import:{one.id}")
    waiting = (
        select(ImportRow)
        .where(ImportRow.import_id == one.id, ImportRow.verdict.in_(WAITING))
        .order_by(ImportRow.line)
        .limit(most + 1)
    )
    rows = session.scalars(waiting.execution_options(populate_existing=True)).all()
    because(session, BECAUSE.fill(name=one.filename[:100], id=one.id).ko)
    known = Known(session)
    read = {row.id: read_row(one.kind, row.line, {str(k): str(v) for k, v in row.cells.items()}) for row in rows}
    known.read(one.kind, list(read.values()))
    for row in rows[:most]:
        _take(session, one.kind, known, row, read[row.id])
    if len(rows) > most:
        return True
    if one.state is ImportState.taking:
        one.move_to(ImportState.done)
        one.done_at = clock.now()
    return False


def _take(session: Session, kind: FileKind, known: Known, row: ImportRow, read: FileRow) -> None:
    try:
        with session.begin_nested():
            row.verdict = _put(session, kind, known, row, read)
    except Refusal as refusal:
        _refuse(row, Verdict.refused, refusal.words, refusal.field)
    except (IntegrityError, DataError):
        _refuse(row, Verdict.refused, NOT_SAVED, None)
    except StaleDataError:
        # Somebody saved the record between our look and our writing: the row alone is lost, not its slice.
        row.verdict = Verdict.stale
    if row.verdict is Verdict.stale:
        _refuse(row, Verdict.stale, CHANGED_SINCE, None)


def _refuse(row: ImportRow, verdict: Verdict, words: Words, field: str | None) -> None:
    row.verdict = verdict
    row.faults = [[field or "", words.ko, words.en]]


def _is_stale(row: ImportRow, stands: Any) -> bool:
    return (row.record_id, row.seen_version) != ((None, None) if stands is None else (stands.id, stands.version))


def _put(session: Session, kind: FileKind, known: Known, row: ImportRow, read: FileRow) -> Verdict:
    if _is_stale(row, standing(kind, known, read)):
        return Verdict.stale
    found = compare(kind, known, read)
    if found.faults:
        raise Refusal(found.faults[0].words, field=found.faults[0].column)
    if kind is FileKind.customers:
        put_customer(session, found.record, found.wanted)
        return Verdict.taken
    wanted = dict(found.wanted)
    if found.customer is not None:
        # An earlier row of the same file may have made the customer.
        made = find_customer(session, found.customer)
        wanted["customer_id"] = (made or put_customer(session, None, found.customer)).id
    put_booking(session, found.record, read.wanted["ref"], wanted)
    return Verdict.taken
