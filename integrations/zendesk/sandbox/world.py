"""What stands in the account when it starts: nothing, the demo house, or a file of somebody's own."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from . import demo_world, importer, records
from .importer import Source
from .shape import Json, decode, moment, stamp
from .state import State

LINES_AT_ONCE = 5000
DONE = "-1"
CUSTOMERS_AT_LEAST, CUSTOMERS_AT_MOST = 40, 50_000


class WorldRefused(Exception):
    """The folder holds another world, or the file cannot be read: the words say which."""


def bring_in(
    state: State, world: str, *, seed: int = 1, tickets: int = demo_world.TICKETS,
    progress: Callable[[int], None] | None = None,
) -> int:  # fmt: skip
    """Brings in what is missing of the world and returns how many parts that were; a kill loses no part that was in.

    A part is a commit of at most 5,000 tickets or lines. A folder that has its world already is left as it is.
    """
    name = world if world in {"empty", "demo"} else str(Path(world).resolve())
    if world == "demo":
        name = f"demo of {tickets} tickets, seed {seed}"
    with state.read() as db:
        known, done = records.kept(db, "world"), int(records.kept(db, "world_parts") or 0)
        at = moment(records.kept(db, "world_at")) or state.clock()
        is_used = db.execute("select 1 from tickets limit 1").fetchone() is not None
    if known not in (None, name) or (known is None and is_used):
        raise WorldRefused(f"{state.folder} holds {known or 'tickets'} already: choose another folder for {name}")
    if done < 0:
        return 0
    parts = 0
    for number, sources in enumerate(_parts(world, seed, tickets, at)):
        if number >= done:
            beside = {"world": name, "world_parts": str(number + 1), "world_at": stamp(at)}
            importer.take_bodies(state, sources, beside=beside)
            parts += 1
        if progress is not None:
            progress(number + 1)
    with state.write() as tx:
        records.keep(tx, "world", name)
        records.keep(tx, "world_parts", DONE)
    return parts


def _parts(world: str, seed: int, tickets: int, at: datetime) -> Iterator[list[Source]]:
    if world == "empty":
        return
    if world == "demo":
        customers = max(CUSTOMERS_AT_LEAST, min(CUSTOMERS_AT_MOST, tickets // 5))
        yield [Source("demo", demo_world.people_and_rules(customers, seed))]
        for chunk in demo_world.tickets(tickets, customers, seed, at):
            yield [Source("demo", {"tickets": chunk})]
        return
    path = Path(world)
    if path.is_dir():
        yield importer.read_folder(path)
    elif path.suffix == ".jsonl":
        yield from _lines(path)
    else:
        yield [Source(path.name, _json(path, _bytes(path)))]


def _lines(path: Path) -> Iterator[list[Source]]:
    """One reply body a line: {"ticket": {...}} or {"tickets": [...]}; read as it goes, however long the file is."""
    try:
        with path.open("rb") as file:
            numbered: Iterable[tuple[int, bytes]] = ((at, line) for at, line in enumerate(file, 1) if line.strip())
            while part := list(islice(numbered, LINES_AT_ONCE)):
                yield [Source(f"{path.name}, line {at}", _json(path, line, at)) for at, line in part]
    except OSError as wrong:
        raise WorldRefused(f"{path} cannot be read: {wrong.strerror}") from wrong


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise WorldRefused(f"{path} cannot be read: {wrong.strerror}; --world takes demo, empty or a file") from wrong


def _json(path: Path, text: bytes, line: int = 1) -> Json:
    try:
        body = decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        raise WorldRefused(f"{path}, line {line}: this is no JSON ({wrong})") from wrong
    if not isinstance(body, dict | list):
        raise WorldRefused(f"{path}, line {line}: a JSON object or a list of exchanges is wanted")
    found: Json = body  # type: ignore[assignment]
    return found
