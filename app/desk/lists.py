"""A list: its saved views, filters as chips, counts that stay cheap, and a page number that cannot break anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, func, literal, select

from app.actor import acting
from app.db import db
from app.desk.fields import ScopedLoader, id_in
from app.desk.filters import DeskFilters, FilterChip, FilterControl
from app.desk.scope import limits
from app.errors import Refusal
from app.words import Words, say

COUNTED = 10_000
TAB_COUNTED = 999
ALL = "all"
SCREENS = "opsroom.screens"
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view of a list. `where` is asked on every request, so it may look at the clock and at who acts."""

    key: str
    label: Words
    where: Callable[[], ColumnElement[bool]] | None = None
    hot: bool = False


@dataclass(frozen=True, slots=True)
class ShownTab:
    key: str
    label: Words
    count: str
    is_open: bool
    hot: bool


class Lists:
    """Mixed into every list screen. `scope_city` and `scope_vendor`: see app/desk/scope.py. `tabs` are saved views;
    a list opens on the first, and "all" is added when none has that key. `panel_template` is shown beside the list
    for the record named by ?id=.
    """

    tabs: ClassVar[tuple[Tab, ...]] = ()
    scope_city: ClassVar[str | None] = None
    scope_vendor: ClassVar[str | None] = None
    panel_template: ClassVar[str | None] = None
    simple_list_pager = True
    filter_converter = DeskFilters()

    # -------------------------------------------------------------------------------------------------- one scope
    def seen(self: Any) -> Any:
        """The rows of this screen's table that the one who acts may see."""
        return self.seen_of(self.model)

    def seen_of(self: Any, model: Any) -> Any:
        """As `seen`, for the table of another screen: look-ups and references are narrowed as that screen is."""
        query = self.session.session.query(model)
        for screen in current_app.extensions[SCREENS]:
            if getattr(screen, "model", None) is model:
                return query.filter(*limits(model, acting(), city=screen.scope_city, vendor=screen.scope_vendor))
        return query

    def get_query(self: Any) -> Any:
        tab = self.open_tab()
        return self.seen().filter(tab.where()) if tab and tab.where else self.seen()

    def get_one(self: Any, id: Any) -> Any:
        """The record, or a 404: also for what is out of scope, is no number, or is too big for one."""
        number = id_in(id) if isinstance(id, str) else None
        if number is None:
            abort(404)
        record = self.seen().filter(getattr(self.model, self._primary_key) == number).one_or_none()
        if record is None:
            abort(404)
        return record

    def chosen(self: Any, ids: list[str]) -> list[Any]:
        """The records of a bulk action, in scope, in the order of the ids; ids that name none are left out."""
        numbers = [number for text in ids if (number := id_in(text)) is not None]
        key = getattr(self.model, self._primary_key)
        found = {getattr(row, self._primary_key): row for row in self.seen().filter(key.in_(numbers))}
        return [found[number] for number in dict.fromkeys(numbers) if number in found]

    def do_to_each(self: Any, ids: list[str], act: Callable[[Any], object], told: Words) -> None:
        """A bulk action: what refuses is told with its reason, the others are done; then one commit. `told` takes the
        count."""
        done = 0
        for record in self.chosen(ids):
            try:
                act(record)
                done += 1
            except Refusal as refusal:
                flash(str(refusal), "error")
        db.session.commit()
        if done:
            flash(str(told.fill(count=done)), "success")

    def _create_ajax_loader(self: Any, name: str, options: dict[str, Any]) -> Any:
        return ScopedLoader(
            self,
            name,
            getattr(self.model, name).property.mapper.class_,
            **{"placeholder": say("입력해서 찾기", "Type to find"), **options},
        )

    # ------------------------------------------------------------------------------------------------------- rows
    def get_list(
        self: Any,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        execute: bool = True,  # noqa: FBT001, FBT002  Flask-Admin's own signature
        page_size: int | None = None,
    ) -> tuple[int | None, Any]:
        """At most COUNTED rows are counted: the count then reads "10,000+" and costs the same on a million rows."""
        text = (search or "")[:LONGEST_SEARCH]
        _, query = super().get_list(0, sort_column, sort_desc, text, filters, execute=False, page_size=0)  # type: ignore[misc]
        key = getattr(self.model, self._primary_key)
        query = query.order_by(key.desc())
        if not execute:
            return None, query
        few = query.with_entities(key).order_by(None).limit(COUNTED + 1).subquery()
        count = self.session.session.scalar(select(func.count()).select_from(few)) or 0
        size = page_size or self.page_size
        last = max((count - 1) // size, 0)
        return count, query.limit(size).offset(size * min(max(page or 0, 0), last)).all()

    @expose("/")
    def index_view(self: Any) -> ResponseReturnValue:
        """The list. A form of filters comes back as plain arguments (q_state_is=…), which become its address."""
        if any(name.startswith("q_") for name in request.args):
            return redirect(self._address_of_form())
        shown: ResponseReturnValue = super().index_view()  # type: ignore[misc]
        return shown

    def _get_list_url(self: Any, view_args: Any) -> str:
        """As Flask-Admin's, without arguments that say nothing."""
        asked = {
            "page": view_args.page or None,
            "sort": view_args.sort,
            "desc": 1 if view_args.sort_desc else None,
            "search": view_args.search or None,
            **{key: value for key, value in view_args.extra_args.items() if key != "id"},
            **self._get_filters(view_args.filters),
        }
        address: str = self.get_url(".index_view", **asked)
        return address

    # ------------------------------------------------------------------------------------------------ saved views
    def all_tabs(self: Any) -> tuple[Tab, ...]:
        if not self.tabs or any(tab.key == ALL for tab in self.tabs):
            return tuple(self.tabs)
        return (*self.tabs, Tab(ALL, say("전체", "All")))

    def open_tab(self: Any) -> Tab | None:
        """The one asked for; without one, the first, unless something is searched or filtered for."""
        tabs = self.all_tabs()
        if not tabs or request.endpoint not in {f"{self.endpoint}.index_view", f"{self.endpoint}.export"}:
            return None
        asked = request.args.get("tab")
        narrowed = request.args.get("search") or any(name.startswith("flt") for name in request.args)
        first = tabs[-1] if asked is None and narrowed else tabs[0]
        return next((tab for tab in tabs if tab.key == asked), first)

    def search_placeholder(self: Any) -> str:
        """The names of what is searched; a column of another table that was given no label is searched silently."""
        labels = self.column_labels or {}
        return ", ".join(str(labels[name]) for name in self.column_searchable_list or () if name in labels)

    def shown_tabs(self: Any) -> list[ShownTab]:
        """Every saved view with its count, all counted by one query."""
        tabs = self.all_tabs()
        if not tabs:
            return []
        key = getattr(self.model, self._primary_key)
        narrowed = limits(self.model, acting(), city=self.scope_city, vendor=self.scope_vendor)
        counted = [
            select(func.count())
            .select_from(
                select(literal(1))
                .select_from(self.model)
                .where(key.is_not(None), *narrowed, *([tab.where()] if tab.where else []))
                .limit(TAB_COUNTED + 1)
                .subquery()
            )
            .scalar_subquery()
            for tab in tabs
        ]
        counts = self.session.session.execute(select(*counted)).one()
        opened = self.open_tab()
        return [
            ShownTab(tab.key, tab.label, told_count(count, TAB_COUNTED), tab is opened or tab == opened, tab.hot)
            for tab, count in zip(tabs, counts, strict=True)
        ]

    # ---------------------------------------------------------------------------------------------------- filters
    def get_filter_arg(self: Any, index: int, flt: Any) -> str:
        through = f"{flt.key_name.split('.')[0]}-" if flt.key_name else ""
        return f"{through}{flt.column.key}_{flt.code}"

    def filter_chips(self: Any, filters: Any) -> list[FilterChip]:
        asked = self._get_list_extra_args()
        return [
            FilterChip(
                f"{self._filters[index].name} {self._filters[index].operation()}: {self._filters[index].told(value)}",
                self._get_list_url(
                    asked.clone(page=0, filters=[one for one in filters if one is not kept], extra_args=self._kept())
                ),
            )
            for kept in filters or []
            for index, _, value in [kept]
        ]

    def _kept(self) -> dict[str, str]:
        return {"tab": request.args.get("tab", ALL)} if request.args.get("tab") else {}

    def filter_controls(self: Any, filters: Any) -> list[FilterControl]:
        values = {index: value for index, _, value in filters or []}
        return [
            FilterControl(
                name=f"q_{self.get_filter_arg(index, flt)}",
                label=str(flt.name),
                operation=str(flt.operation()),
                control=flt.control,
                options=tuple(flt.get_options(self) or ()),
                value=values.get(index, ""),
            )
            for index, flt in enumerate(self._filters or [])
        ]

    def _address_of_form(self: Any) -> str:
        kept = {name: value for name, value in request.args.items() if name in {"tab", "search", "sort", "desc"}}
        typed = [(name[2:], value) for name, value in request.args.items() if name.startswith("q_") and value]
        filters = {f"flt{number}_{arg}": value for number, (arg, value) in enumerate(typed)}
        address: str = self.get_url(".index_view", **kept, **filters)
        return address


def told_count(count: int, most: int) -> str:
    return f"{most:,}+" if count > most else f"{count:,}"
