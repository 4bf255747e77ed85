"""Documents on the pages of partners and vendors: added, downloaded, taken away; what was typed comes back when it is
refused.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.db import db
from app.desk.fields import YEARS, id_in
from app.desk.gate import needs
from app.desk.kept_files import content_of, keep_apart, take_away, to_save
from app.desk.saving import CHANGED
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.partners.documents import PartnerDocument
from app.partners.files import BIGGEST, Upload
from app.partners.kinds import DocumentKind
from app.words import say

DOCUMENTS = "partners.documents"
KEPT = say("서류를 보관했습니다.", "The document is kept.")
TAKEN_AWAY = say("파일을 지웠습니다. 기록은 남습니다.", "The file is deleted; the record of it stays.")


class PaperDoors:
    """Mixed into a screen whose records have documents; `owner_column` is how a document names one. The screen has
    `page_again` and `criterion_named`.
    """

    owner_column = "partner_id"

    @expose("/file/", methods=("POST",))
    @needs(DOCUMENTS)
    def file_view(self: Any) -> ResponseReturnValue:
        """Keeps a file. The file is written first: a row never points to nothing."""
        acting().must(f"{self.subject}.edit")
        owner, session = self.get_one(request.form.get("id", "")), db.session()
        typed = {name: request.form.get(name, "").strip() for name in ("kind", "criterion", "ends_on", "note")}
        key = None
        try:
            upload = _upload()
            document = PartnerDocument(
                **{self.owner_column: owner.id},
                kind=one_of(DocumentKind, typed["kind"], "kind"),
                criterion_id=self.criterion_named(typed["criterion"], owner),
                name=upload.short_name,
                note=typed["note"][:300],
                media_type=upload.media_type,
                size=len(upload.body),
                sha256=upload.sha256,
                ends_on=day_of(typed["ends_on"], "ends_on"),
                by=acting().name,
                at=clock.now(),
            )
            key = document.key = keep_apart(_home(), upload.body)
            session.add(document)
            announce(session, Fact.partners_due)
            commit(session)
        except Refusal as refusal:
            session.rollback()
            if key is not None:
                take_away(_home(), key)
            return self.page_again(owner.id, "file", typed, refusal)
        flash(str(KEPT), "success")
        return redirect(self.get_url(".details_view", id=owner.id))

    @expose("/download/", methods=("POST",))
    @needs(DOCUMENTS)
    def download_view(self: Any) -> ResponseReturnValue:
        """The file, never shown in the page. By POST, since the audit keeps who had it."""
        document = self._document()
        body = content_of(_home(), document.sha256, document.key)
        session, whose = db.session(), {self.owner_column: getattr(document, self.owner_column)}
        record(session, "download", "partner_documents", document.id, whose)
        session.commit()
        return to_save(body, document.media_type, document.name)

    @expose("/take-away/", methods=("POST",))
    @needs(DOCUMENTS)
    def take_away_view(self: Any) -> ResponseReturnValue:
        """Deletes the file; the row tells that there was one, and who deleted it."""
        acting().must(f"{self.subject}.edit")
        document, session = self._document(), db.session()
        document.removed_at, document.removed_by = clock.now(), acting().name
        announce(session, Fact.partners_due)
        commit(session)
        take_away(_home(), document.key)
        flash(str(TAKEN_AWAY), "success")
        return redirect(self.get_url(".details_view", id=getattr(document, self.owner_column)))

    def _document(self: Any) -> PartnerDocument:
        """One that is there, of somebody within scope."""
        number = id_in(request.form.get("document", ""))
        document = db.session().get(PartnerDocument, number) if number is not None else None
        owner = self.get_one(str(getattr(document, self.owner_column) if document else request.form.get("id", "")))
        if document is None or document.removed_at is not None:
            raise Refusal(say(f"{owner}의 그 서류는 없습니다.", f"{owner} has no such document (any more)."))
        return document


def commit(session: Session) -> None:
    """Refuses when the gate, or somebody else, was faster with the same row."""
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise ChangedMeanwhile(CHANGED) from None


def _upload() -> Upload:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return Upload("", b"")
    return Upload(sent.filename, sent.read(BIGGEST + 1))


def one_of(choices: Any, typed: str, field: str) -> Any:
    """Refuses what is not among them, at that field."""
    try:
        return choices(typed)
    except ValueError:
        raise Refusal(say("목록에서 골라 주세요.", "Choose one of the list."), field=field) from None


def day_of(typed: str, field: str) -> date | None:
    """None for nothing. Refuses what is no day that a list can have."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Refusal(say("날짜를 2026-11-22처럼 적어 주세요.", "Write the date as 2026-11-22."), field=field)
    return day


def _home() -> Any:
    return current_app.extensions["opsroom.settings"].home
