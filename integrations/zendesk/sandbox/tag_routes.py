"""Tags of the whole account, and of users and organizations. A ticket's own are in ticket_routes."""

import sqlite3
from collections import Counter
from collections.abc import Callable

from . import people, records, rights
from .call import Call, Route
from .paging import InMemory
from .replies import Reply, not_found, record_invalid
from .shape import Json, decode, ident
from .state import Tx
from .ticket_change import tags_of

_MOST = 20_000
_SHORTEST = 2


def _counts(db: sqlite3.Connection) -> Counter[str]:
    """How many live tickets carry each tag."""
    counts: Counter[str] = Counter()
    for row in db.execute("select tags, count(*) as number from tickets where deleted = 0 group by tags"):
        counts.update(dict.fromkeys(row["tags"].split(), row["number"]))
    return counts


def index(call: Call) -> Reply:
    """The most used first, 20,000 of them at most."""
    with call.state.read() as db:
        rows = sorted(_counts(db).items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST]
    return call.page(
        "tags", InMemory([(name, {"name": name, "count": number}) for name, number in rows], "-count,name")
    )


def count(call: Call) -> Reply:
    with call.state.read() as db:
        return call.counted(len(_counts(db)))


def autocomplete(call: Call) -> Reply:
    start = (call.arg("name") or "").strip().lower()
    if len(start) < _SHORTEST:
        return Reply({"tags": []})
    with call.state.read() as db:
        found = _counts(db)
        for kind in ("organization",):
            found.update(tag for row in records.every(db, kind) for tag in row.get("tags") or [])
        sql = "select body from users where json_extract(body, '$.tags') like ?"
        for row in db.execute(sql, (f'%"{start}%',)):
            found.update(decode(row["body"])["tags"])
    return Reply({"tags": sorted(tag for tag in found if tag.startswith(start))})


def _owner(db: sqlite3.Connection, kind: str, number: str) -> Json:
    row = people.one(db, ident(number)) if kind == "user" else records.one(db, kind, ident(number))
    if row is None:
        raise not_found()
    return row


def of(call: Call, owner_id: str, kind: str) -> Reply:
    with call.state.read() as db:
        return Reply({"tags": _owner(db, kind, owner_id)["tags"]})


def add(call: Call, owner_id: str, kind: str) -> Reply:
    return _tagged(call, owner_id, kind, lambda was, now: was | now, 200)


def put(call: Call, owner_id: str, kind: str) -> Reply:
    return _tagged(call, owner_id, kind, lambda _was, now: now, 201)


def remove(call: Call, owner_id: str, kind: str) -> Reply:
    return _tagged(call, owner_id, kind, lambda was, now: was - now, 200)


def _tagged(call: Call, owner_id: str, kind: str, join: Callable[[set[str], set[str]], set[str]], status: int) -> Reply:
    body = call.body()
    if "tags" not in body:
        raise record_invalid("tags", "Tags: cannot be blank", "BlankValue")
    with call.write() as tx:
        row = _owner(tx.db, kind, owner_id)
        if kind == "user":
            rights.refuse_touching(call.user, row)
        tags = sorted(join(set(row["tags"]), set(tags_of(body["tags"]))))
        _keep(tx, kind, row, tags)
    return Reply({"tags": tags}, status)


def _keep(tx: Tx, kind: str, row: Json, tags: list[str]) -> None:
    if kind == "user":
        people.change(tx, row, {"tags": tags})
        return
    records.put(tx, kind, row | {"tags": tags, "updated_at": tx.stamp})
    tx.note(kind, row["id"], ["tags"])


def _owned_routes() -> list[Route]:
    found: list[Route] = []
    for place, kind in (("users", "user"), ("organizations", "organization")):
        path, options = f"/{place}/<owner_id>/tags", {"kind": kind}
        found += [
            Route(["GET"], path, of, options), Route(["PUT"], path, add, options), Route(["POST"], path, put, options),
            Route(["DELETE"], path, remove, options),
        ]  # fmt: skip
    return found


ROUTES = (
    Route(["GET"], "/tags", index),
    Route(["GET"], "/tags/count", count),
    Route(["GET"], "/autocomplete/tags", autocomplete),
    *_owned_routes(),
)
