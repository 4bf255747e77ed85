"""The screens of goodwill: the catalogue, what was given, and what it has cost."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import db
from app.desk.scope import limits
from app.desk.states import named
from app.desk.view import DeskPage, DeskView, Tab, needs
from app.money import EXPONENTS
from app.people.model import Role, User
from app.refunds.both import as_read
from app.refunds.deciding import decided
from app.refunds.fields import AmountField
from app.refunds.goodwill.costs import costs, tables
from app.refunds.goodwill.giving import approve, cancel, give, lock, missing, need_of, reject, why_not
from app.refunds.goodwill.model import (
    GIVERS,
    MOVES,
    RIGHTS,
    CatalogueEntry,
    Goodwill,
    GoodwillKind,
    GoodwillState,
)
from app.refunds.reasons import Reason
from app.words import Words, say


def _worth(_view: Any, _context: Any, entry: CatalogueEntry, _name: str) -> str:
    if entry.percent is None:
        return str(entry.amount)
    most = "" if entry.most is None else f" ≤ {entry.most}"
    return f"{entry.percent}%{most}"


def _limits(_view: Any, _context: Any, entry: CatalogueEntry, _name: str) -> str:
    told = [
        (entry.per_booking, say("예약마다 {n}번", "{n} × a booking")),
        (entry.per_customer, say("고객마다 {days}일에 {n}번", "{n} × a customer in {days} days")),
        (entry.per_giver_month, say("한 사람이 한 달에 {n}번", "{n} × a person a month")),
    ]
    words = [str(each.fill(n=n, days=entry.customer_days)) for n, each in told if n is not None]
    return " · ".join(words) or "–"


def _alone(_view: Any, _context: Any, entry: CatalogueEntry, _name: str) -> str:
    return "–" if entry.kind is GoodwillKind.extra_refund else str(entry.alone_up_to)


class CatalogueView(DeskView):
    """What was given keeps its name and cost, whatever becomes of the entry."""

    model = CatalogueEntry
    subject = "catalogue"
    label = say("보상 목록", "Catalogue")
    icon = "heart-handshake"
    empty = say("아직 드릴 수 있는 보상이 없습니다.", "There is nothing to give yet.")
    tabs = (Tab("active", say("쓰는 것", "In use"), lambda: CatalogueEntry.is_active.is_(True)),)
    column_list = ("name_ko", "name_en", "kind", "worth", "alone_up_to", "limits", "is_active")
    column_details_list = (*column_list, "currency", "cost_minor", "roles", "created_at")
    column_labels = {
        "name_ko": say("이름 (한국어)", "Name (Korean)"),
        "name_en": say("이름 (영어)", "Name (English)"),
        "kind": say("종류", "Kind"),
        "currency": say("통화", "Currency"),
        "worth": say("가치", "Worth"),
        "amount": say("금액", "Amount"),
        "amount_minor": say("금액", "Amount"),
        "percent": say("또는 결제 금액의 (%)", "Or % of what was paid"),
        "most": say("많아도 이 금액까지", "But at most"),
        "cost": say("우리가 쓰는 비용", "What it costs us"),
        "cost_minor": say("우리가 쓰는 비용", "What it costs us"),
        "alone_up_to": say("승인 없이 드릴 수 있는 비용", "Given alone up to"),
        "limits": say("한도", "Limits"),
        "per_booking": say("예약마다 (번)", "Times a booking"),
        "per_customer": say("고객마다 (번)", "Times a customer"),
        "customer_days": say("고객 한도를 세는 날", "Days a customer’s limit counts"),
        "per_giver_month": say("한 사람이 한 달에 (번)", "Times a person a month"),
        "roles": say("드릴 수 있는 역할", "Who may give it"),
        "is_active": say("사용", "In use"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "cost": say("비우면 가치와 같습니다.", "Left empty, as much as it is worth."),
        "alone_up_to": say(
            "비용이 이보다 크면 승인 권한표의 ‘보상’ 줄대로 승인받습니다. 추가 환불은 언제나 환불로 승인받습니다.",
            "What costs more is approved by the rows “compensation” of Authority. An extra refund is always approved "
            "as a refund.",
        ),
        "per_booking": say("비우면 한도가 없습니다.", "Empty: no limit."),
    }
    column_formatters = {"worth": _worth, "limits": _limits, "alone_up_to": _alone}
    column_export_list = ("name_ko", "name_en", "kind", "currency", "amount_minor", "percent", "cost_minor",
                          "per_booking", "per_customer", "customer_days", "per_giver_month", "is_active")  # fmt: skip
    column_sortable_list = ("name_ko", "name_en", "kind", "is_active")
    column_default_sort = "name_ko"
    form_columns = ("name_ko", "name_en", "kind", "currency", "amount", "percent", "most", "cost", "alone_up_to",
                    "per_booking", "per_customer", "customer_days", "per_giver_month", "roles",
                    "is_active")  # fmt: skip
    form_overrides = {"currency": SelectField, "roles": SelectMultipleField}
    form_args = {
        "currency": {"choices": [(each, each) for each in EXPONENTS]},
        "percent": {"validators": [Optional()]},
        "per_booking": {"validators": [Optional()], "default": 1},
        "per_customer": {"validators": [Optional()]},
        "customer_days": {"validators": [InputRequired()], "default": 90},
        "per_giver_month": {"validators": [Optional()]},
        "roles": {
            "choices": [(role.value, named(role).words) for role in GIVERS],
            "validators": [InputRequired()],
        },
        "is_active": {"default": True},
    }
    form_extra_fields = {
        "amount": AmountField(column_labels["amount"]),
        "most": AmountField(column_labels["most"]),
        "cost": AmountField(column_labels["cost"], description=column_descriptions["cost"]),
        "alone_up_to": AmountField(column_labels["alone_up_to"], description=column_descriptions["alone_up_to"]),
    }

    def on_model_change(self, form: Any, model: CatalogueEntry, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.alone_up_to_minor = model.alone_up_to_minor or 0
        model.roles = [role.value for role in Role if role.value in (model.roles or ())]


class GoodwillView(DeskView):
    """What was given, on which booking, by whom and why; and the form that gives."""

    model = Goodwill
    subject = "goodwill"
    label = say("보상", "Goodwill")
    icon = "heart-handshake"
    can_edit = False
    rights = {"create_view": "goodwill.give"}
    scope_city, scope_vendor = "booking.city", "booking.partner.vendor_id"
    create_template, details_template = "refunds/give.html", "refunds/goodwill.html"
    empty = say("아직 드린 보상이 없습니다.", "Nothing was given yet.")
    tabs = (
        Tab(
            "waiting",
            say("승인 대기", "Waiting for approval"),
            lambda: Goodwill.state == GoodwillState.waiting,
            hot=True,
        ),
        Tab("mine", say("내가 드림", "By me"), lambda: Goodwill.given_by_id == acting().id),
    )
    column_list = ("ref", "customer", "name", "reason", "cost_minor", "state", "given_by", "given_at")
    column_labels = {
        "ref": say("번호", "Number"),
        "customer": say("고객", "Customer"),
        "booking": say("예약", "Booking"),
        "booking.ref": say("예약", "Booking"),
        "booking.city": say("도시", "City"),
        "booking.customer.name": say("고객", "Customer"),
        "name": say("드린 것", "What"),
        "kind": say("종류", "Kind"),
        "entry": say("드릴 것", "What to give"),
        "ticket": say("티켓", "Ticket"),
        "reason": say("까닭", "Reason"),
        "why": say("무슨 일이 있었는지", "What happened"),
        "currency": say("통화", "Currency"),
        "amount_minor": say("가치", "Worth"),
        "cost_minor": say("비용", "Cost"),
        "state": say("상태", "State"),
        "given_by": say("드린 사람", "Given by"),
        "given_at": say("때", "When"),
    }
    column_descriptions = {"ticket": say("이 티켓에 고객의 언어로 안내합니다.", "The customer is told on this ticket.")}
    column_formatters = {
        "customer": lambda _view, _context, one, _name: one.booking.customer.name,
        "name": lambda _view, _context, one, _name: str(one.words),
    }
    column_export_list = ("ref", "booking", "kind", "reason", "currency", "amount_minor", "cost_minor", "state",
                          "given_by", "given_at")  # fmt: skip
    column_sortable_list = ("ref", "reason", "cost_minor", "state", "given_at")
    column_searchable_list = ("ref", "booking.ref", "booking.customer.name")
    column_filters = ("state", "kind", "reason", "booking.city", "given_at")
    column_default_sort = ("given_at", True)
    form_columns = ("booking", "entry", "reason", "why", "ticket", "form_token")
    form_ajax_refs = {
        "booking": {"fields": ("ref",), "page_size": 20},
        "ticket": {"fields": ("zendesk_id", "subject"), "page_size": 20},
    }
    form_overrides = {"why": TextAreaField}
    form_args = {
        "booking": {"validators": [InputRequired()]},
        "entry": {"validators": [InputRequired()]},
        "why": {"validators": [InputRequired(), Length(max=2000)]},
    }
    form_extra_fields = {"form_token": HiddenField()}

    def get_query(self) -> Any:
        customer = joinedload(Goodwill.booking).joinedload(Booking.customer)
        return super().get_query().options(customer, joinedload(Goodwill.given_by))

    # ------------------------------------------------------------------------------------------------------- giving
    def create_form(self, obj: Any = None) -> Any:
        """Offers what the one who acts may give; opens on ?booking= or ?ticket= and mints its token."""
        form = super().create_form(obj)
        form.entry.query_factory = self._offered
        if request.method == "GET":
            form.form_token.data = secrets.token_urlsafe(24)
            form.reason.data = Reason.poor_quality
            form.ticket.data = self._form_ajax_refs["ticket"].get_one(request.args.get("ticket", ""))
            form.booking.data = self._form_ajax_refs["booking"].get_one(request.args.get("booking", ""))
            if form.booking.data is None and form.ticket.data is not None:
                form.booking.data = form.ticket.data.booking
        return form

    def _offered(self) -> list[CatalogueEntry]:
        user = self.session.session.get(User, acting().id)
        kept = self.session.session.query(CatalogueEntry).filter(CatalogueEntry.is_active.is_(True))
        return [one for one in kept.order_by(CatalogueEntry.name_ko) if user is not None and user.role in one.roles]

    def create_model(self, form: Any) -> Any:
        made: list[Goodwill] = []

        def fill() -> None:
            token = (form.form_token.data or "")[:64] or None
            made.append(
                give(
                    self.session.session,
                    form.entry.data,
                    form.booking.data,
                    reason=form.reason.data,
                    why=form.why.data or "",
                    ticket=form.ticket.data,
                    form_token=token,
                )
            )

        return made[0] if self._commit(form, fill) else None

    def offers(self) -> list[tuple[CatalogueEntry, str, str]]:
        """What may be given, with its worth and limits, for the side of the form."""
        return [(one, _worth(self, None, one, "worth"), _limits(self, None, one, "limits")) for one in self._offered()]

    # ---------------------------------------------------------------------------------------------------- deciding
    def read(self, text: str | None) -> Words:
        return as_read(text)

    def need_words(self, goodwill: Goodwill) -> tuple[Words, Words]:
        asked = need_of(self.session.session, goodwill)
        return asked.words, asked.why

    def missing(self, goodwill: Goodwill) -> Words | None:
        return missing(self.session.session, goodwill)

    def why_not_approve(self, goodwill: Goodwill) -> Words | None:
        user = self.session.session.get(User, acting().id)
        return why_not(self.session.session, goodwill, user) if user is not None else say("", "")

    def may_decide(self, goodwill: Goodwill, now: str) -> bool:
        state = GoodwillState(now)
        if state not in MOVES[goodwill.state] or not acting().may(RIGHTS[state]):
            return False
        if state is GoodwillState.given:
            return self.why_not_approve(goodwill) is None
        return state is GoodwillState.cancelled or goodwill.given_by_id != acting().id

    @expose("/approve/", methods=("POST",))
    @needs("refunds.approve")
    def approve_view(self) -> ResponseReturnValue:
        return self._decided(approve)

    @expose("/reject/", methods=("POST",))
    @needs("refunds.approve")
    def reject_view(self) -> ResponseReturnValue:
        return self._decided(reject)

    @expose("/cancel/", methods=("POST",))
    @needs("goodwill.give")
    def cancel_view(self) -> ResponseReturnValue:
        return self._decided(cancel)

    def _decided(self, decide: Callable[..., None]) -> ResponseReturnValue:
        return decided(self, lock, decide, self._done_words)

    def _done_words(self, goodwill: Goodwill) -> Words:
        if goodwill.state is GoodwillState.waiting:
            return say("승인을 적어 두었습니다.", "Your approval is noted.")
        return named(goodwill.state).words


class GoodwillCostPage(DeskPage):
    """The last twelve months, of the cities of who looks."""

    subject = "goodwill"
    endpoint = "goodwill_costs"
    label = say("보상 비용", "Goodwill costs")
    icon = "chart-column"

    @expose("/")
    def index(self) -> str:
        since = clock.now() - timedelta(days=366)
        within = limits(Goodwill, acting(), city="booking.city", vendor="booking.partner.vendor_id")
        page: str = self.render("refunds/goodwill_costs.html", tables=tables(costs(db.session(), since, within)))
        return page
