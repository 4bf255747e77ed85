"""The doors of notes and evidence on the screen of refunds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.actor import acting
from app.desk.fields import id_in
from app.desk.file_kinds import MIME
from app.desk.kept_files import LARGEST, content_of, to_save
from app.desk.view import needs
from app.errors import Refusal
from app.refunds.evidence.keeping import Sent, add
from app.refunds.evidence.model import RefundFile, RefundNote
from app.refunds.model import Refund
from app.words import say

MOST_AT_ONCE = 24 * 1024 * 1024
ADDED = say("적어 두었습니다.", "It is noted.")


def make_room() -> None:
    """Before anything reads the body: pictures of a phone come several at once, and only from who is signed in."""
    if request.endpoint == "refunds.note_view" and "user" in session:
        request.max_content_length = MOST_AT_ONCE


def _sent() -> list[Sent]:
    """What came along, of each file one byte more than is taken at most: enough to know that it is too large."""
    found = []
    for one in request.files.getlist("files"):
        if one.filename:
            found.append(Sent(one.filename, one.read(LARGEST + 1)))
        one.close()
    return found


def _home() -> Path:
    home: Path = current_app.extensions["opsroom.settings"].home
    return home


class Evidence:
    """Mixed into the screen of refunds."""

    largest_file, most_at_once = LARGEST, MOST_AT_ONCE

    def notes_of(self: Any, refund: Refund) -> list[RefundNote]:
        found = select(RefundNote).where(RefundNote.refund_id == refund.id).order_by(RefundNote.id)
        notes: list[RefundNote] = self.session.session.scalars(found.options(selectinload(RefundNote.files))).all()
        return notes

    def may_note(self) -> bool:
        return acting().may("refunds.note")

    @expose("/note/", methods=("POST",))
    @needs("refunds.note")
    def note_view(self: Any) -> ResponseReturnValue:
        """A note, with files or without; what is refused comes back with what was typed, and 422."""
        refund = self.get_one(request.form.get("id", ""))
        typed, writing = request.form.get("text", ""), self.session.session
        sent = _sent()
        try:
            add(writing, refund, typed, sent, _home())
            writing.commit()
        except Refusal as refusal:
            writing.rollback()
            page = self.render("refunds/note.html", refund=refund, typed=typed, refusal=refusal, had=len(sent))
            return page, 422
        flash(str(ADDED), "success")
        return redirect(get_redirect_target() or self.get_url(".details_view", id=refund.id))

    @expose("/evidence/")
    def evidence_view(self: Any) -> ResponseReturnValue:
        """A file, always as something to save: no browser shows or runs it here."""
        number = id_in(request.args.get("id", ""))
        file = self.session.session.get(RefundFile, number) if number is not None else None
        if file is None:
            abort(404)
        self.get_one(str(file.note.refund_id))
        return to_save(content_of(_home(), file.sha256), MIME[file.kind], file.name)
