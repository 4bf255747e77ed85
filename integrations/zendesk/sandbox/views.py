"""Views: which tickets they show. Their conditions become SQL over our own columns: a view of many stays quick."""

from datetime import datetime, timedelta

from .shape import Json, ident, stamp
from .ticket_change import PRIORITIES, STATUSES

_FIELDS = {"status": "status", "priority": "priority", "type": "type", "ticket_type_id": "type",
           "group_id": "group_id", "assignee_id": "assignee_id", "requester_id": "requester_id",
           "organization_id": "organization_id", "brand_id": "brand_id", "ticket_form_id": "ticket_form_id",
           "via_id": "channel", "custom_status_id": "json_extract(body, '$.custom_status_id')"}  # fmt: skip
_AGES = {"NEW": "created_at", "updated_at": "updated_at", "due_date": "json_extract(body, '$.due_at')"}
ORDERED_BY = {"subject": "subject", "requester": "requester_id", "created": "created_at", "updated": "updated_at",
              "group": "group_id", "assignee": "assignee_id", "status": "status", "nice_id": "id",
              "priority": "priority", "type": "type", "created_at": "created_at", "updated_at": "updated_at",
              "id": "id"}  # fmt: skip
_ORDERS: dict[str, tuple[str, ...]] = {"status": STATUSES, "priority": PRIORITIES}
_COMPARED = {"less_than": "<", "less_than_equal": "<=", "greater_than": ">", "greater_than_equal": ">="}
_MOST_HOURS = 1_000_000
Piece = tuple[str, list[object]]


def where(view: Json, actor: Json, groups: list[int], now: datetime) -> Piece:
    """SQL over the ticket's columns. What has no column here is true: a view shows more, never less."""
    conditions = view["conditions"]
    every = [_piece(row, actor, groups, now) for row in conditions.get("all") or []]
    some = [_piece(row, actor, groups, now) for row in conditions.get("any") or []]
    text = " and ".join(["1", *(piece[0] for piece in every)])
    values = [value for piece in every for value in piece[1]]
    if some:
        text += f" and ({' or '.join(piece[0] for piece in some)})"
        values += [value for piece in some for value in piece[1]]
    return text, values


def _piece(row: Json, actor: Json, groups: list[int], now: datetime) -> Piece:
    name, operator, value = str(row.get("field")), str(row.get("operator")), row.get("value")
    if name == "current_tags":
        return _tags(operator, value)
    if name in _AGES:
        return _aged(_AGES[name], operator, value, now)
    if name.startswith(("custom_fields_", "ticket_fields_")):
        return _field(ident(name.rsplit("_", 1)[1]), operator, value)
    column = _FIELDS.get(name)
    if column is None:
        return "1", []
    if operator in _COMPARED and column in _ORDERS:
        return _ordered(column, _COMPARED[operator], str(value))
    return _equal(column, operator, value, actor, groups)


def _tags(operator: str, value: object) -> Piece:
    words = str(value).split()
    text = " or ".join(["id in (select ticket_id from ticket_tags where tag = ?)"] * len(words)) or "0"
    negated = operator.startswith("not_")
    return (f"not ({text})" if negated else f"({text})"), [word.lower() for word in words]


def _aged(column: str, operator: str, value: object, now: datetime) -> Piece:
    """Whole hours since then, in calendar hours also where business hours are asked for."""
    hours = ident(value)
    if hours is None:
        return "1", []
    hours = min(hours, _MOST_HOURS)
    then, later = stamp(now - timedelta(hours=hours)), stamp(now - timedelta(hours=hours + 1))
    if operator.startswith("less_than"):
        return f"{column} > ?", [then]
    if operator.startswith("greater_than"):
        return f"{column} < ?", [then]
    return f"({column} <= ? and {column} > ?)", [then, later]


def _field(number: int | None, operator: str, value: object) -> Piece:
    """A drop-down's or multi-select's choices, a text or a box, as the ticket keeps them."""
    held = "exists (select 1 from json_each(body, '$.custom_fields') as f where f.value->>'$.id' = ? and "
    if operator in ("present", "not_present"):
        empty = "coalesce(f.value->>'$.value', '') in ('', '[]'))"
        return (f"not {held}{empty}" if operator == "present" else f"{held}{empty}"), [number]
    flag = {"true": 1, "false": 0}.get(str(value).lower(), value)
    same = "(f.value->>'$.value' = ? or f.value->>'$.value' = ? or f.value->>'$.value' like ?))"
    values: list[object] = [number, value, flag, f'%"{value}"%']
    negated = operator.startswith("not_") or operator == "is_not"
    return (f"not {held}{same}" if negated else f"{held}{same}"), values


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
    if operator in ("includes", "not_includes") and isinstance(value, list):
        chosen = [ident(one) if "_id" in column else one for one in value]
        return f"{column} {'not ' if operator == 'not_includes' else ''}in ({','.join('?' * len(chosen))})", list(
            chosen
        )
    wanted = None if value in ("", None) else ident(value) if "_id" in column else value
    return (f"{column} is ?" if operator in ("is", "includes") else f"{column} is not ?"), [wanted]
