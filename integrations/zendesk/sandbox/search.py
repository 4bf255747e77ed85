"""Search: Zendesk's query words over tickets, users, groups and organizations. What it finds is never late here.

Texts are searched for whole words, as in Zendesk; what that means in Korean stands in finding.py.
"""

import sqlite3

from . import finding, records, tickets
from .asking import DATES, Pair, Piece, Query, dated, parsed, where
from .asking_others import plain_found, user_where
from .call import Call, Route
from .paging import Entry, InMemory, InTable, Mark, Stand, listed
from .ranks import ORDERS, ranked
from .replies import Refusal, Reply, bad_page
from .shape import Json, decode, ident, whole
from .sideloads import plain, user

DEEPEST = 1000
TYPES = ("ticket", "user", "group", "organization")
_PLACES = {"group": "group_id", "organization": "organization_id", "brand": "brand_id", "form": "ticket_form_id"}
_PERSONS = {"assignee": "assignee_id", "requester": "requester_id", "submitter": "submitter_id"}
_SORTS = {"created_at": "created_at", "updated_at": "updated_at", "priority": "priority", "status": "status",
          "ticket_type": "type"}  # fmt: skip
_EQUAL = {"ticket_type": "type", "external_id": "external_id", "via": "channel", "id": "id"}
_SAID = "select ticket_id from comments where id in (select rowid from comment_words where comment_words match ?)"
_IS_FIRST = "id = (select min(id) from comments as one where one.ticket_id = comments.ticket_id)"
_TEXTS = {
    "subject": "id in (select rowid from ticket_words where ticket_words match ?)",
    "description": f"id in ({_SAID} and {_IS_FIRST})",
    "comment": f"id in ({_SAID})",
}
_ANYWHERE = f"id in (select rowid from ticket_words where ticket_words match ? union all {_SAID})"  # noqa: S608 - our own SQL
_TAGGED = "id in (select ticket_id from ticket_tags where tag = ?)"
_FIELD_IS = (
    "exists (select 1 from json_each(fields)"
    " where json_extract(value, '$.id') = ? and json_extract(value, '$.value') = ?)"
)


def _ticket_where(db: sqlite3.Connection, query: Query, actor: Json) -> Piece:
    def piece(pair: Pair) -> Piece:
        return _ticket_piece(db, pair, actor) if pair.key else _anywhere(pair.value)

    return where(query, "deleted = 0", piece)


def _anywhere(word: str) -> Piece:
    wanted = finding.asked(word)
    found: Piece = ("0", []) if wanted is None else (_ANYWHERE, [wanted, wanted])
    return (f"id = ? or {found[0]}", [ident(word), *found[1]]) if ident(word) else found


def _ticket_piece(db: sqlite3.Connection, pair: Pair, actor: Json) -> Piece:
    key, value = pair.key, pair.value
    if key in ORDERS:
        return _ordered(key, pair.sign, value)
    if key in DATES or key == "solved":
        return dated(DATES.get(key, "updated_at"), pair)
    if key in _PERSONS or key in _PLACES:
        return _pointed(db, key, value, actor)
    if key == "tags":
        return _tagged(value.lower().split())
    if key in _TEXTS:
        wanted = finding.asked(value)
        return ("0", []) if wanted is None else (_TEXTS[key], [wanted])
    if key in _EQUAL:
        return f"{_EQUAL[key]} = ?", [value]
    if key.startswith("custom_field_"):
        return _FIELD_IS, [ident(key.removeprefix("custom_field_")), value]
    return "0", []


def _tagged(words: list[str]) -> Piece:
    """All the tags of one value."""
    return ("tags = '  '", []) if words == ["none"] else (" and ".join([_TAGGED] * len(words)) or "0", list(words))


def _ordered(key: str, sign: str, value: str) -> Piece:
    order = ORDERS[key]
    if value.lower() == "none":
        return f"{key} is null", []
    if value.lower() not in order:
        return "0", []
    at = order.index(value.lower())
    chosen: list[object] = [
        name for place, name in enumerate(order)
        if {":": place == at, "<": place < at, "<=": place <= at, ">": place > at, ">=": place >= at}[sign]
    ]  # fmt: skip
    return f"{key} in ({','.join('?' * len(chosen))})", chosen


def _pointed(db: sqlite3.Connection, key: str, value: str, actor: Json) -> Piece:
    column = (_PERSONS | _PLACES)[key]
    if value.lower() == "none":
        return f"{column} is null", []
    if value.lower() == "me":
        return f"{column} = ?", [actor["id"]]
    if ident(value) is not None:
        return f"{column} = ?", [ident(value)]
    if key in _PERSONS:
        return f"{column} in (select id from users where email = ? or name like ?)", [value, f"%{value}%"]  # noqa: S608 - our own columns
    named = [row["id"] for row in records.every(db, key if key in ("group", "organization", "brand") else "ticket_form")
             if value.lower() in str(row["name"]).lower()]  # fmt: skip
    return f"{column} in ({','.join('?' * len(named))})", list(named)


class _InTurn:
    """Several lists as one, each in its own order; only offset pages lead through it, as Zendesk's search has them."""

    order = "created_at"

    def __init__(self, sources: list[InMemory | InTable]) -> None:
        self._sources = sources

    def count(self) -> int:
        return sum(source.count() for source in self._sources)

    def part(self, offset: int, limit: int) -> list[Entry]:
        found: list[Entry] = []
        for source in self._sources:
            found += source.part(max(0, offset), limit - len(found))
            if len(found) >= limit:
                break
            offset -= source.count()
        return found

    def beyond(self, mark: Mark | None, limit: int, *, backwards: bool) -> list[tuple[Stand, Entry]]:
        raise bad_page("Search has no cursor pagination: use page, or the search export")


def _found(call: Call, db: sqlite3.Connection, query: Query) -> _InTurn:
    kinds = TYPES if query.type is None else (query.type,)
    return _InTurn([_of_kind(call, db, kind, query, _order(query)) for kind in kinds if kind in TYPES])


def _user(row: sqlite3.Row, base: str) -> Json:
    return user(decode(row["body"]), base) | {"result_type": "user"}


def _order(query: Query) -> str:
    column = _SORTS.get(query.order_by or "", "created_at")
    return f"{ranked(column)} {query.sort}, id {query.sort}"


def _query(call: Call) -> Query:
    text = call.arg("query")
    if not text or not text.strip():
        raise Refusal(422, {"error": "invalid", "description": "Invalid search: query is required"})
    query = parsed(text)
    query.order_by = call.arg("sort_by") or query.order_by
    query.sort = call.arg("sort_order") or query.sort
    query.sort = "asc" if query.sort == "asc" else "desc"
    return query


def search(call: Call) -> Reply:
    """Offset pages over the first thousand; beyond them 422, as Zendesk answers."""
    query = _query(call)
    page, size = whole(call.arg("page") or "1"), whole(call.arg("per_page") or "100")
    if page is not None and size is not None and page * min(size, 100) > DEEPEST:
        words = "Invalid search: Requested response size was greater than Search Response Limits"
        raise Refusal(422, {"error": "invalid", "description": words})
    with call.state.read() as db:
        part = listed(call.url, call.request.args, _found(call, db, query))
    return Reply({"results": part.rows, "facets": None} | part.beside)


def count(call: Call) -> Reply:
    with call.state.read() as db:
        return Reply({"count": _found(call, db, _query(call)).count()})


def export(call: Call) -> Reply:
    """By cursor and forwards only, newest first, without the thousand's limit; filter[type] is required."""
    kind = call.arg("filter[type]")
    if kind not in TYPES:
        words = "filter[type] is required: one of ticket, user, group, organization"
        raise Refusal(400, {"error": "InvalidValue", "description": words})
    args = call.request.args.copy()
    args.setdefault("page[size]", "100")
    with call.state.read() as db:
        part = listed(call.url, args, _of_kind(call, db, kind, _query(call)), biggest=1000)
    meta = part.beside["meta"] | {"before_cursor": None}
    links = part.beside["links"] | {"prev": None}
    return Reply({"results": part.rows, "facets": None, "meta": meta, "links": links})


def _of_kind(
    call: Call, db: sqlite3.Connection, kind: str, query: Query, order: str | None = None
) -> InMemory | InTable:
    """In the order asked for; by cursor, which knows none, the newest first."""
    if kind == "ticket":
        text, values = _ticket_where(db, query, call.user)

        def ticket(row: sqlite3.Row) -> object:
            return tickets.raw(row, call.base, found=True)

        return InTable(db, "tickets", text, values, ticket, ordered=order or "id desc")
    if kind == "user":
        text, values = user_where(db, query)
        way = "id desc" if order is None else "id"
        return InTable(db, "users", text, values, lambda row: _user(row, call.base), ordered=way)
    rows = plain_found(db, kind, query)
    return InMemory([(row["id"], plain(kind, row, call.base) | {"result_type": kind}) for row in rows])


ROUTES = (
    Route(["GET"], "/search", search),
    Route(["GET"], "/search/count", count),
    Route(["GET"], "/search/export", export),
)
