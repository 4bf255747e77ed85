"""Asks a sandbox for every operation that it has an address for, over HTTP, and says which were answered rightly.

Rows are made by the operations that make them; what they need otherwise stands in `asks.py`. Makings come first, then
what reads and changes, and what takes away last. A reply is right where the reference knows its status below 400 and
finds nothing wrong with it: the watch behind the sandbox tells.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.integrations.sandbox.client import Client
from tests.integrations.sandbox.reference.asks import ASKS, FIRST, ROW, Ask
from tests.integrations.sandbox.reference.table import Operation, Reference
from tests.integrations.sandbox.reference.watch import Watch

_HELD = re.compile(r"\{([^}]*)\}")
_ORDER = {"POST": 0, "GET": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}
_SPARE = 2  # rows of each kind: one to read and change, one to take away


@dataclass(slots=True)
class Drive:
    """`ids` are those of the rows made so far, by the name of the parameter that holds them."""

    reference: Reference
    box: Client
    ids: dict[str, list[str]]
    refused: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def run(self, names: set[str], watch: Watch, told: Callable[[str], None] = lambda _: None) -> set[str]:
        """The operations among `names` that were answered rightly. Why the others were not stands in `refused`."""
        answered: set[str] = set()
        for operation in _in_order(self.reference, names):
            told(operation.name)
            before = watch.answered[operation.name]
            for _ in range(_SPARE if operation.method == "POST" else 1):
                self._ask(operation)
            wrong = watch.taken()
            if watch.answered[operation.name] > before and not wrong:
                answered.add(operation.name)
            elif wrong:
                self.refused[operation.name] = wrong[0]
        return answered

    def _ask(self, operation: Operation) -> None:
        ask = ASKS.get(operation.name, Ask())
        self.number += 1
        held = _HELD.findall(operation.path)
        missing = [name for name in held if name not in ask.ids and not self._id(operation, name)]
        if missing:
            self.refused[operation.name] = f"nothing is known for {', '.join(missing)}"
            return
        fresh = operation.method == "DELETE" and operation.path.endswith("}")
        path = operation.path
        for name in held:
            given = self._filled(ask.ids.get(name))
            value = str(given or self._id(operation, name, fresh=fresh and name == held[-1]))
            path = path.replace(f"{{{name}}}", value)
        reply = self._sent(operation, path.removeprefix("/api/v2"), ask)
        if reply.status_code >= 400:
            self.refused[operation.name] = f"{reply.status_code} {reply.text[:200]}"
        elif operation.method == "POST" or ask.keeps:
            self._keep(ask.keeps or self._holder(operation.path), reply)

    def _sent(self, operation: Operation, path: str, ask: Ask) -> requests.Response:
        place = f"/../..{path}" if path.startswith("/api/") else path
        query = {name: self._filled(value) for name, value in ask.query.items()}
        box = self.box.as_user({"email": ask.by}) if ask.by else self.box
        if ask.raw is not None:
            options: dict[str, Any] = {"data": ask.raw, "headers": {"content-type": ask.kind}}
            return box.ask(operation.method, place, params=query, **options)
        body = self._filled(ask.body) if ask.body is not None else self._usual(operation)
        return box.ask(operation.method, place, body, params=query)

    def _usual(self, operation: Operation) -> Any:
        """A making sends one row that has everything; a change sends an empty one. Keys not known are dropped."""
        one = self._one(operation)
        if operation.method not in {"POST", "PUT", "PATCH"} or one is None:
            return None
        return {one: self._filled(ROW) if operation.method == "POST" else {}}

    def _one(self, operation: Operation) -> str | None:
        for shape in operation.reply.values():
            found = self.reference.shapes[shape] if isinstance(shape, str) and shape in self.reference.shapes else shape
            if isinstance(found, dict) and len(found) == 1:
                return str(next(iter(found))).rstrip("!<>")
        last = operation.path.rsplit("/", 1)[-1]
        return last.removesuffix("s") if last.isalpha() else None

    def _keep(self, name: str | None, reply: requests.Response) -> None:
        body = reply.json() if reply.content else None
        parts = body if isinstance(body, dict) else {}
        rows = [row for key, row in parts.items() if isinstance(row, dict) and key != "job_status"]
        for row in rows:
            ident = row.get("id", row.get("key", row.get("token")))
            if name is not None and ident is not None:
                self.ids.setdefault(name, []).append(str(ident))
                return

    def _holder(self, path: str) -> str | None:
        """The parameter that stands behind this collection in other operations."""
        for operation in self.reference.operations.values():
            found = re.fullmatch(re.escape(path) + r"/\{([^}]*)\}", operation.path)
            if found:
                return found[1]
        return None

    def _id(self, operation: Operation, name: str, *, fresh: bool = False) -> str | None:
        if name in FIRST and not (fresh and self.ids.get(name)):
            return str(self._filled(FIRST[name]))
        if not self.ids.get(name):
            self._look(operation, name)
        known = self.ids.get(name)
        return None if not known else known.pop() if fresh and len(known) > 1 else known[0]

    def _look(self, operation: Operation, name: str) -> None:
        """Ids of rows that nobody makes are read off the list they stand in."""
        collection = operation.path.split(f"/{{{name}}}")[0]
        for held in _HELD.findall(collection):
            collection = collection.replace(f"{{{held}}}", str(self._id(operation, held) or ""))
        reply = self.box.ask("GET", collection.removeprefix("/api/v2"))
        rows = next((rows for rows in reply.json().values() if isinstance(rows, list) and rows), []) if reply.ok else []
        self.ids.setdefault(name, []).extend(str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row)

    def _filled(self, value: Any) -> Any:
        """As Ask says of "@ticket_id"; a star becomes a number of its own, so that no two rows have one name."""
        if isinstance(value, dict):
            return {key: self._filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner) for inner in value]
        if isinstance(value, str) and value.startswith("@"):
            name, _, place = value[1:].removesuffix("!").partition("#")
            known = self.ids.get(name) or [""]
            found = known[min(int(place or 0), len(known) - 1)]
            return int(found) if found.isdecimal() and not value.endswith("!") else found
        return value.replace("*", str(self.number)) if isinstance(value, str) else value


def _in_order(reference: Reference, names: set[str]) -> Iterator[Operation]:
    """Makings of what others stand on first, then by method; deep places are emptied before the shallow ones."""

    def rank(operation: Operation) -> tuple[int, int, int]:
        ask = ASKS.get(operation.name, Ask())
        depth = operation.path.count("/")
        return ask.turn, _ORDER[operation.method], -depth if operation.method == "DELETE" else depth

    return iter(sorted((reference.operations[name] for name in names), key=rank))
