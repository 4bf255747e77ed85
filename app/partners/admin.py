"""Partners with their dated facts, and the companies they come from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, exists, not_
from sqlalchemy.orm import selectinload
from wtforms import TextAreaField
from wtforms.validators import Length, Optional, Regexp

from app import clock
from app.audit.trail import because
from app.desk.saving import CHANGED, SEEN
from app.desk.shown import chip_as, day
from app.desk.states import BAD, GOOD, WARN, Named
from app.desk.view import DeskView, Tab, needs
from app.errors import ChangedMeanwhile, Refusal
from app.partners.business_number import read_business_number
from app.partners.model import MOVES, NEEDS_A_REASON, Insurance, Partner, PartnerState, Qualification, Vendor
from app.people.model import EMAIL
from app.words import say

SOON = timedelta(days=30)
AT_WORK = (PartnerState.active, PartnerState.warned)
MAIL = {
    "validators": [Optional(), Regexp(EMAIL, message=say("이메일 주소를 적어 주세요.", "Write an e-mail address."))]
}


def today() -> date:
    return clock.in_seoul(clock.now()).date()


def uncovered_soon() -> ColumnElement[bool]:
    """At work, and with no insurance that lasts another thirty days."""
    lasting = exists().where(
        Insurance.partner_id == Partner.id, Insurance.starts_on <= today(), Insurance.ends_on > today() + SOON
    )
    return Partner.state.in_(AT_WORK) & not_(lasting)


def _insurance(_view: Any, _context: Any, partner: Partner, _name: str) -> Any:
    until = partner.insured_until(today())
    if until is None:
        return chip_as(Named(say("유효한 보험 없음", "No insurance in force"), BAD), "none")
    if until <= today() + SOON:
        left = (until - today()).days
        return chip_as(Named(say(f"{left}일 남음 · {day(until)}", f"{left} days left · {day(until)}"), WARN), "soon")
    return chip_as(Named(say(day(until), day(until)), GOOD), "covered")


class PartnerView(DeskView):
    model = Partner
    subject = "partners"
    label = say("파트너", "Partners")
    icon = "handshake"
    empty = say("아직 파트너가 없습니다.", "There are no partners yet.")
    details_template = "partners/details.html"
    scope_city, scope_vendor = "city", "vendor_id"
    tabs = (
        Tab("work", say("활동", "At work"), lambda: Partner.state.in_(AT_WORK)),
        Tab("insurance", say("보험 만료 임박", "Insurance ending"), uncovered_soon, hot=True),
        Tab("new", say("지원·확인", "Applied, checked"),
            lambda: Partner.state.in_((PartnerState.applied, PartnerState.checked))),
        Tab("suspended", say("정지", "Suspended"), lambda: Partner.state == PartnerState.suspended),
        Tab("left", say("탈퇴", "Left"), lambda: Partner.state == PartnerState.left),
    )  # fmt: skip
    column_list = ("name", "kind", "state", "city", "vendor", "insurance", "joined_on")
    column_details_list = ("kind", "state", "city", "vendor", "phone", "email", "business_number", "joined_on",
                           "zendesk_id", "note", "created_at")  # fmt: skip
    column_labels = {
        "name": say("이름", "Name"),
        "kind": say("종류", "Kind"),
        "state": say("상태", "State"),
        "city": say("도시", "City"),
        "phone": say("전화", "Phone"),
        "email": say("이메일", "E-mail"),
        "business_number": say("사업자등록번호", "Business number"),
        "vendor": say("협력사", "Vendor"),
        "vendor.name": say("협력사", "Vendor"),
        "insurance": say("보험", "Insurance"),
        "insurances": say("보험", "Insurance"),
        "qualifications": say("자격", "Qualifications"),
        "joined_on": say("시작일", "Joined"),
        "zendesk_id": say("Zendesk 번호", "Zendesk ID"),
        "note": say("메모", "Note"),
        "created_at": say("만든 때", "Created"),
        "insurer": say("보험사", "Insurer"),
        "policy_number": say("증권 번호", "Policy number"),
        "cover_minor": say("보장 금액 (원)", "Cover (won)"),
        "starts_on": say("시작일", "From"),
        "ends_on": say("만료일", "Until"),
        "checked_on": say("확인일", "Checked"),
        "expires_on": say("만료일", "Expires"),
    }
    column_descriptions = {
        "business_number": say("123-45-67890", "123-45-67890"),
        "note": say("주민등록번호는 적을 수 없습니다.", "Resident registration numbers are refused."),
    }
    column_formatters = {"insurance": _insurance}
    column_export_list = ("name", "kind", "state", "city", "vendor", "joined_on")
    column_sortable_list = ("name", "kind", "state", "city", "joined_on")
    column_searchable_list = ("name", "phone", "email", "business_number")
    column_filters = ("state", "kind", "city", "vendor.name", "joined_on")
    column_default_sort = "name"
    column_editable_list = ("city",)
    form_columns = ("name", "kind", "city", "vendor", "phone", "email", "business_number", "joined_on", "zendesk_id",
                    "note")  # fmt: skip
    form_overrides = {"note": TextAreaField}
    form_args = {
        "email": MAIL,
        "zendesk_id": {"validators": [Optional()]},
        "vendor": {"blank_text": say("없음", "None")},
        "note": {"validators": [Length(max=5000)]},
    }
    inline_models = (
        (
            Insurance,
            {
                "form_columns": ("id", "insurer", "policy_number", "cover_minor", "starts_on", "ends_on"),
                "column_labels": column_labels,
            },
        ),
        (
            Qualification,
            {"form_columns": ("id", "name", "state", "checked_on", "expires_on"), "column_labels": column_labels},
        ),
    )

    def get_query(self) -> Any:
        return super().get_query().options(selectinload(Partner.insurances))

    def moves_for(self, partner: Partner) -> list[PartnerState]:
        """What the buttons offer, in the table's order."""
        return sorted(MOVES[partner.state], key=list(PartnerState).index) if self.may("move_view") else []

    def needs_a_reason(self, now: PartnerState) -> bool:
        return now in NEEDS_A_REASON

    def insurance_of(self, partner: Partner) -> Any:
        return _insurance(self, None, partner, "insurance")

    def today(self) -> date:
        return today()

    def on_model_change(self, form: Any, model: Partner, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        if "business_number" in form:
            model.business_number = read_business_number(model.business_number or "")
        model.email = (model.email or "").strip() or None
        if any(one.ends_on < one.starts_on for one in model.insurances):
            words = say("보험의 만료일이 시작일보다 빠릅니다.", "An insurance ends before it starts.")
            raise Refusal(words, field="insurances")

    @expose("/move/", methods=("POST",))
    @needs("partners.edit")
    def move_view(self) -> ResponseReturnValue:
        partner = self.get_one(request.form.get("id", ""))
        why, session = request.form.get("why", "").strip()[:500], self.session.session
        try:
            _as_seen(partner, request.form.get(SEEN, ""))
            because(session, why)
            partner.move_to(_state(request.form.get("now", "")), why)
            session.commit()
            flash(str(say("상태를 바꾸었습니다.", "The state is changed.")), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=partner.id))


def _as_seen(partner: Partner, seen: str) -> None:
    if str(partner.version) != seen:
        raise ChangedMeanwhile(CHANGED)


def _state(text: str) -> PartnerState:
    try:
        return PartnerState(text)
    except ValueError:
        raise Refusal(say("그런 상태는 없습니다.", "There is no such state.")) from None


class VendorView(DeskView):
    model = Vendor
    subject = "vendors"
    label = say("협력사", "Vendors")
    icon = "building-2"
    empty = say("아직 협력사가 없습니다.", "There are no vendors yet.")
    scope_vendor = "id"
    tabs = (
        Tab("active", say("거래 중", "Active"), lambda: Vendor.is_active.is_(True)),
        Tab("ended", say("끝남", "Ended"), lambda: Vendor.is_active.is_(False)),
    )
    column_list = column_details_list = ("name", "email", "is_active", "created_at")
    column_labels = {
        "name": say("이름", "Name"),
        "email": say("이메일", "E-mail"),
        "is_active": say("거래 중", "Active"),
        "created_at": say("만든 때", "Created"),
    }
    column_searchable_list = ("name", "email")
    column_default_sort = "name"
    column_editable_list = ("is_active",)
    form_columns = ("name", "email", "is_active")
    form_args = {"email": MAIL}

    def on_model_change(self, form: Any, model: Vendor, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.email = (model.email or "").strip() or None
