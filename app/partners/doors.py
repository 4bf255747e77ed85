"""What is done on a partner's page: states, papers, records. Everything typed comes back when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.actor import acting
from app.audit.trail import because
from app.db import db
from app.desk.fields import id_in
from app.desk.gate import needs
from app.desk.lists import SCREENS
from app.desk.saving import CHANGED, SEEN
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.partners.incidents import IncidentKind, PartnerIncident, Severity, Told, enter, keep_at_work
from app.partners.kinds import PartnerState
from app.partners.model import Partner
from app.partners.paper_doors import PaperDoors, commit, day_of, one_of
from app.words import Words, say

MOVED = say("상태를 바꾸었습니다.", "The state is changed.")
ENTERED = say("기록했습니다.", "Entered.")
WITHDRAWN = say("기록을 거두었습니다.", "The record is withdrawn.")
STAYS = say("정지를 이어 갑니다. 저절로 풀리지 않습니다.", "Stays suspended, and is not brought back by itself.")
GOES_ON = say("계속 일하게 두었습니다.", "They go on working.")


class PartnerDoors(PaperDoors):
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
            commit(session)
        except Refusal as refusal:
            session.rollback()
            return self.page_again(partner.id, "move", {"why": why}, refusal)
        flash(str(said), "success")
        return redirect(self.get_url(".details_view", id=partner.id))

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
            commit(session)
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
            commit(session)
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


def _told(typed: dict[str, str]) -> Told:
    points = typed["points"]
    if points and not (points.isascii() and points.isdigit() and len(points) <= 3):
        raise Refusal(say("벌점은 0에서 100까지입니다.", "Points are from 0 to 100."), field="points")
    happened = day_of(typed["happened_on"], "happened_on")
    if happened is None:
        raise Refusal(say("언제 있었던 일인지 적어 주세요.", "Say when it happened."), field="happened_on")
    booking = _seen("bookings", "ref", typed["booking"], "booking") if typed["booking"] else None
    number = id_in(typed["ticket"].lstrip("#")) if typed["ticket"] else None
    if typed["ticket"] and number is None:
        raise Refusal(say("티켓 번호를 숫자로 적어 주세요.", "Write the ticket's number in digits."), field="ticket")
    ticket = _seen("tickets", "zendesk_id", number, "ticket") if number is not None else None
    return Told(
        kind=one_of(IncidentKind, typed["kind"], "kind"),
        severity=one_of(Severity, typed["severity"], "severity"),
        text=typed["text"],
        happened_on=happened,
        is_warning=bool(typed["is_warning"]),
        points=int(points) if points else None,
        expires_on=day_of(typed["expires_on"], "expires_on"),
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


def _state() -> PartnerState:
    try:
        return PartnerState(request.form.get("now", ""))
    except ValueError:
        raise Refusal(say("그런 상태는 없습니다.", "There is no such state.")) from None
