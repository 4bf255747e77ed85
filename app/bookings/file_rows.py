"""A file of customers or bookings as rows: every cell read, every fault with line, column and reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.bookings.file_columns import COLUMNS, MUST_BE, Column, FileKind, plain_head
from app.desk.sheets import Fault
from app.errors import Refusal
from app.words import Words, say

MOST_ROWS = 50_000
NO_HEADS = say(
    "첫 줄에 열의 이름이 있어야 합니다. 빠진 열: {names}",
    "The first line must name its columns. Missing: {names}",
)
TWICE = say("열 「{name}」이(가) 두 번 있습니다.", "The column “{name}” is there twice.")
TOO_MANY = say("한 번에 50,000줄까지 가져올 수 있습니다.", "At most 50,000 lines at once.")
SAME_AS = say("{line}번째 줄과 같은 것을 가리킵니다.", "It is about the same as line {line}.")
NOT_KNOWABLE = say(
    "이메일이나 Zendesk 번호 가운데 하나는 있어야 합니다.", "It needs an e-mail or a Zendesk id to be known by."
)


@dataclass(frozen=True, slots=True)
class FileRow:
    """`cells`: what was written, by column; `wanted`: what they say, of the cells that are not empty."""

    line: int
    cells: Mapping[str, str]
    wanted: Mapping[str, Any]
    faults: tuple[Fault, ...]


def rows_of(kind: FileKind, lines: Iterable[tuple[int, Sequence[str]]]) -> list[FileRow]:
    """Refuses a file without the heads it needs, and one that is too long. Columns that nobody knows are left out."""
    found = iter(lines)
    _, heads = next(found, (1, ()))
    places = _places(COLUMNS[kind], heads)
    rows: list[FileRow] = []
    seen: dict[Any, int] = {}
    for number, cells in found:
        by_key = {key: cells[place] for key, place in places.items() if place < len(cells) and cells[place]}
        if not by_key:
            continue
        if len(rows) >= MOST_ROWS:
            raise Refusal(TOO_MANY)
        row = read_row(kind, number, by_key)
        rows.append(_unless_seen(kind, row, seen))
    return rows


def read_row(kind: FileKind, line: int, cells: Mapping[str, str]) -> FileRow:
    wanted: dict[str, Any] = {}
    faults: list[Fault] = []
    currency = str(cells.get("currency", "KRW")).upper()
    for column in COLUMNS[kind]:
        cell = cells.get(column.key, "")
        if not cell:
            faults += [Fault(line, MUST_BE, column.key)] if column.must else []
            continue
        try:
            wanted[column.key] = column.read(cell, currency)
        except Refusal as refusal:
            faults.append(Fault(line, refusal.words, column.key))
    if kind is FileKind.customers and not faults and not {"email", "zendesk_id"} & set(wanted):
        faults.append(Fault(line, NOT_KNOWABLE, "email"))
    return FileRow(line, cells, wanted, tuple(faults))


def _unless_seen(kind: FileKind, row: FileRow, seen: dict[Any, int]) -> FileRow:
    """A second line about the same thing is bad: of two, nobody knows which was meant."""
    keys = [("ref", row.wanted.get("ref"))] if kind is FileKind.bookings else [
        (name, row.wanted.get(name)) for name in ("email", "zendesk_id")
    ]  # fmt: skip
    faults = [Fault(row.line, SAME_AS.fill(line=seen[key]), key[0]) for key in keys if key[1] and key in seen]
    for key in keys:
        seen.setdefault(key, row.line)
    return FileRow(row.line, row.cells, row.wanted, (*row.faults, *faults)) if faults else row


def _places(columns: Sequence[Column], heads: Sequence[str]) -> dict[str, int]:
    by_head = {head: column.key for column in reversed(columns) for head in column.heads}
    places: dict[str, int] = {}
    for place, head in enumerate(heads):
        key = by_head.get(plain_head(head))
        if key is None:
            continue
        if key in places:
            raise Refusal(TWICE.fill(name=head[:40]))
        places[key] = place
    missing = [column for column in columns if column.must and column.key not in places]
    if missing:
        names: Words = say(", ".join(one.label.ko for one in missing), ", ".join(one.key for one in missing))
        raise Refusal(NO_HEADS.fill(names=names))
    return places
