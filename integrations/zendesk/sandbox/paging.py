"""Zendesk's two ways of paging: offset (page, per_page) and cursor (page[size], page[after], page[before])."""

import base64
import binascii
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from .replies import bad_page, too_deep
from .shape import Json, decode, encode

DEEPEST = 10_000  # rows that offset pages reach
_BY_ID = {"id": False, "id asc": False, "id asc, id asc": False, "id desc": True, "id desc, id desc": True,
          "id asc, id": False}  # fmt: skip
# Where a row stands that a real account's cursor names and that is not here: its list has ended.
_BEHIND_ALL = 2**62
Entry = tuple[object, object]  # the id that a cursor remembers, and the row as it goes out
Mark = tuple[int, object]  # the place in the list when the cursor was made, and that id


class Source(Protocol):
    """A list in a fixed order that can be walked from either side."""

    order: str

    def count(self) -> int: ...

    def part(self, offset: int, limit: int) -> list[Entry]: ...

    def beyond(self, mark: Mark, limit: int, *, backwards: bool) -> list[tuple[int, Entry]]: ...


class InMemory:
    """A short list, already in order."""

    def __init__(self, entries: Sequence[Entry], order: str = "id") -> None:
        self.order = order
        self._entries = list(entries)

    def count(self) -> int:
        return len(self._entries)

    def part(self, offset: int, limit: int) -> list[Entry]:
        return self._entries[offset : offset + limit]

    def beyond(self, mark: Mark, limit: int, *, backwards: bool) -> list[tuple[int, Entry]]:
        place = next((at for at, entry in enumerate(self._entries) if entry[0] == mark[1]), None)
        if place is None:
            place = mark[0] if backwards else mark[0] - 1
        numbered = list(enumerate(self._entries))
        return numbered[max(0, place - limit) : place] if backwards else numbered[place + 1 : place + 1 + limit]


class InTable:
    """A list that stays in its table. In order of id a cursor goes on at once; in another order it finds its place."""

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
        self._from = f"from {table} where {where}"
        self._select = f"select * {self._from}"
        self._picked = f"select * from {table} where id in (select id {self._from}"  # noqa: S608 - our own SQL
        self._values = tuple(values)
        self._ordered = ordered
        self._render = render

    def count(self) -> int:
        if self._counted is not None:
            return int(self._db.execute(f"select {self._counted}").fetchone()[0])
        return int(self._db.execute(f"select count(*) {self._from}", self._values).fetchone()[0])

    def part(self, offset: int, limit: int) -> list[Entry]:
        """Picked by id first, which narrow indexes can do, so that no whole row is read that is not on the page."""
        sql = f"{self._picked} order by {self._ordered} limit ? offset ?) order by {self._ordered}"
        return [(row["id"], self._render(row)) for row in self._db.execute(sql, (*self._values, limit, offset))]

    def beyond(self, mark: Mark, limit: int, *, backwards: bool) -> list[tuple[int, Entry]]:
        if self._ordered not in _BY_ID:
            return self._beyond_in_order(mark, limit, backwards=backwards)
        down = backwards != _BY_ID[self._ordered]
        way = "id < ? order by id desc" if down else "id > ? order by id"
        rows = list(self._db.execute(f"{self._select} and {way} limit ?", (*self._values, mark[1], limit)))
        ordered = reversed(rows) if backwards else rows
        return [(0, (row["id"], self._render(row))) for row in ordered]

    def _beyond_in_order(self, mark: Mark, limit: int, *, backwards: bool) -> list[tuple[int, Entry]]:
        """From the marked row, or from its place in the list where it is gone."""
        ids = [row["id"] for row in self._db.execute(f"select id {self._from} order by {self._ordered}", self._values)]
        place = ids.index(mark[1]) if mark[1] in ids else mark[0] if backwards else mark[0] - 1
        start = max(0, place - limit) if backwards else place + 1
        wanted = ids[start : place if backwards else place + 1 + limit]
        marks = ",".join("?" * len(wanted))
        table = self._from.split()[1]
        rows = self._db.execute(f"select * from {table} where id in ({marks})", wanted)  # noqa: S608 - our own SQL
        found = {row["id"]: row for row in rows}
        return [(start + at, (number, self._render(found[number]))) for at, number in enumerate(wanted)]


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
    if not text.isdecimal() or int(text) < 1:
        raise bad_page(f"{key} must be a positive number")
    return int(text)


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
    mark: Mark = _mark(before or args.get("page[after]"))
    found = source.beyond(mark, size + 1, backwards=bool(before)) if before or mark[1] else _first(source, size + 1)
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
        links |= {"prev": prev_link} if mark[1] else {}
        links |= {"next": next_link} if has_more else {}
    return Listed(
        [entry[1] for _, entry in found],
        {"meta": {"has_more": has_more, "after_cursor": end, "before_cursor": start}, "links": links},
    )


def _first(source: Source, limit: int) -> list[tuple[int, Entry]]:
    return list(enumerate(source.part(0, limit)))


def _cursor(source: Source, found: tuple[int, Entry]) -> str:
    place = base64.b64encode(encode([found[0], found[1][0]])).decode()
    return base64.b64encode(encode({"o": source.order, "v": place})).decode()


def _mark(cursor: str | None) -> Mark:
    """Where a cursor of ours stands, or one that a real account gave of a row that is here, too."""
    if not cursor:
        return (0, None)
    try:
        return _read(base64.b64decode(cursor))
    except (binascii.Error, ValueError, TypeError, KeyError, IndexError) as wrong:
        raise bad_page("page[after] or page[before] is not a valid cursor") from wrong


def _read(raw: bytes) -> Mark:
    told = decode(raw) if raw[:1] == b"{" else {}
    if "sortValues" in told:
        return (_BEHIND_ALL, int(told["sortValues"][-1]))
    values = base64.b64decode(told["v"]) if told else raw
    if values[:1] == b"[":
        place, ident = decode(values)
        return (int(place), ident)
    if values[-9:-8] != b"i":
        raise ValueError("its last value is no id")
    return (_BEHIND_ALL, int.from_bytes(values[-8:], "little"))
