"""Files of a list: within scope and filters, capped, told to the audit, with nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from blinker import Signal
from flask import Response, request
from flask_admin import expose

from app import clock
from app.desk.shown import cell
from app.desk.xlsx import MIME, workbook
from app.errors import Refusal
from app.words import say

MOST_ROWS = 50_000
SHORTEST_REASON = 2
# What a spreadsheet takes for the start of a formula, full-width forms included (OWASP, "CSV Injection").
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
BOM = "\ufeff"
# Columns that leave the house in no file, whatever a screen declares.
NEVER = frozenset(
    {"password_hash", "sealed_secret", "sealed_secret_before", "session_epoch", "token", "token_hash", "form_token"}
)

exported = Signal()
"""Sent with the screen, `rows`, `kind` and `reason` inside the transaction of an export, so that it can be recorded."""


def defused(value: str | float | Decimal) -> str | int | float | Decimal:
    """A text that would start a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(STARTS_FORMULA):
        return f"'{value}"
    return value


def csv_file(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """With a byte-order mark, without which Excel breaks Korean."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow([defused(title) for title in titles])
    writer.writerows([defused(value) for value in row] for row in rows)
    return (BOM + kept.getvalue()).encode()


class Exports:
    """Mixed into every list screen. A file is asked for by POST with a reason: it is written into the audit."""

    export_types = ("csv", "xlsx")
    export_max_rows = MOST_ROWS

    def get_export_columns(self: Any) -> list[tuple[str, Any]]:
        """What the list shows (or `column_export_list` names), without what any list of exclusions hides."""
        hidden = {
            *NEVER,
            *(self.column_exclude_list or ()),
            *(self.column_export_exclude_list or ()),
            *(self.column_details_exclude_list or ()),
        }
        asked = self.column_export_list or self.column_list or self.scaffold_list_columns()
        return list(self.get_column_names([name for name in asked if name not in hidden], None))

    @expose("/export/<export_type>/", methods=("POST",))
    def export(self: Any, export_type: str) -> Response:
        """The rows of the list as it is filtered now. Refuses without a reason, and more rows than the cap."""
        reason = request.form.get("reason", "").strip()[:500]
        if not self.can_export or export_type not in self.export_types:
            raise Refusal(say("이 화면은 내보낼 수 없습니다.", "This screen cannot be exported."))
        if len(reason) < SHORTEST_REASON:
            raise Refusal(
                say(
                    "내보내는 이유를 적어 주세요. 감사 기록에 함께 남습니다.",
                    "Say why you export. The reason is kept in the audit record.",
                )
            )
        records = self._records_to_export()
        titles = [str(label) for _, label in self._export_columns]
        rows = [[self.cell_of(record, name) for name, _ in self._export_columns] for record in records]
        exported.send(self, rows=len(rows), kind=export_type, reason=reason)
        self.session.session.commit()
        body = workbook(titles, rows) if export_type == "xlsx" else csv_file(titles, rows)
        filename = f"opsroom-{self.endpoint}-{clock.in_seoul(clock.now()):%Y%m%d-%H%M}.{export_type}"
        return Response(
            body,
            mimetype=MIME if export_type == "xlsx" else "text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{filename}"'},
        )

    def _records_to_export(self: Any) -> list[Any]:
        asked = self._get_list_extra_args()
        column = self._get_column_by_idx(asked.sort)
        _, query = self.get_list(
            0, column[0] if column else None, asked.sort_desc, asked.search, asked.filters, execute=False, page_size=0
        )
        records: list[Any] = query.limit(self.export_max_rows + 1).all()
        if len(records) > self.export_max_rows:
            raise Refusal(
                say(
                    f"한 번에 {self.export_max_rows:,}행까지 내보낼 수 있습니다. 필터로 줄여 주세요.",
                    f"Up to {self.export_max_rows:,} rows can be exported at once. Narrow the list with filters.",
                )
            )
        return records

    def cell_of(self: Any, record: Any, name: str) -> Any:
        """A column of a record for a file; the screen's own formatters count here too, as text."""
        write = (self.column_formatters_export or {}).get(name)
        value = write(self, None, record, name) if write else self._get_field_value(record, name)
        return cell(value, name=name, currency=getattr(record, "currency", "KRW"))
