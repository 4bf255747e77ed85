"""/api/v2/views: the tickets of a view, as tickets or as its table, its counts, and views that are not kept."""

import sqlite3

from . import records, ticket_routes, view_layout, views
from .call import Call, Route
from .paging import InTable
from .ranks import ranked
from .replies import Reply, not_found
from .shape import Json, ident
from .sideloads import Sideloads, plain

_POINTED = {"requester": "requester_id", "assignee": "assignee_id", "group": "group_id",
            "organization": "organization_id", "brand": "brand_id", "submitter": "submitter_id"}  # fmt: skip


def _view(db: sqlite3.Connection, view_id: object) -> Json:
    view = records.one(db, "view", ident(view_id))
    if view is None:
        raise not_found()
    return view


def _where(call: Call, db: sqlite3.Connection, view: Json) -> views.Piece:
    mine = [row["group_id"] for row in records.every(db, "group_membership") if row["user_id"] == call.user["id"]]
    return views.where(view, call.user, mine, call.state.clock())


def _order(call: Call, view: Json) -> str:
    """As the query asks, or else as the view does; equal ones by id."""
    layout = view["execution"] or {}
    name = call.arg("sort_by") or str(layout.get("sort_by") or "")
    way = call.arg("sort_order") or str(layout.get("sort_order") or "")
    column = views.ORDERED_BY.get(name, "id")
    return f"{ranked(column)} {'desc' if way == 'desc' else 'asc'}, id"


def tickets(call: Call, view_id: str) -> Reply:
    with call.state.read() as db:
        view = _view(db, view_id)
        text, values = _where(call, db, view)
        return ticket_routes.listing(call, db, text, tuple(values), ordered=_order(call, view))


def execute(call: Call, view_id: str) -> Reply:
    """The view's rows as its table shows them: the ticket in short, and its columns."""
    with call.state.read() as db:
        view = _view(db, view_id)
        told: Json = plain("view", view, call.base)
        return _table(call, db, view, {"view": told})


def preview(call: Call) -> Reply:
    """A view's table from the conditions and output sent, which are kept nowhere."""
    view = _unkept(call)
    with call.state.read() as db:
        return _table(call, db, view, {"view": {"execution": view["execution"]}})


def preview_count(call: Call) -> Reply:
    view = _unkept(call)
    with call.state.read() as db:
        number = _number(call, db, view)
    return Reply({"view_count": _count(call, None, number)})


def _unkept(call: Call) -> Json:
    wanted = call.wanted("view")
    given = wanted.get("conditions")
    sides = given if isinstance(given, dict) else wanted
    asked = {side: sides.get(side) for side in ("all", "any")}
    rows = {side: [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
            for side, found in asked.items()}  # fmt: skip
    output = wanted.get("output")
    return {"conditions": rows, "execution": view_layout.execution(output if isinstance(output, dict) else {})}


def _table(call: Call, db: sqlite3.Connection, view: Json, beside: Json) -> Reply:
    text, values = _where(call, db, view)
    layout = view["execution"]
    columns = layout["columns"]
    grouped = views.ORDERED_BY.get(str(layout.get("group_by") or ""))
    loads = Sideloads("users,groups,organizations")

    def render(row: sqlite3.Row) -> object:
        loads.take(dict(row))
        return _row(row, columns) | ({"group": row[grouped]} if grouped else {})

    order = f"{ranked(grouped)} {'desc' if layout.get('group_order') == 'desc' else 'asc'}, " if grouped else ""
    source = InTable(db, "tickets", f"deleted = 0 and ({text})", values, render, ordered=order + _order(call, view))
    reply = call.page("rows", source, beside={"columns": columns, "groups": [], **beside})
    if isinstance(reply.body, dict):
        reply.body.update(loads.beside(db, call.base))
    return reply


def _row(row: sqlite3.Row, columns: list[Json]) -> Json:
    short = {key: row[key] for key in ("id", "subject", "status", "priority", "type")}
    told: Json = {"ticket_id": row["id"], "ticket": short}
    for column in columns:
        name = str(column["id"])
        key = _POINTED.get(name) or views.ORDERED_BY.get(name)
        if key is not None:
            told[key if name in _POINTED else name] = row[key]
    return told


def _number(call: Call, db: sqlite3.Connection, view: Json) -> int:
    text, values = _where(call, db, view)
    sql = f"select count(*) from tickets where deleted = 0 and ({text})"  # noqa: S608 - our own words
    return int(db.execute(sql, values).fetchone()[0])


def _count(call: Call, view_id: int | None, number: int) -> Json:
    url = f"{call.base}/api/v2/views/{view_id}/count.json" if view_id is not None else None
    told: Json = {"url": url, "view_id": view_id, "value": number, "pretty": str(number)}
    return told | {"fresh": True, "active": True}


def count(call: Call, view_id: str) -> Reply:
    with call.state.read() as db:
        view = _view(db, view_id)
        return Reply({"view_count": _count(call, view["id"], _number(call, db, view))})


def count_many(call: Call) -> Reply:
    """Those of the named views that there are."""
    with call.state.read() as db:
        found = [view for number in ticket_routes.ids_of(call) if (view := records.one(db, "view", number))]
        return Reply({"view_counts": [_count(call, view["id"], _number(call, db, view)) for view in found]})


def export(call: Call, view_id: str) -> Reply:
    """Zendesk makes a file of it and sends that by e-mail; this account sends no letters."""
    with call.state.read() as db:
        number = _view(db, view_id)["id"]
    return Reply({"export": {"view_id": number, "status": "starting"}})


ROUTES = (
    Route(["GET"], "/views/count_many", count_many),
    Route(["GET"], "/views/<view_id>/tickets", tickets),
    Route(["GET"], "/views/<view_id>/execute", execute),
    Route(["GET"], "/views/<view_id>/count", count),
    Route(["GET"], "/views/<view_id>/export", export),
    Route(["POST"], "/views/preview", preview),
    Route(["POST"], "/views/preview/count", preview_count),
)
