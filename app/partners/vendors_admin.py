"""The companies that partners and agents come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from wtforms import TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from app import clock
from app.actor import acting
from app.desk.shown import chip_as, day
from app.desk.states import BAD, GOOD, WARN, Named
from app.desk.view import DeskView, Tab
from app.errors import ChangedMeanwhile, Refusal
from app.facts import Fact, announce
from app.partners.admin import MAIL, SOON, today
from app.partners.documents import PartnerDocument
from app.partners.fitness import Fit
from app.partners.model import Vendor
from app.partners.paper_doors import DOCUMENTS, PaperDoors
from app.words import say


@dataclass(frozen=True, slots=True)
class Papers:
    """What the list of documents is drawn from, as on a partner's page; None for who may not see them."""

    documents: Sequence[PartnerDocument] | None
    criteria: tuple[()] = ()


def contract_lapsed() -> ColumnElement[bool]:
    return Vendor.is_active & (Vendor.contract_until < today())


def _contract(_view: Any, _context: Any, vendor: Vendor, _name: str) -> Any:
    found = vendor.contract_on(today())
    return chip_as(Named(found.why, GOOD if found.fit is Fit.met else BAD), found.fit.value)


def _contract_until(_view: Any, _context: Any, vendor: Vendor, _name: str) -> Any:
    until = vendor.contract_until
    if until is None or not vendor.is_active or until > today() + SOON:
        return until
    return chip_as(Named(say(day(until), day(until)), BAD if until < today() else WARN), "ends")


class VendorView(PaperDoors, DeskView):
    model = Vendor
    owner_column = "vendor_id"
    subject = "vendors"
    label = say("협력사", "Vendors")
    icon = "building-2"
    empty = say("아직 협력사가 없습니다.", "There are no vendors yet.")
    scope_vendor = "id"
    details_template = "partners/vendor.html"
    tabs = (
        Tab("active", say("거래 중", "Active"), lambda: Vendor.is_active.is_(True)),
        Tab("lapsed", say("계약 만료", "Contract ended"), contract_lapsed, hot=True),
        Tab("ended", say("끝남", "Ended"), lambda: Vendor.is_active.is_(False)),
    )
    column_list = ("name", "contact", "reply_minutes", "contract_until", "is_active")
    column_details_list = ("contact", "phone", "email", "reply_minutes", "contract_from", "contract_until",
                           "contract", "is_active", "note", "created_at")  # fmt: skip
    column_labels = {
        "name": say("이름", "Name"),
        "contact": say("담당자", "Contact"),
        "phone": say("전화", "Phone"),
        "email": say("이메일", "E-mail"),
        "reply_minutes": say("첫 답변 목표 (분)", "First reply within (minutes)"),
        "contract": say("계약 상태", "Contract"),
        "contract_from": say("계약 시작일", "Contract from"),
        "contract_until": say("계약 만료일", "Contract until"),
        "note": say("메모", "Note"),
        "is_active": say("거래 중", "Active"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "contract_until": say(
            "이날이 지나면 소속 파트너와 상담사가 배정에서 빠집니다.",
            "After this day its partners and agents are given no work.",
        ),
        "note": say("주민등록번호는 적을 수 없습니다.", "Resident registration numbers are refused."),
    }
    column_formatters = {"contract": _contract, "contract_until": _contract_until}
    column_sortable_list = ("name", "reply_minutes", "contract_until", "is_active")
    column_searchable_list = ("name", "email", "contact")
    column_default_sort = "name"
    column_editable_list = ("is_active",)
    form_columns = ("name", "contact", "phone", "email", "reply_minutes", "contract_from", "contract_until",
                    "is_active", "note")  # fmt: skip
    form_overrides = {"note": TextAreaField}
    form_args = {
        "email": MAIL,
        "note": {"validators": [Length(max=5000)]},
        "reply_minutes": {
            "validators": [
                Optional(),
                NumberRange(1, 10_080, say("1에서 10,080 사이의 수를 적어 주세요.", "A number from 1 to 10,080.")),
            ]
        },
    }

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            there = [one for one in reversed(more["model"].documents) if one.removed_at is None]
            more["page"] = Papers(there if acting().may(DOCUMENTS) else None)
            more.setdefault("typed", {})
            more.setdefault("refused", {})
        return super().render(template, **more)

    def page_again(self, vendor_id: int, form: str, typed: dict[str, str], refusal: Refusal) -> ResponseReturnValue:
        """The page as it was, with what was typed in `form` and why it was refused."""
        html = self.render(
            self.details_template,
            model=self.get_one(str(vendor_id)),
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=self.get_url(".index_view"),
            typed={form: typed},
            refused={form: refusal},
        )
        return html, 409 if isinstance(refusal, ChangedMeanwhile) else 422

    def criterion_named(self, _typed: str, _vendor: Vendor) -> None:
        """Criteria are of partners: a vendor's papers prove none."""

    def on_model_change(self, form: Any, model: Vendor, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.email = (model.email or "").strip() or None
        if model.contract_from and model.contract_until and model.contract_until < model.contract_from:
            words = say("계약이 시작하기 전에 끝납니다.", "The contract ends before it begins.")
            raise Refusal(words, field="contract_until")
        announce(self.session.session, Fact.partners_due)
