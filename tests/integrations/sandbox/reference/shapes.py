"""What is wrong with a reply, held against the reference: its status, its keys and the JSON types of its values."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.integrations.sandbox.reference.known_errors import BESIDE
from tests.integrations.sandbox.reference.table import Operation, Reference, Shape

_MARKS = "!<>"
_MOST_TOLD = 5


def complaints(reference: Reference, operation: Operation, status: int, body: object) -> list[str]:
    """Nothing for a reply that Zendesk might have given; `body` is decoded JSON, text, or None for no body at all."""
    if status == 429 and isinstance(body, str):
        return []
    if status >= 400:
        return list(_of_error(body))
    if str(status) not in operation.reply:
        return [f"status {status} is none of {', '.join(operation.reply)}"]
    shape = operation.reply[str(status)]
    if shape == "bytes":
        return []
    if shape == "nothing":
        return [] if body in (None, "", {}) else [f"a body where there should be none: {body!r:.80}"]
    while isinstance(shape, str) and isinstance(body, dict):
        shape = reference.shapes[shape]
    if isinstance(shape, dict) and "|" not in shape:
        shape = {**BESIDE, **shape}
    return list(_wrong(reference, shape, body, ""))[:_MOST_TOLD]


def _of_error(body: object) -> Iterator[str]:
    """Zendesk's errors have one of three shapes; `details` names keys and says what is wrong with each."""
    if not isinstance(body, dict):
        yield f"an error that is no JSON object: {body!r:.80}"
        return
    error = body.get("error")
    if isinstance(error, dict):
        if not isinstance(error.get("title"), str) or not isinstance(error.get("message"), str):
            yield f"error has no title and message: {error}"
    elif "errors" in body:
        rows = body["errors"]
        if not isinstance(rows, list) or not rows or not _each_with("title", rows):
            yield f"errors is no list of rows with a title: {rows}"
    elif not isinstance(error, str):
        yield f"neither error nor errors: {body!r:.80}"
    for key, rows in (body.get("details") or {}).items():
        if not isinstance(rows, list) or not _each_with("description", rows):
            yield f"details.{key} is no list of rows with a description"


def _each_with(key: str, rows: list[Any]) -> bool:
    return all(isinstance(row, dict) and isinstance(row.get(key), str) for row in rows)


def _wrong(reference: Reference, shape: Shape, value: object, at: str) -> Iterator[str]:
    """Nothing (null) may stand for any value but an id: the document marks only some of which real replies have it."""
    if shape == "any" or (value is None and not at.endswith(".id")):
        return
    if isinstance(shape, str) and shape[0].isupper():
        yield from _wrong(reference, reference.shapes[shape], value, at)
    elif isinstance(shape, str):
        if not _is(shape, value):
            yield f"{at or 'the body'} is {value!r:.60} and not a {shape}"
    elif isinstance(shape, list):
        yield from _wrong_rows(reference, shape[0], value, at)
    elif "&" in shape:
        parts = (reference.shapes[part] if isinstance(part, str) else part for part in shape["&"])
        yield from _wrong_object(reference, {key: inner for part in parts for key, inner in part.items()}, value, at)
    elif "|" in shape:
        found = [list(_wrong(reference, choice, value, at)) for choice in shape["|"]]
        if all(found):
            yield from min(found, key=len)
    else:
        yield from _wrong_object(reference, shape, value, at)


def _wrong_rows(reference: Reference, shape: Shape, value: object, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at or 'the body'} is {value!r:.60} and not a list"
        return
    for number, row in enumerate(value):
        yield from _wrong(reference, shape, row, f"{at}[{number}]")


def _wrong_object(reference: Reference, shape: Mapping[str, Shape], value: object, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at or 'the body'} is {value!r:.60} and not an object"
        return
    keys: dict[str, Any] = {key.rstrip(_MARKS): inner for key, inner in shape.items() if not key.endswith("<")}
    for key in shape:
        if "!" in key and key.rstrip(_MARKS) not in value and not key.endswith("<"):
            yield f"{at}.{key.rstrip(_MARKS)} is missing"
    for key, inner in value.items():
        if key in keys:
            yield from _wrong(reference, keys[key], inner, f"{at}.{key}")
        elif "*" in keys:
            yield from _wrong(reference, keys["*"], inner, f"{at}.{key}")
        else:
            yield f"{at}.{key} is no key that the reference knows"


def _is(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    kinds: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    return isinstance(value, kinds[kind])
