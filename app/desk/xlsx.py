"""A plain spreadsheet file: one sheet of texts and numbers, and no formula ever."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from xlsxwriter import Workbook

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | Decimal
# Beyond these a spreadsheet rounds: an id of Zendesk's must stay what it is.
SAFE_DIGITS = 15
# What XML cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file, with `titles` as its first, frozen row. A value that begins with "=" stays the text it is."""
    kept = io.BytesIO()
    with Workbook(kept, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Opsroom")
        sheet.freeze_panes(1, 0)
        for number, row in enumerate((titles, *rows)):
            for column, value in enumerate(row):
                if isinstance(value, int | float | Decimal) and len(str(value).strip("-")) <= SAFE_DIGITS:
                    sheet.write_number(number, column, float(value) if isinstance(value, Decimal) else value)
                else:
                    sheet.write_string(number, column, _FORBIDDEN.sub("", str(value)))
    return kept.getvalue()
