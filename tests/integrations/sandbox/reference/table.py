"""The Support API's operations, as operations.json names them, and which of them a request is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.integrations.sandbox.reference.known_errors import MORE_KEYS, MORE_STATUSES, OTHER_REPLIES, OTHER_SHAPES

TABLE = Path(__file__).with_name("operations.json")
Shape = Any
_DIGIT = re.compile(r"\d")
_NO_NUMBERS = frozenset({"locale_id", "custom_object_field_key_or_id"})


@dataclass(frozen=True, slots=True)
class Operation:
    """`reply` is the shape by status, of every status below 400 that the reference tells of."""

    name: str
    area: str
    method: str
    path: str
    query: Mapping[str, str]
    reply: Mapping[str, Shape]
    body: Shape = None


@dataclass(frozen=True, slots=True)
class Reference:
    operations: Mapping[str, Operation]
    shapes: Mapping[str, Shape]
    places: Map = field(compare=False)

    def asked(self, method: str, path: str) -> Operation | None:
        """The operation that this request is, or None where it is none of the Support API's.

        An id has a digit: tickets/recent, which the reference leaves out, is not the ticket "recent".
        """
        try:
            name, given = self.places.bind("zendesk").match(path.removesuffix(".json"), method=method)
        except HTTPException:
            return None
        ids = [value for key, value in given.items() if key.endswith("_id") and key not in _NO_NUMBERS]
        return self.operations[name] if all(_DIGIT.search(value) for value in ids) else None


@cache
def reference() -> Reference:
    """The table with its known errors mended."""
    table = json.loads(TABLE.read_text())
    operations = {row["name"]: Operation(**_mended(row)) for row in table["operations"]}
    shapes = dict(table["shapes"])
    for name, shape in OTHER_SHAPES.items():
        at, _, key = name.partition(".")
        shapes[at] = {**shapes[at], key: shape.value} if key else shape.value
    for name, keys in MORE_KEYS.items():
        shapes[name] = {**shapes[name], **{key: more.value for key, more in keys.items()}}
    return Reference(operations, shapes, places(operations))


def places(operations: Mapping[str, Operation]) -> Map:
    found = Map(merge_slashes=False, strict_slashes=False)
    for operation in operations.values():
        path = operation.path.replace("{", "<").replace("}", ">")
        found.add(Rule(path, methods=[operation.method], endpoint=operation.name))
    return found


def _mended(row: dict[str, Any]) -> dict[str, Any]:
    more = {**MORE_STATUSES.get(row["name"], {}), **OTHER_REPLIES.get(row["name"], {})}
    told = {status: shape for status, shape in row["reply"].items() if int(status) < 400}
    return row | {"reply": told | {status: shape.value for status, shape in more.items()}}
