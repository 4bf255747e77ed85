"""Reads the first sheet of a workbook that somebody sent, as a program of its own: `python workbook.py < file`.

A few hundred bytes can ask for more memory than there is, and whoever reads them is ended by the system: so this
program is, and not the web. Writes a line of JSON for each row, a list of texts; ends with another status than 0 where
the file cannot be read within its bounds.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, load_workbook

MEMORY_BYTES = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 30
MOST_LETTERS = 64 * 1024 * 1024
NOT_READ = 3


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    try:
        sheet = load_workbook(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, MemoryError):
        return NOT_READ
    letters = 0
    for row in rows:
        cells = [text(cell) for cell in row]
        letters += sum(map(len, cells))
        if letters > MOST_LETTERS:
            return NOT_READ
        sys.stdout.write(json.dumps(cells) + "\n")
    return 0


def text(cell: Any) -> str:
    """A cell as one would type it: whole numbers without a fraction, times with their minutes."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return str(cell)


if __name__ == "__main__":
    sys.exit(main())
