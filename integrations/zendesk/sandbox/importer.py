"""Fills the account from reply bodies, exchange lists or a seed: all of it in one transaction, or nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import requests

from . import account, records
from .filling import Filling, Unfit
from .kinds import KINDS
from .shape import Json, decode, encode
from .state import State

_ONE = {kind.one: kind.one for kind in KINDS} | {
    "user": "user",
    "ticket": "ticket",
    "audit": "audit",
    "webhook": "webhook",
}
_MANY = {kind.many: kind.one for kind in KINDS} | {
    "users": "user", "tickets": "ticket", "audits": "audit", "comments": "comment", "webhooks": "webhook",
    "dynamic_content": "item",
}  # fmt: skip
# What stands beside the rows of a reply and is no row itself.
_BESIDE = frozenset({
    "count", "next_page", "previous_page", "meta", "links", "facets", "end_of_stream", "end_time", "after_url",
    "before_url", "after_cursor", "before_cursor", "page", "per_page", "page_count", "sort_by", "sort_order", "note",
    "source", "columns",
})  # fmt: skip
# Users and groups first, so that whoever comes later finds them; tickets after the audits that tell of them.
_ORDER = ("user", "group", "brand", "ticket_form", "custom_status", "ticket_field", "audit", "comment")
LONGEST_SEND_SECONDS = 600


class ImportRefused(Exception):
    """Nothing was taken in. The words name the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name, for words about it, and what was in it."""

    name: str
    body: object


@dataclass(slots=True)
class Taken:
    """What was taken in, by kind, and what was left out, by reason."""

    counts: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)

    def told(self) -> Json:
        ignored = [{"why": why, "count": number} for why, number in sorted(self.ignored.items())]
        return {"counts": dict(sorted(self.counts.items())), "ignored": ignored}


@dataclass(frozen=True, slots=True)
class Found:
    """A row on its way in. `parent` is the ticket whose address a comment was read from."""

    kind: str
    row: Json
    source: str
    parent: int | None = None


def read_folder(folder: Path) -> list[Source]:
    """Every *.json below the folder, in order of name."""
    if not folder.is_dir():
        raise ImportRefused(f"{folder} is no folder")
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise ImportRefused(f"{folder} holds no .json file")
    return [Source(str(path.relative_to(folder)), _read(path, folder)) for path in paths]


def _read(path: Path, folder: Path) -> object:
    try:
        return decode(path.read_bytes())
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        raise ImportRefused(f"{path.relative_to(folder)}: this is no JSON ({wrong})") from wrong
    except OSError as wrong:
        raise ImportRefused(f"{path.relative_to(folder)}: cannot be read ({wrong.strerror})") from wrong


def into_folder(sources: Iterable[Source], folder: Path, *, progress: Callable[[int], None] | None = None) -> Taken:
    """The direct door, for a sandbox that is not running. Where one runs: FolderHeld, in words."""
    state = State(folder)
    try:
        account.set_up(state)
        return take_bodies(state, sources, progress=progress)
    finally:
        state.close()


def over_http(sources: Iterable[Source], url: str) -> Json:
    """The door of a running sandbox; returns what Taken.told says. ImportRefused carries the sandbox's own words."""
    files = [{"name": source.name, "body": source.body} for source in sources]
    with requests.Session() as session:
        session.trust_env = False
        reply = session.post(f"{url}/_sandbox/import", data=encode({"files": files}), timeout=LONGEST_SEND_SECONDS)
    told: Json = reply.json()
    if reply.status_code != 201:
        raise ImportRefused(str(told.get("error", reply.status_code)))
    return told


def take_bodies(
    state: State, sources: Iterable[Source], *, progress: Callable[[int], None] | None = None,
    beside: Mapping[str, str] | None = None,
) -> Taken:  # fmt: skip
    """Newest version of a record wins, here and against what is known; among equals the one that comes last.

    `beside` is kept of the account in the same commit.
    """
    taken = Taken()
    found = [row for source in sources for row in _rows(source, taken)]
    rank = {kind: place for place, kind in enumerate(_ORDER)}
    found.sort(key=lambda row: rank.get(row.kind, 98 if row.kind != "ticket" else 99))
    with state.write() as tx:
        filling = Filling(tx)
        for number, one in enumerate(found, start=1):
            try:
                why = filling.take(one.kind, one.row, one.parent)
            except (Unfit, KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
                raise ImportRefused(f"{one.source}: a {one.kind} cannot be taken in ({_words(wrong)})") from wrong
            if why is None:
                taken.counts[one.kind] += 1
            else:
                taken.ignored[f"{one.kind}: {why}"] += 1
            if progress is not None and number % 1000 == 0:
                progress(number)
        filling.finish()
        for key, value in (beside or {}).items():
            records.keep(tx, key, value)
    return taken


def _words(wrong: Exception) -> str:
    return f"{wrong.args[0]} is missing" if isinstance(wrong, KeyError) else str(wrong)


def _rows(source: Source, taken: Taken) -> Iterator[Found]:
    if isinstance(source.body, dict):
        yield from _of_body(source.body, source.name, "", taken)
        return
    if not isinstance(source.body, list):
        raise ImportRefused(f"{source.name}: a JSON object or a list of exchanges is wanted")
    for number, exchange in enumerate(source.body):
        if not isinstance(exchange, dict):
            raise ImportRefused(f"{source.name}: entry {number} is no exchange")
        if "request" not in exchange or "response" not in exchange:
            taken.ignored["entry that is no exchange"] += 1
            continue
        yield from _of_exchange(exchange, f"{source.name}, exchange {number}", taken)


def _of_exchange(exchange: Json, name: str, taken: Taken) -> Iterator[Found]:
    request, response = exchange["request"], exchange["response"]
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise ImportRefused(f"{name}: request and response must be objects")
    status, method = int(response.get("status") or 0), str(request.get("method", "GET")).upper()
    if status >= 400:
        taken.ignored["error reply"] += 1
    elif method == "DELETE":
        taken.ignored["delete"] += 1
    elif not isinstance(response.get("body"), dict):
        taken.ignored["reply without a JSON body"] += 1
    else:
        yield from _of_body(response["body"], name, str(request.get("uri", "")), taken)


def _of_body(body: Json, name: str, uri: str, taken: Taken) -> Iterator[Found]:
    parent = _ticket_of(uri)
    for key, value in body.items():
        if key in _ONE and isinstance(value, dict):
            yield Found(_ONE[key], value, name, parent)
        elif key in _MANY and isinstance(value, list):
            yield from _each(_MANY[key], value, name, parent)
        elif key == "results" and isinstance(value, list):
            yield from (Found(str(row.get("result_type")), row, name) for row in value if isinstance(row, dict))
        elif key not in _BESIDE:
            taken.ignored[f"unknown kind: {key}"] += 1


def _each(kind: str, rows: list[object], name: str, parent: int | None) -> Iterator[Found]:
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ImportRefused(f"{name}: {kind} {number} is no object")
        yield Found(kind, row, name, parent)


def _ticket_of(uri: str) -> int | None:
    _, _, rest = uri.partition("/tickets/")
    digits = rest.split("/")[0].split(".")[0]
    return int(digits) if digits.isdecimal() else None
