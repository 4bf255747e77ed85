"""The screen of files that come in: upload, look at what would change, then take it, and get back what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.bookings.comparing import FILE_COLUMN
from app.bookings.file_columns import COLUMNS, EXAMPLES, FileKind
from app.bookings.importing import confirm, counts, drop, previewed
from app.bookings.imports import TO_MEND, WAITING, Import, ImportRow, ImportState, Verdict
from app.db import db
from app.desk.exports import csv_file
from app.desk.view import DeskView, Tab, needs
from app.desk.xlsx import MIME, workbook
from app.errors import Refusal
from app.words import Words, language, say

PAGE = 100
MAY_BE_TAKEN = (ImportState.previewed, ImportState.stopped)
LINE, WHY = say("줄", "Line"), say("고칠 것", "What to mend")
NO_FILE = say("파일을 골라 주세요.", "Choose a file.")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`changes`: (label, was, becomes); `faults`: (label or nothing, words)."""

    line: int
    verdict: Verdict
    who: str
    changes: list[tuple[str, str, str]]
    faults: list[tuple[str, str]]


class ImportView(DeskView):
    model = Import
    subject = "imports"
    label = say("가져오기", "Imports")
    icon = "upload"
    can_edit = False
    details_template = "bookings/import.html"
    empty = say(
        "아직 가져온 파일이 없습니다. 예약이나 고객을 CSV·XLSX 파일로 가져올 수 있습니다.",
        "No file has come in yet. Bookings and customers can come as CSV or XLSX.",
    )
    tabs = (
        Tab("all", say("전체", "All")),
        Tab("stopped", say("멈춤", "Stopped"), lambda: Import.state == ImportState.stopped, hot=True),
    )
    column_list = ("filename", "kind", "state", "rows", "by", "at", "done_at")
    column_labels = {
        "filename": say("파일", "File"),
        "kind": say("무엇을", "What"),
        "state": say("상태", "State"),
        "rows": say("줄 수", "Lines"),
        "by": say("누가", "Who"),
        "at": say("올린 때", "Uploaded"),
        "done_at": say("끝난 때", "Done"),
    }
    column_searchable_list = ("filename",)
    column_filters = ("kind", "state")
    column_default_sort = ("id", True)

    def seen(self) -> Any:
        """Whoever is of some cities or of a vendor sees the files they brought: others' may tell of other cities."""
        query = self.session.session.query(Import)
        actor = acting()
        return query.filter(Import.by_id == actor.id) if actor.cities or actor.vendor_id is not None else query

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """The upload; a file that can be read leads to its preview."""
        kind = FileKind.customers if request.values.get("kind") == "customers" else FileKind.bookings
        if request.method == "GET":
            return self._upload(kind, "")
        session = db.session()
        try:
            made = previewed(session, kind, *_sent())
            session.commit()
        except Refusal as refusal:
            session.rollback()
            return self._upload(kind, str(refusal)), 422
        return redirect(self.get_url(".details_view", id=made.id))

    def _upload(self, kind: FileKind, refused: str) -> str:
        return self.render(
            "bookings/upload.html",
            kind=kind,
            kinds=list(FileKind),
            columns=COLUMNS,
            refused=refused,
            return_url=self.get_url(".index_view"),
        )

    @expose("/template/")
    @needs("imports.edit")
    def template_view(self) -> Response:
        """An empty file with the heads and one made-up row."""
        kind = FileKind.customers if request.args.get("kind") == "customers" else FileKind.bookings
        heads = [str(column.label) for column in COLUMNS[kind]]
        return _file(f"opsroom-{kind.value}", heads, [EXAMPLES[kind]], request.args.get("as", "csv"))

    @expose("/confirm/", methods=("POST",))
    @needs("imports.edit")
    def confirm_view(self) -> ResponseReturnValue:
        return self._changed(lambda one: confirm(db.session(), one))

    @expose("/drop/", methods=("POST",))
    @needs("imports.edit")
    def drop_view(self) -> ResponseReturnValue:
        return self._changed(drop)

    def _changed(self, act: Any) -> ResponseReturnValue:
        one = self.get_one(request.form.get("id", ""))
        session = db.session()
        try:
            act(one)
            session.commit()
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=one.id))

    @expose("/bad/", methods=("POST",))
    @needs("imports.edit")
    def bad_view(self) -> Response:
        """The rows that could not be taken, as they were written, each with what to mend: to correct and send again."""
        one = self.get_one(request.form.get("id", ""))
        columns = COLUMNS[one.kind]
        asked = select(ImportRow).where(ImportRow.import_id == one.id, ImportRow.verdict.in_(TO_MEND))
        labels = _labels(one.kind)
        rows = [
            [
                *(row.cells.get(column.key, "") for column in columns),
                row.line,
                " / ".join(f"{labels.get(name, name)}: {told}".lstrip(": ") for name, told in _faults(row)),
            ]
            for row in db.session.scalars(asked.order_by(ImportRow.line))
        ]
        heads = [*(str(column.label) for column in columns), str(LINE), str(WHY)]
        record(db.session(), "export", "imports", one.id, {"rows": len(rows), "kind": "bad"})
        db.session.commit()
        return _file(f"opsroom-{one.kind.value}-{one.id}-bad", heads, rows, request.form.get("as", "xlsx"))

    @expose("/state/")
    @needs("imports.view")
    def state(self) -> ResponseReturnValue:
        one = self.get_one(request.args.get("id", ""))
        return jsonify(_progress(one))

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= self._page(more["model"])
        return super().render(template, **more)

    def _page(self, one: Import) -> dict[str, Any]:
        tally = counts(db.session(), one.id)
        chosen = next((verdict for verdict in Verdict if verdict.value == request.args.get("rows")), None)
        chosen = chosen or next((each for each in (*TO_MEND, *Verdict) if tally[each]), Verdict.new)
        page = _number(request.args.get("page", "0"))
        asked = select(ImportRow).where(ImportRow.import_id == one.id, ImportRow.verdict == chosen)
        rows = db.session.scalars(asked.order_by(ImportRow.line).offset(page * PAGE).limit(PAGE)).all()
        return {
            "tally": tally,
            "verdicts": [verdict for verdict in Verdict if tally[verdict]],
            "chosen": chosen,
            "rows": [_shown(one.kind, row) for row in rows],
            "page": page,
            "pages": max(1, -(-tally[chosen] // PAGE)),
            "waiting": sum(tally[verdict] for verdict in WAITING),
            "to_mend": sum(tally[verdict] for verdict in TO_MEND),
            "progress": _progress(one),
            "may_take": one.state in MAY_BE_TAKEN and self.may("confirm_view"),
        }


def _sent() -> tuple[str, bytes]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refusal(NO_FILE)
    return sent.filename, sent.read()


def _progress(one: Import) -> dict[str, Any]:
    tally = counts(db.session(), one.id)
    todo = sum(tally.values()) - tally[Verdict.same] - tally[Verdict.bad]
    waiting = sum(tally[verdict] for verdict in WAITING)
    return {
        "over": todo - waiting,
        "todo": todo,
        "taken": tally[Verdict.taken],
        "stale": tally[Verdict.stale],
        "refused": tally[Verdict.refused],
        "moving": one.state is ImportState.taking,
    }


def _labels(kind: FileKind) -> dict[str, Words]:
    return {column.key: column.label for column in COLUMNS[kind]} | {"customer_id": say("고객", "Customer")}


def _faults(row: ImportRow) -> list[tuple[str, str]]:
    return [(name, en if language() == "en" else ko) for name, ko, en in row.faults]


def _shown(kind: FileKind, row: ImportRow) -> ShownRow:
    labels = _labels(kind)
    place = 3 if language() == "en" else 1
    names = ("ref",) if kind is FileKind.bookings else ("name", "email")
    return ShownRow(
        row.line,
        row.verdict,
        " · ".join(str(row.cells[name]) for name in names if name in row.cells),
        [(str(labels.get(FILE_COLUMN.get(one[0], one[0]), one[0])), *one[place : place + 2]) for one in row.changes],
        [(str(labels.get(name, name)), told) for name, told in _faults(row)],
    )


def _number(text: str) -> int:
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _file(name: str, heads: list[str], rows: Any, kind: str) -> Response:
    is_csv = kind == "csv"
    body = csv_file(heads, rows) if is_csv else workbook(heads, rows)
    stamped = f"{name}-{clock.in_seoul(clock.now()):%Y%m%d}.{'csv' if is_csv else 'xlsx'}"
    return Response(
        body,
        mimetype="text/csv; charset=utf-8" if is_csv else MIME,
        headers={"Content-Disposition": f'attachment; filename="{stamped}"'},
    )
