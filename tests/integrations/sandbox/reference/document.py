"""An OpenAPI document of some operations, made from the table: what a fuzzer needs to know to ask for them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.integrations.sandbox.reference.table import Operation, Reference, Shape

_HELD = re.compile(r"\{([^}]*)\}")
_MARKS = "!<>"
_KINDS = frozenset({"string", "integer", "number", "boolean"})
Document = dict[str, Any]


def document(reference: Reference, names: Iterable[str], ids: Mapping[str, list[str]]) -> Document:
    """`ids` are rows that there are: a parameter of such a name is one of them, so that not every answer is a 404."""
    paths: dict[str, Document] = {}
    for name in sorted(names):
        operation = reference.operations[name]
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(reference, operation, ids)
    schemas = {name: _schema(shape) for name, shape in reference.shapes.items()}
    return {
        "openapi": "3.0.3", "info": {"title": "Support API", "version": "2"}, "paths": paths,
        "components": {"schemas": schemas},
    }  # fmt: skip


def _operation(reference: Reference, operation: Operation, ids: Mapping[str, list[str]]) -> Document:
    held = [
        {"name": name, "in": "path", "required": True, "schema": _one_of(ids.get(name, []))}
        for name in _HELD.findall(operation.path)
    ]
    asked = [
        {"name": name, "in": "query", "schema": {"type": kind} if kind in _KINDS else {"type": "string"}}
        for name, kind in operation.query.items() if name not in _HELD.findall(operation.path)
    ]  # fmt: skip
    found: Document = {
        "operationId": operation.name,
        "parameters": held + asked,
        "responses": {"default": {"description": ""}},
    }
    body = _body(reference, operation)
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def _one_of(known: list[str]) -> Document:
    return {"type": "string", "enum": sorted(set(known))[:3]} if known else {"type": "integer", "minimum": 1}


def _body(reference: Reference, operation: Operation) -> Document | None:
    """Where the reference tells no body of a write, it is the row that the reply shows, under the same name."""
    if operation.body is not None:
        return None if operation.body in ("nothing", "bytes") else _schema(operation.body)
    if operation.method not in {"POST", "PUT", "PATCH"}:
        return None
    for shape in operation.reply.values():
        opened = reference.shapes.get(shape, shape) if isinstance(shape, str) else shape
        if isinstance(opened, dict):
            return _schema(opened)
    return None


def _schema(shape: Shape) -> Document:
    """Keys that are only read are left out: nobody sends them."""
    if isinstance(shape, str):
        if shape[0].isupper():
            return {"$ref": f"#/components/schemas/{shape}"}
        return {"type": shape} if shape in _KINDS else {}
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    if "|" in shape:
        return {"anyOf": [_schema(choice) for choice in shape["|"]]}
    if "&" in shape:
        return {"allOf": [_schema(part) for part in shape["&"]]}
    keys = {key.rstrip(_MARKS): _schema(inner) for key, inner in shape.items() if key != "*" and not key.endswith(">")}
    required = [key.rstrip(_MARKS) for key in shape if "!" in key and not key.endswith(">")]
    found: Document = {"type": "object", "properties": keys}
    return found | ({"required": required} if required else {})
