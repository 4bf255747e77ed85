"""The base of every screen: declared, guarded, scoped, saved once, exported safely.

A screen over a table is a DeskView and declares:

    class VendorView(DeskView):
        model = Vendor
        subject = "partners"            # prefix of its rights: partners.view, partners.edit
        endpoint = "vendors"            # /admin/vendors/; the subject where it is left out
        label = say("협력사", "Vendors")
        icon = "building-2"             # of app/desk/assets.py
        column_list = ("name", "email")
        column_labels = {"name": say("이름", "Name")}
        tabs = (Tab("active", say("활동 중", "Active"), lambda: Vendor.is_active.is_(True)),)
        scope_vendor = "id"
        find_by = ("name",)             # what Ctrl-K finds it by; what the list is searched by where left out

Everything else is Flask-Admin's. What is not declared is not shown, not edited and not exported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import FormOpts
from flask_admin.helpers import get_redirect_target

from app.actor import acting
from app.db import Base, db
from app.desk.exports import NEVER, Exports
from app.desk.fields import DeskConverter
from app.desk.gate import Gate, needs
from app.desk.lists import COUNTED, Lists, Tab, told_count
from app.desk.saving import DELETED, SAVED, SEEN, Saving
from app.desk.shown import shown
from app.words import Words, say

__all__ = ["DeskPage", "DeskView", "Tab", "desk_action", "needs"]

Action = TypeVar("Action", bound=Callable[..., Any])


def desk_action(
    name: str, label: Words, confirmation: Words | None = None, right: str | None = None
) -> Callable[[Action], Action]:
    """A bulk action over chosen rows: a method that takes their ids (see `chosen`). `right` is what it asks for;
    without one, `<subject>.edit`."""

    def mark(act: Action) -> Action:
        act.asks_right = right  # type: ignore[attr-defined]
        marked: Action = action(name, label, confirmation)(act)
        return marked

    return mark


class DeskPage(Gate, BaseView):
    """A screen that is not a table: it exposes its own routes, "/" among them."""

    endpoint: ClassVar[str] = ""
    label: ClassVar[Words] = say("화면", "Screen")
    icon: ClassVar[str] = "dot"

    def __init__(self, url: str | None = None) -> None:
        endpoint = type(self).endpoint or self.subject
        super().__init__(name=self.label, endpoint=endpoint, url=url or f"/admin/{endpoint}")


class DeskView(Gate, Exports, Saving, Lists, ModelView):
    """A screen over `model`."""

    model: Any = Base
    _auto_joins: Any
    endpoint: ClassVar[str] = ""
    label: ClassVar[Words] = say("목록", "List")
    icon: ClassVar[str] = "dot"
    find_by: ClassVar[tuple[str, ...] | None] = None
    wide_columns: ClassVar[tuple[str, ...]] = ()
    empty: ClassVar[Words] = say("아직 아무것도 없습니다.", "Nothing here yet.")

    can_view_details = True
    can_delete = False
    can_export = True
    page_size = 50
    model_form_converter = DeskConverter
    list_template = "desk/list.html"
    create_template = "desk/create.html"
    edit_template = "desk/edit.html"
    details_template = "desk/details.html"

    def __init__(self) -> None:
        endpoint = type(self).endpoint or self.subject
        super().__init__(type(self).model, db, name=self.label, endpoint=endpoint, url=f"/admin/{endpoint}")
        # SQLAlchemy 2 wants attributes where Flask-Admin's own pages still show names.
        self._auto_joins = [getattr(self.model, each) if isinstance(each, str) else each for each in self._auto_joins]

    # ---------------------------------------------------------------------------------------- what a template asks
    @property
    def may_create(self) -> bool:
        return bool(self.can_create) and self.may("create_view")

    @property
    def may_edit(self) -> bool:
        return bool(self.can_edit) and self.may("edit_view")

    @property
    def may_delete(self) -> bool:
        return bool(self.can_delete) and self.may("delete_view")

    @property
    def may_export(self) -> bool:
        return bool(self.can_export) and self.may("export")

    def is_editable(self, name: str) -> bool:
        return self.may("ajax_update") and bool(super().is_editable(name))

    def is_action_allowed(self, name: str) -> bool:
        if name == "delete":
            return self.may_delete
        act = self._actions_data.get(name, (None,))[0]
        right = getattr(act, "asks_right", None) or f"{self.subject}.edit"
        return bool(super().is_action_allowed(name)) and acting().may(right)

    def address_of(self, record: Any, back: str) -> str:
        """Where a row of the list leads: beside the list where the screen has a panel, else to the record's page."""
        key = self.get_pk_value(record)
        if self.panel_template:
            kept = {name: value for name, value in request.args.items() if name != "id"}
            return str(self.get_url(".index_view", **kept, id=key))
        return str(self.get_url(".details_view", id=key, url=back)) if self.can_view_details else ""

    def inline_control(self, form: Any, record: Any, name: str) -> dict[str, Any]:
        """What the page needs to let one cell be changed where it stands."""
        field = form[name]
        choices = [(str(value), str(words)) for value, words, *_ in field.iter_choices()] if _offers(field) else None
        kind = "select" if choices else getattr(field.widget, "input_type", "text")
        raw = field.data if not choices else next((str(each[0]) for each in field.iter_choices() if each[2]), "")
        return {
            "url": self.get_url(".ajax_update"),
            "pk": str(self.get_pk_value(record)),
            "name": name,
            "seen": SEEN,
            "version": record.version if self.has_version else 0,
            "kind": kind,
            "choices": choices,
            "value": raw if kind in {"select", "checkbox"} else field._value(),  # noqa: SLF001  what the input would hold
        }

    def title_of(self, record: Any) -> str:
        return str(record)

    # -------------------------------------------------------------------------------------------------- how it shows
    def get_details_columns(self) -> list[tuple[str, Any]]:
        hidden = {*NEVER, *(self.column_details_exclude_list or ())}
        names = self.column_details_list or self.scaffold_list_columns()
        return list(self.get_column_names([name for name in names if name not in hidden], None))

    def _get_list_value(
        self, context: Any, model: Any, name: str, column_formatters: Any, column_type_formatters: Any
    ) -> Any:
        write = (column_formatters or {}).get(name)
        value = write(self, context, model, name) if write else self._get_field_value(model, name)
        choices = self._column_choices_map.get(name)
        if choices and value in choices:
            value = str(choices[value])
        return shown(value, name=name.rsplit(".", 1)[-1], currency=getattr(model, "currency", "KRW"))

    def get_empty_list_message(self) -> str:
        return str(self.empty)

    def render(self, template: str, **more: Any) -> str:
        if template == self.list_template:
            more |= self._for_list(more)
        html: str = super().render(template, **{"get_pk_value": self.get_pk_value, **more})
        return html

    def _for_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        chosen = request.args.get("id") if self.panel_template else None
        return {
            "tabs": self.shown_tabs(),
            "open_tab": self.open_tab(),
            "chips": self.filter_chips(asked["active_filters"]),
            "controls": self.filter_controls(asked["active_filters"]),
            "told_count": told_count(asked["count"], COUNTED),
            "record": self.get_one(chosen) if chosen else None,
        }

    # ------------------------------------------------------------------------------------------------------- routes
    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """The empty form; a good one makes a record, a refused one comes back as it was typed, with 422."""
        if not self.can_create:
            abort(404)
        form = self.create_form()
        if request.method == "POST" and form.validate():
            model = self.create_model(form)
            if model:
                return self._saved(model, is_created=True)
        return self._form_page(self.create_template, form, model=None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """The form of one record; refused ones come back as typed: 409 when somebody else was first, else 422."""
        if not self.can_edit:
            abort(404)
        record = self.get_one(request.args.get("id", ""))
        form = self.edit_form(obj=record)
        if request.method == "POST" and form.validate() and self.update_model(form, record):
            return self._saved(record, is_created=False)
        if request.method == "GET":
            self.on_form_prefill(form, record.id)
        return self._form_page(self.edit_template, form, model=record)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        if not self.can_delete:
            abort(404)
        if self.delete_model(self.get_one(request.form.get("id", ""))):
            flash(str(DELETED), "success")
        return redirect(get_redirect_target() or self.get_url(".index_view"))

    def _saved(self, model: Any, *, is_created: bool) -> ResponseReturnValue:
        flash(str(SAVED), "success")
        if "_add_another" in request.form:
            return redirect(self.get_url(".create_view"))
        return redirect(self.get_save_return_url(model, is_created))

    def _form_page(self, template: str, form: Any, *, model: Any) -> ResponseReturnValue:
        options = FormOpts(widget_args=self.form_widget_args, form_rules=None)
        back = get_redirect_target() or self.get_url(".index_view")
        html = self.render(template, form=form, model=model, form_opts=options, return_url=back)
        return html, g.get("refused_status", 422) if request.method == "POST" else 200

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:  # noqa: FBT001, FBT002  Flask-Admin's
        address: str = self.get_url(".details_view", id=self.get_pk_value(model))
        return address if self.can_view_details else self.get_url(".index_view")

    @action("delete", say("지우기", "Delete"), say("고른 기록을 지울까요?", "Delete the chosen records?"))
    def action_delete(self, ids: list[str]) -> None:
        """Each by itself, so that one that is in use keeps no other from going."""
        gone = [record for record in self.chosen(ids) if self.delete_model(record)]
        if gone:
            flash(str(say(f"{len(gone)}건을 지웠습니다.", f"Deleted: {len(gone)}.")), "success")

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Refuses an action that the one who acts has not the right to, in words."""
        name = request.form.get("action", "")
        if name in self._actions_data and not self.is_action_allowed(name):
            act = self._actions_data[name][0]
            acting().must(getattr(act, "asks_right", None) or f"{self.subject}.edit")
        return super().action_view()


def _offers(field: Any) -> bool:
    return hasattr(field, "iter_choices")
