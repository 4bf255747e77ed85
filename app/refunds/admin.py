"""The refund desk: what waits for me, what is on its way, and why each amount is what it is."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.actor import acting
from app.audit.trail import because
from app.bookings.model import Booking
from app.desk.fields import SeoulTimeField
from app.desk.saving import SEEN
from app.desk.shown import ago
from app.desk.view import DeskView, Tab, desk_action, needs
from app.errors import Refusal
from app.money import read_amount
from app.people.model import User
from app.refunds.both import as_read
from app.refunds.by_hand import may_settle, settle
from app.refunds.doors import BearerDoor
from app.refunds.fields import AmountField
from app.refunds.model import Refund, RefundState
from app.refunds.quote import Quote
from app.refunds.reading import Step, consequence, customer_of, difference, steps
from app.refunds.reasons import Reason
from app.refunds.refund import amend, approve, cancel, lock, quote_for, reject, request_refund
from app.refunds.trying import tried
from app.words import Words, say

ON_THE_WAY = (RefundState.approved, RefundState.paying)
OVER = (RefundState.paid, RefundState.rejected, RefundState.cancelled, RefundState.failed)
DONE = {
    approve: say("승인했습니다. 지급이 시작됩니다.", "Approved. It is being paid."),
    reject: say("거절했습니다.", "Rejected."),
    cancel: say("취소했습니다.", "Cancelled."),
}
SETTLED = say("정산을 기록했습니다. 고객에게 안내합니다.", "Settled. The customer is told.")


def _asked(_view: Any, _context: Any, refund: Refund, _name: str) -> str:
    return ago(refund.requested_at)


def _customer(_view: Any, _context: Any, refund: Refund, _name: str) -> Any:
    return customer_of(refund)


def _difference(_view: Any, _context: Any, refund: Refund, _name: str) -> Any:
    return difference(refund)


def _provider_pays() -> bool:
    """Whether workers pay by themselves here: only the demo has a provider so far."""
    return bool(current_app.extensions["opsroom.settings"].demo)


def _settled(refund: Refund, reference: str) -> None:
    settle(refund, paid=request.form.get("outcome") == "paid", reference=reference, provider_pays=_provider_pays())


class RefundView(BearerDoor, DeskView):
    """Nothing here decides: every button calls what app/refunds/refund.py promises."""

    model = Refund
    subject = "refunds"
    label = say("환불", "Refunds")
    icon = "banknote"
    empty = say("아직 환불 요청이 없습니다.", "Nobody has asked for a refund yet.")
    rights = {"create_view": "refunds.request", "edit_view": "refunds.request", "quote_view": "refunds.request"}
    scope_city, scope_vendor = "booking.city", "booking.partner.vendor_id"
    list_template = "refunds/list.html"
    create_template, edit_template = "refunds/create.html", "desk/edit.html"
    details_template, panel_template = "refunds/details.html", "refunds/panel.html"
    tabs = (
        Tab(
            "mine",
            say("내 승인 대기", "Waiting for me"),
            lambda: (Refund.state == RefundState.requested) & Refund.requested_by_id.is_distinct_from(acting().id),
            hot=True,
        ),
        Tab("paying", say("지급 중", "Being paid"), lambda: Refund.state.in_(ON_THE_WAY)),
        Tab("unknown", say("결과 확인 중", "Outcome unknown"), lambda: Refund.state == RefundState.unknown, hot=True),
        Tab("asked", say("내가 요청", "Asked by me"), lambda: Refund.requested_by_id == acting().id),
        Tab("done", say("끝남", "Over"), lambda: Refund.state.in_(OVER)),
    )
    column_list = ("ref", "customer", "reason", "amount_minor", "difference", "state", "requested_at")
    column_labels = {
        "ref": say("번호", "Number"),
        "customer": say("고객 · 예약", "Customer · booking"),
        "booking": say("예약", "Booking"),
        "booking.city": say("도시", "City"),
        "booking.ref": say("예약", "Booking"),
        "booking.customer.name": say("고객", "Customer"),
        "booking.customer.email": say("이메일", "E-mail"),
        "reason": say("사유", "Reason"),
        "amount": say("금액", "Amount"),
        "currency": say("통화", "Currency"),
        "amount_minor": say("금액", "Amount"),
        "quoted_minor": say("정책 금액", "By the policy"),
        "difference": say("정책과 차이", "Against the policy"),
        "state": say("상태", "State"),
        "requested_at": say("요청", "Asked"),
        "decided_at": say("정한 때", "Decided"),
        "paid_at": say("지급", "Paid"),
        "ticket": say("티켓", "Ticket"),
        "note": say("메모", "Note"),
        "by_rule": say("요청한 규칙", "Asked by the rule"),
        "at": say("취소·발생 시각", "When it happened"),
        "extent": say(
            "정도 (지각 분 · 미이행 % · 퇴실까지 일)", "Extent (minutes late · % not done · days to leaving)"
        ),
    }
    column_descriptions = {
        "at": say("한국 시각. 이 시각으로 구간이 정해집니다.", "Time in Seoul. It decides which tier holds."),
        "amount": say("비워 두면 정책 금액으로 요청합니다.", "Left empty, it is what the policy says."),
        "ticket": say("결과를 이 티켓에 안내합니다.", "The outcome is told on this ticket."),
    }
    column_formatters = {"customer": _customer, "difference": _difference, "requested_at": _asked}
    # A file tells times, not how long ago they were.
    column_formatters_export: dict[str, Any] = {}
    column_export_list = ("ref", "booking", "reason", "currency", "amount_minor", "quoted_minor", "state",
                          "requested_at", "decided_at", "paid_at")  # fmt: skip
    column_sortable_list = ("ref", "reason", "amount_minor", "state", "requested_at")
    column_searchable_list = ("ref", "booking.ref", "booking.customer.name", "booking.customer.email")
    column_filters = ("state", "reason", "booking.city", "amount_minor", "requested_at")
    column_default_sort = ("requested_at", True)
    form_columns = ("booking", "reason", "at", "extent", "ticket", "amount", "note", "form_token")
    form_ajax_refs = {
        "booking": {"fields": ("ref",), "page_size": 20},
        "ticket": {"fields": ("zendesk_id", "subject"), "page_size": 20},
    }
    form_overrides = {"note": TextAreaField}
    form_args = {
        "booking": {"validators": [InputRequired()]},
        "note": {"validators": [Optional(), Length(max=2000)]},
    }
    form_extra_fields = {
        "form_token": HiddenField(),
        "at": SeoulTimeField(column_labels["at"], [InputRequired()], description=column_descriptions["at"]),
        "extent": IntegerField(column_labels["extent"], [Optional()]),
        "amount": AmountField(column_labels["amount"], [Length(max=40)], description=column_descriptions["amount"]),
    }

    # ------------------------------------------------------------------------------------------- what templates ask
    def quote_of(self, refund: Refund) -> Quote:
        return Quote.from_json(refund.quote)

    def steps_of(self, refund: Refund) -> list[Step]:
        return steps(refund)

    def consequence_of(self, refund: Refund) -> Any:
        return consequence(refund, provider_pays=_provider_pays())

    def may_settle(self, refund: Refund) -> bool:
        """Whether finance sees the buttons that settle it by hand."""
        mine = acting().may("refunds.pay") and refund.requested_by_id != acting().id
        return mine and may_settle(refund, clock.now(), provider_pays=_provider_pays())

    def read(self, text: str | None) -> Words:
        return as_read(text)

    def may_decide(self, refund: Refund, now: str) -> bool:
        """Whether the button for it is shown; who asked may take it back and decides nothing else."""
        state = RefundState(now)
        own = state is not RefundState.cancelled and refund.requested_by_id == acting().id
        return refund.may_move_to(state) and not own

    def _get_default_order(self) -> Any:
        """What waits longest stands first; what is over, newest first."""
        tab = self.open_tab()
        for field, joins, _ in super()._get_default_order():
            yield field, joins, tab is None or tab.key in {"asked", "done", "all"}

    def get_query(self) -> Any:
        return super().get_query().options(joinedload(Refund.booking).joinedload(Booking.customer))

    # ------------------------------------------------------------------------------------------------ asking for one
    def create_form(self, obj: Any = None) -> Any:
        """The form opens on ?booking= or ?ticket= with what is known from there, and mints its token."""
        form = super().create_form(obj)
        if request.method == "GET":
            form.form_token.data = secrets.token_urlsafe(24)
            form.reason.data = Reason.customer_cancelled
            form.at.data = clock.now().replace(second=0, microsecond=0)
            form.ticket.data = self._form_ajax_refs["ticket"].get_one(request.args.get("ticket", ""))
            form.booking.data = self._form_ajax_refs["booking"].get_one(request.args.get("booking", ""))
            if form.booking.data is None and form.ticket.data is not None:
                form.booking.data = form.ticket.data.booking
        return form

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """As every new form; the button that only computes brings it back with its quote, and saves nothing."""
        if request.method == "POST" and "_quote" in request.form:
            form, g.refused_status = self.create_form(), 200
            return self._form_page(self.create_template, form, model=None)
        return super().create_view()

    def create_model(self, form: Any) -> Any:
        made: list[Refund] = []

        def ask() -> None:
            session, booking = self.session.session, form.booking.data
            amount = read_amount(form.amount.data, booking.currency) if form.amount.data else None
            refund = request_refund(
                session,
                booking,
                form.reason.data,
                at=form.at.data,
                by_user=session.get_one(User, acting().id),
                amount_minor=amount,
                extent=form.extent.data,
                ticket=form.ticket.data,
                note=form.note.data or "",
                form_token=(form.form_token.data or "")[:64] or None,
            )
            made.append(refund)

        return made[0] if self._commit(form, ask) else None

    def quote_in(self, form: Any) -> Quote | Refusal | None:
        """What the form as it stands would be quoted; None while it says too little."""
        if not (form.booking.data and form.reason.data and form.at.data):
            return None
        try:
            return quote_for(form.booking.data, form.reason.data, form.at.data, form.extent.data)
        except Refusal as refusal:
            return refusal

    @expose("/quote/")
    def quote_view(self) -> ResponseReturnValue:
        """The quote for what a form says so far, as a piece of its page."""
        form = self.create_form()
        form.process(request.args)
        return render_template("refunds/quote.html", quote=self.quote_in(form), booking=form.booking.data)

    @expose("/try/")
    def try_view(self) -> ResponseReturnValue:
        """What a version of a policy would give for a booking: ?version=&booking=(its number)&reason=&at=. Saves
        nothing and promises nothing.
        """
        asked = {
            name: request.args.get(name, "").strip()[:64] for name in ("version", "booking", "reason", "at", "extent")
        }
        found: Quote | Refusal | None = None
        if asked["booking"]:
            try:
                found = tried(self.seen_of(Booking), self.session.session, **asked)
            except Refusal as refusal:
                found = refusal
        return self.render("refunds/try.html", asked=asked, quote=found, reasons=list(Reason))

    # ---------------------------------------------------------------------------------------------------- changing it
    def get_edit_form(self) -> Any:
        fields = {
            "amount": AmountField(self.column_labels["amount"], [InputRequired()]),
            "note": TextAreaField(self.column_labels["note"], [Optional(), Length(max=2000)]),
            SEEN: HiddenField(),
        }
        return type("AmendForm", (self.form_base_class,), fields)

    def update_model(self, form: Any, model: Refund) -> bool:
        if self._is_stale(form, model):
            self._refuse_stale(form, model)
            return False
        return self._commit(form, lambda: amend(model, amount_minor=form.amount.data.minor, note=form.note.data or ""))

    # ----------------------------------------------------------------------------------------------------- deciding
    @expose("/approve/", methods=("POST",))
    @needs("refunds.approve")
    def approve_view(self) -> ResponseReturnValue:
        return self._decided(approve)

    @expose("/reject/", methods=("POST",))
    @needs("refunds.approve")
    def reject_view(self) -> ResponseReturnValue:
        return self._decided(reject)

    @expose("/cancel/", methods=("POST",))
    @needs("refunds.request")
    def cancel_view(self) -> ResponseReturnValue:
        return self._decided(cancel)

    @expose("/settle/", methods=("POST",))
    @needs("refunds.pay")
    def settle_view(self) -> ResponseReturnValue:
        return self._decided(_settled)

    def _decided(self, decide: Any) -> ResponseReturnValue:
        """Decides on the record as it was seen: one that has changed since is shown anew instead."""
        refund = self.get_one(request.form.get("id", ""))
        why = request.form.get("why", "").strip()[:500]
        session = self.session.session
        try:
            lock(refund, seen=request.form.get(SEEN, ""))
            because(session, why)
            decide(refund, why)
            session.commit()
            flash(str(DONE.get(decide, SETTLED)), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(get_redirect_target() or self.get_url(".details_view", id=refund.id))

    @desk_action("approve", say("승인…", "Approve…"), right="refunds.approve")
    def action_approve(self, ids: list[str]) -> ResponseReturnValue:
        """Shows each with its lines; nothing is approved until that page says so."""
        refunds = [one for one in self.chosen(ids) if self.may_decide(one, "approved")]
        left_out = len(ids) - len(refunds)
        return self.render("refunds/approve_many.html", refunds=refunds, left_out=left_out)

    @expose("/approve-many/", methods=("POST",))
    @needs("refunds.approve")
    def approve_many_view(self) -> ResponseReturnValue:
        """All that were shown or none: `seen` is id:version of each."""
        seen = dict(pair.split(":", 1) for pair in request.form.getlist("seen") if ":" in pair)
        session = self.session.session
        try:
            for refund in sorted(self.chosen(list(seen)), key=lambda one: one.id):
                lock(refund, seen=seen[str(refund.id)])
                approve(refund)
            session.commit()
            flash(str(say(f"{len(seen)}건을 승인했습니다.", f"{len(seen)} approved.")), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".index_view"))
