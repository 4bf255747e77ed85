"""Views: which tickets they show. Their conditions become SQL over our own columns: a view of many stays quick."""

import sqlite3

from . import records, ticket_routes
from .call import Call, Route
from .replies import Reply, not_found
from .shape import Json, ident
from .sideloads import plain
from .ticket_change import PRIORITIES, STATUSES

_FIELDS = {"status": "status", "priority": "priority", "type": "type", "ticket_type_id": "type",
           "group_id": "group_id", "assignee_id": "assignee_id", "requester_id": "requester_id",
           "organization_id": "organization_id", "brand_id": "brand_id", "ticket_form_id": "ticket_form_id",
           "via_id": "channel"}  # fmt: skip
_ORDERS: dict[str, tuple[str, ...]] = {"status": STATUSES, "priority": PRIORITIES}
_COMPARED = {"less_than": "<", "less_than_equal": "<=", "greater_than": ">", "greater_than_equal": ">="}
Piece = tuple[str, list[object]]


def where(view: Json, actor: Json, groups: list[int]) -> Piece:
    """SQL over the ticket's columns. What has no column here is true: a view shows more, never less."""
    conditions = view["conditions"]
    every = [_piece(row, actor, groups) for row in conditions.get("all") or []]
    some = [_piece(row, actor, groups) for row in conditions.get("any") or []]
    text = " and ".join(["1", *(piece[0] for piece in every)])
    values = [value for piece in every for value in piece[1]]
    if some:
        text += f" and ({' or '.join(piece[0] for piece in some)})"
        values += [value for piece in some for value in piece[1]]
    return text, values


def _piece(row: Json, actor: Json, groups: list[int]) -> Piece:
    name, operator, value = str(row.get("field")), str(row.get("operator")), row.get("value")
    if name == "current_tags":
        return _tags(operator, value)
    column = _FIELDS.get(name)
    if column is None:
        return "1", []
    if operator in _COMPARED and column in _ORDERS:
        return _ordered(column, _COMPARED[operator], str(value))
    return _equal(column, operator, value, actor, groups)


def _tags(operator: str, value: object) -> Piece:
    words = str(value).split()
    text = " or ".join(["tags like ?"] * len(words)) or "0"
    negated = operator.startswith("not_")
    return (f"not ({text})" if negated else f"({text})"), [f"% {word} %" for word in words]


def _ordered(column: str, sign: str, value: str) -> Piece:
    order = _ORDERS[column]
    if value not in order:
        return "1", []
    at = order.index(value)
    tests = {"<": lambda place: place < at, "<=": lambda place: place <= at, ">": lambda place: place > at,
             ">=": lambda place: place >= at}  # fmt: skip
    chosen: list[object] = [name for place, name in enumerate(order) if tests[sign](place)]
    return f"{column} in ({','.join('?' * len(chosen))})", chosen


def _equal(column: str, operator: str, value: object, actor: Json, groups: list[int]) -> Piece:
    if value == "current_user":
        value = actor["id"]
    if value == "current_groups":
        marks = ",".join("?" * len(groups))
        return (f"{column} in ({marks})" if operator == "is" else f"{column} not in ({marks})"), list(groups)
    wanted = None if value in ("", None) else ident(value) if column.endswith("_id") else value
    return (f"{column} is ?" if operator in ("is", "includes") else f"{column} is not ?"), [wanted]


def _view(db: sqlite3.Connection, view_id: str) -> Json:
    view = records.one(db, "view", ident(view_id))
    if view is None:
        raise not_found()
    return view


def _groups(db: sqlite3.Connection, user_id: int) -> list[int]:
    return [row["group_id"] for row in records.every(db, "group_membership") if row["user_id"] == user_id]


def tickets(call: Call, view_id: str) -> Reply:
    with call.state.read() as db:
        text, values = where(_view(db, view_id), call.user, _groups(db, call.user["id"]))
        return ticket_routes.listing(call, db, text, tuple(values))


def execute(call: Call, view_id: str) -> Reply:
    """The view's rows as its table shows them: the ticket in short, and its columns."""
    with call.state.read() as db:
        view = _view(db, view_id)
        text, values = where(view, call.user, _groups(db, call.user["id"]))
        sql = f"select * from tickets where deleted = 0 and ({text}) order by id limit 100"  # noqa: S608 - our own words
        rows = [_row(found) for found in db.execute(sql, values)]
        number = db.execute(f"select count(*) from tickets where deleted = 0 and ({text})", values).fetchone()[0]  # noqa: S608
        return Reply({
            "columns": view["execution"]["columns"], "groups": [], "rows": rows, "view": plain("view", view, call.base),
            "next_page": None, "previous_page": None, "count": number,
        })  # fmt: skip


def _row(found: sqlite3.Row) -> Json:
    short = {key: found[key] for key in ("id", "subject", "status", "priority", "type")}
    return {
        "ticket_id": found["id"], "ticket": short, "subject": found["subject"], "requester_id": found["requester_id"],
        "assignee_id": found["assignee_id"], "group_id": found["group_id"], "created": found["created_at"],
        "updated": found["updated_at"], "status": found["status"], "priority": found["priority"],
    }  # fmt: skip


def count(call: Call, view_id: str) -> Reply:
    with call.state.read() as db:
        text, values = where(_view(db, view_id), call.user, _groups(db, call.user["id"]))
        number = db.execute(f"select count(*) from tickets where deleted = 0 and ({text})", values).fetchone()[0]  # noqa: S608
    url = f"{call.base}/api/v2/views/{view_id}/count.json"
    found = {"url": url, "view_id": ident(view_id), "value": number, "pretty": str(number), "fresh": True,
             "active": True}  # fmt: skip
    return Reply({"view_count": found})


ROUTES = (
    Route(["GET"], "/views/<view_id>/tickets", tickets),
    Route(["GET"], "/views/<view_id>/execute", execute),
    Route(["GET"], "/views/<view_id>/count", count),
)
