"""The refund desk: what waits for me, what is on its way, and why each amount is what it is."""

from __future__ import annotations

import secrets
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.desk.fields import SeoulTimeField
from app.desk.saving import SEEN
from app.desk.shown import ago
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.money import read_amount
from app.people.model import User
from app.refunds.approving import waits_for
from app.refunds.both import as_read
from app.refunds.came_back import not_paid_again
from app.refunds.decide_doors import Deciding
from app.refunds.doors import AgainDoor, BearerDoor
from app.refunds.evidence.admin import Evidence
from app.refunds.fields import AmountField
from app.refunds.model import Refund, RefundState
from app.refunds.quote import Quote
from app.refunds.reading import Step, customer_of, difference, steps
from app.refunds.reasons import Reason
from app.refunds.refund import amend, quote_for, request_refund
from app.refunds.settle_doors import SettleDoors, waits_for_finance
from app.refunds.trying import tried
from app.words import Words, say

ON_THE_WAY = (RefundState.approved, RefundState.paying)
OVER = (RefundState.paid, RefundState.rejected, RefundState.cancelled, RefundState.failed)


def _asked(_view: Any, _context: Any, refund: Refund, _name: str) -> str:
    return ago(refund.requested_at)


def _customer(_view: Any, _context: Any, refund: Refund, _name: str) -> Any:
    return customer_of(refund)


def _difference(_view: Any, _context: Any, refund: Refund, _name: str) -> Any:
    return difference(refund)


class RefundView(Deciding, SettleDoors, Evidence, BearerDoor, AgainDoor, DeskView):
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
            lambda: waits_for(acting()),
            hot=True,
        ),
        Tab("paying", say("지급 중", "Being paid"), lambda: Refund.state.in_(ON_THE_WAY)),
        Tab("hand", say("직접 정산", "By hand"), lambda: waits_for_finance(acting())),
        Tab("unknown", say("결과 확인 중", "Outcome unknown"), lambda: Refund.state == RefundState.unknown, hot=True),
        Tab("back", say("되돌아옴", "Came back"), not_paid_again, hot=True),
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

    def read(self, text: str | None) -> Words:
        return as_read(text)

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
