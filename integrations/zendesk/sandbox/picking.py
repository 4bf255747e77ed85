"""Which rows of a plain kind a list shows, and in which order: the filters and sorts that its query may ask for."""

from collections.abc import Callable
from typing import Any

from .call import Call
from .kinds import Kind
from .shape import Json, ident, moment, whole

_SORTS = {"alphabetical": "title", "title": "title", "created_at": "created_at", "updated_at": "updated_at",
          "position": "position", "name": "name"}  # fmt: skip
_RATED = {"good": ("good", "goodwithcomment"), "bad": ("bad", "badwithcomment")}


def picked(call: Call, kind: Kind, rows: list[Json]) -> list[Json]:
    for name, keep in _FILTERS.items():
        wanted = call.arg(name)
        if wanted is not None:
            rows = [row for row in rows if keep(row, wanted)]
    return _ordered(call, kind, rows)


def _ordered(call: Call, kind: Kind, rows: list[Json]) -> list[Json]:
    text = call.arg("sort") or ""
    name = _SORTS.get(text.lstrip("-") or call.arg("sort_by") or "")
    if name is None or name not in kind.row:
        return rows
    backwards = text.startswith("-") or (not text and call.arg("sort_order") == "desc")
    return sorted(rows, key=lambda row: _sortable(row.get(name)), reverse=backwards)


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value) if isinstance(value, int | float) else (2, str(value).lower())


def _is(key: str) -> Callable[[Json, str], bool]:
    return lambda row, wanted: key not in row or bool(row[key]) == (wanted == "true")


def _equal(key: str) -> Callable[[Json, str], bool]:
    return lambda row, wanted: key not in row or str(row[key]) == wanted


def _restricted(row: Json, wanted: str) -> bool:
    """personal: to one user; shared: to groups or to nobody; account: to nobody."""
    kind = (row.get("restriction") or {}).get("type")
    if "restriction" not in row:
        return True
    return {
        "personal": kind == "User",
        "shared": kind != "User",
        "account": kind is None,
        "agents": kind == "Group",
    }.get(wanted, True)


def _of_group(row: Json, wanted: str) -> bool:
    if "restriction" not in row:
        return _equal("group_id")(row, wanted)
    restriction = row["restriction"] or {}
    numbers = [restriction.get("id"), *(restriction.get("ids") or [])]
    return restriction.get("type") == "Group" and ident(wanted) in numbers


def _in_category(row: Json, wanted: str) -> bool:
    """A macro's category is what stands before :: in its title."""
    return "::" not in str(row.get("title")) or str(row["title"]).split("::")[0].strip() == wanted


def _in_categories(row: Json, wanted: str) -> bool:
    return "status_category" not in row or row["status_category"] in wanted.split(",")


def _scored(row: Json, wanted: str) -> bool:
    if "score" not in row:
        return True
    score = str(row["score"])
    if wanted.startswith("received"):
        if score in ("offered", "unoffered"):
            return False
        wanted = wanted.removeprefix("received").strip("_") or "any"
    commented, wanted = ("with_comment" in wanted, wanted.replace("_with_comment", "").replace("with_comment", ""))
    fits = wanted in ("any", "") or score in _RATED.get(wanted, (wanted,))
    return fits and (not commented or bool(row.get("comment")))


def _since(row: Json, wanted: str) -> bool:
    at, second = moment(row.get("created_at")), whole(wanted)
    return "score" not in row or second is None or (at is not None and at.timestamp() >= second)


def _until(row: Json, wanted: str) -> bool:
    at, second = moment(row.get("created_at")), whole(wanted)
    return "score" not in row or second is None or (at is not None and at.timestamp() <= second)


_FILTERS: dict[str, Callable[[Json, str], bool]] = {
    "active": _is("active"), "default": _is("default"), "end_user_visible": _is("end_user_visible"),
    "category_id": _equal("category_id"), "access": _restricted, "group_id": _of_group, "category": _in_category,
    "status_categories": _in_categories, "score": _scored, "start_time": _since, "end_time": _until,
}  # fmt: skip
