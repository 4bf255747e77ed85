"""A small screen of the tests' own, which has everything that the base of screens promises something about."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash

from app.db import db
from app.desk.view import DeskView, Tab, desk_action
from app.errors import Refusal
from app.partners.model import Partner, PartnerKind, PartnerState, Vendor
from app.words import say
from tests.marketplace import PAID_AT, kept, number


class ShopView(DeskView):
    """Partners, scoped by city and vendor, with a vendor picked from a list."""

    model = Partner
    subject = "partners"
    endpoint = "shop"
    label = say("가게", "Shop")
    can_delete = True
    scope_city = "city"
    scope_vendor = "vendor_id"
    tabs = (
        Tab("active", say("활동 중", "Active"), lambda: Partner.state == PartnerState.active),
        Tab("left", say("탈퇴", "Left"), lambda: Partner.state == PartnerState.left),
    )
    column_list = ("name", "kind", "state", "city", "vendor", "note", "joined_on")
    column_details_list = (*column_list, "phone")
    column_exclude_list = ("note",)
    column_labels = {"name": say("이름", "Name"), "city": say("도시", "City"), "phone": say("전화", "Phone")}
    column_searchable_list = ("name", "vendor.name")
    column_filters = ("name", "kind", "joined_on", "created_at", "vendor_id", "vendor.is_active")
    column_editable_list = ("city", "kind")
    column_default_sort = "name"
    form_columns = ("name", "kind", "city", "phone", "vendor", "joined_on", "note")
    find_by = ("name",)

    @desk_action("praise", say("칭찬", "Praise"), say("정말요?", "Really?"), right="partners.edit")
    def praise(self, ids: list[str]) -> None:
        chosen = self.chosen(ids)
        for partner in chosen:
            partner.note = "praised"
        self.session.session.commit()
        flash(f"{len(chosen)} praised", "success")

    @desk_action("pay", say("지급", "Pay"), right="refunds.pay")
    def pay(self, ids: list[str]) -> None:
        flash("paid", "success")

    def on_model_change(self, form: Any, model: Partner, is_created: bool) -> None:
        if is_created:
            model.created_at = PAID_AT
        if model.city == "평양":
            raise Refusal(say("그 도시에서는 일하지 않습니다.", "We do not work in that city."), field="city")
        if model.name == "nowhere":
            raise Refusal(say("이름을 다시 봐 주세요.", "Look at the name again."))


class BookView(DeskView):
    """Partners whose vendor is looked up as one types."""

    model = Partner
    subject = "partners"
    endpoint = "book"
    label = say("장부", "Book")
    scope_city = "city"
    scope_vendor = "vendor_id"
    form_columns = ("name", "vendor")
    form_ajax_refs = {"vendor": {"fields": ("name",)}}


class YardView(DeskView):
    """Vendors, of which a vendor's person sees only their own."""

    model = Vendor
    subject = "vendors"
    endpoint = "yard"
    label = say("마당", "Yard")
    scope_vendor = "id"
    form_columns = ("name", "email")

    def on_model_change(self, form: Any, model: Vendor, is_created: bool) -> None:
        if is_created:
            model.created_at = PAID_AT


def a_shop(app: Flask) -> Flask:
    """Adds the screens; before the first request, as Flask wants it. Ours count before the house's own."""
    admin = app.extensions["admin"][0]
    screens = [ShopView(), BookView(), YardView()]
    for screen in screens:
        admin.add_view(screen)
    app.extensions["opsroom.screens"] = [*screens, *app.extensions["opsroom.screens"]]
    return app


def a_partner(**change: Any) -> Partner:
    facts = {"name": f"파트너{number()}", "kind": PartnerKind.cleaner, "city": "서울", "created_at": PAID_AT}
    return kept(Partner(state=change.pop("state", PartnerState.active), **{**facts, **change}))


def a_vendor(**change: Any) -> Vendor:
    return kept(Vendor(**{"name": f"협력사{number()}", "created_at": PAID_AT, **change}))


def stored(partner: Partner) -> Partner:
    """As it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(Partner, partner.id)
