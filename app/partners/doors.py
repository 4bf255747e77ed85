"""What is done on a partner's page: states, papers, records. Everything typed comes back when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from flask import current_app, flash, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.actor import acting
from app.audit.trail import because, record
from app.db import db
from app.desk.fields import YEARS, id_in
from app.desk.gate import needs
from app.desk.lists import SCREENS
from app.desk.saving import CHANGED, SEEN
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.partners import files
from app.partners.documents import PartnerDocument
from app.partners.files import Upload
from app.partners.incidents import IncidentKind, PartnerIncident, Severity, Told, enter, keep_at_work
from app.partners.kinds import DocumentKind, PartnerState
from app.partners.model import Partner
from app.words import Words, say

DOCUMENTS = "partners.documents"
MOVED = say("상태를 바꾸었습니다.", "The state is changed.")
KEPT = say("서류를 보관했습니다.", "The document is kept.")
TAKEN_AWAY = say("파일을 지웠습니다. 기록은 남습니다.", "The file is deleted; the record of it stays.")
ENTERED = say("기록했습니다.", "Entered.")
WITHDRAWN = say("기록을 거두었습니다.", "The record is withdrawn.")
STAYS = say("정지를 이어 갑니다. 저절로 풀리지 않습니다.", "Stays suspended, and is not brought back by itself.")
GOES_ON = say("계속 일하게 두었습니다.", "They go on working.")


class PartnerDoors:
    """Mixed into the screen of partners."""

    @expose("/move/", methods=("POST",))
    @needs("partners.edit")
    def move_view(self: Any) -> ResponseReturnValue:
        return self._done(MOVED, lambda partner, why: partner.move_to(_state(), why))

    @expose("/stay/", methods=("POST",))
    @needs("partners.edit")
    def stay_view(self: Any) -> ResponseReturnValue:
        """A person takes a suspension over from the gate."""
        return self._done(STAYS, lambda partner, why: partner.stay_suspended(why))

    @expose("/weigh/", methods=("POST",))
    @needs("partners.edit")
    def weigh_view(self: Any) -> ResponseReturnValue:
        """The warnings that proposed a suspension were looked at; the partner goes on."""
        return self._done(GOES_ON, keep_at_work)

    def _done(self: Any, said: Words, act: Callable[[Partner, str], None]) -> ResponseReturnValue:
        partner = self.get_one(request.form.get("id", ""))
        why, session = request.form.get("why", "").strip()[:500], db.session()
        try:
            if str(partner.version) != request.form.get(SEEN, ""):
                raise ChangedMeanwhile(CHANGED)
            because(session, why)
            act(partner, why)
            announce(session, Fact.partners_due)
            _commit(session)
        except Refusal as refusal:
            session.rollback()
            return self.page_again(partner.id, "move", {"why": why}, refusal)
        flash(str(said), "success")
        return redirect(self.get_url(".details_view", id=partner.id))

    # ------------------------------------------------------------------------------------------------------ papers
    @expose("/file/", methods=("POST",))
    @needs(DOCUMENTS)
    def file_view(self: Any) -> ResponseReturnValue:
        """Keeps a file. The file is written first: a row never points to nothing."""
        acting().must("partners.edit")
        partner, session = self.get_one(request.form.get("id", "")), db.session()
        typed = {name: request.form.get(name, "").strip() for name in ("kind", "criterion", "ends_on", "note")}
        key = None
        try:
            upload = _upload()
            document = PartnerDocument(
                partner_id=partner.id,
                kind=_one_of(DocumentKind, typed["kind"], "kind"),
                criterion_id=self.criterion_named(typed["criterion"], partner),
                name=upload.short_name,
                note=typed["note"][:300],
                media_type=upload.media_type,
                size=len(upload.body),
                sha256=upload.sha256,
                ends_on=_day(typed["ends_on"], "ends_on"),
                by=acting().name,
                at=clock.now(),
            )
            key = document.key = files.keep(_home(), upload)
            session.add(document)
            announce(session, Fact.partners_due)
            _commit(session)
        except Refusal as refusal:
            session.rollback()
            if key is not None:
                files.take_away(_home(), key)
            return self.page_again(partner.id, "file", typed, refusal)
        flash(str(KEPT), "success")
        return redirect(self.get_url(".details_view", id=partner.id))

    @expose("/download/", methods=("POST",))
    @needs(DOCUMENTS)
    def download_view(self: Any) -> ResponseReturnValue:
        """The file, never shown in the page. By POST, since the audit keeps who had it."""
        document = self._document()
        body = files.read(_home(), document.key, document.sha256)
        session = db.session()
        record(session, "download", "partner_documents", document.id, {"partner_id": document.partner_id})
        session.commit()
        answer = send_file(BytesIO(body), document.media_type, as_attachment=True, download_name=document.name)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    @expose("/take-away/", methods=("POST",))
    @needs(DOCUMENTS)
    def take_away_view(self: Any) -> ResponseReturnValue:
        """Deletes the file; the row tells that there was one, and who deleted it."""
        acting().must("partners.edit")
        document, session = self._document(), db.session()
        document.removed_at, document.removed_by = clock.now(), acting().name
        announce(session, Fact.partners_due)
        _commit(session)
        files.take_away(_home(), document.key)
        flash(str(TAKEN_AWAY), "success")
        return redirect(self.get_url(".details_view", id=document.partner_id))

    def _document(self: Any) -> PartnerDocument:
        """One that is there, of a partner within scope."""
        number = id_in(request.form.get("document", ""))
        document = db.session().get(PartnerDocument, number) if number is not None else None
        partner = self.get_one(str(document.partner_id if document else request.form.get("id", "")))
        if document is None or document.removed_at is not None:
            raise Refusal(say(f"{partner}의 그 서류는 없습니다.", f"{partner} has no such document (any more)."))
        return document

    # ----------------------------------------------------------------------------------------------------- records
    @expose("/incident/", methods=("POST",))
    @needs("partners.edit")
    def incident_view(self: Any) -> ResponseReturnValue:
        """Enters what happened; a warning moves who is active to *warned*."""
        partner, session = self.get_one(request.form.get("id", "")), db.session()
        names = ("kind", "severity", "text", "happened_on", "expires_on", "points", "booking", "ticket", "is_warning")
        typed = {name: request.form.get(name, "").strip() for name in names}
        try:
            enter(partner, _told(typed))
            _commit(session)
        except Refusal as refusal:
            session.rollback()
            return self.page_again(partner.id, "incident", typed, refusal)
        flash(str(ENTERED), "success")
        return redirect(self.get_url(".details_view", id=partner.id))

    @expose("/withdraw/", methods=("POST",))
    @needs("partners.edit")
    def withdraw_view(self: Any) -> ResponseReturnValue:
        incident, session = self._incident(), db.session()
        why = request.form.get("why", "").strip()
        try:
            because(session, why)
            incident.withdraw(why)
            _commit(session)
        except Refusal as refusal:
            session.rollback()
            return self.page_again(incident.partner_id, "withdraw", {"why": why}, refusal)
        flash(str(WITHDRAWN), "success")
        return redirect(self.get_url(".details_view", id=incident.partner_id))

    def _incident(self: Any) -> PartnerIncident:
        """One of a partner within scope."""
        number = id_in(request.form.get("incident", ""))
        incident = db.session().get(PartnerIncident, number) if number is not None else None
        partner = self.get_one(str(incident.partner_id if incident else request.form.get("id", "")))
        if incident is None:
            raise Refusal(say(f"{partner}에게 그런 기록은 없습니다.", f"{partner} has no such record."))
        return incident


def _commit(session: Session) -> None:
    """Refuses when the gate, or somebody else, was faster with the same row."""
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise ChangedMeanwhile(CHANGED) from None


def _told(typed: dict[str, str]) -> Told:
    points = typed["points"]
    if points and not (points.isascii() and points.isdigit() and len(points) <= 3):
        raise Refusal(say("벌점은 0에서 100까지입니다.", "Points are from 0 to 100."), field="points")
    happened = _day(typed["happened_on"], "happened_on")
    if happened is None:
        raise Refusal(say("언제 있었던 일인지 적어 주세요.", "Say when it happened."), field="happened_on")
    booking = _seen("bookings", "ref", typed["booking"], "booking") if typed["booking"] else None
    number = id_in(typed["ticket"].lstrip("#")) if typed["ticket"] else None
    if typed["ticket"] and number is None:
        raise Refusal(say("티켓 번호를 숫자로 적어 주세요.", "Write the ticket's number in digits."), field="ticket")
    ticket = _seen("tickets", "zendesk_id", number, "ticket") if number is not None else None
    return Told(
        kind=_one_of(IncidentKind, typed["kind"], "kind"),
        severity=_one_of(Severity, typed["severity"], "severity"),
        text=typed["text"],
        happened_on=happened,
        is_warning=bool(typed["is_warning"]),
        points=int(points) if points else None,
        expires_on=_day(typed["expires_on"], "expires_on"),
        booking_id=booking,
        ticket_id=ticket,
    )


def _seen(endpoint: str, column: str, value: Any, field: str) -> int:
    """The id of a booking or ticket, among those that the one who acts may see."""
    screen: Any = next(one for one in current_app.extensions[SCREENS] if one.endpoint == endpoint)
    found = screen.seen().filter(getattr(screen.model, column) == value)
    row = found.first() if acting().may(screen.view_right) else None
    if row is None:
        words = say("「{value}」을(를) 찾지 못했습니다.", "“{value}” was not found.")
        raise Refusal(words.fill(value=value), field=field)
    return int(row.id)


def _upload() -> Upload:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return Upload("", b"")
    return Upload(sent.filename, sent.read(files.BIGGEST + 1))


def _one_of(choices: Any, typed: str, field: str) -> Any:
    try:
        return choices(typed)
    except ValueError:
        raise Refusal(say("목록에서 골라 주세요.", "Choose one of the list."), field=field) from None


def _state() -> PartnerState:
    try:
        return PartnerState(request.form.get("now", ""))
    except ValueError:
        raise Refusal(say("그런 상태는 없습니다.", "There is no such state.")) from None


def _day(typed: str, field: str) -> date | None:
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
