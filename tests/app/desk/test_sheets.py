"""Files as people send them: the encodings of Korean offices, separators, workbooks, and what is none of these."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from xlsxwriter import Workbook

from app.desk import sheets, workbook
from app.desk.sheets import lines_of
from app.errors import Refusal

TEXT = "이름,이메일\n김하나,hana@example.com\n"
READ = [["이름", "이메일"], ["김하나", "hana@example.com"]]


def a_workbook(*rows: list[Any]) -> bytes:
    kept = io.BytesIO()
    with Workbook(kept, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return kept.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_csv_is_read_in_every_encoding_of_an_office(encoding: str) -> None:
    assert [cells for _, cells in lines_of(TEXT.encode(encoding))] == READ


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_cells_pasted_from_a_sheet_are_read_too(mark: str) -> None:
    assert [cells for _, cells in lines_of(TEXT.replace(",", mark).encode())] == READ


def test_a_workbook_is_read_as_one_would_type_it() -> None:
    raw = a_workbook(
        ["번호", "금액", "때", "빈"], ["001", 48000, datetime.fromisoformat("2026-11-22T15:30"), None], ["'=1+1", 1.5]
    )
    assert [cells for _, cells in lines_of(raw)] == [
        ["번호", "금액", "때", "빈"],
        ["001", "48000", "2026-11-22 15:30:00", ""],
        ["=1+1", "1.5", "", ""],
    ]


def test_a_line_keeps_its_number_over_a_break_inside_a_cell() -> None:
    found = list(lines_of(b'a,b\n"x\ny",1\nz,2\n'))
    assert [number for number, _ in found] == [1, 3, 4]


def a_bomb() -> bytes:
    kept = io.BytesIO(a_workbook(["a"]))
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", b"0" * 2_000_000)
    return kept.getvalue()


@pytest.mark.parametrize(
    "raw", [b"", b"  \n", b"\xff\xff\xfe\x81", b"PK\x03\x04broken", b'a,b\n"' + b"x" * 200_000], ids=str
)
def test_what_cannot_be_read_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Refusal):
        list(lines_of(raw))


def a_workbook_of_two_cells(row: int, column: int) -> bytes:
    kept = io.BytesIO()
    with Workbook(kept) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(row, column, "b")
    return kept.getvalue()


def test_a_workbook_of_two_far_cells_ends_nothing_but_its_reader() -> None:
    """What stands between them would be half a terabyte."""
    with pytest.raises(Refusal) as refused:
        list(lines_of(a_workbook_of_two_cells(1_048_575, 16_383)))
    assert refused.value.words is sheets.NO_XLSX


def test_the_reader_ends_at_a_gigabyte_and_not_at_its_time() -> None:
    """Between these two cells stand some gigabytes, which this machine may well have."""
    asked = [sys.executable, str(sheets.READER)]
    read = subprocess.run(asked, input=a_workbook_of_two_cells(9_999, 7_999), capture_output=True, check=False)
    assert read.returncode in {workbook.NOT_READ, -signal.SIGABRT, 128 + signal.SIGABRT}


def test_a_text_that_stands_in_too_many_cells_is_refused() -> None:
    """In the file it stands once; read, it would be millions of letters for each hundred cells."""
    text = "x" * 32_000
    read: Callable[[int], int] = lambda cells: len(list(lines_of(a_workbook(*[[text]] * cells))))  # noqa: E731
    assert read(10) == 10
    with pytest.raises(Refusal) as refused:
        read(2_200)
    assert refused.value.words is sheets.NO_XLSX


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Callable[[], object] = lambda: list(lines_of(a_bomb()))  # noqa: E731
    read()
    monkeypatch.setattr(sheets, "LARGEST_UNPACKED", 1_000_000)
    with pytest.raises(Refusal):
        read()
