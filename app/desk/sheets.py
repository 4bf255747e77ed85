"""Files that people send: CSV in the encodings of Korean offices and XLSX, read as lines of plain texts."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import Refusal
from app.words import Words, say

ZIP = b"PK\x03\x04"
# What a workbook may grow to when it is unpacked: a file of kilobytes can hold gigabytes of nothing.
LARGEST_UNPACKED = 200 * 1024 * 1024
LONGEST_CELL = 4000
READER = Path(__file__).with_name("workbook.py")
LONGEST_SECONDS = 60
NO_CSV = say("CSV 파일로 읽을 수 없습니다.", "It cannot be read as a CSV file.")
NO_XLSX = say("XLSX 파일로 읽을 수 없습니다.", "It cannot be read as an XLSX file.")
NOT_TEXT = say(
    "글자를 읽을 수 없습니다. UTF-8이나 CP949(엑셀의 CSV)로 저장해 주세요.",
    "Its letters cannot be read. Save it as UTF-8, or as Excel's CSV.",
)
EMPTY = say("파일이 비어 있습니다.", "The file is empty.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line of a file; `column` is its head, where one cell is to blame."""

    line: int
    words: Words
    column: str = ""


def decoded(raw: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, or CP949. Refuses what is none of them."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949"):  # fmt: skip
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(NOT_TEXT)


def lines_of(raw: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Each line with its number, from 1; the first sheet of a workbook. Refuses what cannot be read."""
    if not raw.strip():
        raise Refusal(EMPTY)
    if raw.startswith(ZIP):
        yield from _of_workbook(raw)
        return
    text = decoded(raw)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from ((lines.line_num, [_tidy(cell) for cell in cells]) for cells in lines)
    except csv.Error:
        raise Refusal(NO_CSV) from None


def _delimiter(text: str) -> str:
    """What separates the heads: a comma, a tab (pasted from a sheet) or a semicolon."""
    head = text.partition("\n")[0]
    return max(",\t;", key=lambda mark: (head.count(mark), mark == ","))


def _of_workbook(raw: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise Refusal(NO_XLSX)
    except zipfile.BadZipFile:
        raise Refusal(NO_XLSX) from None
    try:
        read = subprocess.run(  # whatever it asks for, it asks of a program of its own
            [sys.executable, str(READER)], input=raw, capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refusal(NO_XLSX) from None
    if read.returncode:
        raise Refusal(NO_XLSX)
    lines = enumerate(read.stdout.splitlines(), 1)
    yield from ((number, [_tidy(cell) for cell in json.loads(line)]) for number, line in lines)


def _tidy(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running a cell, and without what no text of ours has."""
    bare = cell.strip().replace("\x00", "")[:LONGEST_CELL]
    return bare[1:] if len(bare) > 1 and bare[0] == "'" else bare
