"""Zendesk's two ways of paging: offset (page, per_page) and cursor (page[size], page[after], page[before])."""

import base64
import binascii
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from . import seeking
from .replies import Refusal, bad_page, too_deep
from .shape import BIGGEST_ID, Json, decode, encode, whole

DEEPEST = 10_000  # rows that offset pages reach
# Where a row stands that a real account's cursor names and that is not here: its list has ended.
_BEHIND_ALL = 2**62
Entry = tuple[object, object]  # the id that a cursor remembers, and the row as it goes out
Stand = int | list[object]  # a place in a short list, or the values that a table was sorted by
Mark = tuple[Stand, object]  # where a row stood when the cursor was made, and its id


class Source(Protocol):
    """A list in a fixed order that can be walked from either side."""

    order: str

    def count(self) -> int: ...

    def part(self, offset: int, limit: int) -> list[Entry]: ...

    def beyond(self, mark: Mark | None, limit: int, *, backwards: bool) -> list[tuple[Stand, Entry]]:
        """The rows behind a mark, or before it, in the list's order; without one the first."""


class InMemory:
    """A short list, already in order."""

    def __init__(self, entries: Sequence[Entry], order: str = "id") -> None:
        self.order = order
        self._entries = list(entries)

    def count(self) -> int:
        return len(self._entries)

    def part(self, offset: int, limit: int) -> list[Entry]:
        return self._entries[offset : offset + limit]

    def beyond(self, mark: Mark | None, limit: int, *, backwards: bool) -> list[tuple[Stand, Entry]]:
        numbered: list[tuple[Stand, Entry]] = list(enumerate(self._entries))
        if mark is None:
            return numbered[:limit]
        stood, number = mark
        if not isinstance(stood, int):
            raise _no_cursor()
        place = next((at for at, entry in enumerate(self._entries) if entry[0] == number), None)
        if place is None:
            place = stood if backwards else stood - 1
        return numbered[max(0, place - limit) : place] if backwards else numbered[place + 1 : place + 1 + limit]


class InTable:
    """A list that stays in its table. A cursor goes on behind the values that its row had, whatever became of it."""

    def __init__(
        self,
        db: sqlite3.Connection,
        table: str,
        where: str,
        values: Sequence[object],
        render: Callable[[sqlite3.Row], object],
        *,
        ordered: str = "id",
        order: str = "id",
        counted: str | None = None,
    ) -> None:
        """`counted`: an expression that counts the same rows quicker than `where` does."""
        self.order = order
        self._counted = counted
        self._db = db
        self._from = f"from {table} where ({where})"
        self._table = table
        self._values = tuple(values)
        self._terms = seeking.terms_of(ordered)
        self._render = render

    def count(self) -> int:
        if self._counted is not None:
            return int(self._db.execute(f"select {self._counted}").fetchone()[0])
        return int(self._db.execute(f"select count(*) {self._from}", self._values).fetchone()[0])

    def part(self, offset: int, limit: int) -> list[Entry]:
        return [(row["id"], self._render(row)) for row in self._rows(self._terms, ("1", []), limit, offset)]

    def beyond(self, mark: Mark | None, limit: int, *, backwards: bool) -> list[tuple[Stand, Entry]]:
        terms = seeking.turned(self._terms) if backwards else self._terms
        rows = self._rows(terms, self._behind(terms, mark), limit)
        return [(list(row)[-len(terms) : -1], (row["id"], self._render(row)))
                for row in (reversed(rows) if backwards else rows)]  # fmt: skip

    def _rows(
        self, terms: Sequence[seeking.Term], behind: seeking.Piece, limit: int, offset: int = 0
    ) -> list[sqlite3.Row]:
        """Picked by id first, which narrow indexes can do, so that no whole row is read that is not on the page.

        The values that they are sorted by are the last columns.
        """
        by, keys = seeking.order_by(terms), ", ".join(term.sql for term in terms)
        picked = f"select id {self._from} and {behind[0]} order by {by} limit ? offset ?"
        sql = f"select *, {keys} from {self._table} where id in ({picked}) order by {by}"  # noqa: S608 - our own SQL
        return self._db.execute(sql, (*self._values, *behind[1], limit, offset)).fetchall()

    def _behind(self, terms: Sequence[seeking.Term], mark: Mark | None) -> seeking.Piece:
        if mark is None:
            return "1", []
        stood = mark[0] if isinstance(mark[0], list) else self._now(mark[1])
        if stood is None:
            return ("1" if terms != self._terms else "0"), []
        if len(stood) != len(terms) - 1:
            raise _no_cursor()
        return seeking.behind(terms, [*stood, mark[1]])

    def _now(self, number: object) -> list[object] | None:
        """The values of a row that a real account's cursor names; None where it is not here."""
        keys = ", ".join(term.sql for term in self._terms)
        row = self._db.execute(f"select {keys} from {self._table} where id = ?", (number,)).fetchone()  # noqa: S608
        if row is None and len(self._terms) == 1:
            return []
        return None if row is None else list(row)[:-1]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: its rows and what stands beside them (next_page, or meta and links)."""

    rows: list[object]
    beside: Json = field(default_factory=dict)


def listed(url: str, args: MultiDict[str, str], source: Source, *, biggest: int = 100, guide: bool = False) -> Listed:
    """`url` is the address asked for, without its query; links repeat the query with the page changed."""
    if any(key in args for key in ("page[size]", "page[after]", "page[before]")):
        return _by_cursor(url, args, source, biggest, guide=guide)
    return _by_offset(url, args, source, biggest, guide=guide)


def _number(args: MultiDict[str, str], key: str, default: int) -> int:
    text = args.get(key, "")
    if not text:
        return default
    number = whole(text)
    if number is None or number < 1:
        raise bad_page(f"{key} must be a positive number")
    return number


def _link(url: str, args: MultiDict[str, str], **changes: object) -> str:
    kept = [(key, value) for key, value in args.items(multi=True) if key not in changes and not key.startswith("page[")]
    pairs = kept + [(key, value) for key, value in args.items() if key == "page[size]" and "page" not in changes]
    return f"{url}?{urlencode([*pairs, *changes.items()])}"


def _by_offset(url: str, args: MultiDict[str, str], source: Source, biggest: int, *, guide: bool) -> Listed:
    page = _number(args, "page", 1)
    size = min(_number(args, "per_page", 30 if guide else biggest), biggest)
    if page * size > DEEPEST:
        raise too_deep()
    total = source.count()
    rows = [row for _, row in source.part((page - 1) * size, size)]
    beside: Json = {
        "next_page": _link(url, args, page=page + 1) if page * size < total else None,
        "previous_page": _link(url, args, page=page - 1) if page > 1 else None,
        "count": total,
    }
    if guide:
        beside |= {"page": page, "per_page": size, "page_count": max(1, -(-total // size))}
    return Listed(rows, beside)


def _by_cursor(url: str, args: MultiDict[str, str], source: Source, biggest: int, *, guide: bool) -> Listed:
    size = _number(args, "page[size]", biggest)
    if size > biggest:
        raise bad_page(f"page[size] must be at most {biggest}")
    before = args.get("page[before]")
    mark = _mark(before or args.get("page[after]"))
    found = source.beyond(mark, size + 1, backwards=bool(before))
    has_more = len(found) > size
    found = found[-size:] if before else found[:size]
    if not found:
        empty: Json = {"has_more": False, "after_cursor": None, "before_cursor": None}
        return Listed([], {"meta": empty, "links": {"prev": None, "next": None}})
    start, end = _cursor(source, found[0]), _cursor(source, found[-1])
    prev_link, next_link = _link(url, args, **{"page[before]": start}), _link(url, args, **{"page[after]": end})
    links: Json = {"prev": prev_link, "next": next_link}
    if guide:
        last = _link(url, args, **{"page[before]": base64.b64encode(b"last_page").decode()})
        links = {"first": _link(url, args), "last": last}
        links |= {"prev": prev_link} if mark else {}
        links |= {"next": next_link} if has_more else {}
    return Listed(
        [entry[1] for _, entry in found],
        {"meta": {"has_more": has_more, "after_cursor": end, "before_cursor": start}, "links": links},
    )


def _cursor(source: Source, found: tuple[Stand, Entry]) -> str:
    place = base64.b64encode(encode([found[0], found[1][0]])).decode()
    return base64.b64encode(encode({"o": source.order, "v": place})).decode()


def _no_cursor() -> Refusal:
    return bad_page("page[after] or page[before] is not a valid cursor")


def _mark(cursor: str | None) -> Mark | None:
    """Where a cursor of ours stands, or one that a real account gave of a row that is here, too."""
    if not cursor:
        return None
    try:
        stood, number = _read(base64.b64decode(cursor))
    except (binascii.Error, ValueError, TypeError, KeyError, IndexError, RecursionError) as wrong:
        raise _no_cursor() from wrong
    values = stood if isinstance(stood, list) else [stood]
    if not isinstance(number, int | str) or not all(_is_plain(value) for value in [*values, number]):
        raise _no_cursor()
    if isinstance(stood, list) or (isinstance(stood, int) and stood >= 0):
        return stood, number
    raise _no_cursor()


def _is_plain(value: object) -> bool:
    """Whether a row can have been sorted by it."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= BIGGEST_ID
    return value is None or isinstance(value, str | float)


def _read(raw: bytes) -> tuple[object, object]:
    told = decode(raw) if raw[:1] == b"{" else {}
    if "sortValues" in told:
        return (_BEHIND_ALL, int(told["sortValues"][-1]))
    values = base64.b64decode(told["v"]) if told else raw
    if values[:1] == b"[":
        stood, number = decode(values)
        return stood, number
    if values[-9:-8] != b"i":
        raise ValueError("its last value is no id")
    return (_BEHIND_ALL, int.from_bytes(values[-8:], "little"))
