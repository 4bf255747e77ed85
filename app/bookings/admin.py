"""Customers and what they booked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional, Regexp

from app import clock
from app.actor import acting
from app.bookings.around import Around, around
from app.bookings.booking import bind, facts_of
from app.bookings.dispatch import cannot_come, dispatch_of, must_be_dispatchable
from app.bookings.happenings import Happening, note_typed, visits_of
from app.bookings.model import Booking, BookingState, Customer
from app.bookings.timeline import MomentKind, moments, read
from app.db import db
from app.desk.saving import SEEN
from app.desk.states import named_as
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.money import EXPONENTS
from app.people.model import EMAIL
from app.policies.binding import Candidate, explained, published_of
from app.policies.deadlines import Deadline, deadlines
from app.policies.model import PolicyVersion, Product
from app.words import LANGUAGES, say

MOST, LATEST = 50, 12
NO_MAIL = say("이메일 주소를 적어 주세요.", "Write an e-mail address.")


def _all_around(found: Around) -> dict[str, Any]:
    return {"around": found, "latest": moments(read(db.session(), found))[:LATEST]}


def _narrowed(found: Around) -> dict[str, Any]:
    """The moments, of one kind where one is asked for, with how many there are of each, and the visits."""
    read_all = read(db.session(), found)
    told = moments(read_all)
    counted = Counter(moment.kind for moment in told)
    chosen = next((kind for kind in MomentKind if kind.value == request.args.get("kind")), None)
    visits = [
        (booking, visit)
        for booking in found.bookings
        for visit in visits_of(booking, [one for one in read_all.events if one.booking_id == booking.id])
    ]
    return {
        "moments": [moment for moment in told if chosen in {None, moment.kind}],
        "counted": {kind: counted[kind] for kind in MomentKind},
        "all_of_them": len(told),
        "chosen": chosen,
        "visits": visits,
    }


def _language(_view: Any, _context: Any, customer: Customer, _name: str) -> str:
    return str(named_as("Language", customer.language).words)


def _policy(_view: Any, _context: Any, booking: Booking, _name: str) -> str:
    version = booking.policy_version
    return str(version) if version else str(say("적용 정책 없음", "No policy"))


class CustomerView(DeskView):
    model = Customer
    subject = "customers"
    label = say("고객", "Customers")
    icon = "users"
    empty = say("아직 고객이 없습니다.", "There are no customers yet.")
    details_template = "bookings/customer.html"
    scope_city = "city"
    column_list = ("name", "email", "phone", "language", "tier", "city", "created_at")
    column_details_list = (*column_list, "zendesk_id")
    column_labels = {
        "name": say("이름", "Name"),
        "email": say("이메일", "E-mail"),
        "phone": say("전화", "Phone"),
        "language": say("답변 언어", "Answered in"),
        "tier": say("등급", "Tier"),
        "city": say("도시", "City"),
        "zendesk_id": say("Zendesk 번호", "Zendesk ID"),
        "created_at": say("만든 때", "Created"),
    }
    column_formatters = {"language": _language}
    column_sortable_list = ("name", "city", "created_at")
    column_searchable_list = ("name", "email", "phone")
    column_filters = ("tier", "city", "created_at")
    column_default_sort = ("created_at", True)
    column_editable_list = ("tier",)
    form_columns = ("name", "email", "phone", "language", "tier", "city", "zendesk_id")
    form_overrides = {"language": SelectField}
    form_args = {
        "email": {
            "validators": [
                Optional(),
                Regexp(EMAIL, message=say("이메일 주소를 적어 주세요.", "Write an e-mail address.")),
            ]
        },
        "language": {"choices": [(each, named_as("Language", each).words) for each in LANGUAGES]},
        "zendesk_id": {"validators": [Optional()]},
    }

    def on_model_change(self, form: Any, model: Customer, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.email = (model.email or "").strip().lower() or None

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= _all_around(self.around(more["model"]))
        return super().render(template, **more)

    @expose("/timeline/")
    @needs("customers.view")
    def timeline_view(self) -> str:
        """Everything about this customer, of all bookings that may be seen."""
        customer = self.get_one(request.args.get("id", ""))
        return self.render("bookings/timeline.html", model=customer, **_narrowed(self.around(customer)))

    def around(self, customer: Customer) -> Around:
        bookings = self.seen_of(Booking).filter(Booking.customer_id == customer.id).order_by(Booking.id.desc())
        return around(bookings.limit(MOST).all(), customer)


class BookingView(DeskView):
    """What was paid is bound, when the booking is made, to the policy then in force."""

    model = Booking
    subject = "bookings"
    label = say("예약", "Bookings")
    icon = "calendar-days"
    empty = say("아직 예약이 없습니다.", "There are no bookings yet.")
    details_template = "bookings/booking.html"
    scope_city, scope_vendor = "city", "partner.vendor_id"
    tabs = (
        Tab("ahead", say("앞으로", "Ahead"), lambda: Booking.state == BookingState.booked),
        Tab("under_way", say("진행 중", "Under way"), lambda: Booking.state == BookingState.under_way),
        Tab("housing", say("중기 숙박", "Mid-term"), lambda: Booking.product == Product.mid_term_housing),
        Tab("cleaning", say("방문 청소", "Cleaning"), lambda: Booking.product == Product.home_cleaning),
        Tab("gated", say("파트너 배정 막힘", "Partner cannot come"), cannot_come, hot=True),
        Tab("unbound", say("정책 없음", "Without policy"), lambda: Booking.policy_version_id.is_(None), hot=True),
    )
    column_list = ("ref", "customer", "product", "state", "city", "paid_minor", "held_minor", "starts_at")
    column_details_list = ("customer", "partner", "product", "state", "city", "channel", "gateway", "payment_ref",
                           "policy", "total_minor", "first_period_minor", "service_fee_minor", "paid_minor",
                           "held_minor", "left_minor", "paid_at", "contracted_at", "starts_at", "ends_at")  # fmt: skip
    column_labels = {
        "ref": say("예약 번호", "Number"),
        "customer": say("고객", "Customer"),
        "customer.name": say("고객", "Customer"),
        "partner": say("파트너", "Partner"),
        "product": say("상품", "Product"),
        "state": say("상태", "State"),
        "city": say("도시", "City"),
        "channel": say("채널", "Channel"),
        "gateway": say("결제사", "Gateway"),
        "payment_ref": say("결제 번호", "Payment number"),
        "policy": say("적용 정책", "Policy"),
        "currency": say("통화", "Currency"),
        "total_minor": say("전체 금액", "Whole price"),
        "first_period_minor": say("첫 기간 금액", "First period"),
        "service_fee_minor": say("서비스 수수료", "Service fee"),
        "paid_minor": say("결제 금액", "Paid"),
        "held_minor": say("환불·예정", "Refunded or held"),
        "left_minor": say("남은 환불 가능액", "Left to refund"),
        "paid_at": say("결제 시각", "Paid at"),
        "contracted_at": say("계약 시각", "Contract made at"),
        "starts_at": say("시작", "Starts"),
        "ends_at": say("끝", "Ends"),
    }
    column_descriptions = {
        "total_minor": say("통화의 최소 단위: 원화는 원.", "In the currency's minor units: won have none."),
        "service_fee_minor": say("전체 금액에 더해진 수수료.", "On top of the whole price."),
        "paid_at": say("이 시각에 시행 중인 정책이 적용됩니다.", "The policy in force then binds the booking."),
        "contracted_at": say(
            "비우면 결제 시각. 계약 시각을 보는 정책만 씁니다.", "Empty: when it was paid. For policies that go by it."
        ),
    }
    column_formatters = {"policy": _policy}
    column_sortable_list = ("ref", "state", "city", "paid_minor", "starts_at")
    column_searchable_list = ("ref", "customer.name", "customer.email", "payment_ref")
    column_filters = ("state", "product", "city", "gateway", "channel", "starts_at", "paid_at")
    column_default_sort = ("starts_at", True)
    form_columns = ("ref", "customer", "partner", "product", "city", "channel", "gateway", "payment_ref", "currency",
                    "total_minor", "first_period_minor", "service_fee_minor", "paid_minor", "paid_at", "contracted_at",
                    "starts_at", "ends_at")  # fmt: skip
    form_ajax_refs = {
        "customer": {"fields": ("name", "email"), "page_size": 20},
        "partner": {"fields": ("name",), "page_size": 20},
    }
    form_overrides = {"currency": SelectField}
    form_args = {
        "currency": {"choices": [(each, each) for each in EXPONENTS]},
        "customer": {"validators": [InputRequired()]},
    }

    def get_query(self) -> Any:
        version = joinedload(Booking.policy_version).joinedload(PolicyVersion.policy)
        return super().get_query().options(joinedload(Booking.customer), version)

    def on_model_change(self, form: Any, model: Booking, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        model.payment_ref = (model.payment_ref or "").strip() or None
        must_be_dispatchable(model)
        if is_created:
            model.created_at = clock.now()
            bind(self.session.session, model)

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= _all_around(around([more["model"]], more["model"].customer))
            more["why_binds"] = self.why_binds(more["model"])
            more["deadlines"] = self.deadlines_of(more["model"])
            more["dispatch"] = dispatch_of(self.session.session, more["model"])
        return super().render(template, **more)

    @expose("/timeline/")
    @needs("bookings.view")
    def timeline_view(self) -> str:
        """Everything about this booking, in order, with the form to note what happened."""
        return self._timeline(self.get_one(request.args.get("id", "")))

    @expose("/note/", methods=("POST",))
    @needs("bookings.edit")
    def note_view(self) -> ResponseReturnValue:
        """Somebody says what happened. Refused, the form comes back as it was typed."""
        booking = self.get_one(request.form.get("id", ""))
        typed = {name: request.form.get(name, "").strip() for name in ("kind", "at", "visit", "note")}
        session = self.session.session
        try:
            note_typed(session(), booking, typed)
            session.commit()
        except Refusal as refusal:
            session.rollback()
            return self._timeline(booking, typed, str(refusal)), 422
        flash(str(say("적었습니다.", "Noted.")), "success")
        return redirect(self.get_url(".timeline_view", id=booking.id))

    def _timeline(self, booking: Booking, typed: Any = None, refused: str = "") -> str:
        found = _narrowed(around([booking], booking.customer))
        may_note = self.may("note_view")
        return self.render(
            "bookings/timeline.html",
            model=booking,
            typed=typed or {},
            refused=refused,
            happenings=list(Happening) if may_note else [],
            **found,
        )

    def why_binds(self, booking: Booking) -> list[Candidate]:
        """Every published version of its product with the fact that decided; nothing for who may not see policies."""
        if not acting().may("policies.view"):
            return []
        return explained(published_of(self.session.session, booking.product), facts_of(booking))

    def deadlines_of(self, booking: Booking) -> list[Deadline]:
        """While it can still be cancelled; empty where no policy binds it."""
        if booking.policy_version is None or booking.state is not BookingState.booked:
            return []
        return deadlines(booking.policy_version.terms, booking.starts_at, clock.now())

    def moves_for(self, booking: Booking) -> list[BookingState]:
        return booking.next_states() if self.may("move_view") else []

    @expose("/move/", methods=("POST",))
    @needs("bookings.edit")
    def move_view(self) -> ResponseReturnValue:
        return self._changed(lambda booking: booking.move_to(request.form.get("now", "")))

    @expose("/bind/", methods=("POST",))
    @needs("bookings.edit")
    def bind_view(self) -> ResponseReturnValue:
        """Looks again for the policy that was in force: for a booking that came before its policy was entered."""
        return self._changed(lambda booking: bind(self.session.session, booking, must=True))

    def _changed(self, change: Any) -> ResponseReturnValue:
        booking = self.get_one(request.form.get("id", ""))
        session = self.session.session
        try:
            booking.must_be_as_seen(request.form.get(SEEN, ""))
            change(booking)
            session.commit()
            flash(str(say("저장했습니다.", "Saved.")), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=booking.id))
