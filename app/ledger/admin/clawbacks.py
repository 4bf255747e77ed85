"""Claw-backs: what partners owe for their share, and how each ended."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy.orm import joinedload

from app.audit.trail import because
from app.db import db
from app.desk.saving import CHANGED, SEEN
from app.desk.shown import chip, chip_as
from app.desk.states import GOOD, WARN, Named
from app.desk.view import DeskView, Tab, needs
from app.errors import ChangedMeanwhile, Refusal
from app.ledger.model import Clawback, ClawbackState
from app.words import say

DONE = {
    ClawbackState.settled: say("정산을 기록했습니다.", "Settled."),
    ClawbackState.waived: say("면제했습니다. 플랫폼이 부담합니다.", "Waived. The platform bears it."),
}


TO_GIVE_BACK = Named(say("돌려줄 돈", "To give back"), WARN)
GIVEN_BACK = Named(say("돌려줌", "Given back"), GOOD)


def _told(clawback: Clawback, state: ClawbackState) -> Any:
    """What is owed to a partner is not called what a partner owes."""
    if not clawback.gives_back:
        return chip(state)
    return chip_as(TO_GIVE_BACK if state is ClawbackState.owed else GIVEN_BACK, state.value)


def _state(_view: Any, _context: Any, clawback: Clawback, _name: str) -> Any:
    return _told(clawback, clawback.state)


class ClawbackView(DeskView):
    model = Clawback
    subject = "clawbacks"
    label = say("구상", "Claw-backs")
    icon = "handshake"
    empty = say(
        "파트너에게 받을 돈이 없습니다. 파트너가 부담하는 환불이 지급되면 여기에 생깁니다.",
        "No partner owes anything. One does when a refund is paid that the partner bears.",
    )
    can_create = can_edit = False
    find_by = None
    scope_city, scope_vendor = "booking.city", "partner.vendor_id"
    list_template, panel_template = "refunds/list.html", "ledger/clawback_panel.html"
    details_template = "ledger/clawback.html"
    tabs = (
        Tab("owed", say("받을 돈", "Owed"),
            lambda: (Clawback.state == ClawbackState.owed) & Clawback.gives_back.is_(False), hot=True),
        Tab("back", say("돌려줄 돈", "To give back"),
            lambda: (Clawback.state == ClawbackState.owed) & Clawback.gives_back, hot=True),
        Tab("settled", say("정산됨", "Settled"), lambda: Clawback.state == ClawbackState.settled),
        Tab("waived", say("면제·취소", "Waived, void"),
            lambda: Clawback.state.in_((ClawbackState.waived, ClawbackState.void))),
    )  # fmt: skip
    column_list = ("partner", "amount_minor", "state", "gives_back", "refund", "booking", "owed_at", "ended_at")
    column_details_list = column_list
    column_export_list = (
        "id",
        "partner",
        "currency",
        "amount_minor",
        "state",
        "gives_back",
        "refund",
        "booking",
        "owed_at",
        "ended_at",
    )
    column_labels = {
        "id": say("번호", "Number"),
        "partner": say("파트너", "Partner"),
        "partner.name": say("파트너", "Partner"),
        "amount_minor": say("금액", "Amount"),
        "currency": say("통화", "Currency"),
        "state": say("상태", "State"),
        "gives_back": say("파트너에게 돌려줌", "Back to the partner"),
        "refund": say("환불", "Refund"),
        "booking": say("예약", "Booking"),
        "booking.ref": say("예약", "Booking"),
        "booking.city": say("도시", "City"),
        "owed_at": say("생긴 때", "Since"),
        "ended_at": say("끝난 때", "Ended"),
    }
    column_sortable_list = ("amount_minor", "owed_at", "ended_at")
    column_searchable_list = ("partner.name", "booking.ref")
    column_filters = ("state", "gives_back", "partner.name", "booking.city", "currency", "amount_minor", "owed_at")
    column_default_sort = ("owed_at", True)

    column_formatters = {"state": _state}
    # A file tells the state by its name, and beside it whose money it is.
    column_formatters_export: dict[str, Any] = {}

    def chip_of(self, clawback: Clawback, state: ClawbackState) -> Any:
        return _told(clawback, state)

    def get_query(self) -> Any:
        near = (joinedload(Clawback.partner), joinedload(Clawback.booking), joinedload(Clawback.refund))
        return super().get_query().options(*near)

    @expose("/settle/", methods=("POST",))
    @needs("clawbacks.settle")
    def settle_view(self) -> ResponseReturnValue:
        return self._ended(ClawbackState.settled)

    @expose("/waive/", methods=("POST",))
    @needs("clawbacks.waive")
    def waive_view(self) -> ResponseReturnValue:
        return self._ended(ClawbackState.waived)

    def may_end(self, clawback: Clawback, now: str) -> bool:
        if clawback.gives_back and now == ClawbackState.waived:
            return False
        return clawback.state is ClawbackState.owed and self.may("settle_view" if now == "settled" else "waive_view")

    def _ended(self, now: ClawbackState) -> ResponseReturnValue:
        clawback, session = self.get_one(request.form.get("id", "")), db.session()
        why = request.form.get("why", "").strip()[:500]
        try:
            session.refresh(clawback, with_for_update={"of": Clawback})
            if request.form.get(SEEN, "") != str(clawback.version):
                raise ChangedMeanwhile(CHANGED)
            because(session, why)
            clawback.move_to(now, why)
            session.commit()
            flash(str(DONE[now]), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(get_redirect_target() or self.get_url(".details_view", id=clawback.id))
