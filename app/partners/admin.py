"""Partners with their dated facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, exists, not_
from sqlalchemy.orm import joinedload, selectinload
from wtforms import TextAreaField
from wtforms.validators import Length, Optional, Regexp

from app import clock
from app.desk.fields import YEARS
from app.desk.shown import chip_as, day
from app.desk.states import BAD, GOOD, WARN, Named
from app.desk.view import DeskView, Tab
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.partners.business_number import read_business_number
from app.partners.criteria_admin import must_be_of_own_cities
from app.partners.doors import PartnerDoors
from app.partners.kinds import AT_WORK, MOVES, NEEDS_A_REASON, PartnerState
from app.partners.model import Insurance, Partner, Qualification
from app.partners.page import binding, named_parts, page_of
from app.people.model import EMAIL
from app.words import say

SOON = timedelta(days=30)
MAIL = {
    "validators": [Optional(), Regexp(EMAIL, message=say("이메일 주소를 적어 주세요.", "Write an e-mail address."))]
}


def _day_in(text: str) -> date | None:
    """None for what is no day that a list can have."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def today() -> date:
    return clock.in_seoul(clock.now()).date()


def uncovered_soon() -> ColumnElement[bool]:
    """At work, and with no insurance that lasts another thirty days."""
    lasting = exists().where(
        Insurance.partner_id == Partner.id, Insurance.starts_on <= today(), Insurance.ends_on > today() + SOON
    )
    return Partner.state.in_(AT_WORK) & not_(lasting)


def ending_soon() -> ColumnElement[bool]:
    """About to work or at work, and something they need ends within thirty days."""
    ends = Partner.fit_until.between(today(), today() + SOON)
    return Partner.state.in_((PartnerState.checked, *AT_WORK)) & ends


def _gate(_view: Any, _context: Any, partner: Partner, _name: str) -> Any:
    if partner.gated_from is not None:
        return chip_as(Named(say("배정 막힘", "Gated"), BAD), "gated")
    return day(partner.fit_until) if partner.fit_until else ""


def _insurance(_view: Any, _context: Any, partner: Partner, _name: str) -> Any:
    until = partner.insured_until(today())
    if until is None:
        return chip_as(Named(say("유효한 보험 없음", "No insurance in force"), BAD), "none")
    if until <= today() + SOON:
        left = (until - today()).days
        return chip_as(Named(say(f"{left}일 남음 · {day(until)}", f"{left} days left · {day(until)}"), WARN), "soon")
    return chip_as(Named(say(day(until), day(until)), GOOD), "covered")


class PartnerView(PartnerDoors, DeskView):
    model = Partner
    subject = "partners"
    label = say("파트너", "Partners")
    icon = "handshake"
    empty = say("아직 파트너가 없습니다.", "There are no partners yet.")
    details_template = "partners/details.html"
    scope_city, scope_vendor = "city", "vendor_id"
    tabs = (
        Tab("work", say("활동", "At work"), lambda: Partner.state.in_(AT_WORK)),
        Tab("gated", say("배정 막힘", "Gated"), lambda: Partner.gated_from.is_not(None), hot=True),
        Tab("ending", say("만료 임박", "Ending soon"), ending_soon, hot=True),
        Tab("insurance", say("보험 만료 임박", "Insurance ending"), uncovered_soon),
        Tab("new", say("지원·확인", "Applied, checked"),
            lambda: Partner.state.in_((PartnerState.applied, PartnerState.checked))),
        Tab("suspended", say("정지", "Suspended"), lambda: Partner.state == PartnerState.suspended),
        Tab("left", say("탈퇴", "Left"), lambda: Partner.state == PartnerState.left),
    )  # fmt: skip
    column_list = ("name", "kind", "state", "city", "vendor", "fit_until", "insurance", "score.reply", "score.manner",
                   "score.work")  # fmt: skip
    column_details_list = ("kind", "product", "state", "city", "vendor", "phone", "email", "business_number",
                           "joined_on", "zendesk_id", "note", "created_at")  # fmt: skip
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
        "product": say("맡은 서비스", "Service"),
        "fit_until": say("배정 가능 기한", "May work until"),
        "gated_from": say("배정 막힘", "Gated"),
        "score": say("점수", "Scores"),
        "score.reply": say("응대", "Reply"),
        "score.manner": say("태도", "Manner"),
        "score.work": say("작업", "Work"),
        "score.ratings": say("평가 수", "Ratings"),
        "score.works": say("끝난 예약 수", "Bookings done"),
        "score.computed_at": say("점수를 매긴 때", "Scores worked out"),
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
        "criterion": say("자격 기준", "Criterion"),
        "checked_on": say("확인일", "Checked"),
        "expires_on": say("만료일", "Expires"),
    }
    column_descriptions = {
        "product": say("비워 두면 종류를 따릅니다.", "Left empty, the kind tells."),
        "business_number": say("123-45-67890", "123-45-67890"),
        "note": say("주민등록번호는 적을 수 없습니다.", "Resident registration numbers are refused."),
    }
    column_formatters = {"insurance": _insurance, "fit_until": _gate}
    column_formatters_export = {"fit_until": lambda _view, _context, partner, _name: partner.fit_until}
    column_export_list = ("name", "kind", "state", "gated_from", "city", "vendor", "joined_on", "fit_until",
                          "score.reply", "score.manner", "score.work", "score.ratings", "score.works",
                          "score.computed_at")  # fmt: skip
    column_sortable_list = ("name", "kind", "state", "city", "joined_on", "fit_until", "score.reply", "score.manner",
                            "score.work")  # fmt: skip
    column_searchable_list = ("name", "phone", "email", "business_number")
    column_filters = ("state", "kind", "city", "vendor.name", "joined_on", "fit_until", "score.reply",
                      "score.manner", "score.work")  # fmt: skip
    column_default_sort = "name"
    column_editable_list = ("city",)
    form_columns = ("name", "kind", "product", "city", "vendor", "phone", "email", "business_number", "joined_on",
                    "zendesk_id", "note")  # fmt: skip
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
            {
                "form_columns": ("id", "criterion", "name", "state", "checked_on", "expires_on"),
                "column_labels": column_labels,
                "form_args": {"name": {"validators": [Length(max=120)]}},
            },
        ),
    )

    def get_query(self) -> Any:
        return super().get_query().options(selectinload(Partner.insurances), joinedload(Partner.score))

    def moves_for(self, partner: Partner) -> list[PartnerState]:
        """What the buttons offer, in the table's order."""
        return sorted(MOVES[partner.state], key=list(PartnerState).index) if self.may("move_view") else []

    def needs_a_reason(self, now: PartnerState) -> bool:
        return now in NEEDS_A_REASON

    def insurance_of(self, partner: Partner) -> Any:
        return _insurance(self, None, partner, "insurance")

    def today(self) -> date:
        return today()

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more["page"] = page_of(self.session.session, more["model"], _day_in(request.args.get("scores_on", "")))
            more["named_parts"] = named_parts
            more.setdefault("typed", {})
            more.setdefault("refused", {})
        return super().render(template, **more)

    def page_again(self, partner_id: int, form: str, typed: dict[str, str], refusal: Refusal) -> ResponseReturnValue:
        """The page as it was, with what was typed in `form` and why it was refused."""
        status = 409 if isinstance(refusal, ChangedMeanwhile) else 422
        html = self.render(
            self.details_template,
            model=self.get_one(str(partner_id)),
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=self.get_url(".index_view"),
            typed={form: typed},
            refused={form: refusal},
        )
        return html, status

    def criterion_named(self, typed: str, partner: Partner) -> int | None:
        """Of what one may choose for this partner; nothing for nothing."""
        if not typed:
            return None
        criterion = next((one for one in binding(self.session.session, partner) if str(one.id) == typed), None)
        if criterion is None:
            words = say("이 파트너에게 해당하는 기준이 아닙니다.", "This criterion does not bind this partner.")
            raise Refusal(words, field="criterion")
        return int(criterion.id)

    def on_model_change(self, form: Any, model: Partner, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        if "business_number" in form:
            model.business_number = read_business_number(model.business_number or "")
        model.email = (model.email or "").strip() or None
        must_be_of_own_cities(model.city, "city")
        for one in model.qualifications:
            one.name = (one.name or "").strip() or (one.criterion.name_ko if one.criterion else "")
            if not one.name:
                words = say("무엇을 확인했는지 고르거나 적어 주세요.", "Choose or write what was checked.")
                raise Refusal(words, field="qualifications")
        announce(self.session.session, Fact.partners_due)
        if any(one.ends_on < one.starts_on for one in model.insurances):
            words = say("보험의 만료일이 시작일보다 빠릅니다.", "An insurance ends before it starts.")
            raise Refusal(words, field="insurances")
